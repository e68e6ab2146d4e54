"""Which manifest of a project counts: every format that there is, in the order of preference."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from generator.compare.model import Source
from generator.manifests import environment, pep621, pipfile, poetry, requirements, setup_cfg
from generator.manifests.errors import NoDependencies, NoDirectory, NoManifest
from generator.manifests.items import Listing


class Format(Protocol):
    """A way to list dependencies; each is a module."""

    @property
    def KIND(self) -> str:  # noqa: N802 - a constant of the module
        """What it is called."""

    @property
    def LOOKED_FOR(self) -> tuple[str, ...]:  # noqa: N802 - a constant of the module
        """The names of its files, for a message."""

    def files(self, directory: Path) -> tuple[str, ...]:
        """Return its files that are there, none if they are another format's."""

    def read(self, directory: Path) -> Listing:
        """Read them; raise `BadManifest`."""


#: A manifest that one writes comes before one that may be a list of everything installed.
FORMATS: tuple[Format, ...] = (pep621, poetry, pipfile, environment, requirements, setup_cfg)


@dataclass(frozen=True)
class Manifest:
    """A format's files in a project, relative to it."""

    kind: str
    files: tuple[str, ...]
    format: Format


def find_manifests(directory: Path) -> tuple[Manifest, ...]:
    """Return the manifests of a project, by preference.

    Raises `NoDirectory`; `NoManifest` where there is none; `BadManifest` for a pyproject.toml or
    setup.cfg that cannot be read, for only its content tells what it is.
    """
    if not directory.is_dir():
        raise NoDirectory(directory)
    found = tuple(
        Manifest(one.KIND, files, one) for one in FORMATS if (files := one.files(directory))
    )
    if not found:
        names = dict.fromkeys(name for one in FORMATS for name in one.LOOKED_FOR)
        raise NoManifest(directory, names, program=(directory / "setup.py").is_file())
    return found


def choose(directory: Path) -> tuple[Listing, Source]:
    """Read the first manifest that lists what the project needs to run; or else to develop it.

    A name, or a range of Pythons, that it does not state is taken from one that was passed by on
    the way: a Pipfile has no name, the pyproject.toml beside it has. Raises as `find_manifests`
    does, and `NoDependencies`.
    """
    manifests = find_manifests(directory)
    listings: list[Listing] = []
    for one in manifests:
        listings.append(one.format.read(directory))
        if listings[-1].lists("runtime"):
            break
    ranks = [(not found.lists("runtime"), not found.lists("dev")) for found in listings]
    best = min(range(len(listings)), key=ranks.__getitem__)
    chosen = listings[best]
    if not chosen.lists("runtime", "dev"):
        _refuse(directory, manifests, listings)
    name = next((found.name for found in (chosen, *listings) if found.name), "")
    python = next((found.python for found in (chosen, *listings) if found.python), None)
    others = dict.fromkeys(name for one in manifests for name in (*one.files, *chosen.passed))
    ignored = tuple(other for other in others if other not in chosen.files)
    source = Source(", ".join(chosen.files), manifests[best].kind, ignored)
    return replace(chosen, name=name, python=python), source


def _refuse(directory: Path, manifests: tuple[Manifest, ...], listings: list[Listing]) -> None:
    names = dict.fromkeys(name for one in manifests for name in one.files)
    left_out = [item for found in listings for item in found.items]
    if not left_out and (directory / "setup.py").is_file():
        looked_for = dict.fromkeys(name for one in FORMATS for name in one.LOOKED_FOR)
        raise NoManifest(directory, looked_for, program=True)
    reasons = [f"{item.where}: {item.reason}" for item in left_out if hasattr(item, "reason")]
    raise NoDependencies(directory, names, reasons)
