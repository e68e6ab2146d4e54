"""Each feature alone, each of its options alone, and all of them on each Python.

In uv's layout, which is the fastest; the others have all features in `test_told_to_run.py`.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from generator.answers import resolve, visible_questions
from generator.catalog import load_yaml, templates_root
from generator.render import render
from generator.run import Step, run
from generator.toolchain.interpreters import NoInterpreter, interpreter
from tests.support.faults import everything
from tests.support.installed import installed

pytestmark = pytest.mark.integration

PYTHON = "{}.{}".format(*sys.version_info)
QUESTIONS = visible_questions()
FEATURES = [choice.value for choice in QUESTIONS["features"].choices]


def _asked_by(feature: str) -> str:
    """Return the key of the question that only this feature asks, if there is one."""
    path = templates_root() / "features" / feature / "feature.yml"
    return str(load_yaml(path.read_text(encoding="utf-8")).get("asks", ""))


CLIENTS = [choice.value for choice in QUESTIONS["aws_client"].choices]
#: A feature, what it asks, and one answer.
OPTIONS = [
    pytest.param(feature, asked, choice.value, id=f"{feature}-{choice.value}")
    for feature in FEATURES
    if (asked := _asked_by(feature))
    for choice in QUESTIONS[asked].choices
]
VERSIONS = [choice.value for choice in QUESTIONS["python_version"].choices]
#: With the clients in turns. This Python is `test_generated_tests_can_fail.py`'s.
OTHERS = list(zip([one for one in VERSIONS if one != PYTHON], itertools.cycle(CLIENTS[::-1])))


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_alone(feature: str, tmp_path: Path) -> None:
    given = {"project_name": "alone", "features": [feature], "python_version": PYTHON}
    _prove(given, PYTHON, tmp_path, "test", "lint", "typecheck")


@pytest.mark.parametrize(("version", "client"), OTHERS)
def test_everything_on_another_python(version: str, client: str, tmp_path: Path) -> None:
    try:
        interpreter(version)
    except NoInterpreter as error:
        pytest.skip(str(error))
    given = {**everything("every-part"), "aws_client": client}
    _prove(given, version, tmp_path, "test", "typecheck")


@pytest.mark.parametrize(("feature", "key", "value"), OPTIONS)
def test_an_option_alone(
    feature: str, key: str, value: str, full_project: Path, tmp_path: Path
) -> None:
    """In the environment of all; that it needs no more than it declares is deptry's to see."""
    given = {"project_name": "can-fail", "manager": "uv", "python_version": PYTHON}
    option = {"features": [feature], key: [value] if QUESTIONS[key].several else value}
    answers = resolve({**given, **option})
    render(answers.context, answers.values).write(tmp_path / "project")
    env = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)}
    tests = sorted((tmp_path / "project").glob(f"tests/test_{feature}*.py"))
    argv = (str(full_project / ".venv" / "bin" / "python"), "-m", "pytest", *map(str, tests))
    outcome = run(Step("test", argv, tmp_path / "project", env), timeout=600)
    assert outcome.ok, outcome.output


def _prove(given: Mapping[str, Any], python: str, folder: Path, *verbs: str) -> None:
    project = installed(given, python, folder)
    for verb in verbs:
        project.succeed(verb)
