"""Tree: a rendered project in memory. It checks itself, compares itself with a folder, and writes itself whole."""

from __future__ import annotations

import ast
import difflib
import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.catalog import load_yaml
from generator.errors import BadTemplate, ScaffoldError


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
        """Parse every TOML, YAML, JSON and Python file; raise `BadTemplate` naming the first bad one."""
        for path, file in self.files.items():
            if parse := _PARSERS.get(Path(path).suffix, _PARSERS.get(Path(path).name)):
                try:
                    parse(file.data.decode())
                except Exception as error:  # noqa: BLE001 - each parser has its own family
                    raise BadTemplate(path, f"{type(error).__name__}: {error}") from error

    def diff(self, folder: Path) -> Iterator[str]:
        """Yield unified hunks, line by line, from what is in `folder` to this tree."""
        for path, file in sorted(self.files.items()):
            current = folder / path
            old = current.read_bytes() if current.is_file() else None
            if old == file.data:
                continue
            before = [] if old is None else _lines(old)
            name = "/dev/null" if old is None else f"a/{path}"
            yield from difflib.unified_diff(before, _lines(file.data), name, f"b/{path}", lineterm="")

    def differing(self, folder: Path) -> list[str]:
        """Return the paths that exist in `folder` with other bytes, or where they cannot be written."""
        return [
            path
            for path, file in sorted(self.files.items())
            if os.path.lexists(folder / path)
            and not ((folder / path).is_file() and (folder / path).read_bytes() == file.data)
        ]

    def write(self, target: Path, *, force: bool = False, overwrite: bool = False) -> None:
        """Write the whole tree to `target`, or nothing.

        A new or empty target is rendered aside, in the same folder, and renamed into place. An
        existing one is changed only with `force`, and a differing file only with `overwrite`.
        Raises `TargetError` otherwise, or where the file system refuses.
        """
        self.validate()
        if target.is_dir() and any(target.iterdir()):
            self._check_merge(target, force=force, overwrite=overwrite)
        elif os.path.lexists(target) and not target.is_dir():
            raise TargetError(target, "is a file", "choose another path")
        try:
            if target.is_dir() and any(target.iterdir()):
                self._merge(target)
            else:
                self._create(target)
        except OSError as error:
            why = f"cannot be written ({error.strerror or error})"
            raise TargetError(target, why, "choose a path you may write to, with space left") from error

    def _check_merge(self, target: Path, *, force: bool, overwrite: bool) -> None:
        if not force:
            raise TargetError(target, "is not empty", "choose another path, or add --force to write into it")
        if (differing := self.differing(target)) and not overwrite:
            shown = ", ".join(differing[:3]) + (" ..." if len(differing) > 3 else "")
            raise TargetError(
                target,
                f"holds {len(differing)} differing file(s): {shown}",
                "see them with --diff, replace them with --overwrite",
            )
        for path in differing:
            if (target / path).is_dir() or (target / path).is_symlink():
                raise TargetError(target / path, "is not an ordinary file", "move it away first")

    def _create(self, target: Path) -> None:
        made = _make_parents(target.parent)
        aside = Path(tempfile.mkdtemp(prefix=f".{target.name[:40]}.", dir=target.parent))
        try:
            self._put(aside)
            aside.chmod(0o777 & ~_umask())
            aside.rename(target)  # replaces an empty directory too, in one step
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            for folder in made:
                folder.rmdir()
            raise

    def _merge(self, target: Path) -> None:
        """Put every file in place by renames; on any failure put back what was there."""
        aside = Path(tempfile.mkdtemp(prefix=".scaffold.", dir=target))
        done: list[str] = []
        made: list[Path] = []
        try:
            self._put(aside / "new")
            for path in self.files:
                made[:0] = _make_parents((target / path).parent)
                old = aside / "old" / path
                old.parent.mkdir(parents=True, exist_ok=True)
                done.append(path)
                if (target / path).exists():
                    (target / path).rename(old)
                (aside / "new" / path).rename(target / path)
        except BaseException:
            for path in done:
                old = aside / "old" / path
                if old.exists():
                    old.replace(target / path)
                elif not (aside / "new" / path).exists():
                    (target / path).unlink()
            for folder in made:
                folder.rmdir()
            raise
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def _put(self, folder: Path) -> None:
        umask = _umask()
        for path, file in self.files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.data)
            place.chmod((file.mode | 0o666) & ~umask if file.mode & 0o111 == 0 else 0o777 & ~umask)


def _make_parents(folder: Path) -> list[Path]:
    """Create a directory and its parents; return those that were new, deepest first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current


def _lines(data: bytes) -> list[str]:
    return data.decode(errors="replace").splitlines()


_PARSERS: Mapping[str, Callable[[str], object]] = {
    ".toml": tomllib.loads,
    "Pipfile": tomllib.loads,
    ".json": json.loads,
    ".yml": load_yaml,
    ".yaml": load_yaml,
    ".py": ast.parse,
}
