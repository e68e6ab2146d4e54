"""`scaffold managers`: where each manager was found, its version, its lock file, its verbs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import click

from generator.catalog import Manager, managers
from generator.check.scene import ORIGINS
from generator.cli.show import check_report, write_text
from generator.cli.signals import unwinding
from generator.run import cancellable
from generator.toolchain import Tool, ToolUnavailable, search

SCHEMA = 1


@dataclass(frozen=True)
class Listed:
    """A manager and what became of looking for it; `why` is the error where it cannot be used.

    `passed_by` says, a line each, which executables on PATH do not work.
    """

    manager: Manager
    tool: Tool | None
    why: str = ""
    passed_by: tuple[str, ...] = ()

    @property
    def found(self) -> str:
        """Where it is, in a word or two."""
        if self.manager.inside:
            return f"in {self.manager.environment}"
        if self.tool is not None:
            return ORIGINS[self.tool.origin]
        return "would be provided" if self.manager.pinned else "missing"

    @property
    def version(self) -> str:
        """The version in use, or the one that would be."""
        if self.manager.inside:
            return self.manager.inside
        return self.tool.version if self.tool is not None else self.manager.pinned or ""

    def facts(self) -> dict[str, Any]:
        """Return the entry of the JSON report."""
        return {
            "name": self.manager.name,
            "title": self.manager.title,
            "homepage": self.manager.homepage,
            "found": self.found,
            "executable": None if self.tool is None else str(self.tool.executable),
            "version": self.version or None,
            "pinned": self.manager.pinned,
            "lock": list(self.manager.lock),
            "scope": self.manager.scope,
            "verbs": {
                verb: [str(c) for c in argvs] for verb, argvs in self.manager.commands.items()
            },
            "unsupported": dict(self.manager.unsupported),
            "reason": self.why,
            "passed_by": list(self.passed_by),
        }


@click.command("managers")
@click.option("--json", "report", metavar="FILE", help="Write a report (- is stdout).")
@click.option("--provided", is_flag=True, help="Pass by what is on PATH: list the pinned managers.")
def command(report: str | None, *, provided: bool) -> None:
    """List the managers: where each was found, its version, its lock file and its verbs.

    Nothing is installed; what is missing would be provided by `scaffold check`.
    """
    check_report(report)
    cancel = Event()

    def looked(manager: Manager) -> Listed:
        with cancellable(cancel):
            return look(manager, provided=provided)

    pool = ThreadPoolExecutor()
    try:
        with unwinding():
            listed = list(pool.map(looked, managers()))
    finally:
        cancel.set()  # ends what is still asked
        pool.shutdown(cancel_futures=True)
    if report is not None:
        facts = {"schema": SCHEMA, "managers": [one.facts() for one in listed]}
        write_text(report, json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
    if report != "-":
        (_draw if sys.stdout.isatty() else _print)(listed)


def look(manager: Manager, *, provided: bool = False) -> Listed:
    """Look for one manager without providing it."""
    try:
        tool, passed_by = search(manager, Path(sys.executable), prefer_provided=provided)
        return Listed(manager, tool, passed_by=passed_by)
    except ToolUnavailable as error:
        return Listed(manager, None, str(error))


def verbs(listed: Iterable[Listed]) -> list[str]:
    """Return every verb of any manager, in the order of the first that has it."""
    return list(
        dict.fromkeys(
            verb for one in listed for verb in (*one.manager.commands, *one.manager.unsupported)
        )
    )


def _print(listed: list[Listed]) -> None:
    """Write plain text: one block a manager, one line a fact."""
    for one in listed:
        click.echo(f"{one.manager.name}: {one.found}, {one.version or 'no version'}")
        if one.tool is not None:
            click.echo(f"  executable: {one.tool.executable}")
        if one.why:
            click.echo(f"  error: {one.why}")
        for line in one.passed_by:
            click.echo(f"  passed by: {line}")
        click.echo(f"  lock: {', '.join(one.manager.lock)}")
        click.echo(f"  verbs: {' '.join(one.manager.commands)}")
        for verb, reason in one.manager.unsupported.items():
            click.echo(f"  no {verb}: {reason}")


def _draw(listed: list[Listed]) -> None:
    """Draw two tables, who and what, and below them the reasons for what is missing."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    who = Table("manager", "found", "version", "lock file", box=None, header_style="bold")
    for one in listed:
        who.add_row(one.manager.title, one.found, one.version, "\n".join(one.manager.lock))
    what = Table("verb", *(one.manager.title for one in listed), box=None, header_style="bold")
    for verb in verbs(listed):
        what.add_row(verb, *(_mark(one.manager, verb) for one in listed))
    console.print(who)
    console.print()
    console.print(what)
    console.print()
    _draw_reasons(console.print, listed)


def _mark(manager: Manager, verb: str) -> str:
    if verb in manager.commands:
        return "[green]✓[/]"
    return "[yellow]no[/]" if verb in manager.unsupported else "[dim]-[/]"


def _draw_reasons(show: Callable[[str], None], listed: list[Listed]) -> None:
    from rich.markup import escape

    for one in listed:
        if one.why:
            show(f"[red]{escape(one.why)}[/]")
        for line in one.passed_by:
            show(f"[yellow]passed by[/] {escape(line)}")
        for verb, reason in one.manager.unsupported.items():
            show(f"[yellow]no[/] {one.manager.title} {verb}: {escape(reason)}")
