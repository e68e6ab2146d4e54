"""What can go wrong through no fault of the program: what, with which value, and the remedy.

The command line prints the message on one line and exits 2; nothing else catches these.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterable
from pathlib import Path

from generator.credentials import without_credentials


class ScaffoldError(Exception):
    """A mistake or an obstacle the user can remove; `str()` is the whole message."""


def nearest(value: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `value`, whatever its case; None where none is."""
    from difflib import get_close_matches  # not before something went wrong

    names = {name.lower(): name for name in known}
    wanted = value.lower()
    begun = [name for name in names if wanted.startswith(name) or name.startswith(wanted or "-")]
    matches = begun or get_close_matches(wanted, list(names), n=1, cutoff=0.5)
    return names[matches[0]] if matches else None


def describe(error: BaseException) -> str:
    """Say in one line what an exception amounts to, whoever it comes from."""
    if isinstance(error, ScaffoldError):
        return str(error)
    if isinstance(error, OSError) and not error.strerror and error.args:  # shutil's
        return " ".join(str(error).split())
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror}"
    said = " ".join(f"{type(error).__name__}: {error}".split())
    return f"internal error ({said.removesuffix(':')}); {REPORT_IT}"


#: Goes into no more of a value than is shown: it may hold itself, or billions.
_REPR = reprlib.Repr()
_REPR.maxlevel, _REPR.maxstring, _REPR.maxother = 3, 80, 80

#: What a user can do about a mistake of ours.
REPORT_IT = "this is a mistake in scaffold: please report it with the traceback"


class UnknownName(ScaffoldError):
    """A name that is not in a fixed set: a manager, a question, a choice."""

    def __init__(self, what: str, value: str, known: Iterable[str]) -> None:
        names = list(known)
        guess = nearest(value, names)
        hint = f"did you mean {guess!r}? " if guess else ""
        super().__init__(f"unknown {what} {short(value)}; {hint}choose one of {', '.join(names)}")


class InvalidAnswer(ScaffoldError):
    """An answer that the questionnaire refuses."""

    def __init__(self, key: str, value: object, why: str) -> None:
        self.why = why
        super().__init__(f"{key} {short(value)}: {why}")


class MissingAnswers(ScaffoldError):
    """Questions without an answer, nobody to ask; `missing` are the words that give one."""

    def __init__(self, missing: Iterable[str]) -> None:
        super().__init__(
            f"missing {' and '.join(missing)}: "
            "give it on the command line, or run in a terminal to be asked"
        )


class BadFile(ScaffoldError):
    """A file of the user's that cannot be read, or written, as what it should be."""

    def __init__(self, path: Path | str, why: str, remedy: str) -> None:
        super().__init__(f"{path} {why}; {remedy}")


class BadTemplate(ScaffoldError):
    """A template that does not render, or renders something its reader refuses."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"template of {path}: {why}; this is a mistake in the template, report it")


def short(value: object) -> str:
    """Return what an error shows of a value: not long, however large it is, and no credentials."""
    shown = repr(without_credentials(value[:1000])) if isinstance(value, str) else _REPR.repr(value)
    return shown if len(shown) <= 80 else shown[:60] + "...'"


def printable(text: str) -> str:
    """Return a line that steers no terminal, whatever a name, an answer or a server put into it."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
