"""Provide a manager in an environment of its own, where the user has none.

What is provided comes from `templates/<manager>/tool.txt`, a complete closure with hashes, and
lives in the user's cache directory under a name that holds everything it depends on, so that it is
never changed, only made: aside, under a lock, then renamed into place.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from generator.catalog import Manager, templates_root
from generator.run import Step, run
from generator.toolchain.environment import cache_root, child_environment
from generator.toolchain.index import INDEX_URL, package_index
from generator.toolchain.interpreters import base_of
from generator.toolchain.tool import Tool, ToolUnavailable, why

#: Changes when the way of building does, so that older environments are not used any more.
RECIPE = "1"

#: How uv, which builds the environments, is handed the user's index.
_INDEX = {"UV_DEFAULT_INDEX": INDEX_URL}
_REMEDY = "check the connection to the package index, or install it yourself so that it is on PATH"


def pinned_version(manager: Manager) -> str | None:
    """Return the version that `provide` gives, or None where a manager cannot be provided."""
    if not _list(manager).is_file():
        return None
    text = _list(manager).read_text(encoding="utf-8")
    found = re.search(rf"^{re.escape(manager.name)}==([^\s;\\]+)", text, re.MULTILINE)
    return found and found[1]


def provided(manager: Manager) -> Tool | None:
    """Return the provided tool if it was made and its interpreter is still there."""
    version = pinned_version(manager)
    if version is None:
        return None
    programs = _place(manager) / "bin"
    executable = programs / manager.executable
    if not (executable.is_file() and (programs / "python").exists()):
        return None
    return Tool(manager.executable, executable, version, "provided")


def provide(manager: Manager, on_line: Callable[[str], None] | None = None) -> Tool:
    """Make the tool's environment aside and rename it into place; one run at a time does it.

    Takes seconds, and downloads what is not cached. Raises `ToolUnavailable`.
    """
    from filelock import FileLock

    place = _place(manager)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{place}.lock"):
            if provided(manager) is None:  # perhaps another run made it while this one waited
                _build(manager, place, on_line)
    except OSError as error:
        remedy = "make the directory writable, or name another in XDG_CACHE_HOME"
        raise ToolUnavailable(manager.title, str(error), remedy) from error
    tool = provided(manager)
    if tool is None:
        raise ToolUnavailable(manager.title, f"{place} does not work", "remove that and try again")
    return tool


def _build(manager: Manager, place: Path, on_line: Callable[[str], None] | None) -> None:
    # What is in place is broken, and what is aside was left by a run that was killed.
    aside = place.with_name(f".{place.name}")
    for old in (place, aside):
        shutil.rmtree(old, ignore_errors=True)
    aside.mkdir()
    env = child_environment(cache_root(), package_index().environment(_INDEX, aside))
    try:
        for argv in _recipe(manager, aside / "env"):
            outcome = run(Step("provide", argv, aside, env), on_line=on_line)
            if not outcome.ok:
                raise ToolUnavailable(manager.title, why(outcome), _REMEDY)
        (aside / "env").rename(place)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _list(manager: Manager) -> Path:
    return templates_root() / manager.name / "tool.txt"


def _place(manager: Manager) -> Path:
    """Return where a provided manager lives: the name holds everything that it is made from."""
    base, version = _own_base()
    made_from = f"{RECIPE}\n{base}\n{version}\n".encode() + _list(manager).read_bytes()
    digest = hashlib.sha256(made_from).hexdigest()[:16]
    return cache_root() / "tools" / f"{manager.name}-{pinned_version(manager)}-{digest}"


@cache
def _own_base() -> tuple[Path, str]:
    """Return the interpreter that provided managers run on: the one below ours."""
    base = base_of(Path(sys.executable))
    if base is None:
        raise ToolUnavailable("Python", f"{sys.executable} does not run", "install scaffold anew")
    return base


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
