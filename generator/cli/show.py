"""What `scaffold new` shows: the tree, and a report for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

import click

from generator.errors import BadFile, printable


@dataclass(frozen=True)
class Output:
    """Where text for people goes (standard error where standard output is the report's)."""

    stream: TextIO
    quiet: bool

    def say(self, text: str = "") -> None:
        """Print a line, unless asked to be quiet."""
        if not self.quiet:
            self.always(text)

    def tree(self, name: str, paths: Iterable[str]) -> None:
        """Draw a directory tree, unless asked to be quiet."""
        for line in draw(name, paths, self.stream.encoding or "utf-8"):
            self.say(printable(line))

    def always(self, text: str) -> None:
        """Print a line that was asked for."""
        click.echo(text, file=self.stream)


#: A branch, the last one, and what is below each of them; and the same in ASCII.
_LINES: Final = ("├── ", "└── ", "│   ", "    ")
_ASCII: Final = ("|-- ", "`-- ", "|   ", "    ")


def draw(name: str, paths: Iterable[str], encoding: str = "utf-8") -> Iterator[str]:
    """Yield a directory tree, line by line; folders before files."""
    lines = _LINES
    try:
        "".join(lines).encode(encoding)
    except UnicodeEncodeError:  # Windows' own encodings lack them, when the output is a file
        lines = _ASCII
    root: dict[str, Any] = {}
    for path in sorted(paths):
        here = root
        for part in path.split("/"):
            here = here.setdefault(part, {})
    yield f"{name}/"
    yield from _branches(root, "", lines)


def _branches(folder: dict[str, Any], indent: str, lines: tuple[str, ...]) -> Iterator[str]:
    branch, last_branch, below, below_last = lines
    entries = sorted(folder.items(), key=lambda entry: (not entry[1], entry[0]))
    for number, (name, inside) in enumerate(entries, start=1):
        last = number == len(entries)
        yield f"{indent}{last_branch if last else branch}{name}{'/' if inside else ''}"
        yield from _branches(inside, indent + (below_last if last else below), lines)


def check_report(path: str | None, option: str = "--json") -> None:
    """Raise `BadFile` where the report could not be written, before anything else is done."""
    if path in (None, "-"):
        return
    folder = Path(path or "").parent
    if Path(path or "").is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        remedy = f"give {option} a path in a directory that you may write to"
        raise BadFile(path or "", "cannot be written", remedy)


def write_report(path: str | None, report: Mapping[str, Any]) -> None:
    """Write a report as JSON; `-` is standard output. Raises `BadFile` where the system refuses."""
    write_text(path, json.dumps(report, indent=2) + "\n")


def write_all(reports: Iterable[tuple[str | None, Callable[[], str]]]) -> None:
    """Write each report that is wanted, whatever becomes of the others.

    Then raise what the first of them came to: `BadFile` where the system refuses.
    """
    problems: list[Exception] = []
    for path, text in reports:
        try:
            if path is not None:
                write_text(path, text())
        except Exception as error:  # noqa: BLE001 - it is raised below
            problems.append(error)
    if problems:
        raise problems[0]


def write_text(path: str | None, text: str) -> None:
    """Write a finished report, if one is wanted; raise `BadFile` where the system refuses."""
    if path is None:
        return
    try:
        if path == "-":
            sys.stdout.write(text)
            sys.stdout.flush()
        else:  # a path of this machine may hold bytes that are no characters
            Path(path).write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except BrokenPipeError:
        raise
    except OSError as error:
        name = "standard output" if path == "-" else path
        why = f"cannot be written ({error.strerror})"
        raise BadFile(name, why, "all else is done; choose another place") from error
