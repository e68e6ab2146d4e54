"""`scaffold new`: write a project."""

from __future__ import annotations

from pathlib import Path

import click

from generator.answers import resolve
from generator.render import render


@click.command("new")
@click.argument("path", type=Path)
@click.option("--manager")
@click.option("--data", multiple=True)
def command(path: Path, manager: str | None, data: tuple[str, ...]) -> None:
    """Write a new project to PATH."""
    given = dict(item.split("=", 1) for item in data)
    if manager:
        given["manager"] = manager
    given["project_name"] = path.name
    answers = resolve(given)
    render(answers.context, answers.values).write(path)
