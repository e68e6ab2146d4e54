"""Document: a manifest's text, and on which line of it something is said."""

from __future__ import annotations

import os
import re
import tomllib
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from generator.manifests.errors import BadManifest
from generator.reading import read_bytes

_TOKEN = re.compile(r"[\w.-]+")


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
            data = read_bytes(path)
        except OSError as error:
            why = f"cannot be read ({error.strerror})"
            raise BadManifest(name, why, "an ordinary file that you may read") from error
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
        at = 0
        for word in map(str.lower, words):
            tokens = _TOKEN.findall(word)
            some = [self._token_lines.get(token, []) for token in tokens]
            # A word is on a line of its rarest part, if anywhere: going through them all for each
            # of 20,000 dependencies takes minutes.
            candidates = min(some, key=len) if some else range(len(self._lines))
            later = candidates[bisect_left(candidates, at) :]
            at = next((number for number in later if _holds(self._lines[number], word)), at)
        return f"{self.name}:{at + 1}"

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.lower().splitlines()

    @cached_property
    def _token_lines(self) -> dict[str, list[int]]:
        """The numbers of the lines that each token is on, from 0 up."""
        found: dict[str, list[int]] = {}
        for number, line in enumerate(self._lines):
            for token in set(_TOKEN.findall(line)):
                found.setdefault(token, []).append(number)
        return found


def _holds(line: str, word: str) -> bool:
    """Tell whether a line has a word in it, and not as a part of a longer one."""
    at = line.find(word)
    while at >= 0:
        end = at + len(word)
        if not (_TOKEN.match(line[at - 1 : at]) or _TOKEN.match(line[end : end + 1])):
            return True
        at = line.find(word, at + 1)
    return False


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
