"""A comparison as tables of text: what the terminal draws and Markdown writes, said once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.check.model import CHANNEL
from generator.compare.layouts import variants
from generator.compare.model import (
    Comparison,
    Export,
    Figure,
    FileFacts,
    Lines,
    Lock,
    Project,
    Spread,
    Subject,
)


class Code(str):
    """A cell's text that is code: command lines, file names."""

    __slots__ = ()


@dataclass(frozen=True)
class Table:
    """Rows of cells below a header; `notes` are sentences that belong below it.

    `lines`: cells hold whole command lines, which nobody wants to read in a narrow column.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    lines: bool = False


@dataclass(frozen=True)
class Quantity:
    """Something measured: its field in a `Figure`, how to head it, and how to write a value."""

    field: str
    title: str
    unit: str
    scale: float
    digits: int

    def spread(self, figure: Figure) -> Spread | None:
        """Return the figure's values of this quantity."""
        found: Spread | None = getattr(figure, self.field)
        return found

    def write(self, spread: Spread | None) -> str:
        """Return `median ±half of the range`; nothing for what was not measured."""
        if spread is None:
            return ""
        half = (spread.high - spread.low) / 2 / self.scale
        median = f"{spread.median / self.scale:.{self.digits}f}"
        shown = f"{half:.{self.digits}f}"
        return f"{median} ±{shown}" if float(shown) else median


#: Bytes: a cache of packages that holds less holds none.
LITTLE = 100_000

QUANTITIES = (
    Quantity("seconds", "Wall time", "s", 1, 2),
    Quantity("cpu_seconds", "CPU time", "s", 1, 2),
    Quantity("peak_bytes", "Peak memory of the largest process", "MB", 1e6, 0),
    Quantity("disk_bytes", "Growth of the project's folder, environment included", "MB", 1e6, 1),
    Quantity("cache_bytes", "Growth of the manager's cache", "MB", 1e6, 1),
    Quantity("files", "Files written in the project's folder", "files", 1, 0),
)


def tables(comparison: Comparison) -> Iterator[Table]:
    """Yield everything that a comparison found, in the order in which one would ask for it."""
    yield _managers(comparison)
    yield _layouts(comparison)
    yield _commands(comparison)
    if comparison.locks is not None:
        yield _locks(comparison.locks)
    if comparison.resolved is not None:
        yield from _resolved(comparison)
    if comparison.measurements is not None:
        yield from _measurements(comparison)


def missing(comparison: Comparison) -> list[str]:
    """Return what was not looked at, and the option that does."""
    options = {
        "locks, exports and resolved versions": ("--resolve", comparison.locks),
        "times, memory and disk": ("--measure", comparison.measurements),
    }
    return [f"{what}: add {flag}" for what, (flag, found) in options.items() if found is None]


#: What is said of figures that no second run bears out.
SINGLE = "a single run: small differences mean nothing, and large ones little"


def caveats(comparison: Comparison) -> list[str]:
    """Return what a reader of the measurements has to know before he compares them."""
    found = [
        f"{one.title} took its packages from {one.channel}, the others from a package index:"
        " with a cold cache their times do not compare"
        for one in comparison.managers
        if one.channel not in (None, CHANNEL) and len(comparison.managers) > 1
    ]
    if comparison.measurements and comparison.measurements.runs == 1:
        found.append(f"each was measured in {SINGLE}")
    kept: dict[str, float] = {}
    for figure in comparison.measurements.figures if comparison.measurements else ():
        if figure.verb in ("install", "install-locked") and figure.cache_bytes is not None:
            kept[figure.manager] = max(kept.get(figure.manager, 0), figure.cache_bytes.median)
    if nothing := [one.title for one in comparison.managers if kept.get(one.name, LITTLE) < LITTLE]:
        found.append(
            f"{' and '.join(nothing)} kept none of the packages that were downloaded, as an index"
            " may ask for: cold and warm are the same there"
        )
    return found


def headline(comparison: Comparison) -> str:
    """Return the sentence that the layouts amount to."""
    counts = Counter(row.state for row in comparison.layouts.files)
    several = len(comparison.managers) > 1
    layouts = f"{len(comparison.managers)} layouts" if several else "one layout"
    words = f"{comparison.project.name} in {layouts}: {counts.total()} files"
    if not several:
        return words
    return (
        f"{words}, {counts['shared']} the same in all, {counts['differing']} differing,"
        f" {counts['only']} only in some"
    )


def _managers(comparison: Comparison) -> Table:
    ran = any(one.version for one in comparison.managers)
    rows: list[tuple[str, ...]] = [
        (
            one.title,
            *([_ran(one)] if ran else []),
            Code("\n".join(one.manifest)),
            Code("\n".join(one.lock)),
            one.scope,
        )
        for one in comparison.managers
    ]
    columns = ("manager", *(["version"] if ran else []), "manifest", "lock", "holds for")
    return Table("Managers", columns, tuple(rows), tuple(_origin(comparison.project)))


