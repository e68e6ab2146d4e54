"""`scaffold new --template`: any other Copier template, under Copier's rules."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
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


def test_it_is_rendered_in_place(scaffold: Scaffold, template: Path) -> None:
    with (template / "copier.yml").open("a") as file:
        file.write('_tasks: ["pwd > where", "echo from a task"]\n')
        file.write("_message_after_copy: Now {{ word }}!\n")
    words = ("--template", template, "--data=word=x", "--defaults", "--trust")
    done = scaffold("new", "made", *words, "--json", "-")
    assert done.returncode == 0, done.stderr
    assert Path("made/where").read_text().strip() == str(Path("made").resolve())
    assert "Now x!" in done.stderr
    assert json.loads(done.stdout)["target"] == "made", "nothing but the report"


def test_what_fails_late_leaves_an_empty_folder_empty(scaffold: Scaffold, template: Path) -> None:
    with (template / "copier.yml").open("a") as file:
        file.write("_tasks: [exit 3]\n")
    Path("there").mkdir()
    words = ("--template", template, "--data=word=x", "--defaults", "--trust")
    assert scaffold("new", "there", *words).returncode == 2
    assert scaffold("new", "new/made", *words).returncode == 2
    assert [path.name for path in Path.cwd().iterdir()] == ["there"]
    assert not any(Path("there").iterdir())


def test_a_version_and_a_repository(scaffold: Scaffold, template: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(
            ("git", "-c", "user.name=a", "-c", "user.email=b", *words), cwd=template, check=True
        )

    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message=one")
    git("tag", "v1")
    (template / "plain.txt").write_text("two\n")
    git("commit", "--quiet", "--all", "--message=two")
    words = ("--template", f"git+file://{template}", "--data=word=x", "--defaults")
    done = scaffold("new", "made", *words, "--vcs-ref", "v1", "--git")
    assert done.returncode == 0, done.stderr
    assert Path("made/plain.txt").read_text() == "{{ word }}\n"
    staged = subprocess.run(
        ["git", "ls-files"], cwd="made", capture_output=True, text=True, check=True
    )
    assert "plain.txt" in staged.stdout
    assert scaffold("new", "other", *words, "--vcs-ref", "HEAD").returncode == 0
    assert Path("other/plain.txt").read_text() == "two\n"
    assert not Path("other/.git").exists()
    assert "--template" in scaffold("new", "third", "--vcs-ref", "v1").stderr


def test_a_missing_extension_is_installed_beside_scaffold(
    scaffold: Scaffold, template: Path
) -> None:
    with (template / "copier.yml").open("a") as file:
        file.write("_jinja_extensions: [nowhere_to_be_found.Extension]\n")
    words = ("--template", template, "--data=word=x", "--defaults", "--trust")
    done = scaffold("new", "made", *words)
    assert done.returncode == 2
    assert f"{sys.executable} -m pip install" in done.stderr


def test_an_empty_clone_is_as_good_as_an_empty_folder(scaffold: Scaffold, template: Path) -> None:
    subprocess.run(["git", "init", "--quiet", "there"], check=True)
    words = ("--template", template, "--data=word=x", "--defaults", "--trust")
    assert scaffold("new", "there", *words).returncode == 0
    assert Path("there/plain.txt").exists()
    assert "is not empty" in scaffold("new", "there", *words).stderr
    subprocess.run(["git", "init", "--quiet", "other"], check=True)
    with (template / "copier.yml").open("a") as file:
        file.write("_tasks: [exit 3]\n")
    done = scaffold("new", "other", *words)
    assert done.returncode == 2
    assert "see what it printed" in done.stderr
    assert [path.name for path in Path("other").iterdir()] == [".git"]
    assert "needs a PATH" in scaffold("new", "", *words).stderr


def test_a_template_does_not_steer_the_terminal(scaffold: Scaffold, template: Path) -> None:
    (template / "f\x1b]0;title\x07").touch()
    with (template / "copier.yml").open("a") as file:
        file.write('_message_after_copy: "one\\e[2J\\ntwo\\e]52;c;x\\a"\n')
    done = scaffold("new", "made", "--template", template, "--data=word=x", "--defaults")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "\x07" not in done.stdout
    assert "one\\x1b[2J\ntwo\\x1b]52;c;x\\x07" in done.stdout


def test_a_second_ctrl_c_waits_until_all_is_removed(template: Path) -> None:
    with (template / "copier.yml").open("a") as file:
        file.write(
            "_tasks: ['mkdir -p d && cd d && seq 20000 | xargs touch && touch ../go && sleep 60']\n"
        )
    program = str(Path(sys.executable).with_name("scaffold"))
    words = ["--template", str(template), "--data=word=x", "--defaults", "--trust"]
    with subprocess.Popen(
        [program, "new", "made", *words], stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        while not Path("made/go").exists():
            assert process.poll() is None
            time.sleep(0.02)
        for _ in range(20):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
            time.sleep(0.02)
        process.wait()
    assert list(Path.cwd().iterdir()) == []
