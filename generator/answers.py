"""Answers: what the questionnaire made of flags, data, a file, prompts and defaults.

Given our version, they alone decide the output. The questions are those of `templates/copier.yml`;
this module knows no question by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from generator.catalog import load_yaml
from generator.errors import InvalidAnswer, UnknownName
from generator.render import expand, questionnaire

#: How `copier.yml` writes a type, and how an answer given as text becomes it.
_TYPES: dict[str, Callable[[Any], Any]] = {"str": str, "int": int}


@dataclass(frozen=True)
class Choice:
    """One possible answer, and the line that describes it."""

    label: str
    value: str


@dataclass(frozen=True)
class Question:
    """One question of `copier.yml`; `default` and `validator` are templates over the answers above it."""

    key: str
    type: str
    help: str
    default: Any
    choices: tuple[Choice, ...]
    validator: str
    hidden: bool
    has_default: bool

    def default_for(self, context: Mapping[str, Any]) -> Any:
        """Return the default, given the answers so far."""
        value = expand(self.default, context) if isinstance(self.default, str) else self.default
        if self.type == "yaml":
            return load_yaml(value) if isinstance(value, str) else value
        return self.parse(value)

    def parse(self, value: Any) -> Any:
        """Cast an answer to the question's type; raise `InvalidAnswer` where that fails."""
        if value is None or isinstance(value, (bool, list, dict)):
            raise InvalidAnswer(self.key, value, f"one {self.type} is wanted")
        try:
            return _TYPES[self.type](value)
        except ValueError as error:
            raise InvalidAnswer(self.key, value, "a whole number is wanted") from error

    def check(self, value: Any, context: Mapping[str, Any]) -> Any:
        """Parse and validate an answer; raise `InvalidAnswer` or `UnknownName` with the remedy."""
        parsed = self.parse(value)
        values = [choice.value for choice in self.choices]
        if values and parsed not in values:
            raise UnknownName(self.key, str(parsed), values)
        if why := expand(self.validator, {**context, self.key: parsed}).strip():
            raise InvalidAnswer(self.key, parsed, why)
        return parsed


@dataclass(frozen=True)
class Answers:
    """Validated answers: `values` is what is recorded, `context` also holds the computed values."""

    values: Mapping[str, Any]
    context: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.values[key]


@cache
def questions() -> tuple[Question, ...]:
    """Return every question of `copier.yml`, in order, hidden ones included."""
    return tuple(
        _load(key, details)
        for key, details in questionnaire().items()
        if not key.startswith("_")
    )


@cache
def visible_questions() -> Mapping[str, Question]:
    """Return the questions that a person can answer, by key."""
    return {question.key: question for question in questions() if not question.hidden}


def resolve(
    given: Mapping[str, Any],
    ask: Callable[[Question, Mapping[str, Any]], Any] | None = None,
) -> Answers:
    """Go through the questionnaire: take what is given, ask for the rest, or take the defaults.

    `ask` gets a question and the answers so far and returns the answer. Raises `UnknownName` for a
    key that is no question, `InvalidAnswer` for a refused answer or one without a default.
    """
    known = visible_questions()
    for key in given:
        if key not in known:
            raise UnknownName("question", key, known)
    context: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for question in questions():
        if question.hidden:
            context[question.key] = question.default_for(context)
            continue
        if question.key in given:
            value = given[question.key]
        elif ask is not None:
            value = ask(question, context)
        elif question.has_default:
            value = question.default_for(context)
        else:
            raise InvalidAnswer(question.key, "", "it has no default; give it")
        context[question.key] = values[question.key] = question.check(value, context)
    return Answers(values, context)


def _load(key: str, details: Mapping[str, Any]) -> Question:
    choices = details.get("choices", [])
    pairs = choices.items() if isinstance(choices, dict) else [(item, item) for item in choices]
    return Question(
        key=key,
        type=details["type"],
        help=details.get("help", ""),
        default=details.get("default", ""),
        choices=tuple(Choice(str(label), str(value)) for label, value in pairs),
        validator=details.get("validator", ""),
        hidden=details.get("when", True) is False,
        has_default="default" in details,
    )
