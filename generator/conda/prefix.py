"""What is installed in a prefix, read from `conda-meta/` as conda itself does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from generator.conda.environment_file import spec_name
from generator.conda.errors import NotAnEnvironment


@dataclass(frozen=True)
class Installed:
    """One installed conda package, from its `conda-meta/<name>-<version>-<build>.json`."""

    name: str
    version: str
    build: str
    url: str
    sha256: str
    channel: str
    subdir: str
    depends: tuple[str, ...]

    @property
    def dist(self) -> str:
        """Return the name that conda's history uses, such as `noarch::pip-26.3-pyh_0`."""
        return f"{self.subdir}::{self.name}-{self.version}-{self.build}"


def is_environment(prefix: Path) -> bool:
    """Tell whether conda would call this an environment (it looks for the history)."""
    return (prefix / "conda-meta" / "history").is_file()


def installed(prefix: Path) -> tuple[Installed, ...]:
    """Return the conda packages of an environment, by name; raise `NotAnEnvironment`."""
    if not is_environment(prefix):
        raise NotAnEnvironment(prefix)
    records = (
        json.loads(path.read_text(encoding="utf-8"))
        for path in (prefix / "conda-meta").glob("*.json")
    )
    return tuple(sorted(map(_load, records), key=lambda one: one.name))


def pip_installed(prefix: Path) -> tuple[tuple[str, str], ...]:
    """Return (name, version) of what pip installed there, by name."""
    site = next(prefix.glob("lib/python3.*/site-packages"), None)
    if site is None:
        return ()
    found = (
        (one.metadata["Name"], one.version)
        for one in distributions(path=[str(site)])
        if (one.read_text("INSTALLER") or "").strip() != "conda"
    )
    return tuple(sorted(found))


def dependencies_first(packages: Iterable[Installed]) -> Iterator[Installed]:
    """Yield packages in the order of `conda list --explicit`, so that both write the same lock.

    That is conda's `PrefixGraph` (conda/models/prefix_graph.py): packages that neither need nor
    serve another, then level by level those whose dependencies are all out, each level by name; in
    a cycle the one with the fewest dependencies goes first.
    """
    by_name = {one.name: one for one in packages}
    waiting = {
        name: {dep for dep in map(spec_name, one.depends) if dep in by_name and dep != name}
        for name, one in by_name.items()
    }
    if "python" in waiting:
        waiting["python"].discard("pip")
    serving = set().union(*waiting.values()) if waiting else set()
    alone = sorted(name for name, deps in waiting.items() if not deps and name not in serving)
    while waiting:
        level = alone or sorted(name for name, deps in waiting.items() if not deps)
        alone = []
        if not level:
            level = [min(waiting, key=lambda name: (len(waiting[name]), by_name[name].dist))]
        for name in level:
            yield by_name[name]
            del waiting[name]
        for deps in waiting.values():
            deps.difference_update(level)


def _load(record: dict[str, Any]) -> Installed:
    return Installed(
        name=str(record["name"]),
        version=str(record["version"]),
        build=str(record["build"]),
        url=str(record["url"]),
        sha256=str(record.get("sha256") or ""),
        channel=str(record.get("channel") or ""),
        subdir=str(record["subdir"]),
        depends=tuple(map(str, record.get("depends") or ())),
    )
