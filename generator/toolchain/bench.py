"""Bench: everything a manager's steps need around them, in one folder."""

from __future__ import annotations

import importlib
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from generator.catalog import Manager
from generator.catalog import manager as load_manager
from generator.run import Step, run
from generator.toolchain.environment import child_environment
from generator.toolchain.index import Index, package_index
from generator.toolchain.interpreters import interpreter
from generator.toolchain.lookup import obtain
from generator.toolchain.tool import Tool


@dataclass(frozen=True)
class Bench:
    """Where steps run: the manager's executable, the project's interpreter, and the environment.

    `env` is whole: nothing is added to it. It may hold a proxy's credentials: do not print it.
    """

    tool: Tool
    python: Path
    env: Mapping[str, str]

    @property
    def pip_env(self) -> Mapping[str, str]:
        """The environment for pip itself, which may be hidden from the manager's own index."""
        return {**self.env, **package_index().settings(load_manager("pip").index)}


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
    them on this machine is not found. Raises `NoInterpreter` or `ToolUnavailable`.
    """
    python = interpreter(python_version)
    tool = obtain(manager, python, prefer_provided=prefer_provided, on_line=on_line)
    programs = folder / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    for name in ("python", "python3", f"python{python_version}"):
        _launcher(programs / name, python)
    if tool.executable != python:
        _launcher(programs / manager.executable, tool.executable)
    index = _index(manager, tool, folder).environment(manager.index, folder)
    settings = {**manager.settings, **manager.unattended, **index}
    env = child_environment(folder, settings, programs=(programs,))
    return Bench(tool, python, {**env, **_user_settings(manager, tool, Path(env["HOME"]))})


def _index(manager: Manager, tool: Tool, folder: Path) -> Index:
    """Return the user's index; where none is set, a provided tool may be told its own default.

    Poetry reads an interface of it that mirrors in between do not serve, and its plugin does not.
    """
    index = package_index()
    if index.url or tool.origin != "provided" or not manager.default_index:
        return index
    argv = (str(tool.executable.with_name("python")), "-I", "-c", manager.default_index)
    outcome = run(Step("ask", argv, folder, child_environment(folder)), timeout=60)
    return replace(index, url=outcome.output.strip()) if outcome.ok else index


def _user_settings(manager: Manager, tool: Tool, home: Path) -> dict[str, str]:
    """Hand over what counts of the configuration of a user's own manager with channels."""
    if not manager.engine or tool.origin == "engine":
        return {}
    settings: dict[str, str] = importlib.import_module(manager.engine).user_settings(home)
    return settings


def _launcher(path: Path, program: Path) -> None:
    """Write a script that becomes the program; behind a link, Python would take the link's home."""
    path.write_text(f'#!/bin/sh\nexec {shlex.quote(str(program))} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
