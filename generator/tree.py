"""Tree: a rendered project in memory.

It checks itself, compares itself with a folder, and writes itself whole or not at all.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from generator.catalog import load_yaml
from generator.errors import BadTemplate, ScaffoldError
from generator.memo import recall
from generator.system import is_dead, is_ending, move, undisturbed

Change = Literal["create", "replace", "same"]

#: Ends the names of folders that files are prepared in; what a killed run left is found by it.
ASIDE = ".scaffold-aside"
#: In such a folder: the paths being moved into a folder that was there before. While it exists, the
#: move is not complete and can be taken back.
_JOURNAL = "journal.json"


class TargetError(ScaffoldError):
    """A target that cannot or must not be written."""

    def __init__(self, target: Path, why: str, remedy: str) -> None:
        super().__init__(f"{target} {why}; {remedy}")


@dataclass(frozen=True)
class File:
    """One file's bytes and permission bits."""

    data: bytes
    mode: int = 0o644


@dataclass(frozen=True)
class Tree:
    """Files by their relative POSIX path."""

    files: Mapping[str, File]

    def validate(self) -> None:
        """Parse every TOML, YAML, JSON and Python file; raise `BadTemplate` for a bad one."""
        for path, file in self.files.items():
            if parse := _PARSERS.get(PurePosixPath(path).suffix or path):
                try:
                    parse(file.data.decode())
                except Exception as error:  # each parser has its own family
                    raise BadTemplate(path, f"{type(error).__name__}: {error}") from error

    def changes(self, folder: Path) -> dict[str, Change]:
        """Return, by path, what writing this tree to `folder` would do; folders may not exist."""
        return {path: _change(folder / path, file) for path, file in sorted(self.files.items())}

    def diff(self, folder: Path) -> Iterator[str]:
        """Yield unified hunks, line by line, from what is in `folder` to this tree."""
        for path, file in sorted(self.files.items()):
            current = folder / path
            old = current.read_bytes() if current.is_file() else None
            if old != file.data:
                yield from unified(old, file.data, f"a/{path}", f"b/{path}")

    def write(self, target: Path, *, force: bool = False, overwrite: bool = False) -> None:
        """Write the whole tree to `target`, or nothing.

        A new target is prepared aside, in the same folder, and renamed into place. An existing one
        that holds something is changed only with `force`, and a differing file only with
        `overwrite`; whatever fails midway is taken back. Raises `TargetError` otherwise, or where
        the file system refuses.
        """
        self.validate()
        with refusals(target), undisturbed():
            place = target.resolve() if target.is_symlink() else target
            clear_leftovers(place)
            check_target(target, force=force)
            if place.is_dir() and (any(place.iterdir()) or _is_fixed(place)):
                self._check_merge(place, overwrite=overwrite)
                self._merge(place)
            else:
                self._create(place)

    def _check_merge(self, target: Path, *, overwrite: bool) -> None:
        for path in self.files:
            for folder in Path(path).parents[:-1]:
                there = target / folder
                if os.path.lexists(there) and (there.is_symlink() or not there.is_dir()):
                    raise TargetError(there, "is not an ordinary folder", "move it away first")
        differing = [path for path, change in self.changes(target).items() if change == "replace"]
        for path in differing:
            if (target / path).is_symlink() or not (target / path).is_file():
                raise TargetError(target / path, "is not an ordinary file", "move it away first")
        if differing and not overwrite:
            shown = ", ".join(differing[:3]) + (" ..." if len(differing) > 3 else "")
            raise TargetError(
                target,
                f"holds {len(differing)} differing file(s): {shown}",
                "see them with --diff, replace them with --force --overwrite",
            )

    def _create(self, target: Path) -> None:
        with beside(target) as aside:
            self._put(aside / "tree", self.files)
            if target.is_dir():
                (aside / "tree").chmod(target.stat().st_mode & 0o7777)
            move(aside / "tree", target)  # replaces an empty directory too, in one step

    def _merge(self, target: Path) -> None:
        """Put every missing or differing file in place by renames; on any failure put all back."""
        changes = {path: do for path, do in self.changes(target).items() if do != "same"}
        with folder_aside(target, "") as aside:
            self._put(aside / "new", {path: self.files[path] for path in changes})
            (aside / "old").mkdir()
            folders = {str(new) for path in changes for new in _missing((target / path).parent)}
            _write_journal(aside, changes, folders)
            try:
                for path in changes:
                    _move_in(target, aside, path)
            except BaseException:
                _take_back(target, aside)
                raise
            (aside / _JOURNAL).unlink()

    def _put(self, folder: Path, files: Mapping[str, File]) -> None:
        folder.mkdir()
        for parent in {(folder / path).parent for path in files}:
            parent.mkdir(parents=True, exist_ok=True)
        for path, file in files.items():
            if is_ending():
                raise KeyboardInterrupt  # or whatever the signal's handler raises, a moment later
            (folder / path).write_bytes(file.data)
            if file.mode & 0o111:
                (folder / path).chmod(0o777 & ~_umask())


def check_target(target: Path, *, force: bool = False) -> None:
    """Raise `TargetError` where no project may be written: a file, a folder that is not empty."""
    with refusals(target):
        for parent in target.parents:
            if os.path.lexists(parent) and not parent.is_dir():
                why = f"lies below {parent}, which is a file"
                raise TargetError(target, why, "choose another path")
        if os.path.lexists(target) and not target.is_dir():
            raise TargetError(target, "is a file", "choose another path")
        if not force and target.is_dir() and any(target.iterdir()):
            remedy = "choose another path, or add --force to write into it"
            raise TargetError(target, "is not empty", remedy)


