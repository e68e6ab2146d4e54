"""The command line: reads argv, prints, chooses the exit code; nothing else does.

Only click is imported here; each command's module is imported when it is called, so that `--help`
costs no more than click does.
"""

from __future__ import annotations

import gc
import importlib
import io
import os
import sys
from collections.abc import Mapping
from contextlib import suppress

import click

from generator import __version__

#: Every command: its module below `generator.cli`, and the line that `scaffold --help` shows.
COMMANDS: Mapping[str, str] = {
    "new": "Write a new project in the layout of a manager.",
    "compare": "Hold layouts side by side: files, commands, versions, measurements.",
    "check": "Prove layouts: install, test, lock and export with the real managers.",
    "conda-channel": "Build a conda channel from your package index, where conda-forge is not.",
    "managers": "List the managers: where each was found, its version, its verbs.",
}


class Interrupted(click.exceptions.Abort):
    """Ctrl-C; `str()` says what was and what was not done by then."""


# ruff: noqa: ARG002 - click calls these with a context, which a fixed table does not need
class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"generator.cli.{name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _width() -> int:
    """Return the width of help pages, as click does, which imports `shutil` for it."""
    try:
        columns = int(os.environ.get("COLUMNS", "")) or os.get_terminal_size().columns
    except (ValueError, OSError):
        columns = 80
    return max(min(columns, 80) - 2, 50)


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "terminal_width": _width()},
    epilog="""\b
Example: scaffold new myproj --manager poetry
Exit code: 2 for what you can mend, 70 for a mistake of ours (SCAFFOLD_TRACEBACK=1 shows where).""",
)
@click.version_option(__version__, prog_name="scaffold")
def cli() -> None:
    """Start, compare and prove a Python project in the layout of any manager."""
    try:
        os.getcwd()  # noqa: PTH109 - pathlib is not loaded yet
    except OSError as error:
        raise click.UsageError(
            "the working directory is gone; change to one that exists"
        ) from error


def main() -> None:
    """Run the command line, and end with its exit code.

    0, or 1 where a command says so; 2 with one line on standard error for what the user can mend;
    70 with one line and a traceback kept for a mistake of ours; 130 for Ctrl-C.
    """
    gc.set_threshold(50_000)  # a short run makes no rubbish worth looking for while it imports
    _open_streams()
    code = _run()
    sys.exit(_unwritten() or code)


def _run() -> int:
    try:
        code = cli.main(prog_name="scaffold", standalone_mode=False)
    except SystemExit as stop:
        code = stop.code
    except click.exceptions.Abort as stop:
        _say(f"interrupted{f'; {stop}' if str(stop) else ''}")
        return 130
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 2
    except click.ClickException as error:
        return _fail(error.format_message())
    except Exception as error:  # noqa: BLE001 - nobody wants to see a traceback
        from generator.errors import ScaffoldError

        if isinstance(error, ScaffoldError):
            return _fail(str(error))
        from generator.cli.trouble import explain

        return explain(error, _fail)
    return code if isinstance(code, int) else 0  # what a command's `ctx.exit` was given


def _open_streams() -> None:
    """Have all three standard streams, where some are closed; and no terminal's lack matter."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # which gets the lowest number that is free: this one
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r+", encoding="utf-8"))  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without our characters


def _unwritten() -> int:
    """Return the exit code where standard output does not take what was printed, else 0.

    A reader that has gone away is no trouble of anybody's.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        # What is left of it would be tried once more at the end, and fail as loudly.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if isinstance(error, BrokenPipeError):
            return 1
        why = f"standard output cannot be written ({error.strerror or error})"
        return _fail(f"{why}; give it a place with room")
    return 0


def _fail(message: str, code: int = 2) -> int:
    """Print one line, whatever a path or an answer in it holds; return the exit code."""
    from generator.errors import printable

    _say(printable(message))
    return code


def _say(message: str) -> None:
    with suppress(OSError):  # there is nobody else to tell
        click.echo(f"error: {message}", err=True)
