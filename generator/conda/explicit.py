"""The explicit lock (CEP 23): `@EXPLICIT`, then a package URL with its sha256 a line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from generator.conda.errors import BadLock
from generator.conda.prefix import Installed

MARKER = "@EXPLICIT"

_LINE = re.compile(
    r"(?P<url>(?P<channel>[a-z][a-z0-9+.-]*://.*)/(?P<subdir>[a-z0-9-]+)/"
    r"(?P<name>[^/#]+)-(?P<version>[^-/#]+)-(?P<build>[^-/#]+)(?:\.conda|\.tar\.bz2))"
    r"(?:#(?:sha256:)?(?P<sha256>[0-9a-f]{64}))?"
)


@dataclass(frozen=True)
class Locked:
    """One line of a lock: where the package is, its parts, and the sha256 of its archive."""

    url: str
    channel: str
    subdir: str
    name: str
    version: str
    build: str
    sha256: str


def write_lock(packages: Iterable[Installed], platform: str, *, created_by: str) -> str:
    """Return what `conda list --explicit --sha256` prints for these packages, in their order."""
    return "".join(
        f"{line}\n"
        for line in (
            "# This file may be used to create an environment using:",
            "# $ conda create --name <env> --file <this file>",
            f"# platform: {platform}",
            f"# created-by: {created_by}",
            MARKER,
            *(f"{one.url}#{one.sha256}" for one in packages),
        )
    )


def parse_lock(path: Path, text: str, platform: str) -> tuple[Locked, ...]:
    """Read a lock; raise `BadLock` unless every line has a sha256 and all is for `platform`."""
    lines = [line.strip() for line in text.splitlines()]
    content = [line for line in lines if line and not line.startswith("#")]
    if not content or content[0] != MARKER:
        raise BadLock(path, f"is no explicit lock (it does not start with {MARKER})")
    return tuple(_parse_line(path, line, platform) for line in content[1:])


def _parse_line(path: Path, line: str, platform: str) -> Locked:
    if not (found := _LINE.fullmatch(line)):
        raise BadLock(path, f"{line!r} is no package URL")
    parts = found.groupdict()
    if not parts["sha256"]:
        raise BadLock(path, f"{parts['url']} has no sha256")
    if parts["subdir"] not in {platform, "noarch"}:
        raise BadLock(path, f"{parts['url']} is for {parts['subdir']}, and this is {platform}")
    return Locked(**parts)
