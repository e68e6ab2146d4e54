"""A manager's executable: the user's own from PATH, else a pinned one in an environment of its own.

What is provided comes from `templates/<manager>/tool.txt`, a complete closure with hashes, and
lives in the user's cache directory under a name that holds everything it depends on, so that it is
never changed, only made: aside, under a lock, then renamed into place.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Literal

from generator.catalog import Manager, templates_root
from generator.errors import ScaffoldError
from generator.run import Outcome, Step, run
from generator.toolchain.environment import cache_root, child_environment
from generator.toolchain.index import package_index
from generator.toolchain.interpreters import base_of

#: Changes when the way of building does, so that older environments are not used any more.
RECIPE = "1"
#: Set to anything but 0: pass by the user's own managers, use the pinned ones.
PREFER_PROVIDED = "SCAFFOLD_PROVIDED"


class ToolUnavailable(ScaffoldError):
    """A manager that is neither here nor could be provided."""

    def __init__(self, name: str, why: str, remedy: str) -> None:
        super().__init__(f"{name} cannot be used: {why}; {remedy}")


@dataclass(frozen=True)
class Tool:
    """A manager's working executable; `name` may be an alternative's ("mamba" for conda)."""

    name: str
    executable: Path
    version: str
    origin: Literal["PATH", "provided", "engine"]


def obtain(
    manager: Manager,
    python: Path,
    *,
    provided: bool = False,
    on_line: Callable[[str], None] | None = None,
) -> Tool:
    """Find a manager's executable, or provide it (seconds, and downloads, the first time).

    Raises `ToolUnavailable` with the remedy, `NoIndex` where no package index can be told.
    """
    tool = find(manager, python, provided=provided)
    if tool is not None:
        return tool
    if not _list(manager).is_file():
        names = " or ".join((manager.executable, *manager.alternatives))
        raise ToolUnavailable(manager.title, f"no {names} on PATH", f"see {manager.homepage}")
    _build(manager, on_line)
    tool = _provided(manager)
    if tool is None:
        raise ToolUnavailable(
            manager.title, f"{_place(manager)} does not work", "remove that folder and try again"
        )
    return tool


def find(manager: Manager, python: Path, *, provided: bool = False) -> Tool | None:
    """Return a manager's executable without providing it; `python` stands for `python3`.

    The user's own on PATH wins over a provided one, unless `provided` or the environment variable
    `SCAFFOLD_PROVIDED` says otherwise, and over the built-in engine. What does not run (a shim
    without a version behind it) is not found.
    """
    if manager.executable == "python3":
        base = base_of(python)
        return Tool("python3", base[0], base[1], "PATH") if base else None
    if not (provided or os.environ.get(PREFER_PROVIDED, "0") not in {"", "0"}):
        for name in (manager.executable, *manager.alternatives):
            for candidate in _on_path(name):
                if version := _version(manager, candidate):
                    return Tool(name, candidate, version, "PATH")
    return _engine(manager) if manager.engine else _provided(manager)


def pinned_version(manager: Manager) -> str | None:
    """Return the version that would be provided, or None where nothing can be."""
    if not _list(manager).is_file():
        return None
    text = _list(manager).read_text(encoding="utf-8")
    found = re.search(rf"^{re.escape(manager.name)}==([^\s;\\]+)", text, re.MULTILINE)
    return found and found[1]


def _list(manager: Manager) -> Path:
    return templates_root() / manager.name / "tool.txt"


def _place(manager: Manager) -> Path:
    """Return where a provided manager lives: the name holds everything that it is made from."""
    base, version = _own_base()
    made_from = f"{RECIPE}\n{base}\n{version}\n".encode() + _list(manager).read_bytes()
    digest = hashlib.sha256(made_from).hexdigest()[:16]
    return cache_root() / "tools" / f"{manager.name}-{pinned_version(manager)}-{digest}"


def _own_base() -> tuple[Path, str]:
    """Return the interpreter that provided managers run on: the one below ours."""
    base = base_of(Path(sys.executable))
    if base is None:
        raise ToolUnavailable("Python", f"{sys.executable} does not run", "install scaffold anew")
    return base


def _provided(manager: Manager) -> Tool | None:
    """Return the provided tool if it was made and its interpreter is still there."""
    version = pinned_version(manager)
    if version is None:
        return None
    programs = _place(manager) / "bin"
    executable = programs / manager.executable
    if not (executable.is_file() and (programs / "python").exists()):
        return None
    return Tool(manager.executable, executable, version, "provided")


def _build(manager: Manager, on_line: Callable[[str], None] | None) -> None:
    """Make the tool's environment aside, rename it into place; one run at a time does it."""
    from filelock import FileLock

    place = _place(manager)
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{place}.lock"):
        if _provided(manager) is not None:
            return  # another run made it while this one waited
        # What is there is broken, and what is aside was left by a run that was killed.
        aside = place.with_name(f".{place.name}")
        for old in (place, aside):
            shutil.rmtree(old, ignore_errors=True)
        aside.mkdir()
        try:
            for argv in _recipe(manager, aside / "env"):
                outcome = run(Step("provide", argv, aside, _environment()), on_line=on_line)
                if not outcome.ok:
                    raise ToolUnavailable(manager.title, _why(outcome), _REMEDY)
            (aside / "env").rename(place)
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _recipe(manager: Manager, env: Path) -> tuple[tuple[str, ...], ...]:
    """Return the argvs that make the environment `env` and prove that the tool in it runs."""
    import uv

    builder, programs, base = uv.find_uv_bin(), env / "bin", str(_own_base()[0])
    install = (builder, "pip", "install", "--require-hashes", "--requirement", str(_list(manager)))
    return (
        # Relocatable, because otherwise its scripts would name the folder they were made in.
        (builder, "venv", "--relocatable", "--python", base, str(env)),
        (*install, "--python", str(programs / "python")),
        (str(programs / manager.executable), *manager.version_argv[1:]),
    )


