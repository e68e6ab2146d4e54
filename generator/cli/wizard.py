"""The questions, asked in a terminal. What is asked, and what is valid, stands in `copier.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TextIO

import questionary
from prompt_toolkit.output import create_output

from generator.answers import Ask, Question
from generator.errors import InvalidAnswer, ScaffoldError


def asker(stream: TextIO) -> Ask:
    """Return what asks one question on `stream`; it raises KeyboardInterrupt on Ctrl-C."""

    def ask(question: Question, context: Mapping[str, Any], default: Any) -> Any:
        if question.several:
            return _choose_several(question, context, default, stream)
        if question.choices:
            return _choose(question, default, stream)
        return _type(question, context, default, stream)

    return ask


def _choose(question: Question, default: Any, stream: TextIO) -> Any:
    return questionary.select(
        question.help,
        choices=[questionary.Choice(item.label, value=item.value) for item in question.choices],
        default=default,
        use_jk_keys=False,
        instruction="(arrow keys, then Enter)",
        output=create_output(stream),
    ).unsafe_ask()


def _choose_several(
    question: Question, context: Mapping[str, Any], default: Any, stream: TextIO
) -> Any:
    choices = [
        questionary.Choice(item.label, value=item.value, checked=item.value in default)
        for item in question.choices
    ]
    return questionary.checkbox(
        question.help,
        choices=choices,
        initial_choice=choices[0],
        validate=lambda chosen: _refusal(question, chosen, context) or True,
        use_jk_keys=False,
        instruction="(arrow keys, Space to choose, then Enter)",
        output=create_output(stream),
    ).unsafe_ask()


def _type(question: Question, context: Mapping[str, Any], default: Any, stream: TextIO) -> Any:
    def validate(text: str) -> bool | str:
        back_to_default = not text and default is not None
        return True if back_to_default else _refusal(question, text, context) or True

    typed = questionary.text(
        question.help,
        default="" if default is None else str(default),
        validate=validate,
        validate_while_typing=False,
        placeholder=[("ansibrightblack", question.placeholder)],
        output=create_output(stream),
    ).unsafe_ask()
    # Where nothing is no answer, clearing the line brings the default back.
    return (
        default
        if not typed and default is not None and _refusal(question, typed, context)
        else typed
    )


def _refusal(question: Question, value: Any, context: Mapping[str, Any]) -> str | None:
    """Return why the questionnaire refuses an answer, or None."""
    try:
        question.check(value, context)
    except InvalidAnswer as error:
        return error.why
    except ScaffoldError as error:
        return str(error)
    return None
