"""What a check says: a report a step, a case (one layout with its answers), and the whole run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from generator.run import INTERRUPTED

Status = Literal["passed", "failed", "unsupported", "unable", "not_run"]

#: The version of the JSON report; a key is only ever added within one version.
SCHEMA = 1
#: Where a manager with channels takes its packages from, unless told otherwise.
CHANNEL = "conda-forge"


@dataclass(frozen=True)
class StepReport:
    """One argv and what became of it; `exit_code` is None where nothing started.

    `unsupported`: the manager has no such command, as its manager.yml says. `unable`: the step
    could not do its job here (no network, no tool): nothing is known of the layout, never green.
    `repeat` is the command that repeats a failed step by hand; `output` is kept for failures.
    """

    verb: str
    argv: tuple[str, ...]
    seconds: float
    exit_code: int | None
    expect: Literal["zero", "nonzero"]
    status: Status
    reason: str = ""
    repeat: str = ""
    output: str = ""

    @property
    def fine(self) -> bool:
        """Whether this step claims nothing that is not so."""
        return self.status in {"passed", "unsupported"}


@dataclass(frozen=True)
class Package:
    """An installed distribution's metadata, as far as it explains a version."""

    version: str
    requires_python: str
    requires: tuple[str, ...]


@dataclass(frozen=True)
class CaseReport:
    """One layout: what ran, which tests, and what its lock put into the environment."""

    manager: str
    manager_version: str
    engine: str
    answers: Mapping[str, Any]
    steps: tuple[StepReport, ...]
    tests: tuple[str, ...] = ()
    packages: Mapping[str, Package] = field(default_factory=dict)
    available: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Where a manager with channels took its packages from.
    channel: str = ""
    kept: str = ""

    @property
    def interrupted(self) -> bool:
        """Whether the run was ended before it was through with this case."""
        return any(step.reason == INTERRUPTED for step in self.steps)

    @property
    def ok(self) -> bool:
        """Whether every step is fine and at least one test ran."""
        return bool(self.tests) and all(step.fine for step in self.steps)


@dataclass(frozen=True)
class Difference:
    """A package whose version is not the same everywhere (None: not there), and why."""

    package: str
    versions: Mapping[str, str | None]
    reasons: tuple[str, ...]

    @property
    def explained(self) -> bool:
        """Whether every layout that differs has its reason."""
        return bool(self.reasons) and not any(
            reason.endswith("unexplained") for reason in self.reasons
        )


@dataclass(frozen=True)
class Report:
    """A whole run: its cases, and how the layouts compare.

    `problem` says why that could not be told, if it could not.
    """

    cases: tuple[CaseReport, ...]
    differences: tuple[Difference, ...] = ()
    problem: str = ""

    @property
    def interrupted(self) -> bool:
        """Whether the run was ended before it was through with every case."""
        return any(case.interrupted for case in self.cases)

    @property
    def same_tests(self) -> bool:
        """Whether every layout ran the same tests."""
        return len({case.tests for case in self.cases}) <= 1

    @property
    def ok(self) -> bool:
        """Whether everything that the layouts claim was seen to be so."""
        return (
            bool(self.cases)
            and not self.problem
            and all(case.ok for case in self.cases)
            and self.same_tests
            and all(difference.explained for difference in self.differences)
        )
