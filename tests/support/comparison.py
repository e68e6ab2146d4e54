"""A comparison with everything in it, for tests of what shows one.

Layouts and commands are the real ones; locks, versions and measurements are made up, and look it.
Names that a page must show and never run are among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from generator import __version__
from generator.answers import resolve
from generator.catalog import manager, manager_names
from generator.compare.commands import command_rows
from generator.compare.layouts import layouts
from generator.compare.model import (
    SCHEMA,
    Cache,
    CommandRow,
    Comparison,
    Dependency,
    Export,
    Figure,
    FileFacts,
    Layouts,
    LeftOut,
    Lines,
    Lock,
    Machine,
    Measurements,
    Problem,
    Project,
    Resolved,
    Source,
    Spread,
    Subject,
)
from generator.render import render
from generator.tree import File, Tree

#: Shown as text, or `window.hostile` is there.
HOSTILE = '</script><script>window.hostile=1</script><img src=x onerror="window.hostile=2"><!--'
HOSTILE_PATH = "docs/<script>alert(1)</script>.md"

_CACHED = {"install": 9.0, "install-locked": 6.0, "lock": 4.0, "add": 5.0}
_UNCACHED = {"test": 3.0, "run": 0.4}
_SLOWNESS = {"pip": 3.0, "pipenv": 5.0, "poetry": 2.0, "conda": 4.0, "uv": 0.1}


def sample(
    names: tuple[str, ...] = (), *, resolved: bool = True, measured: bool = True
) -> Comparison:
    """Return a comparison of these managers (all of them by default)."""
    chosen = names or manager_names()
    return Comparison(
        schema=SCHEMA,
        scaffold=__version__,
        created="2001-02-03T04:05:06+00:00",
        project=Project(
            name="sample",
            python="3.11",
            dependencies=(
                Dependency("click", "click>=8", "runtime"),
                Dependency("<script>", "<script>alert(1)</script>>=1", "runtime"),
                Dependency("pytest", "pytest>=9", "dev"),
            ),
            source=Source("pyproject.toml", "poetry", ("requirements.txt",)),
            left_out=(
                LeftOut(HOSTILE, "pyproject.toml:7", f"no layout can say {HOSTILE}"),
                LeftOut("local = {path = '../local'}", "pyproject.toml:9", "a path on a machine"),
            ),
        ),
        managers=tuple(_subject(name, ran=resolved or measured) for name in chosen),
        layouts=_layouts(chosen),
        commands=_commands(chosen),
        locks=tuple(map(_lock, chosen)) if resolved else None,
        resolved=_resolved(chosen) if resolved else None,
        measurements=_measurements(chosen) if measured else None,
        problems=_PROBLEMS if measured else (),
    )


_PROBLEMS = (
    Problem(
        "pip",
        "export-pylock",
        ".venv/bin/python -m pip lock",
        f"exit code 1 {HOSTILE}",
        f"ERROR: this is a made-up problem\n{HOSTILE}\nERROR: its last words",
    ),
)


def _subject(name: str, *, ran: bool) -> Subject:
    known = manager(name)
    return Subject(
        name=name,
        title=known.title,
        homepage=known.homepage,
        scope=known.scope,
        environment=known.environment,
        manifest=known.manifest,
        lock=known.lock,
        version="1.2.3" if ran else None,
        found="on PATH" if ran else None,
    )


@cache
def _layouts(names: tuple[str, ...]) -> Layouts:
    """The real trees, a file with a hostile name in all, and one of hostile text in the first."""
    trees = {}
    for name in names:
        answers = resolve({"project_name": "sample", "manager": name})
        files = dict(render(answers.context, answers.values).files)
        files[HOSTILE_PATH] = File(f"\n{HOSTILE}\nof {name}\n".encode())
        trees[name] = Tree(files)
    first = names[0]
    trees[first] = Tree({**trees[first].files, "crlf.txt": File(b"one\r\n")})
    if len(names) > 1:
        trees[names[1]] = Tree({**trees[names[1]].files, "crlf.txt": File(b"one\n")})
    return layouts(trees)


@cache
def _commands(names: tuple[str, ...]) -> tuple[CommandRow, ...]:
    rows = command_rows([manager(name) for name in names], {"PROJECT": "sample"})
    hostile = CommandRow(
        "hostile",
        HOSTILE,
        {name: Lines((f"echo {HOSTILE}",)) for name in names[:1]}
        | {name: Lines(unsupported=HOSTILE) for name in names[1:]},
    )
    return (*rows, hostile)


def _lock(name: str) -> Lock:
    known = manager(name)
    files = tuple(
        FileFacts(path, 40_000 + 9_000 * len(name), 800, 40 + len(name), 300, number)
        for number, path in enumerate(known.lock)
    )
    return Lock(
        manager=name,
        scope=known.scope,
        files=files,
        exports=(
            Export("export", (FileFacts("requirements.txt", 9_000, 90, 20, 200, 0),)),
            Export("export-pylock", unsupported=known.unsupported.get("export-pylock", HOSTILE)),
        ),
    )


def _resolved(names: tuple[str, ...]) -> tuple[Resolved, ...]:
    packages = [f"package-{number:03}" for number in range(60)]
    same = [Resolved(one, dict.fromkeys(names, "1.0.0"), same=True) for one in packages]
    different = [
        Resolved("<script>alert(1)</script>", _versions(names, "2.0"), False, (HOSTILE,)),
        Resolved("urllib3", _versions(names, None), False, ("not needed there: made up",)),
    ]
    return (*same[:30], *different, *same[30:])


def _versions(names: tuple[str, ...], first: str | None) -> dict[str, str | None]:
    return {**dict.fromkeys(names, "3.1.4"), names[0]: first}


def _measurements(names: tuple[str, ...]) -> Measurements:
    return Measurements(
        machine=Machine("Made-up OS 1", "x86_64", "Imaginary CPU", 2, 8 * 2**30, "3.11.9"),
        started="2001-02-03T04:05:06+00:00",
        finished="2001-02-03T05:05:06+00:00",
        runs=3,
        package=f"tomli {HOSTILE}",
        complete=False,
        figures=tuple(_figures(names)),
    )


def _figures(names: tuple[str, ...]) -> Iterator[Figure]:
    for name in names:
        slow = _SLOWNESS.get(name, 1.0)
        for verb, base in _CACHED.items():
            if verb in manager(name).unsupported:
                yield Figure(verb, name, "cold", "unsupported", manager(name).unsupported[verb])
                continue
            yield _figure(verb, name, "cold", base * slow)
            yield _figure(verb, name, "warm", base * slow / 4)
        for verb, base in _UNCACHED.items():
            yield _figure(verb, name, None, base)
    yield _figure("update", names[0], "cold", 2.0)
    yield Figure("update", names[0], "warm", "failed", f"exit code 1 {HOSTILE}", runs=3)
    yield Figure("export-pylock", names[0], None, "failed", f"exit code 1 {HOSTILE}", runs=3)


def _figure(verb: str, name: str, cache: Cache | None, seconds: float) -> Figure:
    return Figure(
        verb,
        name,
        cache,
        "passed",
        runs=3,
        seconds=_spread(seconds),
        cpu_seconds=_spread(seconds * 0.7),
        peak_bytes=_spread(90e6 + 1e6 * seconds),
        disk_bytes=_spread(60e6 * len(name)),
        cache_bytes=_spread(30e6) if cache == "cold" else None,
        files=_spread(2000.0 + len(verb)),
    )


def _spread(median: float) -> Spread:
    low, high = median * 0.9, median * 1.2
    return Spread(median, low, high, (low, high, median))
