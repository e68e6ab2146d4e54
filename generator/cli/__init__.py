"""The command line: reads argv, prints, chooses the exit code; nothing else does.

Only click is imported here; each command's module is imported when it is called, so that `--help`
costs no more than click does.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping

import click

from generator import __version__

#: Every command: its module below `generator.cli`, and the line that `scaffold --help` shows.
COMMANDS: Mapping[str, str] = {
    "new": "Write a new project in the layout of a manager.",
    "check": "Prove layouts: install, test, lock and export with the real managers.",
    "managers": "List the managers: where each was found, its version, its verbs.",
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command = importlib.import_module(f"generator.cli.{name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: scaffold new myproj --manager poetry",
)
@click.version_option(__version__, prog_name="scaffold")
def cli() -> None:
    """Start, compare and prove a Python project in the layout of any manager."""


def main() -> None:
    """Run the command line; a `ScaffoldError` is one line on standard error and exit code 2."""
    try:
        cli.main(prog_name="scaffold", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.exceptions.Abort:
        click.echo("error: interrupted; nothing was written", err=True)
        sys.exit(130)
    except click.ClickException as error:
        click.echo(f"error: {error.format_message()}", err=True)
        sys.exit(2)
    except Exception as error:
        from generator.errors import ScaffoldError

        if not isinstance(error, ScaffoldError):
            raise
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