_REMEDY = "check the connection to the package index, or install it yourself so that it is on PATH"


def _environment() -> dict[str, str]:
    return child_environment(cache_root(), package_index().settings)


def _why(outcome: Outcome) -> str:
    """Return what a failed command said, on one line: from uv's first sign of an error on."""
    lines = [line.strip() for line in outcome.output.splitlines() if line.strip()]
    begin = next((n for n, line in enumerate(lines) if re.match("×|error", line)), -3)
    said = " ".join(line.lstrip("×╰├─▶│ ") for line in lines[begin:])
    return outcome.reason or shorten(said, 400, placeholder=" ...") or f"exit {outcome.exit_code}"


def _engine(manager: Manager) -> Tool:
    """Return the built-in engine's command line, which its module writes as a small script."""
    key = hashlib.sha256(f"{sys.executable}\n{__file__}".encode()).hexdigest()[:16]
    programs = cache_root() / "engines" / f"{manager.name}-{key}"
    programs.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", dir=programs) as aside:
        written: Path = importlib.import_module(manager.engine).write_shim(Path(aside))
        executable = written.replace(programs / written.name)
    folder = cache_root()
    argv = (str(executable), *manager.version_argv[1:])
    outcome = run(Step("version", argv, folder, child_environment(folder)), timeout=60)
    if not outcome.ok:
        remedy = f"install scaffold's extra for it, or {manager.title} itself: {manager.homepage}"
        raise ToolUnavailable(manager.title, _why(outcome), remedy)
    return Tool(manager.executable, executable, outcome.output.strip(), "engine")


def _on_path(name: str) -> Iterator[Path]:
    for folder in os.get_exec_path():
        if found := shutil.which(name, path=folder):
            yield Path(found)


def _version(manager: Manager, executable: Path) -> str | None:
    """Return the version that an executable prints of itself, or None where it does not work."""
    folder = cache_root()
    argv = (str(executable), *manager.version_argv[1:])
    outcome = run(Step("version", argv, folder, child_environment(folder)), timeout=60)
    found = re.search(r"\d+(\.\d+)+\w*", outcome.output)
    return found[0] if outcome.ok and found else None
