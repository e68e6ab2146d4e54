"""What is in a lock or an export, counted alike whatever its format.

JSON is Pipfile.lock's: {category: {package: ...}}. TOML is that of poetry.lock and uv.lock
(`[[package]]`) and of PEP 751 (`[[packages]]`). All else is a list, one package a line, with pip's
continuation lines: requirements files, and conda's explicit ones.
"""

from __future__ import annotations

import json
import re
import tomllib
from contextlib import suppress
from typing import Any

from generator.compare.model import FileFacts

#: A hash as every format writes it; conda's explicit list has it after the URL's `#`.
_HASH = re.compile(r"(?:sha\d+|blake2[bs]|md5)\s*[:=]\s*\"?[0-9a-f]{32,}|#[0-9a-f]{32,}")
_URL = re.compile(r"\b(?:https?|file)://")


def file_facts(path: str, data: bytes) -> FileFacts:
    """Count bytes, lines, packages, hashes and URLs; raise ValueError for a broken file."""
    text = data.decode()
    return FileFacts(
        path=path,
        bytes=len(data),
        lines=len(text.splitlines()),
        entries=_entries(text),
        hashes=len(_HASH.findall(text)),
        urls=len(_URL.findall(text)),
    )


def _entries(text: str) -> int:
    if text.startswith("{"):
        loaded: dict[str, Any] = json.loads(text)
        categories = [names for key, names in loaded.items() if not key.startswith("_")]
        return len({name for names in categories for name in names})
    with suppress(tomllib.TOMLDecodeError):
        found = tomllib.loads(text)
        return len(found.get("package", found.get("packages", [])))
    joined = re.sub(r"\\\n", " ", text)
    return sum(not re.match(r"\s*(?:#|-|@|$)", line) for line in joined.splitlines())
