"""The answers that static checks look at: each choice alone, all at once, and every pair of two.

A row gives each factor one of its values. A factor is a question with choices, one choice of a
question that takes several (taken or not), or a group of texts that are written freely.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from generator.answers import resolve, visible_questions
from generator.cli.inputs import presets
from generator.render import render
from generator.tree import Tree
from tests.support.faults import everything

LONG = "a-project-with-a-name-that-is-as-long-as-a-name-might-ever-be-ok"
ODD = "Back\\slash, 'quotes\", 100 %, {% raw %}, #, ${X}, `x`, 漢字 🎉"
#: By group and value: the answers that are written freely, as short, long and odd as they may be.
TEXTS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "names": {
        "short": {"project_name": "a"},
        "last": {"project_name": "zebra"},
        "two": {"project_name": "Z.9-x", "package_name": "one_name"},
        "long": {"project_name": LONG},
    },
    "region": {"default": {}, "long": {"aws_region": f"us-{'x' * 26}-10"}},
    "words": {
        "default": {},
        "plain": {"author_name": "Ada", "author_email": "a@example.org", "description": "It is."},
        "odd": {"author_name": ODD, "author_email": "o'neil@exämple.org", "description": ODD},
        "long": {"author_name": "n" * 200, "description": "d " * 249 + "d"},
    },
}
#: A question's key or a group's, and the choice of a question that takes several, or "".
Factor = tuple[str, str]
Row = dict[Factor, Any]
Pair = tuple[tuple[Factor, Any], tuple[Factor, Any]]


@cache
def factors() -> Mapping[Factor, tuple[Any, ...]]:
    """Return the values of every factor; "" is no answer, where a question does not apply."""
    found: dict[Factor, tuple[Any, ...]] = {(name, ""): tuple(one) for name, one in TEXTS.items()}
    for key, question in visible_questions().items():
        values = [choice.value for choice in question.choices]
        if question.several:
            found |= {(key, value): (False, True) for value in values}
        elif values:
            found[key, ""] = (*([""] if question.when else []), *values)
    return found


def fits(row: Row) -> bool:
    """Say whether there are answers with these values; a factor that is not here may have any."""
    for (key, choice), value in row.items():
        asked = row.get(("features", _needs(key)))
        if asked is False and value:
            return False
        if asked and not choice and not value:
            return False
        if choice not in {"", "none"} and value and row.get((key, "none")):
            return False
    return True


@cache
def _needs(key: str) -> str:
    """Return the feature without which a question does not apply, or ""."""
    if key in TEXTS or not visible_questions()[key].when:
        return ""
    question = visible_questions()[key]
    return next(one for one in presets()["full"] if question.applies({"features": [one]}))


def pairs(row: Row) -> set[Pair]:
    """Return every two factors of a row, with their values."""
    return set(itertools.combinations(sorted(row.items(), key=lambda item: item[0]), 2))


def possible_pairs() -> list[Pair]:
    """Return every two values of two factors that go together."""
    return [
        ((one, first), (other, second))
        for one, other in itertools.combinations(sorted(factors()), 2)
        for first, second in itertools.product(factors()[one], factors()[other])
        if fits({one: first, other: second})
    ]


@cache
def covering() -> tuple[Row, ...]:
    """Return rows that hold every possible pair; they are few, and always the same."""
    missing = dict.fromkeys(possible_pairs())
    taken: Counter[Any] = Counter()
    rows: list[Row] = []
    while missing:
        row: Row = dict(next(iter(missing)))
        for factor, values in factors().items():
            if factor not in row:
                # What brings most new pairs; where that is equal, what was taken least.
                _, _, row[factor] = max(
                    (len(pairs(tried) & missing.keys()), -taken[factor, value], value)
                    for value in values
                    if fits(tried := {**row, factor: value})
                )
        for pair in pairs(row):
            missing.pop(pair, None)
        taken.update(row.items())
        rows.append(row)
    return tuple(rows)


def answers(row: Row) -> dict[str, Any]:
    """Return what a row says, as answers."""
    given: dict[str, Any] = {}
    for (key, choice), value in row.items():
        if key in TEXTS:
            given |= TEXTS[key][value]
        elif choice:
            given[key] = [*given.get(key, []), *([choice] if value else [])]
        elif value:
            given[key] = value
    for key in [key for key, value in given.items() if not value and _needs(key)]:
        given[key] = ["none"]
        if _needs(key) not in given["features"]:
            del given[key]
    return given


def alone() -> Iterator[dict[str, Any]]:
    """Yield every choice of every question, with the defaults of all others, and no feature."""
    yield {"features": []}
    for key, question in visible_questions().items():
        features = {"features": [_needs(key)]} if _needs(key) else {}
        for choice in question.choices:
            yield features | {key: [choice.value] if question.several else choice.value}


@cache
def cases() -> tuple[dict[str, Any], ...]:
    """Return every set of answers to look at."""
    pythons = [choice.value for choice in visible_questions()["python_version"].choices]
    return (
        *({"project_name": "demo", "manager": "uv", **one} for one in alone()),
        *({**everything("every-part"), "python_version": python} for python in pythons),
        *map(answers, covering()),
    )


@cache
def trees() -> tuple[Tree, ...]:
    """Return what is rendered from each of them."""
    return tuple(map(_render, cases()))


@cache
def trees_of_one_name() -> tuple[Tree, ...]:
    """Return the same with one name and ordinary texts: they differ where the choices matter."""
    written = {key for group in TEXTS.values() for texts in group.values() for key in texts}
    same = {"project_name": "demo"}
    return tuple(
        _render({key: value for key, value in given.items() if key not in written} | same)
        for given in cases()
    )


def distinct(trees: Iterable[Tree], *suffixes: str) -> Iterator[tuple[str, bytes]]:
    """Yield each path with each of the contents that there are, of files with such endings."""
    yield from dict.fromkeys(
        (path, file.data)
        for tree in trees
        for path, file in tree.files.items()
        if path.endswith(suffixes)
    )


def _render(given: Mapping[str, Any]) -> Tree:
    resolved = resolve(given)
    return render(resolved.context, resolved.values)
