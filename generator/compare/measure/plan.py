"""The plan of a measurement: which verb of which manager is run when, in which pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["evidence", "cold", "warm"]


@dataclass(frozen=True)
class Verb:
    """What a verb's measurement depends on.

    `cached`: downloads are kept between runs of it, so that it is measured with an empty cache and
    with a full one. `needs` are verbs that have to succeed before it in a pass. `changes`: what
    comes later meets what it did.
    """

    name: str
    needs: tuple[str, ...]
    cached: bool = False
    changes: bool = False


#: The life cycle of a project, in an order in which each verb finds what it needs.
VERBS = (
    Verb("create", (), cached=True, changes=True),
    Verb("install", ("create",), cached=True, changes=True),
    Verb("test", ("install",)),
    Verb("lint", ("install",)),
    Verb("typecheck", ("install",)),
    Verb("run", ("install",)),
    Verb("tree", ("install",)),
    Verb("freeze", ("install",)),
    Verb("env-export", ("install",)),
    Verb("audit", ("install",)),
    Verb("lock", ("create",), cached=True, changes=True),
    Verb("lock-check", ("lock",), cached=True),
    Verb("clean", ("create",), changes=True),
    Verb("install-locked", ("lock",), cached=True, changes=True),
    Verb("export", ("lock",), cached=True),
    Verb("export-pylock", ("lock",), cached=True),
    Verb("add", ("install-locked",), cached=True, changes=True),
    Verb("remove", ("add",), cached=True, changes=True),
    Verb("add-dev", ("install-locked",), cached=True, changes=True),
    Verb("update-one", ("install-locked",), cached=True, changes=True),
    Verb("update", ("install-locked",), cached=True, changes=True),
)
BY_NAME: Mapping[str, Verb] = {
    **{verb.name: verb for verb in VERBS},
    # Not the manager's own to be measured: what its lock installed, and what its channel has.
    "inspect": Verb("inspect", ("install-locked",)),
    "versions": Verb("versions", ("inspect",)),
}
#: What tells how the managers resolve; it fills the warm caches on the way, and is never a figure.
EVIDENCE = ("create", "lock", "install-locked", "inspect", "export", "export-pylock", "versions")
#: Of those, the ones that write what other tools read.
EXPORTS = ("export", "export-pylock")


@dataclass(frozen=True)
class Slot:
    """One verb of one manager in one pass; `run` is 0 in the evidence pass, then counts from 1."""

    kind: Kind
    run: int
    verb: str
    manager: str

    @property
    def key(self) -> str:
        """Name the slot in a journal."""
        return f"{self.kind}/{self.run}/{self.verb}/{self.manager}"


def plan(managers: Sequence[str], runs: int) -> Iterator[Slot]:
    """Yield the slots in the order in which they are played.

    Managers take turns at each verb, and who comes first changes with every run, so that what the
    machine does meanwhile meets all of them. With no runs, there is only the evidence.
    """
    # The package that is added is fetched now, or the first warm run would fetch it.
    for verb in (*EVIDENCE, "add") if runs else EVIDENCE:
        for name in managers:
            yield Slot("evidence", 0, verb, name)
    passes: tuple[Kind, ...] = ("cold", "warm")
    for run in range(1, runs + 1):
        first = (run - 1) % len(managers)
        turns = [*managers[first:], *managers[:first]]
        for kind in passes:
            for one in VERBS:
                if one.cached or kind == "warm":
                    for name in turns:
                        yield Slot(kind, run, one.name, name)
