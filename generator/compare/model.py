"""What a comparison says. The JSON report (schema 1) has these very names: see `report.py`.

Mappings by manager hold only the managers of which something is known; what was not looked at is
None, what was looked at and not found is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from generator.check.model import Status

#: The version of the JSON report; a key is only ever added within one version.
SCHEMA = 1

State = Literal["shared", "differing", "only"]
Cache = Literal["cold", "warm"]


@dataclass(frozen=True)
class Dependency:
    """A dependency that the layouts are rendered with: its PEP 508 text, and its group."""

    name: str
    requirement: str
    group: Literal["runtime", "dev"]


@dataclass(frozen=True)
class LeftOut:
    """A line of a user's manifest that no layout of ours can say, and why."""

    text: str
    where: str
    reason: str


@dataclass(frozen=True)
class Source:
    """The manifest that the dependencies were read from, and those that were passed by."""

    file: str
    kind: str
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class Project:
    """What is compared: our example (no source), or the dependencies of a user's own project."""

    name: str
    python: str
    dependencies: tuple[Dependency, ...]
    source: Source | None = None
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class Subject:
    """A manager's facts; `version`, `found` and `channel` are known where it really ran."""

    name: str
    title: str
    homepage: str
    scope: str
    environment: str
    manifest: tuple[str, ...]
    lock: tuple[str, ...]
    version: str | None = None
    found: str | None = None
    channel: str | None = None


@dataclass(frozen=True)
class FileRow:
    """One path of any layout: shared (same bytes in all), differing, or only in some.

    `digests` names the content in `Layouts.texts` for each manager that has the file.
    """

    path: str
    state: State
    digests: Mapping[str, str]


@dataclass(frozen=True)
class Layouts:
    """The rendered trees, aligned by path; `texts` is every distinct content, by its digest."""

    files: tuple[FileRow, ...]
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Lines:
    """The command lines of a verb, or why there are none."""

    lines: tuple[str, ...] = ()
    unsupported: str = ""


@dataclass(frozen=True)
class CommandRow:
    """A verb, what it is for, and how each manager that knows of it says it."""

    verb: str
    purpose: str
    managers: Mapping[str, Lines]


@dataclass(frozen=True)
class FileFacts:
    """What a lock or an export holds: `entries` are packages, `hashes` and `urls` are counts."""

    path: str
    bytes: int
    lines: int
    entries: int
    hashes: int
    urls: int


@dataclass(frozen=True)
class Export:
    """What an export verb wrote, or why nothing."""

    verb: str
    files: tuple[FileFacts, ...] = ()
    unsupported: str = ""


@dataclass(frozen=True)
class Lock:
    """A manager's lock as it was really written, and what it exports to."""

    manager: str
    scope: str
    files: tuple[FileFacts, ...]
    exports: tuple[Export, ...]


@dataclass(frozen=True)
class Resolved:
    """A package and its version by manager (None: not installed there)."""

    package: str
    versions: Mapping[str, str | None]
    same: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spread:
    """Repeated measurements of one quantity, in the order of the runs."""

    median: float
    low: float
    high: float
    values: tuple[float, ...]


@dataclass(frozen=True)
class Figure:
    """A verb of a manager, measured; `cache` is None where a cache of downloads plays no part.

    `seconds` is wall time, `cpu_seconds` user and system time of all its processes, `peak_bytes`
    the largest resident set of any one of them, `disk_bytes` what the project's folder (with its
    environment) grew by, `cache_bytes` what the manager's cache grew by, `files` the files that it
    wrote in the project's folder. A quantity is None where no run ended well.
    """

    verb: str
    manager: str
    cache: Cache | None
    status: Status
    reason: str = ""
    runs: int = 0
    seconds: Spread | None = None
    cpu_seconds: Spread | None = None
    peak_bytes: Spread | None = None
    disk_bytes: Spread | None = None
    cache_bytes: Spread | None = None
    files: Spread | None = None


@dataclass(frozen=True)
class Machine:
    """Where it was measured; nothing here names a person, a host or a path."""

    system: str
    architecture: str
    processor: str
    cores: int
    memory_bytes: int
    python: str


@dataclass(frozen=True)
class Measurements:
    """All figures of one run; `package` is what was added, removed and updated.

    `started` and `finished` are UTC in ISO 8601. `complete` is False for a run that was stopped.
    """

    machine: Machine
    started: str
    finished: str
    runs: int
    package: str
    complete: bool
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Problem:
    """A verb that did not succeed: its line, what became of it, the manager's own last words."""

    manager: str
    verb: str
    line: str
    reason: str
    words: str = ""


@dataclass(frozen=True)
class Comparison:
    """Everything that a comparison found; `created` is UTC in ISO 8601."""

    schema: int
    scaffold: str
    created: str
    project: Project
    managers: tuple[Subject, ...]
    layouts: Layouts
    commands: tuple[CommandRow, ...]
    locks: tuple[Lock, ...] | None = None
    resolved: tuple[Resolved, ...] | None = None
    measurements: Measurements | None = None
    problems: tuple[Problem, ...] = ()
