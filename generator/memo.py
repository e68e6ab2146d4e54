"""What was worked out before: one file in the user's cache, to save the next run the work.

Only what follows from a text alone is kept: compiled templates, parsed YAML, that a file is valid.
Nothing is lost without it (Windows does without), and nothing fails where it cannot be read or
written. A file that is not whole, not of this version or not ours alone is as good as none, and
written anew.
"""

from __future__ import annotations

import atexit
import marshal
import os
import pickle
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from hashlib import sha1, sha256
from pathlib import Path
from types import CodeType
from typing import Any, TypeVar

from generator import __version__

T = TypeVar("T")
#: Entries beyond which the file is started afresh: some hundred kinds of project.
LIMIT = 5000
#: How the file starts. Code is good for one build of Python, what we compute for one version of us.
_HEAD = f"scaffold's memo, {__version__}, {sys.version!r}\n".encode()
#: Bytes between head and entries: the digest of both. It is the fastest of hashlib's (1 ms a MB).
_DIGEST = 32
#: Seconds after which a half-written file was left by a run that was killed.
_ABANDONED = 3600
#: How an entry starts: pickle cannot keep code, and marshal no dates, which YAML has.
_CODE, _DATA = b"c", b"d"


class Memo:
    """Entries by the digest of what they follow from, read at first use and written at the end."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._new = False
        self._entries: dict[bytes, bytes] = {}
        with suppress(Exception):  # whatever lies there, it is only a cache
            entries: object = marshal.loads(_verified(_own(file)))  # noqa: S302 - we wrote it
            if isinstance(entries, dict) and len(entries) < LIMIT:
                self._entries = entries

    def get(self, kind: str, text: str) -> Any:
        """Return what is known of a text, each time anew, or None."""
        with suppress(Exception):  # not there, or spoiled
            entry = self._entries[_digest(kind, text)]
            load = marshal.loads if entry[:1] == _CODE else pickle.loads
            return load(entry[1:])
        return None

    def put(self, kind: str, text: str, value: Any) -> None:
        """Remember something of a text: plain data, or code."""
        is_code = isinstance(value, CodeType)
        entry = _CODE + marshal.dumps(value) if is_code else _DATA + pickle.dumps(value)
        self._entries[_digest(kind, text)] = entry
        self._new = True

    def save(self) -> None:
        """Write the file anew if there is anything new."""
        if not self._new or sys.platform == "win32":
            return
        part = self._file.with_name(f"{self._file.name}.{os.urandom(8).hex()}")
        with suppress(Exception, KeyboardInterrupt):  # this comes last: there is nothing to stop
            self._file.parent.mkdir(parents=True, exist_ok=True)
            for old in self._abandoned():
                old.unlink(missing_ok=True)
            try:
                _write(part, marshal.dumps(self._entries))
                part.replace(self._file)
            finally:
                part.unlink(missing_ok=True)

    def _abandoned(self) -> Iterator[Path]:
        for part in self._file.parent.glob(f"{self._file.name}.*"):
            with suppress(FileNotFoundError):  # another run has just put it in place
                if time.time() - part.stat().st_mtime > _ABANDONED:
                    yield part


@cache
def memo() -> Memo:
    """Return the memo of this process, which is saved when it ends."""
    from platformdirs import user_cache_path

    file = user_cache_path("scaffold") / f"memo-{__version__}-{sys.implementation.cache_tag}"
    loaded = Memo(file)
    atexit.register(loaded.save)
    return loaded


def recall(kind: str, text: str, work: Callable[[str], T]) -> T:
    """Return `work(text)`, which is not None, from memory where it was done for that text before.

    What `work` raises passes through, and is not remembered.
    """
    value: T | None = memo().get(kind, text)
    if value is None:
        value = work(text)
        memo().put(kind, text, value)
    return value


def _own(file: Path) -> bytes:
    """Read a file that is ours alone; others could have us run their code by one of theirs."""
    if sys.platform == "win32":
        raise OSError("who may write a file cannot be told by its mode")
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as opened:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise ValueError("no ordinary file")
        if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise ValueError("not ours alone")
        return opened.read()


def _verified(data: bytes) -> memoryview:
    """Return the entries of a file that is whole and of this version; raise ValueError else."""
    digest, entries = (
        data[len(_HEAD) : len(_HEAD) + _DIGEST],
        memoryview(data)[len(_HEAD) + _DIGEST :],
    )
    if not data.startswith(_HEAD) or digest != sha256(_HEAD + entries).digest():
        raise ValueError("another version's, or spoiled")
    return entries


def _write(file: Path, entries: bytes) -> None:
    # Nobody else may write it, whatever the umask is.
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(_HEAD + sha256(_HEAD + entries).digest() + entries)


def _digest(kind: str, text: str) -> bytes:
    # Against accidents only: nobody else can write the file.
    return sha1(f"{kind}\0{text}".encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
