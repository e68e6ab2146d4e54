"""Figures: what the records of a run amount to; nothing is put where nothing was measured."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence

from generator.catalog import Manager
from generator.compare.measure.plan import VERBS, Kind, Slot, Verb
from generator.compare.measure.record import Record
from generator.compare.model import Cache, Figure, Problem, Spread


def spread(values: Sequence[float]) -> Spread | None:
    """Return the median, the least and the greatest of the values; None where there are none."""
    if not values:
        return None
    return Spread(statistics.median(values), min(values), max(values), tuple(values))


def figures(
    known: Sequence[tuple[Manager, frozenset[str]]], records: Mapping[str, Record]
) -> tuple[Figure, ...]:
    """Return the figures by verb, manager and cache, of managers and the verbs they leave out.

    A verb that a manager lacks has one figure, which says so. Where only some runs ended well, the
    figure has their quantities and the status of the first that did not.
    """
    return tuple(
        figure
        for verb in VERBS
        for manager, left_out in known
        if verb.name not in left_out
        for figure in _figures(verb, manager, records)
    )


def problems(records: Mapping[str, Record]) -> tuple[Problem, ...]:
    """Return a problem for each verb of a manager that once failed or could not be tried."""
    found: dict[tuple[str, str], Problem] = {}
    for key, record in records.items():
        verb, manager = key.split("/")[2:]
        if record.status in {"failed", "unable"}:
            problem = Problem(manager, verb, record.line, record.reason, record.words)
            found.setdefault((manager, verb), problem)
    return tuple(found.values())


def _figures(verb: Verb, manager: Manager, records: Mapping[str, Record]) -> Iterator[Figure]:
    if reason := manager.unsupported.get(verb.name):
        yield Figure(verb.name, manager.name, None, "unsupported", reason)
        return
    passes: tuple[tuple[Kind, Cache | None], ...] = (
        (("cold", "cold"), ("warm", "warm")) if verb.cached else (("warm", None),)
    )
    for kind, cache in passes:
        tried = _runs(verb, manager, kind, records)
        if tried:
            yield _figure(verb.name, manager.name, cache, tried)


def _runs(verb: Verb, manager: Manager, kind: Kind, records: Mapping[str, Record]) -> list[Record]:
    found: list[Record] = []
    while (key := Slot(kind, len(found) + 1, verb.name, manager.name).key) in records:
        found.append(records[key])
    return found


def _figure(verb: str, manager: str, cache: Cache | None, tried: Sequence[Record]) -> Figure:
    passed = [one for one in tried if one.status == "passed"]
    worst = next((one for one in tried if one.status != "passed"), tried[0])
    grown = [one.cache_bytes for one in passed if one.cache_bytes is not None]
    return Figure(
        verb,
        manager,
        cache,
        worst.status,
        worst.reason,
        len(passed),
        seconds=spread([one.seconds for one in passed]),
        cpu_seconds=spread([one.cpu_seconds for one in passed]),
        peak_bytes=spread([one.peak_bytes for one in passed]),
        disk_bytes=spread([one.disk_bytes for one in passed]),
        cache_bytes=spread(grown),
        files=spread([one.files for one in passed]),
    )
