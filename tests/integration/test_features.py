"""Each feature alone, with linter and types, and all of them with every option on each Python.

In uv's layout, which is the fastest; the others have all features in `test_told_to_run.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from generator.answers import resolve, visible_questions
from generator.catalog import manager
from generator.render import render
from generator.run import Step, run
from generator.toolchain import prepare
from generator.toolchain.interpreters import NoInterpreter, interpreter
from tests.support.faults import everything

pytestmark = pytest.mark.integration

PYTHON = "{}.{}".format(*sys.version_info)
QUESTIONS = visible_questions()
FEATURES = [choice.value for choice in QUESTIONS["features"].choices]
#: That on this Python, everything works: `test_generated_tests_can_fail.py` sees to it.
OTHERS = [choice.value for choice in QUESTIONS["python_version"].choices if choice.value != PYTHON]


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_alone(feature: str, tmp_path: Path) -> None:
    given = {"project_name": "alone", "features": [feature], "python_version": PYTHON}
    _prove(given, PYTHON, tmp_path, "test", "lint", "typecheck")


@pytest.mark.parametrize("version", OTHERS)
def test_everything_on_another_python(version: str, tmp_path: Path) -> None:
    try:
        interpreter(version)
    except NoInterpreter as error:
        pytest.skip(str(error))
    _prove(everything("every-part"), version, tmp_path, "test")


def _prove(given: Mapping[str, Any], python: str, folder: Path, *verbs: str) -> None:
    uv = manager("uv")
    answers = resolve({**given, "manager": uv.name})
    render(answers.context, answers.values).write(folder / "project")
    env = prepare(uv, python, folder).env
    for verb in ("create", "install", *verbs):
        for command in uv.commands[verb]:
            outcome = run(Step(verb, command.argv, folder / "project", env), timeout=600)
            assert outcome.ok, f"{outcome.step.line}: {outcome.reason}\n{outcome.output}"
