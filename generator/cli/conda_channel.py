"""`scaffold conda-channel`: a channel for conda where conda-forge cannot be reached."""

from __future__ import annotations

from pathlib import Path

import click

from generator.cli import Interrupted
from generator.cli.signals import unwinding
from generator.conda_channel import build

EPILOG = """\b
Example:
  scaffold check conda --conda-channel "$(scaffold conda-channel ~/channel)"
"""


def _named(_: object, __: object, out: Path) -> Path:
    if out == Path():
        raise click.UsageError("OUT must be a directory of its own, such as ~/channel")
    return out


@click.command("conda-channel", epilog=EPILOG)
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path), callback=_named)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but the URL, and errors.")
def command(out: Path, *, quiet: bool) -> None:
    """Build a conda channel in the directory OUT, and print its URL.

    It has the running Python and every package that a generated project needs, made from the wheels
    that pip downloads with your own settings: some 0.5 GB, minutes. A second call with the same
    inputs takes no time. It needs Linux, and a Python that is not the system's.
    """

    def say(line: str) -> None:
        if not quiet:
            click.echo(line, err=True)

    try:
        with unwinding():
            click.echo(build(out, say))
    except KeyboardInterrupt as error:
        raise Interrupted("no channel was built; what was downloaded is kept") from error
