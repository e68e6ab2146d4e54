"""The rows that static checks look at leave out no choice, and no two choices together."""

from __future__ import annotations

import itertools

from generator.answers import resolve, visible_questions
from tests.support import covering

Chosen = tuple[str, str]


def test_every_two_choices_are_in_some_project() -> None:
    seen: set[tuple[Chosen, Chosen]] = set()
    for given in covering.cases():
        values = resolve(given).values
        chosen = [(key, value) for key, value in _choices() if value in _listed(values.get(key))]
        seen |= set(itertools.combinations(chosen, 2))
    missing = [
        pair
        for pair in itertools.combinations(_choices(), 2)
        if pair not in seen and _go_together(*pair)
    ]
    assert missing == []


def test_every_pair_of_factors_is_in_a_row() -> None:
    """Of these, some are of texts, and some of what is not chosen."""
    rows = covering.covering()
    assert set(covering.possible_pairs()) <= set().union(*map(covering.pairs, rows))
    assert len(covering.possible_pairs()) > 1500
    assert len(rows) < 60, "every check looks at all of them"


def _choices() -> list[Chosen]:
    questions = visible_questions().items()
    return [(key, choice.value) for key, question in questions for choice in question.choices]


def _go_together(one: Chosen, other: Chosen) -> bool:
    """Two choices of one question do where it takes several; `none` goes with no other."""
    return one[0] != other[0] or (
        visible_questions()[one[0]].several and "none" not in {one[1], other[1]}
    )


def _listed(value: object) -> list[str]:
    return value if isinstance(value, list) else [str(value)]