def _ran(one: Subject) -> str:
    where = f"{one.found}, from {one.channel}" if one.channel else one.found
    return f"{one.version} ({where})" if one.version else ""


def _origin(project: Project) -> Iterator[str]:
    """Say where the dependencies come from, and which of them no layout can say."""
    if project.source is not None:
        ignored = project.source.ignored
        passed = f"; passed by: {', '.join(ignored)}" if ignored else ""
        yield f"dependencies from {project.source.file} ({project.source.kind}){passed}"
    for one in project.left_out:
        yield f"left out: {one.text} ({one.where}): {one.reason}"


def _layouts(comparison: Comparison) -> Table:
    names = [one.name for one in comparison.managers]
    marks = {"shared": "=", "differing": "", "only": "+"}
    rows = []
    for row in comparison.layouts.files:
        letters = variants(row)
        several = len(set(letters.values())) > 1
        mark = marks[row.state]
        cells = (
            (letters[name] if several or not mark else mark) if name in letters else "-"
            for name in names
        )
        rows.append((Code(row.path), *cells))
    notes = (
        "= the same bytes in all; letters differ where the bytes do; + only here; - not here",
        "see two of them with: scaffold compare --diff A B [PATH]",
    )
    return Table("Layouts", ("path", *names), tuple(rows), notes if len(names) > 1 else ())


def _commands(comparison: Comparison) -> Table:
    names = [one.name for one in comparison.managers]
    rows = (
        (row.verb, *(_line(row.managers.get(name)) for name in names))
        for row in comparison.commands
    )
    return Table("Commands", ("verb", *names), tuple(rows), lines=True)


def _line(lines: Lines | None) -> str:
    if lines is None:
        return ""
    return f"none: {lines.unsupported}" if lines.unsupported else Code("\n".join(lines.lines))


def _locks(locks: Sequence[Lock]) -> Table:
    rows: list[tuple[str, ...]] = []
    for lock in locks:
        rows += [_facts(lock.manager, "lock", facts) for facts in lock.files]
        rows += [row for export in lock.exports for row in _export(lock.manager, export)]
    columns = ("manager", "what", "file", "lines", "packages", "hashes", "URLs", "kB")
    return Table("Locks and what they export", columns, tuple(rows))


def _facts(manager: str, what: str, one: FileFacts) -> tuple[str, ...]:
    counts = (one.lines, one.entries, one.hashes, one.urls)
    return (manager, what, Code(one.path), *map(str, counts), f"{one.bytes / 1000:.0f}")


def _export(manager: str, export: Export) -> Iterator[tuple[str, ...]]:
    for facts in export.files:
        yield _facts(manager, export.verb, facts)
    if export.unsupported:
        yield (manager, export.verb, f"none: {export.unsupported}", *[""] * 5)


def _resolved(comparison: Comparison) -> Iterator[Table]:
    resolved = comparison.resolved or ()
    names = [one.name for one in comparison.managers]
    ran = [name for name in names if any(name in one.versions for one in resolved)]
    differing = [one for one in resolved if not one.same]
    rows = (
        (one.package, *(one.versions.get(name) or "-" for name in ran), "\n".join(one.reasons))
        for one in differing
    )
    yield Table(
        "Resolved differently",
        ("package", *ran, "why"),
        tuple(rows),
        () if differing else ("nothing: every package has one version in all of them",),
    )
    alike = [one for one in resolved if one.same]
    versions = ((one.package, next(filter(None, one.versions.values()), "")) for one in alike)
    yield Table("Resolved alike", ("package", "version"), tuple(versions))


def _measurements(comparison: Comparison) -> Iterator[Table]:
    found = comparison.measurements
    if found is None:
        return
    machine = found.machine
    runs = f"{found.runs} runs, interleaved; median ± half of the range"
    if found.runs == 1:
        runs = "1 run"
    about = (
        f"{found.started} to {found.finished}, {runs}; {machine.system}, {machine.processor},"
        f" {machine.cores} cores, {machine.memory_bytes / 2**30:.0f} GiB, Python {machine.python}",
        f"packages: {found.package}",
        *caveats(comparison),
        *([] if found.complete else ["stopped before its end: go on with --resume"]),
    )
    names = [one.name for one in comparison.managers]
    by_row: dict[tuple[str, str], dict[str, Figure]] = {}
    for figure in found.figures:
        by_row.setdefault((figure.verb, figure.cache or ""), {})[figure.manager] = figure
    for number, quantity in enumerate(QUANTITIES):
        rows = tuple(
            (verb, cache, *(_measured(quantity, by_manager.get(name)) for name in names))
            for (verb, cache), by_manager in by_row.items()
            if any(quantity.spread(figure) for figure in by_manager.values())
        )
        title = f"{quantity.title}, {quantity.unit}"
        if rows:
            yield Table(title, ("verb", "cache", *names), rows, about if number == 0 else ())


def _measured(quantity: Quantity, figure: Figure | None) -> str:
    if figure is None:
        return ""
    return quantity.write(quantity.spread(figure)) or figure.status.replace("_", " ")
