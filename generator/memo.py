"""What was worked out before: one file in the user's cache, to save the next run the work.

Only what follows from a text alone is kept: compiled templates, parsed YAML, that a file is valid.
Nothing is lost without it, and nothing fails where it cannot be read or written.
"""

from __future__ import annotations

import atexit
import marshal
import os
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha1
from pathlib import Path
from types import CodeType
from typing import Any, TypeVar

from generator import __version__

T = TypeVar("T")
#: Entries beyond which the file is started afresh: some hundred kinds of project.
LIMIT = 5000
#: How an entry starts: pickle cannot keep code, and marshal no dates, which YAML has.
_CODE, _DATA = b"c", b"d"


class Memo:
    """Entries by the digest of what they follow from, read at first use and written at the end."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._new = False
        self._entries: dict[bytes, bytes] = {}
        with suppress(Exception):  # whatever lies there, it is only a cache
            entries: object = marshal.loads(file.read_bytes())  # noqa: S302 - our own cache directory
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
        if not self._new:
            return
        with suppress(Exception):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part = self._file.with_name(f"{self._file.name}.{os.getpid()}")
            try:
                part.write_bytes(marshal.dumps(self._entries))
                part.replace(self._file)
            finally:
                part.unlink(missing_ok=True)


@cache
def memo() -> Memo:
    """Return the memo of this process, which is saved when it ends."""
    from platformdirs import user_cache_path

    # Code is good for one version of Python only, and what we compute is for one version of us.
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


def _digest(kind: str, text: str) -> bytes:
    # Against accidents only: whoever can write the file can write anything into it.
    return sha1(f"{kind}\0{text}".encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
