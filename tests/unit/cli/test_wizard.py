"""The wizard, driven through a real pseudo-terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import yaml

from generator.answers import visible_questions
from generator.catalog import manager_names
from generator.cli.inputs import presets
from tests.support.terminal import CTRL_C, CTRL_D, CTRL_U, DOWN, ENTER, UP, Terminal

SCAFFOLD = str(Path(sys.executable).with_name("scaffold"))


def terminal(*words: str) -> Terminal:
    return Terminal([SCAFFOLD, "new", *words], Path.cwd(), os.environ)


def recorded(project: str) -> dict[str, object]:
    answers: dict[str, object] = yaml.safe_load(Path(project, ".scaffold.yml").read_text())
    return answers


def test_everything_is_asked_and_arrow_keys_choose() -> None:
    label = {
        key: [choice.label for choice in question.choices]
        for key, question in visible_questions().items()
    }
    with terminal("--no-git") as screen:
        screen.expect(visible_questions()["project_name"].help)
        screen.press("my-demo", ENTER)
        screen.expect(visible_questions()["package_name"].help, "my_demo")
        screen.press(ENTER)
        for key in ("description", "author_name", "author_email", "year"):
            screen.expect(visible_questions()[key].help)
            screen.press(ENTER)
        screen.expect(visible_questions()["python_version"].help, "3.14")
        screen.press(DOWN, DOWN, UP, ENTER)
        screen.expect(visible_questions()["manager"].help, *label["manager"])
        screen.press(DOWN, ENTER)
        screen.expect(visible_questions()["license"].help, *label["license"])
        screen.press(UP, ENTER)
        screen.expect(visible_questions()["aws_region"].help, "us-east-1")
        screen.press(ENTER)
        screen.expect(visible_questions()["aws_client"].help, *label["aws_client"])
        screen.press(DOWN, ENTER)
        screen.expect(visible_questions()["ci"].help, *label["ci"])
        screen.press(ENTER)
        screen.expect(visible_questions()["features"].help, *label["features"])
        screen.press(" ", DOWN, " ", ENTER)  # the first, which is not chosen yet; not the second
        screen.expect(visible_questions()["auth"].help, *label["auth"])
        screen.press(" ", ENTER)
        screen.expect("goes with no other")
        screen.press(" ", ENTER)
        assert screen.wait() == 0, screen.text
    answers = recorded("my-demo")
    manager = visible_questions()["manager"].choices[1].value
    assert answers["project_name"] == "my-demo"
    assert answers["package_name"] == "my_demo"
    assert answers["python_version"] == "3.12"
    assert answers["manager"] == manager
    assert answers["license"] == visible_questions()["license"].choices[-1].value
    assert answers["aws_client"] == "aiobotocore"
    first, second = (one.value for one in visible_questions()["features"].choices[:2])
    assert answers["features"] == [first, *(one for one in presets()["standard"] if one != second)]
    assert answers["auth"] == visible_questions()["auth"].default
    assert {key for key, one in visible_questions().items() if not one.when} <= set(answers)


def test_an_invalid_answer_says_why_and_can_be_corrected() -> None:
    with terminal("--manager", "pip", "--no-git") as screen:
        screen.expect("Name of the project")
        screen.press("json", ENTER)
        screen.expect("shadows a Python keyword or standard-library module")
        screen.press(CTRL_U, "good-name", ENTER)
        screen.expect("Name of the Python package")
        screen.press(CTRL_U, "Not Good", ENTER)
        screen.expect("use lower-case ASCII letters")
        screen.press(CTRL_U, "good", ENTER)
        while_asking = ("description", "author_name", "author_email")
        for key in while_asking:
            screen.expect(visible_questions()[key].help)
            screen.press(ENTER)
        screen.expect(visible_questions()["year"].help)
        screen.press(CTRL_U, "soon", ENTER)
        screen.expect("give a whole number")
        screen.press(CTRL_U, "2001", ENTER)
        for key in ("python_version", "license", "aws_region", "aws_client", "ci", "features"):
            screen.expect(visible_questions()[key].help)
            screen.press(ENTER)
        assert screen.wait() == 0, screen.text
    answers = recorded("good-name")
    assert (answers["package_name"], answers["year"]) == ("good", 2001)
    assert answers["manager"] == "pip"


def test_a_cleared_line_goes_back_to_the_default() -> None:
    answered = [f"--{key}" for key in ("license=MIT", "ci=none", "aws-client=aioboto3")]
    answered += ["--features=mocking"]
    answered += ["--python-version=3.12", "--year=2001", "--author-name=", "--author-email="]
    with terminal("demo", *answered, "--no-git") as screen:
        screen.expect("Name of the Python package", "demo")
        screen.press("_typed_on", CTRL_U, ENTER)
        screen.expect("One line on what it does")
        screen.press(CTRL_U, ENTER)
        screen.expect(visible_questions()["manager"].help)
        screen.press(DOWN, DOWN, UP, UP, ENTER)
        screen.expect("Default AWS region")
        screen.press(CTRL_U, "nowhere", ENTER)
        screen.expect("that is no AWS region")
        screen.press(CTRL_U, ENTER)
        assert screen.wait() == 0, screen.text
    answers = recorded("demo")
    assert answers["package_name"] == "demo"
    assert answers["manager"] == visible_questions()["manager"].default
    assert answers["aws_region"] == "us-east-1"
    assert answers["description"] == "", "nothing is a valid answer here"


@pytest.mark.parametrize(
    ("key", "question"),
    [(CTRL_C, "project_name"), (CTRL_D, "project_name"), (CTRL_C, "python_version")],
    ids=["Ctrl-C in a text", "Ctrl-D in a text", "Ctrl-C in a choice"],
)
def test_a_way_out_writes_nothing(key: str, question: str) -> None:
    with terminal() as screen:
        for asked in visible_questions():
            screen.expect(visible_questions()[asked].help)
            if asked == question:
                break
            screen.press(*(["demo"] if asked == "project_name" else []), ENTER)
        screen.press(key)
        assert screen.wait() == 130, screen.text
    assert "interrupted; nothing was written" in screen.text
    assert "Traceback" not in screen.text
    assert list(Path.cwd().iterdir()) == []


def test_with_everything_that_is_needed_nothing_is_asked() -> None:
    with terminal("demo", "--manager", "pip", "--no-git") as screen:
        assert screen.wait() == 0, screen.text
    assert "demo/" in screen.text
    assert recorded("demo")["manager"] == "pip"


def test_a_taken_target_is_refused_before_the_first_question() -> None:
    Path("demo").mkdir()
    Path("demo/file").touch()
    with terminal("demo") as screen:
        assert screen.wait() == 2
    assert "is not empty" in screen.text


def test_the_prompt_shows_one_line_on_each_manager() -> None:
    choices = visible_questions()["manager"].choices
    assert sorted(choice.value for choice in choices) == list(manager_names())
    for choice in choices:
        assert len(choice.label) <= 80
        assert len(choice.label.split()) > 4, "a name and what it is like"
