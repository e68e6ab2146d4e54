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

import click

from generator import __version__

#: Every command: its module below `generator.cli`, and the line that `scaffold --help` shows.
COMMANDS: Mapping[str, str] = {
    "new": "Write a new project in the layout of a manager.",
    "compare": "Hold layouts side by side: files, commands, versions, measurements.",
    "check": "Prove layouts: install, test, lock and export with the real managers.",
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
        command: click.Command = importlib.import_module(f"generator.cli.{name}").command
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
    epilog="Example: scaffold new myproj --manager poetry",
)
@click.version_option(__version__, prog_name="scaffold")
def cli() -> None:
    """Start, compare and prove a Python project in the layout of any manager."""


def main() -> None:
    """Run the command line.

    A mistake of the user's is one line on standard error and exit code 2, Ctrl-C is exit code 130.
    """
    gc.set_threshold(50_000)  # a short run makes no rubbish worth looking for while it imports
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without our characters
    try:
        code = cli.main(prog_name="scaffold", standalone_mode=False)
    except click.exceptions.Abort as stop:
        click.echo(f"error: interrupted{f'; {stop}' if str(stop) else ''}", err=True)
        sys.exit(130)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(2)
    except click.ClickException as error:
        _fail(error.format_message())
    except Exception as error:
        from generator.errors import ScaffoldError

        if not isinstance(error, ScaffoldError):
            raise
        _fail(str(error))
    sys.exit(code if isinstance(code, int) else 0)  # what a command's `ctx.exit` was given


def _fail(message: str) -> None:
    """Print one line, whatever a path or an answer in it holds, and exit 2."""
    line = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in message
    )
    click.echo(f"error: {line}", err=True)
    sys.exit(2)
