"""What can go wrong through no fault of the program: each error says what, with which value, and the remedy.

The command line prints the message on one line and exits 2; nothing else catches these.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class ScaffoldError(Exception):
    """A mistake or an obstacle the user can remove; `str()` is the whole message."""


def nearest(value: str, known: Iterable[str]) -> str:
    """Return ` (did you mean 'poetry'?)` for the known name nearest to `value`, or nothing."""
    matches = get_close_matches(value.lower(), list(known), n=1, cutoff=0.5)
    return f"; did you mean '{matches[0]}'?" if matches else ""


class UnknownName(ScaffoldError):
    """A name that is not in a fixed set: a manager, a question, a choice."""

    def __init__(self, what: str, value: str, known: Iterable[str]) -> None:
        names = list(known)
        hint = nearest(value, names) or f"; choose one of {', '.join(names)}"
        super().__init__(f"unknown {what} {value!r}{hint}")


class InvalidAnswer(ScaffoldError):
    """An answer that the questionnaire refuses."""

    def __init__(self, key: str, value: object, why: str) -> None:
        shown = repr(value) if len(repr(value)) <= 80 else repr(value)[:60] + "...'"
        super().__init__(f"{key} {shown}: {why}")


class MissingAnswers(ScaffoldError):
    """Questions without an answer where nobody can be asked."""

    def __init__(self, missing: Iterable[str]) -> None:
        super().__init__(
            f"missing {' and '.join(missing)}; give it, "
            "or run in a terminal to be asked (--defaults answers everything else)"
        )


class BadFile(ScaffoldError):
    """A file of the user's that cannot be read as what it should be."""

    def __init__(self, path: Path, why: str, remedy: str) -> None:
        super().__init__(f"{path}: {why}; {remedy}")


class BadTemplate(ScaffoldError):
    """A template that does not render, or renders something its reader refuses."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"template of {path}: {why}; this is a mistake in the template, report it")
