"""Where answers come from: flags over data over a file, and what git and the clock suggest."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from generator.answers import Question, questions, read_answers, visible_questions
from generator.catalog import manager, manager_names
from generator.reading import LONGEST

#: The two answers without which there is nothing to write: where to, and in which layout.
NAME, MANAGER = "project_name", "manager"
#: The optional parts, the sets of them that have a name, and what every project has besides.
FEATURES, PRESETS, CORE = "features", "presets", "core"


def flag(key: str) -> str:
    """Return the option that answers a question: `python_version` -> `--python-version`."""
    return "--" + key.replace("_", "-")


def question_options(*, without: tuple[str, ...] = ()) -> Callable[..., Any]:
    """Return a decorator: an option for every question that a person can answer, but for some."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(_feature_options()):
            command = option(command)
        for question in reversed(list(visible_questions().values())):
            if question.key in without:
                continue
            option = click.option(
                flag(question.key), question.key, metavar=_metavar(question), help=_help(question)
            )
            command = option(command)
        return command

    return decorate


def _feature_options() -> list[Callable[..., Any]]:
    """Return the options that change which features are chosen."""
    sets = click.Choice(list(presets()))
    return [
        click.option("--preset", "preset", type=sets, help="Choose features by the set."),
        click.option("--with", "with", multiple=True, metavar="NAME", help="One feature more."),
        click.option("--without", "without", multiple=True, metavar="NAME", help="One fewer."),
    ]


def _metavar(question: Question) -> str:
    if question.several:
        return "NAME,..."
    if question.choices:
        return "[" + "|".join(choice.value for choice in question.choices) + "]"
    return {"int": "NUMBER"}.get(question.type, "TEXT")


#: Where `suggestions` has a better default than the questionnaire.
_BETTER = {"author_name": "git's", "author_email": "git's", "year": "this year"}


def _help(question: Question) -> str:
    example = _BETTER.get(question.key) or question.placeholder or question.default
    if isinstance(example, list):
        example = ",".join(example)
    if question.key == NAME:
        return f"{question.help}, such as {example}; otherwise the last part of PATH."
    shown = example if example not in ("", None) and "{" not in str(example) else ""
    return f"{question.help}{f' [default: {shown}]' if shown else ''}"


def gather(
    path: str | None,
    answers_file: str | None,
    data: tuple[str, ...],
    flags: Mapping[str, Any],
) -> dict[str, Any]:
    """Return everything that was given; of two answers to a question the nearer to hand wins.

    The last part of PATH is the project's name, unless the command line gives another. `flags` are
    the options that `question_options` adds. Raises `BadFile` for an unreadable file of answers,
    `UnknownName` for a feature that is none, `click.UsageError` for data that is no KEY=VALUE.
    """
    asked = visible_questions()
    told = _pairs(data) | {
        key: value for key, value in flags.items() if key in asked and value is not None
    }
    given: dict[str, Any] = {}
    if answers_file is not None:
        given |= _read(answers_file)
    if path is not None and NAME not in told:
        told[NAME] = _name_of(path)
    given = _underived(given, told)
    more, fewer = flags.get("with", ()), flags.get("without", ())
    return _with_features(given | told, flags.get("preset"), more, fewer)


def _underived(recorded: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """Return recorded answers without the defaults that followed from answers now told otherwise.

    The package of `app` is app; that of `other`, made with the answers of `app`, is not.
    """
    changed = {key for key in told if key in recorded and told[key] != recorded[key]}
    return {
        key: value
        for key, value in recorded.items()
        if not (
            (question := visible_questions().get(key))
            and any(name in str(question.default) for name in changed)
            and question.default_for(recorded) == value
        )
    }


def chosen_managers(names: tuple[str, ...], given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the managers that a command is about: its arguments, else the answer, else all.

    Raises `UnknownName` for one that is none, `click.UsageError` where both are given.
    """
    if MANAGER in given and names:
        raise click.UsageError("the managers are arguments; leave the answer `manager` out")
    chosen = names or ((given[MANAGER],) if MANAGER in given else manager_names())
    for name in chosen:
        manager(name)
    return tuple(dict.fromkeys(chosen))


def refuse(name: str, given: object, others: Mapping[str, object]) -> None:
    """Raise `click.UsageError` where a flag is given together with one that contradicts it."""
    for other, value in others.items():
        if given and value:
            hint = value if isinstance(value, str) else "leave one of them out"
            raise click.UsageError(f"{name} and {other} exclude each other; {hint}")


def need(name: str, given: object, other: str, value: object) -> None:
    """Raise `click.UsageError` where a flag is given without the one that it belongs to."""
    if given and not value:
        raise click.UsageError(f"{name} has a meaning only together with {other}; add it")


def presets() -> dict[str, list[str]]:
    """Return the features that each preset chooses."""
    return _fact(PRESETS)


def core() -> dict[str, str]:
    """Return the parts that every project has: a line that explains each, and its name."""
    return _fact(CORE)


def _fact(key: str) -> dict[str, Any]:
    [found] = [one.default for one in questions() if one.key == key]
    return dict(found)


def _with_features(
    given: dict[str, Any], preset: str | None, more: tuple[str, ...], fewer: tuple[str, ...]
) -> dict[str, Any]:
    """Return the answers with a preset's features, and with some more and some fewer."""
    if preset is None and not more and not fewer:
        return given
    question = visible_questions()[FEATURES]
    everywhere = core().values()
    if needed := sorted(set(fewer) & set(everywhere)):
        raise click.UsageError(f"every project has {needed[0]}; leave --without {needed[0]} out")
    more = tuple(name for name in more if name not in everywhere)
    question.check([*more, *fewer], {})
    if both := sorted(set(more) & set(fewer)):
        raise click.UsageError(f"--with and --without both name {both[0]}; leave one of them out")
    chosen = presets()[preset] if preset else given.get(FEATURES, question.default)
    kept = [name for name in [*question.parse(chosen), *more] if name not in fewer]
    return {**given, FEATURES: kept}


def suggestions(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what git and the clock know: better defaults than the questionnaire has.

    SOURCE_DATE_EPOCH, where set, is the clock. The e-mail address is git's only if the author is.
    """
    found: dict[str, Any] = {}
    if "year" not in given:
        found["year"] = _year()
    if "author_name" not in given or "author_email" not in given:
        from generator import git

        known = git.identity()
        name, email = known.get("name", ""), known.get("email", "")
        found["author_name"] = name
        if given.get("author_name", name) == name:
            found["author_email"] = email
    return found


def _year() -> int:
    try:
        return time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"])).tm_year
    except (KeyError, ValueError, OverflowError, OSError):
        return time.localtime().tm_year


def _pairs(data: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for item in data:
        key, equals, value = item.partition("=")
        if not equals or not key:
            raise click.UsageError(f"--data {item!r} has no value; write it as --data KEY=VALUE")
        pairs[key] = value
    return pairs


def _read(answers_file: str) -> dict[str, Any]:
    if answers_file == "-":
        return read_answers(Path("<standard input>"), sys.stdin.read(LONGEST + 1))
    return read_answers(Path(answers_file))


def _name_of(path: str) -> str:
    if not path:
        raise click.UsageError("PATH is empty; give the directory to write, such as my-project")
    name = path.replace(os.sep, "/").rstrip("/").rpartition("/")[2]
    if name in (".", ".."):
        name = Path(path).resolve().name  # the folder's, as `cargo init` and `uv init` have it
    if not name:
        raise click.UsageError(
            f"PATH {path!r} names no project; give a directory's name, or add {flag(NAME)} NAME"
        )
    return name
