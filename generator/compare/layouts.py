"""The layouts side by side: rendered trees aligned by path, and how two of them differ."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from generator.compare.model import FileRow, Layouts, State
from generator.tree import File, Tree, unified


def layouts(trees: Mapping[str, Tree]) -> Layouts:
    """Align trees by manager; text that is not UTF-8 is shown with replacement characters."""
    texts: dict[str, str] = {}
    rows = []
    for path in sorted({path for tree in trees.values() for path in tree.files}):
        having = {name: tree.files[path] for name, tree in trees.items() if path in tree.files}
        digests = {name: _digest(file) for name, file in having.items()}
        for name, file in having.items():
            texts.setdefault(digests[name], file.data.decode(errors="replace"))
        rows.append(FileRow(path, _state(digests, len(trees)), digests))
    return Layouts(tuple(rows), texts)


def variants(row: FileRow) -> dict[str, str]:
    """Return a letter by manager, the same for the same bytes: {"pip": "a", "uv": "b"}."""
    letters: dict[str, str] = {}
    for digest in row.digests.values():
        letters.setdefault(digest, chr(ord("a") + len(letters)))
    return {name: letters[digest] for name, digest in row.digests.items()}


def diff(found: Layouts, one: str, other: str, path: str = "") -> Iterator[str]:
    """Yield unified hunks, line by line, from one manager's layout to another's.

    `path` is one file or folder of either; without it everything that differs is shown.
    """
    for row in found.files:
        if path and row.path != path and not row.path.startswith(f"{path}/"):
            continue
        before, after = row.digests.get(one), row.digests.get(other)
        if before == after:
            continue
        yield from unified(
            _bytes(found, before), _bytes(found, after), f"{one}/{row.path}", f"{other}/{row.path}"
        )


def _bytes(found: Layouts, digest: str | None) -> bytes | None:
    return None if digest is None else found.texts[digest].encode()


def _digest(file: File) -> str:
    """Return a short name of bytes and mode; 64 bits tell the few files of a project apart."""
    return hashlib.sha256(b"%o:" % file.mode + file.data).hexdigest()[:16]


def _state(digests: Mapping[str, str], layouts: int) -> State:
    if len(digests) < layouts:
        return "only"
    return "shared" if len(set(digests.values())) == 1 else "differing"
