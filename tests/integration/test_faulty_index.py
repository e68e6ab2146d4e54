"""An index that fails, in every way that was seen: never green, the right word, and in good time.

Each row is a whole `scaffold check` of a real manager with nothing downloaded yet; the index is the
real one, handed on and spoilt by `tests.support.faulty_index`.
"""

from __future__ import annotations

import dataclasses
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.answers import resolve
from generator.catalog import manager
from generator.check import Case, check
from generator.check.model import Report, StepReport
from generator.check.story import STORY
from generator.cli.progress import Quiet
from generator.toolchain import index as toolchain_index
from generator.toolchain import interpreter, obtain
from generator.toolchain.environment import cache_root
from tests.support.faulty_index import (
    Fault,
    FaultyIndex,
    answers,
    faulty_index,
    stalled,
    truncated,
    vanished,
    wrong_bytes,
)

pytestmark = pytest.mark.integration

VERSION = "{}.{}".format(*sys.version_info)
#: The acts up to the lock, and what tries it; the others take minutes and meet no index.
LOCKS = ("install", "lock", "lock-check", "stale")
LOCKED = ("install", "lock", "lock-check", "re-install")


@dataclass(frozen=True)
class Trial:
    """A fault, when it begins, and the step that has to be unable, with words of its reason."""

    name: str
    fault: Fault | None
    verb: str
    reason: str
    manager: str = "uv"
    #: It begins after so many files, or once a verb has ended well.
    after: int = 0
    begins: str = ""
    #: The index is closed, not spoilt.
    gone: bool = False
    acts: tuple[str, ...] = LOCKS
    timeout: float = 120.0


TRIALS = (
    Trial("500", answers(500), "install", "answered 500 Internal Server Error"),
    Trial("403", answers(403), "install", "answered 403 Forbidden"),
    Trial("cut off", truncated, "install", "broke off|damaged or cut off"),
    Trial("stalled", stalled, "install", "ended after 5 s, the time it was given", timeout=5),
    Trial("other bytes", wrong_bytes, "install", "its hash differs|damaged or cut off"),
    Trial("gone midway", None, "install", "could not be reached", after=3, gone=True),
    Trial(
        "500 while a stale lock is to be noticed",
        answers(500),
        "lock-check",
        "answered 500 Internal Server Error",
        begins="lock-check",
    ),
    Trial(
        "a locked version is gone",
        vanished("aiohttp"),
        "install-locked",
        "a file that the index or the lock named is not there",
        begins="create",
        acts=LOCKED,
    ),
    # These say that there is no such version.
    Trial("403", answers(403), "create", "answered 403 Forbidden", "pip"),
    Trial("403", answers(403), "install", "answered 403 Forbidden", "pipenv"),
    Trial("403", answers(403), "install", "answered 403 Forbidden", "poetry"),
)


class Switch(Quiet):
    """Begins the fault once a verb has ended well for the last time before it is to be met."""

    def __init__(self, begin: Callable[[], None], verb: str) -> None:
        self._begin, self._verb = begin, verb
        self.locked = False

    def finished(self, manager: str, step: StepReport) -> None:
        """Begin."""
        self.locked |= step.verb == "lock"
        if self.locked and step.verb == self._verb and step.status == "passed":
            self._begin()


def forget_the_index() -> None:
    for one in vars(toolchain_index).values():
        getattr(one, "cache_clear", lambda: None)()


def prepared(trial: Trial, index: FaultyIndex, folder: Path, patch: pytest.MonkeyPatch) -> Quiet:
    """Give the trial an empty cache, this index, and the acts that it is about."""
    patch.setenv("SCAFFOLD_PROVIDED", "1")
    obtain(manager(trial.manager), interpreter(VERSION))
    cache = folder / "cache" / "scaffold"
    cache.mkdir(parents=True)
    (cache / "tools").symlink_to(cache_root() / "tools")
    patch.setenv("XDG_CACHE_HOME", str(cache.parent))
    patch.delenv("UV_DEFAULT_INDEX", raising=False)
    for name in ("UV_INDEX_URL", "PIP_INDEX_URL"):
        patch.setenv(name, index.url)
    acts = [one for one in STORY if one.name in trial.acts]
    acts = [
        dataclasses.replace(one, needs=tuple(need for need in one.needs if need in trial.acts))
        for one in acts
    ]
    patch.setattr("generator.check.story.STORY", tuple(acts))
    forget_the_index()

    def begin() -> None:
        index.fault = trial.fault
        # What was downloaded would hide it.
        (cache / "downloads" / trial.manager).rename(folder / "forgotten")

    if trial.begins:
        return Switch(begin, trial.begins)
    index.fault, index.after, index.closes = trial.fault, trial.after, trial.gone
    return Quiet()


@pytest.fixture(autouse=True)
def own_index() -> object:
    """Ask for the index anew before and after: these are not the user's."""
    yield
    forget_the_index()


def played(trial: Trial, folder: Path, patch: pytest.MonkeyPatch) -> tuple[Report, float]:
    asked = {"project_name": "app", "manager": trial.manager, "features": []}
    case = Case(resolve({**asked, "python_version": VERSION}))
    with faulty_index() as index:
        watcher = prepared(trial, index, folder, patch)
        begin = time.monotonic()
        report = check([case], folder / "check", watcher, timeout=trial.timeout)
        return report, time.monotonic() - begin


@pytest.mark.parametrize("trial", TRIALS, ids=lambda one: f"{one.manager}: {one.name}")
def test_an_index_that_fails_is_no_fault_of_the_layout(
    trial: Trial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, seconds = played(trial, tmp_path, monkeypatch)
    [case] = report.cases
    red = [one for one in case.steps if not one.fine and one.status != "not_run"]
    for one in red:
        print(
            f"{trial.manager}, {trial.name}: {one.verb} {one.status}, {one.reason}; {seconds:.0f} s"
        )
    assert not report.ok
    assert {one.status for one in case.steps} <= {"passed", "unable", "not_run"}
    [unable] = red
    assert unable.verb == trial.verb
    assert re.search(trial.reason, unable.reason)
    assert seconds < trial.timeout + 60


def test_without_a_fault_the_same_index_is_green(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, _ = played(Trial("none", None, "", ""), tmp_path, monkeypatch)
    [case] = report.cases
    assert {one.status for one in case.steps} == {"passed"}, case.steps
    assert case.steps[-2].expect == "nonzero"
