"""Provide a manager in an environment of its own, where the user has none.

What is provided comes from `templates/<manager>/tool.txt`, a complete closure with hashes, and
lives in the user's cache directory under a name that holds everything it depends on, so that it is
never changed, only made: aside, under a lock, then renamed into place. A list of its files lies in
it, so that one that lost something is noticed, and made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from generator.catalog import Manager
from generator.run import Step, run, stop_if_cancelled
from generator.toolchain.environment import cache_root, child_environment
from generator.toolchain.index import INDEX_URL, package_index
from generator.toolchain.interpreters import base_of
from generator.toolchain.tool import Tool, ToolUnavailable, why

#: Changes when the way of building does, so that older environments are not used any more.
RECIPE = "2"
#: Longest time for one step, and for another run that makes the same tool; in seconds.
TIMEOUT = 600.0

#: How uv, which builds the environments, is handed the user's index.
_INDEX = {"UV_DEFAULT_INDEX": INDEX_URL}
#: In the environment: its files, as {path: bytes}.
_MANIFEST = "scaffold-files.json"
_REMEDY = "check the connection to the package index, or install it yourself so that it is on PATH"


def provided(manager: Manager) -> Tool | None:
    """Return the provided tool if it is whole, and its interpreter is still there."""
    version = manager.pinned
    if version is None:
        return None
    place = _place(manager)
    executable = place / "bin" / manager.executable
    if not ((place / "bin" / "python").exists() and executable.is_file() and _is_whole(place)):
        return None
    return Tool(manager.executable, executable, version, "provided")


def provide(manager: Manager, on_line: Callable[[str], None] | None = None) -> Tool:
    """Make the tool's environment aside and rename it into place; one run at a time does it.

    Takes seconds, and downloads what is not cached. Raises `ToolUnavailable`.
    """
    place = _place(manager)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with _alone(manager, place):
            if provided(manager) is None:  # perhaps another run made it while this one waited
                _build(manager, place, on_line)
    except OSError as error:
        remedy = "make the directory writable, or name another in XDG_CACHE_HOME"
        raise ToolUnavailable(manager.title, str(error), remedy) from error
    tool = provided(manager)
    if tool is None:
        raise ToolUnavailable(manager.title, f"{place} does not work", "remove that and try again")
    return tool


@contextmanager
def _alone(manager: Manager, place: Path) -> Iterator[None]:
    """Hold the lock of a place; another run has it while it makes the tool."""
    from filelock import FileLock, Timeout

    lock = FileLock(f"{place}.lock")
    deadline = time.monotonic() + TIMEOUT
    while not lock.is_locked:
        stop_if_cancelled()
        try:
            lock.acquire(timeout=0.2)
        except Timeout as error:
            if time.monotonic() > deadline:
                why = f"another run has been making it for {TIMEOUT:g} s"
                raise ToolUnavailable(manager.title, why, "end that and try again") from error
    try:
        yield
    finally:
        lock.release()


def _build(manager: Manager, place: Path, on_line: Callable[[str], None] | None) -> None:
    # The lock is ours: what lies aside was left by a run that was killed.
    for left in place.parent.glob(f".{place.name}*"):
        shutil.rmtree(left, ignore_errors=True)
    # What such a run had started may still write there: this has a name of its own.
    aside = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        env = child_environment(cache_root(), package_index().environment(_INDEX, aside))
        for argv in _recipe(manager, aside / "env", cached=not place.exists()):
            outcome = run(Step("provide", argv, aside, env), on_line=on_line, timeout=TIMEOUT)
            if not outcome.ok:
                raise ToolUnavailable(manager.title, why(outcome), _REMEDY)
        _write_manifest(aside / "env")
        if place.exists():
            place.rename(aside / "broken")
        (aside / "env").rename(place)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _write_manifest(env: Path) -> None:
    sizes = {
        path.relative_to(env).as_posix(): path.lstat().st_size
        for path in env.rglob("*")
        if "__pycache__" not in path.parts and (path.is_symlink() or not path.is_dir())
    }
    (env / _MANIFEST).write_text(json.dumps(sizes), encoding="utf-8")


def _is_whole(place: Path) -> bool:
    """Say whether every file is there that was installed, as long as it was; some 5 ms."""
    try:
        sizes = json.loads((place / _MANIFEST).read_text(encoding="utf-8"))
        folder = os.open(place, os.O_RDONLY)
        try:
            return bool(sizes) and all(
                os.stat(path, dir_fd=folder, follow_symlinks=False).st_size == size
                for path, size in sizes.items()
            )
        finally:
            os.close(folder)
    except (OSError, ValueError, AttributeError, TypeError):  # not there, or spoiled
        return False


def _place(manager: Manager) -> Path:
    """Return where a provided manager lives: the name holds everything that it is made from."""
    base, version = _own_base()
    made_from = f"{RECIPE}\n{base}\n{version}\n".encode() + manager.tool_list.read_bytes()
    digest = hashlib.sha256(made_from).hexdigest()[:16]
    return cache_root() / "tools" / f"{manager.name}-{manager.pinned}-{digest}"


@cache
def _own_base() -> tuple[Path, str]:
    """Return the interpreter that provided managers run on: the one below ours."""
    base = base_of(Path(sys.executable))
    if base is None:
        raise ToolUnavailable("Python", f"{sys.executable} does not run", "install scaffold anew")
    return base


def _recipe(manager: Manager, env: Path, *, cached: bool) -> tuple[tuple[str, ...], ...]:
    """Return the argvs that make the environment `env` and prove that the tool in it runs."""
    import uv

    builder, programs, base = uv.find_uv_bin(), env / "bin", str(_own_base()[0])
    # uv links files out of its cache: what spoiled one in an environment spoiled it there as well.
    install = (builder, "pip", "install", "--require-hashes", *(() if cached else ("--no-cache",)))
    return (
        # Relocatable, because otherwise its scripts would name the folder they were made in.
        (builder, "venv", "--relocatable", "--python", base, str(env)),
        (*install, "--requirement", str(manager.tool_list), "--python", str(programs / "python")),
        (str(programs / manager.executable), *manager.version_argv[1:]),
    )
