"""Tool: a manager's working executable, and the error for one that cannot be had."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import shorten
from typing import Literal

from generator.errors import ScaffoldError
from generator.run import Outcome


class ToolUnavailable(ScaffoldError):
    """A manager that is neither here nor could be provided."""

    def __init__(self, name: str, why: str, remedy: str) -> None:
        super().__init__(f"{name} cannot be used: {why}; {remedy}")


@dataclass(frozen=True)
class Tool:
    """A manager's working executable; `name` may be an alternative's ("mamba" for conda).

    `passed_by` says, a line each, which executables before it on PATH do not work.
    """

    name: str
    executable: Path
    version: str
    origin: Literal["PATH", "provided", "engine"]
    passed_by: tuple[str, ...] = field(default=(), compare=False)


def why(outcome: Outcome) -> str:
    """Return what a failed command said, on one line: from uv's first sign of an error on."""
    lines = [line.strip() for line in outcome.output.splitlines() if line.strip()]
    begin = next((n for n, line in enumerate(lines) if re.match("×|error", line)), -3)
    said = " ".join(line.lstrip("×╰├─▶│ ") for line in lines[begin:])
    return outcome.reason or shorten(said, 400, placeholder=" ...") or f"exit {outcome.exit_code}"
