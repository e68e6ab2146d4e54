"""An existing project is found, and knows what it was made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator import __version__
from generator.answers import resolve
from generator.errors import BadFile
from generator.project import NoProject, answers_file, find_project
from generator.render import render


@pytest.fixture
def project(tmp_path: Path) -> Path:
    answers = resolve({"project_name": "demo", "manager": "pip", "year": 2001})
    render(answers.context, answers.values).write(tmp_path / "demo")
    return tmp_path / "demo"


def test_a_project_gives_back_its_answers(project: Path) -> None:
    found = find_project(project / "src" / "demo")
    assert found.root == project
    assert found.version == __version__
    assert found.answers()["manager"] == "pip"
    assert found.answers()["year"] == 2001


def test_it_renders_to_the_same_bytes_again(project: Path) -> None:
    answers = find_project(project).answers()
    assert list(render(answers.context, answers.values).diff(project)) == []


def test_no_path_of_this_machine_is_recorded(project: Path) -> None:
    assert str(project.parent) not in (project / answers_file()).read_text(encoding="utf-8")


def test_elsewhere_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(NoProject, match="give the project's directory"):
        find_project(tmp_path)


def test_beside_a_project_there_is_none(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    with pytest.raises(NoProject):
        find_project(Path(".."))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("manager: nobody\nproject_name: demo\n", "did you mean"),
        ("manager: [", "not valid YAML"),
        ("manager: pip\n", "project_name"),
        ("what: ever\n", "unknown question"),
    ],
)
def test_spoiled_answers_name_the_file(project: Path, text: str, why: str) -> None:
    (project / answers_file()).write_text(text, encoding="utf-8")
    with pytest.raises(BadFile, match=answers_file()) as caught:
        find_project(project).answers()
    assert why in str(caught.value) or "choose one of" in str(caught.value)
