"""Answers: what the questionnaire made of flags, data, a file, prompts and defaults.

Given our version, they alone decide the output. The questions are those of `templates/copier.yml`;
this module knows no question by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from generator.errors import BadFile, InvalidAnswer, ScaffoldError, UnknownName
from generator.reading import LONGEST, load_yaml, read_text
from generator.render import expand, from_yaml, questionnaire

#: Asks a person: a question, the answers so far and the default; returns the answer.
Ask = Callable[["Question", Mapping[str, Any], Any], Any]


def _whole_number(value: Any) -> int:
    if isinstance(value, float) and not value.is_integer():
        raise ValueError(value)
    return int(value)


#: How `copier.yml` writes a type, and how an answer given as text becomes it.
_TYPES: dict[str, Callable[[Any], Any]] = {"str": str, "int": _whole_number}


@dataclass(frozen=True)
class Choice:
    """One possible answer, and the line that describes it."""

    label: str
    value: str


@dataclass(frozen=True)
class Question:
    """One question of `copier.yml`; `default` and `validator` may use the answers above it."""

    key: str
    type: str
    help: str
    default: Any
    choices: tuple[Choice, ...]
    validator: str
    hidden: bool
    has_default: bool
    placeholder: str
    several: bool = False
    when: str = ""

    def applies(self, context: Mapping[str, Any]) -> bool:
        """Return whether the question makes sense, given the answers so far."""
        return not self.when or expand(self.when, context).strip() == "True"

    def default_for(self, context: Mapping[str, Any]) -> Any:
        """Return the default, given the answers so far."""
        value = expand(self.default, context) if isinstance(self.default, str) else self.default
        if self.type == "yaml":
            return from_yaml(value) if isinstance(value, str) else value
        return self.parse(value)

    def parse(self, value: Any) -> Any:
        """Cast an answer to the question's type; raise `InvalidAnswer` where that fails."""
        if self.several:
            return self._parse_list(value)
        if value is None or isinstance(value, (bool, list, dict)):
            raise InvalidAnswer(self.key, value, "one value is wanted; put it in quotes")
        try:
            return _TYPES[self.type](value)
        except (ValueError, OverflowError) as error:
            raise InvalidAnswer(self.key, value, "give a whole number") from error

    def check(self, value: Any, context: Mapping[str, Any]) -> Any:
        """Parse and validate an answer; raise `InvalidAnswer` or `UnknownName` with the remedy."""
        parsed = self.parse(value)
        values = [choice.value for choice in self.choices]
        for one in parsed if self.several else [parsed]:
            if values and one not in values:
                raise UnknownName(self.key, str(one), values)
        if self.several:
            parsed = [value for value in values if value in parsed]  # in the order of the choices
        if why := expand(self.validator, {**context, self.key: parsed}).strip():
            raise InvalidAnswer(self.key, parsed, why)
        return parsed

    def _parse_list(self, value: Any) -> list[str]:
        """Read several choices: a list, or text as `a,b` or `[a, b]`."""
        if isinstance(value, str):
            value = [one.strip() for one in value.strip().strip("[]").split(",") if one.strip()]
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise InvalidAnswer(self.key, value, "a list is wanted; write it as a,b")
        return value


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
        _load(key, details) for key, details in questionnaire().items() if not key.startswith("_")
    )


@cache
def visible_questions() -> Mapping[str, Question]:
    """Return the questions that a person can answer, by key."""
    return {question.key: question for question in questions() if not question.hidden}


def known_keys(given: Mapping[str, Any]) -> None:
    """Raise `UnknownName` for a key that is no question."""
    known = visible_questions()
    for key in given:
        if key not in known:
            raise UnknownName("question", str(key), known)


def everything(name: str) -> dict[str, Any]:
    """Return the answers of a project that has every feature, with every option of each.

    Where only one option can be had, it is the last, which builds on those before it.
    """
    chosen: dict[str, Any] = {
        question.key: [one.value for one in question.choices if one.value != "none"]
        for question in visible_questions().values()
        if question.several
    }
    for question in visible_questions().values():
        if question.when and not question.several:
            chosen[question.key] = question.choices[-1].value
    return {"project_name": name, "manager": "uv", **chosen}


def resolve(
    given: Mapping[str, Any],
    ask: Ask | None = None,
    suggested: Mapping[str, Any] | None = None,
) -> Answers:
    """Go through the questionnaire: take what is given, ask for the rest, or take the defaults.

    `suggested` holds better defaults that the surroundings know, such as the author's name; one
    that the questionnaire refuses is left out. A question that does not apply has its default and
    is not recorded. Raises `UnknownName` for a key that is no question or a choice that is none,
    `InvalidAnswer` for a refused answer, one without a default, or one that nothing asks for.
    """
    known_keys(given)
    context: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for question in questions():
        if question.hidden:
            context[question.key] = question.default_for(context)
            continue
        if not question.applies(context):
            context[question.key] = default = question.default_for(context)
            if question.key in given and question.check(given[question.key], context) != default:
                why = f"it has a meaning only where {question.when.strip('{} ')}; choose that, too"
                raise InvalidAnswer(question.key, given[question.key], why)
            continue
        if question.key in given:
            value = given[question.key]
        else:
            value = _default(question, context, suggested or {})
            if ask is not None:
                value = ask(question, context, value)
            elif value is None:
                raise InvalidAnswer(question.key, "", "it has no default; give it")
        context[question.key] = values[question.key] = question.check(value, context)
    return Answers(values, context)


def _default(question: Question, context: Mapping[str, Any], suggested: Mapping[str, Any]) -> Any:
    if question.key in suggested:
        try:
            return question.check(suggested[question.key], context)
        except ScaffoldError:
            pass  # a stranger's idea of a name or an address; ours will do
    return question.default_for(context) if question.has_default else None


def read_answers(path: Path, text: str | None = None) -> dict[str, Any]:
    """Read answers from a YAML or TOML file, or from `text` that came from there.

    A suffix decides, else the content. Keys with a leading underscore are notes that Copier and we
    leave in the files we record, and are skipped. Raises `BadFile` where it is no mapping.
    """
    return without_notes(read_record(path, text))


def without_notes(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers alone of what a file of them holds."""
    return {key: value for key, value in record.items() if not str(key).startswith("_")}


def read_record(path: Path, text: str | None = None) -> dict[str, Any]:
    """Read everything that a file of answers holds, as `read_answers` does, notes as well."""
    if text is None:
        try:
            text = read_text(path)
        except UnicodeDecodeError as error:
            raise BadFile(path, "is not UTF-8 text", "give a YAML or TOML file") from error
        except OSError as error:
            why = f"cannot be read ({error.strerror})"
            raise BadFile(
                path, why, "give an ordinary YAML or TOML file that you may read"
            ) from error
    elif len(text) > LONGEST:
        raise BadFile(path, f"is longer than {LONGEST:,} characters", "give no more than answers")
    loaded = _parse(path, text)
    if not isinstance(loaded, dict):
        raise BadFile(path, "holds no mapping", "write one `question: answer` a line")
    return loaded


def _parse(path: Path, text: str) -> Any:
    import tomllib

    import yaml

    suffix = path.suffix.lower()
    if suffix not in {".yml", ".yaml", ".json"}:
        try:
            return tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            if suffix == ".toml":
                raise BadFile(path, f"is not valid TOML ({error})", "correct it") from error
    try:
        return load_yaml(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        why = " ".join(str(error).split())
        raise BadFile(path, f"is not valid YAML ({why})", "correct it") from error


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
        placeholder=details.get("placeholder", ""),
        several=details.get("multiselect", False),
        when=details.get("when") or "",
    )
