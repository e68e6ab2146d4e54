"""What the summary says: read off the comparison, never written down beforehand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.compare.model import Cache, Comparison, Figure, FileFacts, Lock, Resolved
from generator.compare.page.files import file_views
from generator.compare.page.formats import seconds
from generator.compare.tables import QUANTITIES

#: The verbs that say most about speed: the first one that was measured stands for all.
_HEADLINES = ("install-locked", "install", "lock")
_CACHES: tuple[Cache, ...] = ("cold", "warm")


@dataclass(frozen=True)
class Fact:
    """One figure of the summary: a large value, its name, and a line that explains it."""

    value: str
    name: str
    detail: str = ""


@dataclass(frozen=True)
class Overview:
    """One manager in the summary's table; a figure that is not known is None."""

    manager: str
    verbs: int
    all_verbs: int
    packages: int | None
    times: Mapping[Cache, Figure | None]


def facts(comparison: Comparison) -> tuple[Fact, ...]:
    """Return the figures that a reader takes in at a glance."""
    return (*_file_facts(comparison), *_version_facts(comparison))


def speed(comparison: Comparison) -> tuple[Fact, ...]:
    """Return who was fastest, cold and warm, where at least two were measured."""
    return tuple(
        fact
        for cache in _CACHES
        if (fact := _fastest(comparison, cache, headlines(comparison).get(cache))) is not None
    )


def headlines(comparison: Comparison) -> dict[Cache, str]:
    """Return the verb that stands for speed with each cache, where one was measured."""
    found: dict[Cache, str] = {}
    for cache in _CACHES:
        measured = {figure.verb for figure in _figures(comparison, cache)}
        if verb := next((verb for verb in _HEADLINES if verb in measured), None):
            found[cache] = verb
    return found


def overview(comparison: Comparison) -> tuple[Overview, ...]:
    """Return a row a manager."""
    figures = {
        (figure.manager, cache): figure
        for cache, verb in headlines(comparison).items()
        for figure in _figures(comparison, cache)
        if figure.verb == verb
    }
    packages = {
        lock.manager: max(file.entries for file in lock.files)
        for lock in comparison.locks or ()
        if lock.files
    }
    return tuple(
        Overview(
            manager=subject.name,
            verbs=sum(
                bool(row.managers[subject.name].lines)
                for row in comparison.commands
                if subject.name in row.managers
            ),
            all_verbs=len(comparison.commands),
            packages=packages.get(subject.name),
            times={cache: figures.get((subject.name, cache)) for cache in _CACHES},
        )
        for subject in comparison.managers
    )


def lock_rows(lock: Lock) -> Iterator[tuple[str, tuple[FileFacts, ...], str]]:
    """Yield what was written by which verb, or why nothing was."""
    yield "lock", lock.files, ""
    for export in lock.exports:
        yield export.verb, export.files, export.unsupported


def odd_ones(row: Resolved) -> set[str]:
    """Return the managers whose version is not the one that most have."""
    if row.same:
        return set()
    [(usual, _)] = Counter(row.versions.values()).most_common(1)
    return {name for name, version in row.versions.items() if version != usual}


def chart_data(comparison: Comparison) -> dict[str, Any]:
    """Return what the page's script needs: names, where texts are, and medians with their spread.

    Unlike the report, it leaves out the single runs.
    """
    return {
        "managers": [{"name": one.name, "title": one.title} for one in comparison.managers],
        "files": [{"path": file.path, "texts": file.texts} for file in file_views(comparison)],
        "quantities": {
            one.field: {"title": one.title, "unit": one.unit, "scale": one.scale}
            for one in QUANTITIES
        },
        "figures": [_figure(one) for one in _all_figures(comparison)],
        "purposes": {row.verb: row.purpose for row in comparison.commands},
    }


def _file_facts(comparison: Comparison) -> Iterator[Fact]:
    states = Counter(row.state for row in comparison.layouts.files)
    if len(comparison.managers) == 1:
        yield Fact(str(states.total()), "files in the layout")
        return
    yield Fact(str(states["shared"]), "files shared", "the same bytes in every layout")
    yield Fact(str(states["differing"]), "files differ", "in every layout, not the same")
    yield Fact(str(states["only"]), "files only in some", "at least one layout has no such file")


def _version_facts(comparison: Comparison) -> Iterator[Fact]:
    if comparison.resolved is None or len(comparison.managers) < 2:
        return
    total = len(comparison.resolved)
    differing = sum(not row.same for row in comparison.resolved)
    yield Fact(str(differing), "packages differ", f"of {total} installed by any of them")


def _fastest(comparison: Comparison, cache: Cache, verb: str | None) -> Fact | None:
    times = {
        figure.manager: figure.seconds.median
        for figure in _figures(comparison, cache)
        if figure.verb == verb and figure.seconds is not None
    }
    if len(times) < 2:
        return None
    titles = {subject.name: subject.title for subject in comparison.managers}
    first, last = min(times, key=times.__getitem__), max(times, key=times.__getitem__)
    factor = f" ({times[last] / times[first]:.1f}×)" if times[first] > 0 else ""
    return Fact(
        f"{titles[first]}, {seconds(times[first])}",
        f"fastest {verb}, {cache} cache",
        f"slowest: {titles[last]}, {seconds(times[last])}{factor}",
    )


def _figures(comparison: Comparison, cache: Cache) -> Iterator[Figure]:
    """Yield what was measured in seconds with that cache."""
    for figure in _all_figures(comparison):
        if figure.cache == cache and figure.seconds is not None:
            yield figure


def _all_figures(comparison: Comparison) -> tuple[Figure, ...]:
    return comparison.measurements.figures if comparison.measurements else ()


def _figure(figure: Figure) -> dict[str, Any]:
    found: dict[str, Any] = {
        "verb": figure.verb,
        "manager": figure.manager,
        "cache": figure.cache,
        "status": figure.status,
    }
    for quantity in QUANTITIES:
        if spread := quantity.spread(figure):
            found[quantity.field] = [spread.median, spread.low, spread.high]
    return found
