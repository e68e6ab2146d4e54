"""What is rendered passes the linter that the project itself comes with, whatever its names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from generator.answers import resolve
from generator.catalog import manager_names
from generator.cli.inputs import presets
from generator.render import render
from tests.support.faults import everything

NAMES = ("a", "zebra", "a-project-with-a-name-that-is-as-long-as-a-name-might-ever-be-ok")


@pytest.mark.parametrize("client", ["aioboto3", "aiobotocore"])
@pytest.mark.parametrize("name", NAMES)
def test_ruff_has_nothing_to_say(name: str, client: str, tmp_path: Path) -> None:
    answers = resolve({"project_name": name, "manager": "uv", "aws_client": client})
    _passes(tmp_path / name, answers.context, answers.values)


@pytest.mark.parametrize("manager", manager_names())
def test_in_every_layout(manager: str, tmp_path: Path) -> None:
    answers = resolve({"project_name": "app", "manager": manager})
    _passes(tmp_path / "app", answers.context, answers.values)


@pytest.mark.parametrize("features", [[], presets()["full"]], ids=["no feature", "all features"])
def test_with_and_without_features(features: list[str], tmp_path: Path) -> None:
    answers = resolve({"project_name": "app", "manager": "uv", "features": features})
    _passes(tmp_path / "app", answers.context, answers.values)


@pytest.mark.parametrize("name", NAMES)
def test_with_every_option(name: str, tmp_path: Path) -> None:
    answers = resolve(everything(name))
    _passes(tmp_path / name, answers.context, answers.values)


def _passes(project: Path, context: object, values: object) -> None:
    assert isinstance(context, dict)
    assert isinstance(values, dict)
    render(context, values).write(project)
    for words in (["check"], ["format", "--check"]):
        argv = [sys.executable, "-m", "ruff", *words, "--no-cache"]
        done = subprocess.run(argv, cwd=project, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
