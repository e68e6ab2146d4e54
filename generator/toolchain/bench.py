"""Bench: everything a manager's steps need around them, in one folder."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.catalog import Manager
from generator.toolchain.environment import child_environment
from generator.toolchain.index import package_index
from generator.toolchain.interpreters import interpreter
from generator.toolchain.lookup import obtain
from generator.toolchain.tool import Tool

#: The metavariable in a manager's `settings` that stands for the package index's URL.
INDEX_URL = "INDEX_URL"


@dataclass(frozen=True)
class Bench:
    """Where steps run: the manager's executable, the project's interpreter, and the environment.

    `env` is whole (nothing is added to it) and may hold an index's credentials: do not print it.
    """

    tool: Tool
    python: Path
    env: Mapping[str, str]


def prepare(
    manager: Manager,
    python_version: str,
    folder: Path,
    *,
    prefer_provided: bool = False,
    on_line: Callable[[str], None] | None = None,
) -> Bench:
    """Make `folder` (absolute) ready for a manager's steps: a home, a TMPDIR, a `bin` for PATH.

    In `bin` are only the manager and `python3` of `python_version`, so that what else lies beside
    them on this machine is not found. Raises `NoInterpreter`, `ToolUnavailable` or `NoIndex`.
    """
    python = interpreter(python_version)
    tool = obtain(manager, python, prefer_provided=prefer_provided, on_line=on_line)
    programs = folder / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    for name in ("python", "python3", f"python{python_version}"):
        _launcher(programs / name, python)
    if tool.executable != python:
        _launcher(programs / manager.executable, tool.executable)
    index = package_index()
    own = {name: value.replace(INDEX_URL, index.url) for name, value in manager.settings.items()}
    env = child_environment(folder, {**index.settings, **own}, programs=(programs,))
    return Bench(tool, python, env)


def _launcher(path: Path, program: Path) -> None:
    """Write a script that becomes the program; behind a link, Python would take the link's home."""
    path.write_text(f'#!/bin/sh\nexec {shlex.quote(str(program))} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
