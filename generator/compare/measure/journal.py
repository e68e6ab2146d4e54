"""Journal: what has been measured, on disk, so that a run that was stopped can go on.

JSON, one line an entry: first the question, then each step's start and end. A line that was cut off
in the midst of being written is as if it never was.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from generator.errors import ScaffoldError

#: In a work folder.
NAME = "journal.jsonl"


class NothingToResume(ScaffoldError):
    """There is no stopped run that could go on."""

    def __init__(self, why: str) -> None:
        super().__init__(f"nothing to resume: {why}; leave --resume out to start anew")


class Journal:
    """A journal, open for more entries; `entries` are those it held, without the question."""

    def __init__(self, path: Path, question: Mapping[str, Any], *, resume: bool) -> None:
        """Start a new journal, or go on with one: raise `NothingToResume` where that cannot be."""
        self.entries: list[dict[str, Any]] = []
        self._file = path.open("r+b" if resume and path.is_file() else "wb")
        try:
            if resume:
                self._go_on(question)
            else:
                self.append({"question": question})
        except BaseException:
            self.close()
            raise

    def append(self, entry: Mapping[str, Any]) -> None:
        """Write an entry so that it survives whatever happens next."""
        self._file.write(json.dumps(entry, separators=(",", ":")).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _go_on(self, question: Mapping[str, Any]) -> None:
        whole, _, _ = self._file.read().rpartition(b"\n")
        entries = parse(whole)
        if not entries or "question" not in entries[0]:
            raise NothingToResume("no run with these settings was stopped")
        if differs := difference(entries[0]["question"], question):
            raise NothingToResume(f"the run that was stopped had {differs}")
        self.entries = entries[1:]
        self._file.seek(len(whole) + 1)
        self._file.truncate()


def parse(text: bytes) -> list[dict[str, Any]]:
    """Return the entries of whole lines; raise `NothingToResume` for what is none."""
    try:
        return [json.loads(line) for line in text.splitlines()]
    except ValueError as error:
        raise NothingToResume(
            f"the journal of the run that was stopped is spoiled ({error})"
        ) from error


def difference(then: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Say what was asked differently then; "" where nothing was."""
    if then == now:
        return ""
    if list(then["managers"]) != list(now["managers"]):
        return f"the managers {', '.join(then['managers'])}"
    for name, digest in then["managers"].items():
        if digest != now["managers"][name]:
            return f"another layout for {name}: other answers, dependencies or templates"
    for key, value in then.items():
        if value != now.get(key):
            return f"{key} {value!r}, not {now.get(key)!r}"
    return "other settings"
