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
            return _choose_several(question, default, stream)
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


def _choose_several(question: Question, default: Any, stream: TextIO) -> Any:
    return questionary.checkbox(
        question.help,
        choices=[
            questionary.Choice(item.label, value=item.value, checked=item.value in default)
            for item in question.choices
        ],
        use_jk_keys=False,
        instruction="(arrow keys, Space to choose, then Enter)",
        output=create_output(stream),
    ).unsafe_ask()


def _type(question: Question, context: Mapping[str, Any], default: Any, stream: TextIO) -> Any:
    def refusal(text: str) -> str | None:
        try:
            question.check(text, context)
        except InvalidAnswer as error:
            return error.why
        except ScaffoldError as error:
            return str(error)
        return None

    def validate(text: str) -> bool | str:
        back_to_default = not text and default is not None
        return True if back_to_default else refusal(text) or True

    typed = questionary.text(
        question.help,
        default="" if default is None else str(default),
        validate=validate,
        validate_while_typing=False,
        placeholder=[("ansibrightblack", question.placeholder)],
        output=create_output(stream),
    ).unsafe_ask()
    # Where nothing is no answer, clearing the line brings the default back.
    return default if not typed and default is not None and refusal(typed) else typed
