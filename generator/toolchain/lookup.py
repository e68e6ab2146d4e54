"""Find a manager: the user's own on PATH first, then what is provided or built in."""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from generator.catalog import Manager
from generator.run import Outcome, Step, run
from generator.toolchain.environment import FolderUnwritable, cache_root, child_environment
from generator.toolchain.interpreters import base_of
from generator.toolchain.provide import provide, provided
from generator.toolchain.tool import Tool, ToolUnavailable, why

#: Set to anything but 0: pass by the user's own managers, use the pinned ones.
PREFER_PROVIDED = "SCAFFOLD_PROVIDED"


def obtain(
    manager: Manager,
    python: Path,
    *,
    prefer_provided: bool = False,
    on_line: Callable[[str], None] | None = None,
) -> Tool:
    """Find a manager's executable, or provide it (seconds, and downloads, the first time).

    Raises `ToolUnavailable` with the remedy.
    """
    tool, passed_by = search(manager, python, prefer_provided=prefer_provided)
    if tool is not None:
        return tool
    if manager.pinned is None:
        names = " or ".join((manager.executable, *manager.alternatives))
        why_not = "; ".join((f"no {names} on PATH", *passed_by))
        raise ToolUnavailable(manager.title, why_not, f"see {manager.download}")
    return replace(provide(manager, on_line), passed_by=passed_by)


def find(manager: Manager, python: Path, *, prefer_provided: bool = False) -> Tool | None:
    """Return a manager's executable without providing it, as `search` finds it."""
    return search(manager, python, prefer_provided=prefer_provided)[0]


def search(
    manager: Manager, python: Path, *, prefer_provided: bool = False
) -> tuple[Tool | None, tuple[str, ...]]:
    """Return a manager's executable, and a line for each on PATH that does not work.

    Nothing is provided; `python` stands for `python3`.

    The user's own on PATH wins over a provided one and over the built-in engine, unless
    `prefer_provided` or the environment variable `SCAFFOLD_PROVIDED` says otherwise. What does not
    run (a shim without a version behind it) is not found.
    """
    if manager.executable == "python3":
        base = base_of(python)
        return (Tool("python3", base[0], base[1], "PATH") if base else None), ()
    passed_by: list[str] = []
    if not (prefer_provided or os.environ.get(PREFER_PROVIDED, "0") not in {"", "0"}):
        for name in (manager.executable, *manager.alternatives):
            for candidate in _on_path(name):
                outcome = _ask_version(manager, candidate)
                if version := _version(outcome):
                    before = tuple(passed_by)
                    return Tool(name, candidate, version, "PATH", before), before
                passed_by.append(f"{candidate} does not work: {_why_not(outcome)}")
    found = _engine(manager) if manager.engine else provided(manager)
    return found and replace(found, passed_by=tuple(passed_by)), tuple(passed_by)


def _engine(manager: Manager) -> Tool:
    """Return the built-in engine's command line, which its module writes as a small script."""
    key = hashlib.sha256(f"{sys.executable}\n{__file__}".encode()).hexdigest()[:16]
    programs = cache_root() / "engines" / f"{manager.name}-{key}"
    try:
        programs.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=programs) as aside:
            written: Path = importlib.import_module(manager.engine).write_shim(Path(aside))
            executable = written.replace(programs / written.name)
    except OSError as error:
        raise FolderUnwritable(programs, error.strerror or str(error)) from error
    outcome = _ask_version(manager, executable)
    if not outcome.ok:
        remedy = f"or use {manager.title} itself: {manager.download}"
        raise ToolUnavailable(manager.title, why(outcome), remedy)
    return Tool(manager.executable, executable, outcome.output.strip(), "engine")


def _on_path(name: str) -> Iterator[Path]:
    for folder in os.get_exec_path():
        if found := shutil.which(name, path=folder):
            yield Path(found)


def _version(outcome: Outcome) -> str | None:
    """Return the version that an executable printed of itself, or None where it does not work."""
    found = re.search(r"\d+(\.\d+)+\w*", outcome.output)
    return found[0] if outcome.ok and found else None


def _why_not(outcome: Outcome) -> str:
    return "it prints no version" if outcome.ok else why(outcome)


def _ask_version(manager: Manager, executable: Path) -> Outcome:
    folder = cache_root()
    argv = (str(executable), *manager.version_argv[1:])
    return run(Step("version", argv, folder, child_environment(folder)), timeout=60)
