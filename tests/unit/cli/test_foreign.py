"""`scaffold new --template`: any other Copier template, under Copier's rules."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.conftest import Scaffold
from tests.support.terminal import CTRL_C, ENTER, Terminal


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A template with a question that has no default, and a link."""
    folder = tmp_path / "template"
    (folder / "{{ word }}").mkdir(parents=True)
    (folder / "copier.yml").write_text(
        "word:\n  type: str\nother:\n  type: str\n  default: right\n"
    )
    (folder / "{{ word }}" / "file.txt.jinja").write_text("{{ word }} {{ other }}\n")
    (folder / "plain.txt").write_text("{{ word }}\n")
    return folder


@pytest.mark.both
def test_it_is_rendered_by_copier(scaffold: Scaffold, template: Path) -> None:
    words = ("new", "deep/made", "--template", template, "--data", "word=hello", "--defaults")
    done = scaffold(*words, "--json", "report.json")
    assert done.returncode == 0, done.stderr
    assert Path("deep/made/hello/file.txt").read_text() == "hello right\n"
    assert Path("deep/made/plain.txt").read_text() == "{{ word }}\n"
    assert "file.txt" in done.stdout
    report = json.loads(Path("report.json").read_text())
    assert [file["path"] for file in report["files"]] == ["hello/file.txt", "plain.txt"]
    assert [path.name for path in Path("deep").iterdir()] == ["made"]


def test_a_dry_run_writes_nothing(scaffold: Scaffold, template: Path) -> None:
    words = ("new", "deep/made", "--template", template, "--data", "word=hello", "--defaults")
    done = scaffold(*words, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "file.txt" in done.stdout
    assert list(Path.cwd().iterdir()) == []


def test_answers_come_from_a_file_too(scaffold: Scaffold, template: Path) -> None:
    Path("answers.yml").write_text("word: hi\nother: there\n")
    done = scaffold("new", "made", "--template", template, "--answers", "answers.yml")
    assert done.returncode == 0, done.stderr
    assert Path("made/hi/file.txt").read_text() == "hi there\n"


@pytest.mark.parametrize(
    ("change", "words", "why"),
    [
        ("", [], "--data KEY=VALUE"),
        ("_tasks: [touch task-ran]\n", ["--data=word=x", "--defaults"], "--trust"),
        ("_jinja_extensions: [os.path]\n", ["--data=word=x", "--defaults"], "--trust"),
        ("_min_copier_version: '999'\n", ["--data=word=x", "--defaults"], "999"),
        ("bad: [\n", ["--data=word=x", "--defaults"], "error"),
        ("_tasks: [exit 3]\n", ["--data=word=x", "--defaults", "--trust"], "exit 3"),
    ],
)
def test_what_copier_refuses_is_one_line(
    scaffold: Scaffold, template: Path, change: str, words: list[str], why: str
) -> None:
    with (template / "copier.yml").open("a") as file:
        file.write(change)
    done = scaffold("new", "deep/made", "--template", template, *words)
    assert done.returncode == 2
    lines = done.stderr.strip().splitlines()
    assert lines[-1].startswith("error: template ")
    assert why in lines[-1]
    assert "Traceback" not in done.stderr
    assert list(Path.cwd().iterdir()) == []


def test_trust_lets_tasks_run(scaffold: Scaffold, template: Path) -> None:
    with (template / "copier.yml").open("a") as file:
        file.write("_tasks: [touch task-ran]\n")
    done = scaffold(
        *("new", "made", "--template", template, "--data=word=x", "--defaults", "--trust")
    )
    assert done.returncode == 0, done.stderr
    assert Path("made/task-ran").exists()


def test_it_asks_in_a_terminal_and_ctrl_c_writes_nothing(template: Path) -> None:
    program = str(Path(sys.executable).with_name("scaffold"))
    argv = [program, "new", "deep/made", "--template", str(template)]
    with Terminal(argv, Path.cwd(), os.environ) as screen:
        screen.expect("word")
        screen.press("hi", ENTER)
        screen.expect("other")
        screen.press(ENTER)
        assert screen.wait() == 0, screen.text
    assert Path("deep/made/hi/file.txt").read_text() == "hi right\n"
    argv[2] = "other/made"
    with Terminal(argv, Path.cwd(), os.environ) as screen:
        screen.expect("word")
        screen.press(CTRL_C)
        assert screen.wait() == 130, screen.text
    assert "interrupted; nothing was written" in screen.text
    assert not Path("other").exists()


def test_no_such_template_and_a_taken_target(scaffold: Scaffold, template: Path) -> None:
    done = scaffold("new", "made", "--template", "nowhere", "--defaults")
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "nowhere" in done.stderr
    assert done.stderr.count("\n") == 1
    Path("taken").mkdir()
    Path("taken/file").touch()
    done = scaffold("new", "taken", "--template", template, "--defaults", "--data=word=x")
    assert done.returncode == 2
    assert "is not empty" in done.stderr
    done = scaffold("new", "--template", template)
    assert done.returncode == 2
    assert "PATH" in done.stderr
