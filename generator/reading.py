"""Read a user's own files: ordinary ones, not too long, whose YAML stays as small as it looks."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any, Final

#: Longer than anything that people write by hand, in bytes.
LONGEST: Final = 5_000_000
#: More than anybody writes; ten lines of aliases of aliases are billions.
_MOST_VALUES: Final = 100_000


def read_bytes(path: Path) -> bytes:
    """Return the content of an ordinary file of at most `LONGEST` bytes.

    Raises `OSError`, with the reason as its `strerror`, for everything else.
    """
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "a device or a pipe", str(path))
    with path.open("rb") as file:
        data = file.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise OSError(errno.EFBIG, f"longer than {LONGEST:,} bytes", str(path))
    return data


def read_text(path: Path) -> str:
    """Return its text in UTF-8; raise `UnicodeDecodeError` too."""
    return read_bytes(path).decode("utf-8")


def load_yaml(text: str) -> Any:
    """Parse YAML that a user gave, in Python: libyaml crashes where a text is nested too deeply.

    Raises `yaml.YAMLError`, `RecursionError`, and `ValueError` where aliases make more of it than
    anything can go through.
    """
    import yaml  # not before there is one to read

    found = yaml.safe_load(text)
    values, count = [found], 0
    while values:
        count += 1
        if count > _MOST_VALUES:
            raise ValueError(f"its aliases make over {_MOST_VALUES:,} values of it")
        one = values.pop()
        if isinstance(one, dict):
            values.extend(one.values())
        elif isinstance(one, list):
            values.extend(one)
    return found
