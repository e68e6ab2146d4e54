"""Outside: places beyond a check's own folders that a manager must leave alone, and do tempt it.

Every file of a machine cannot be watched, and other programs write, too. So these are the places
where managers were seen to go astray, and where hardly anyone else writes.
"""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from generator.toolchain import Bench

#: In the user's home: programs and packages that managers install, and their settings.
HOME = (
    ".local/bin",
    ".local/share/virtualenvs",
    ".local/pipx/venvs",
    ".virtualenvs",
    ".conda",
    ".condarc",
    ".config/pip",
    ".config/pypoetry",
    ".config/uv",
    ".pip",
    ".gitconfig",
    ".pydistutils.cfg",
    ".pypirc",
    ".netrc",
)

#: What a place looks like: its entries by name, with what changes when each is written.
Marks = Mapping[Path, frozenset[tuple[str, int, int]] | None]


def places(bench: Bench, case: Path) -> tuple[Path, ...]:
    """Return what to watch: the case's folder, interpreters with their packages, and the home."""
    found = [case, *_interpreter(bench.python.parent.parent), *_interpreter(Path(sys.prefix))]
    if bench.tool.origin == "provided":
        found += _interpreter(bench.tool.executable.parent.parent)
    home = Path("~").expanduser()
    found += [Path(site.getusersitepackages()), *(home / name for name in HOME)]
    return tuple(dict.fromkeys(found))


def marks(watched: Sequence[Path]) -> Marks:
    """Look at each place: some milliseconds in all."""
    return {place: _mark(place) for place in watched}


def changed(before: Marks) -> str:
    """Return what was written outside since then, "" where nothing was."""
    for place, mark in before.items():
        now = _mark(place)
        if now != mark:
            names = sorted({name for name, *_ in (now or frozenset()) ^ (mark or frozenset())})
            paths = [str(place / name) for name in names[:5]]
            return f"{', '.join(paths) or place} outside the project changed while it ran"
    return ""


def _interpreter(prefix: Path) -> Iterator[Path]:
    yield prefix / "bin"
    for kind in ("site-packages", "dist-packages"):
        yield from prefix.glob(f"lib/python3*/{kind}")


def _mark(place: Path) -> frozenset[tuple[str, int, int]] | None:
    try:
        if not place.is_dir():
            stat = place.stat()
            return frozenset({("", stat.st_ino, stat.st_mtime_ns)})
        with os.scandir(place) as entries:
            return frozenset(_entry(one) for one in entries if one.name != "__pycache__")
    except OSError:
        return None


def _entry(one: os.DirEntry[str]) -> tuple[str, int, int]:
    """A folder counts by what it is: what is imported from it writes bytecode into it."""
    stat = one.stat(follow_symlinks=False)
    folder = one.is_dir(follow_symlinks=False)
    return one.name, stat.st_ino, 0 if folder else stat.st_mtime_ns
