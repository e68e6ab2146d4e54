"""`scaffold new --install`: the manager's own commands, run straight away, with live progress."""

from __future__ import annotations

import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import click

from generator.answers import Answers
from generator.catalog import Manager
from generator.cli.show import START, Output
from generator.run import Outcome, Step, run
from generator.toolchain import Bench, NoInterpreter, prepare

#: What a step says of itself while it runs: a line to replace by the next one.
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Progress:
    """Shows steps as they run: `running` gives a function for a running step's last line."""

    stream: TextIO
    quiet: bool

    @contextmanager
    def running(self, title: str) -> Iterator[Tell]:
        """Show that something runs; on a terminal with a spinner and its last line of output."""
        if self.quiet:
            yield lambda _line: None
        elif not self.stream.isatty():
            click.echo(f"{title} ...", file=self.stream)
            yield lambda _line: None
        else:
            from rich.console import Console
            from rich.text import Text

            console = Console(file=self.stream)
            with console.status(Text(title)) as status:

                def tell(line: str) -> None:
                    room = max(console.width - len(title) - 8, 0)
                    status.update(Text.assemble(title, (f"  {line.strip()[:room]}", "dim")))

                yield tell

    def done(self, outcome: Outcome) -> None:
        """Show that a step has ended, a failed one with all its output and how to repeat it."""
        step = outcome.step
        mark = "passed" if outcome.ok else "FAILED"
        if not self.quiet or not outcome.ok:
            line = f"{mark}  {step.verb:8} {outcome.seconds:6.1f} s  {step.line}"
            click.echo(line, file=self.stream)
        if not outcome.ok:
            if outcome.output.strip():
                click.echo(outcome.output.rstrip(), file=self.stream)
            why = outcome.reason or f"exit code {outcome.exit_code}"
            repeat = f"cd {shlex.quote(str(step.cwd))} && {step.line}"
            click.echo(f"{step.verb} failed: {why}; repeat it with: {repeat}", file=self.stream)


def install(
    manager: Manager, settled: Answers, target: Path, names: Mapping[str, str], output: Output
) -> dict[str, Any]:
    """Create the environment, install, lock and test; stop at the first step that fails.

    `names` are the values of the commands' metavariables.

    Return `{ok, steps: [{verb, argv, seconds, exit_code, status, reason}]}`. Raises
    `ToolUnavailable` or `NoInterpreter` where nothing could be started.
    """
    progress = Progress(output.stream if output.stream.isatty() else sys.stderr, output.quiet)
    with tempfile.TemporaryDirectory(prefix="scaffold-") as place:
        with progress.running(f"Looking for {manager.title}") as tell:
            bench = _bench(manager, settled.context["pythons"], Path(place).resolve(), tell)
        reports: list[dict[str, Any]] = []
        ok = True
        for step in _steps(manager, bench, target.resolve(), names):
            if not ok:
                reports.append(_report(step, None))
                continue
            with progress.running(f"{step.verb}: {step.line}") as tell:
                outcome = run(step, on_line=tell)
            progress.done(outcome)
            ok = outcome.ok
            reports.append(_report(step, outcome))
        return {"ok": ok, "manager_version": bench.tool.version, "steps": reports}


def _bench(manager: Manager, pythons: list[str], folder: Path, tell: Tell) -> Bench:
    """Prepare with the oldest supported Python that this machine has."""
    missing: NoInterpreter | None = None
    for version in pythons:
        try:
            return prepare(manager, version, folder, on_line=tell)
        except NoInterpreter as error:
            missing = missing or error
    raise missing or NoInterpreter(pythons[0])


def _steps(
    manager: Manager, bench: Bench, target: Path, names: Mapping[str, str]
) -> Iterator[Step]:
    for verb in (*START, "test"):
        for command in manager.commands.get(verb, ()):
            filled = command.replace(names)
            stdout = None if filled.stdout is None else Path(filled.stdout)
            yield Step(verb, filled.argv, target, bench.env, stdout)


def _report(step: Step, outcome: Outcome | None) -> dict[str, Any]:
    if outcome is None:
        status, reason = "not_run", "an earlier step failed"
    elif outcome.ok:
        status, reason = "passed", ""
    else:
        status = "failed" if outcome.exit_code is not None else "unable"
        reason = outcome.reason or f"exit code {outcome.exit_code}"
    return {
        "verb": step.verb,
        "argv": list(step.argv),
        "seconds": round(outcome.seconds, 3) if outcome else 0.0,
        "exit_code": outcome.exit_code if outcome else None,
        "status": status,
        "reason": reason,
    }
