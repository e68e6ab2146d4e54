"""Record: what became of one slot of the plan, as the journal keeps it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.check.model import Status


@dataclass(frozen=True)
class Record:
    """A verb that was run once, or why it was not; quantities count where it passed.

    A verb of several commands is one: seconds and CPU seconds are their sum, the peak is the
    highest. `line` is the last command that was run, "" where none was; `words` is the end of what
    it printed, where it did not pass. `cache_bytes` is what was put into an empty cache. `found`
    is evidence: what the verb told about the lock.
    """

    status: Status
    reason: str = ""
    line: str = ""
    words: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_bytes: int = 0
    disk_bytes: int = 0
    cache_bytes: int | None = None
    files: int = 0
    found: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ran(self) -> bool:
        """Whether anything was started."""
        return bool(self.line)

    def dump(self) -> dict[str, Any]:
        """Return what `load` reads, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def load(cls, entry: Mapping[str, Any]) -> Record:
        """Read an entry of the journal."""
        return cls(**entry)