def clear_leftovers(target: Path) -> None:
    """Take back, or clear away, what a run that was killed while writing `target` left."""
    import shutil

    for aside in target.glob(f".-*{ASIDE}"):
        if _is_dead(aside):
            if (aside / _JOURNAL).exists():
                _take_back(target, aside)
            shutil.rmtree(aside, ignore_errors=True)
    if target.parent.is_dir():
        for aside in target.parent.iterdir():
            ours = aside.name.startswith(f".{target.name[:40]}-") and aside.name.endswith(ASIDE)
            if ours and _is_dead(aside):
                shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def refusals(target: Path) -> Iterator[None]:
    """Turn what the file system refuses into a `TargetError`."""
    try:
        yield
    except OSError as error:
        why = f"cannot be written ({error.strerror or error})"
        raise TargetError(target, why, "choose a path you may write to, with space left") from error


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """Give a folder next to `target`, for one rename to put something in place; clear up after it.

    Missing parents are made, and removed again where the body fails.
    """
    made = _missing(target.parent)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with folder_aside(target.parent, target.name) as aside:
            yield aside
    except BaseException:
        for folder in made:
            with suppress(OSError):  # somebody else has put something there
                folder.rmdir()
        raise


@contextmanager
def folder_aside(folder: Path, name: str) -> Iterator[Path]:
    """Make a directory in `folder`, named after this process, and remove it at the end."""
    import shutil
    import tempfile

    prefix = f".{name[:40]}-{os.getpid()}-"
    aside: Path | None = None
    try:
        with undisturbed():
            aside = Path(tempfile.mkdtemp(prefix=prefix, suffix=ASIDE, dir=folder))
        yield aside
    finally:
        with undisturbed():
            if aside is not None:
                shutil.rmtree(aside, ignore_errors=True)


def _is_dead(aside: Path) -> bool:
    process = aside.name.removesuffix(ASIDE).split("-")[-2]
    return process.isdecimal() and is_dead(int(process))


def _write_journal(aside: Path, changes: Mapping[str, Change], folders: set[str]) -> None:
    part = aside / "journal.part"
    deepest_first = sorted(folders, key=len, reverse=True)
    part.write_text(json.dumps({"changes": changes, "folders": deepest_first}), encoding="utf-8")
    move(part, aside / _JOURNAL)


def _move_in(target: Path, aside: Path, path: str) -> None:
    (target / path).parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(target / path):
        (aside / "old" / path).parent.mkdir(parents=True, exist_ok=True)
        move(target / path, aside / "old" / path)
    move(aside / "new" / path, target / path)


def _take_back(target: Path, aside: Path) -> None:
    journal = json.loads((aside / _JOURNAL).read_text(encoding="utf-8"))
    for path, change in journal["changes"].items():
        if change == "replace" and (aside / "old" / path).exists():
            move(aside / "old" / path, target / path)
        elif change == "create" and not (aside / "new" / path).exists():
            (target / path).unlink(missing_ok=True)
    for folder in journal["folders"]:
        with suppress(OSError):  # not made yet, or in use by somebody else by now
            Path(folder).rmdir()


def _change(place: Path, file: File) -> Change:
    if not os.path.lexists(place):
        return "create"
    return "same" if place.is_file() and place.read_bytes() == file.data else "replace"


def _is_fixed(folder: Path) -> bool:
    """Say whether a folder must stay the same one: we are in it, or something is mounted there.

    On Windows each must: a folder cannot be renamed to the name of another, not even an empty one.
    """
    return sys.platform == "win32" or os.path.ismount(folder) or folder.samefile(Path.cwd())


def _missing(folder: Path) -> list[Path]:
    """Return the folder and those above it that do not exist, deepest first."""
    return [path for path in (folder, *folder.parents) if not path.exists()]


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current


def unified(
    before: bytes | None, after: bytes | None, one: str = "a", other: str = "b"
) -> Iterator[str]:
    """Yield unified hunks, line by line, between two files' contents; None is no file at all."""
    from difflib import unified_diff

    old = "/dev/null" if before is None else one
    new = "/dev/null" if after is None else other
    for line in unified_diff(_lines(before), _lines(after), old, new):
        body, newline, _ = line.partition("\n")
        yield body
        if not newline:
            yield "\\ No newline at end of file"


def _lines(data: bytes | None) -> list[str]:
    return (data or b"").decode(errors="replace").splitlines(keepends=True)


def _toml(text: str) -> object:
    import tomllib

    return tomllib.loads(text)


def _python(text: str) -> object:
    import symtable

    if "\\N{" in text:
        # The parser loads it for such a character, and would make a mistake of a Ctrl-C meanwhile.
        import unicodedata  # noqa: F401
    # The same parser as ast's, in half the time.
    return symtable.symtable(text, "<template>", "exec")


def _yaml(text: str) -> object:
    # Importing PyYAML costs more than all else here: not for the lines of an answers file, nor for
    # a file that was the same the last time.
    return all(map(_is_plain, text.splitlines())) or recall("yaml is valid", text, _is_yaml)


def _is_yaml(text: str) -> bool:
    load_yaml(text)
    return True


def _is_plain(line: str) -> bool:
    """Say whether a line of YAML is a comment, or `key: JSON`."""
    key, _, value = line.partition(": ")
    with suppress(ValueError):
        return line.startswith("#") or (key.isidentifier() and json.loads(value) is not None)
    return False


#: By suffix, or by name where there is none: raises where the text is not what it should be.
_PARSERS: Mapping[str, Callable[[str], object]] = {
    ".toml": _toml,
    "Pipfile": _toml,
    ".json": json.loads,
    ".yml": _yaml,
    ".yaml": _yaml,
    ".py": _python,
}
