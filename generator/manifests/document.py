"""Document: a manifest's text, and on which line of it something is said."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from generator.manifests.errors import BadManifest

#: Longer than any manifest that people write, in bytes.
_LONGEST = 5_000_000


@dataclass(frozen=True)
class Document:
    """A text by its path relative to the project, in POSIX form."""

    name: str
    text: str

    @classmethod
    def read(cls, directory: Path, path: Path) -> Document:
        """Read a file as UTF-8; raise `BadManifest` where that fails."""
        name = relative(directory, path)
        try:
            if path.stat().st_size > _LONGEST:
                raise BadManifest(name, "is too long", f"at most {_LONGEST:,} bytes")
            data = path.read_bytes()
        except OSError as error:
            why = f"cannot be read ({error.strerror})"
            raise BadManifest(name, why, "a file that you may read") from error
        try:
            return cls(name, data.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise BadManifest(f"{name}:{line}", "is not UTF-8", "text in UTF-8") from error

    def toml(self) -> dict[str, Any]:
        """Parse it as TOML; raise `BadManifest` with the line where it is none."""
        try:
            return tomllib.loads(self.text)
        except RecursionError as error:
            raise BadManifest(self.name, "is nested too deeply", "a manifest in TOML") from error
        except ValueError as error:
            why = str(error)
            found = re.search(r"line (\d+)", why)
            line = int(found[1]) if found else self.text.rstrip("\n").count("\n") + 1
            raise BadManifest(
                f"{self.name}:{line}", f"is not valid TOML ({why})", "TOML"
            ) from error

    def where(self, *words: str) -> str:
        """Return `file:line` of the last of `words`, each looked for from the one before it on.

        TOML's reader gives no positions. A word that is not there in so many letters (TOML has
        several spellings of a text) is passed over; the line is then that of the word before it.
        """
        lines = self.text.splitlines()
        at = 0
        for word in words:
            whole = re.compile(rf"(?<![\w.-]){re.escape(word)}(?![\w.-])", re.IGNORECASE)
            at = next((n for n, line in enumerate(lines[at:], at) if whole.search(line)), at)
        return f"{self.name}:{at + 1}"


def relative(directory: Path, path: Path) -> str:
    """Return a path as seen from the project; a report must not tell where that lies."""
    return Path(os.path.relpath(path, directory)).as_posix()


def table(document: Document, content: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """Return a nested table, empty where it is absent; raise `BadManifest` where it is no table."""
    found: Any = content
    for number, key in enumerate(keys, 1):
        found = found.get(key, {})
        if not isinstance(found, dict):
            name = ".".join(keys[:number])
            raise BadManifest(document.where(key), f"`{name}` is no table", f"[{name}]")
    return found if isinstance(found, dict) else {}


def texts(document: Document, content: Mapping[str, Any], key: str, name: str) -> list[str]:
    """Return a list of texts, empty where it is absent; raise `BadManifest` where it is none."""
    found = content.get(key, [])
    if isinstance(found, list) and all(isinstance(one, str) for one in found):
        return found
    where = document.where(f"[{name.rpartition('.')[0]}]", key)
    raise BadManifest(where, f"`{name}` is no list of texts", f'{key} = ["name>=1.0"]')


def build_requirements(directory: Path) -> frozenset[str]:
    """Return what builds a project itself: some layouts have it in the environment for that."""
    path = directory / "pyproject.toml"
    if not path.is_file():
        return frozenset()
    document = Document.read(directory, path)
    system = table(document, document.toml(), "build-system")
    found = []
    for text in texts(document, system, "requires", "build-system.requires"):
        try:
            found.append(canonicalize_name(Requirement(text).name))
        except InvalidRequirement:
            continue  # a matter of the build, not of ours
    return frozenset(found)
