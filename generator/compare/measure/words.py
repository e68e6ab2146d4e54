"""A manager's own words, fit for a report: the last of them, and nothing that names a machine."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from generator.credentials import without_credentials
from generator.toolchain.environment import cache_root
from generator.toolchain.index import package_index

#: Lines that are kept of what a failed command printed.
LINES = 20
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")
_HOST = re.compile(r"(?<=://)[^/\s'\"<>)]+")


def last_words(output: str) -> str:
    """Return the last lines that say something."""
    lines = [line.rstrip() for line in _CONTROL.sub("", output).splitlines()]
    return "\n".join([line for line in lines if line][-LINES:])


def places(project: Path, work: Path) -> dict[str, str]:
    """Return what stands in a report for the places of this machine, the narrowest first."""
    return {
        str(project): ".",
        str(work): "WORK",
        str(cache_root()): "CACHE",
        sys.prefix: "PYTHON",
        str(Path.home()): "~",
    }


def anonymous(text: str, names: Mapping[str, str]) -> str:
    """Replace places by their names, and take hosts (and what credentials are with them) out."""
    for place, name in names.items():
        if len(place) > 1:  # a home may be /
            text = text.replace(place, name)
    text = _HOST.sub("...", without_credentials(text))
    host = urlsplit(package_index().url).hostname
    return text.replace(host, "...") if host else text
