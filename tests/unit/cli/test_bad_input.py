"""Bad input: exit code 2, one line with the remedy, no traceback, nothing written."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from pytest_console_scripts import RunResult

from tests.conftest import Scaffold

NAMES = [
    "../evil",
    "/etc/x",
    "",
    "..",
    "con",
    "COM1.x",
    "class",
    "Match",
    "json",
    "test",
    "src",
    "boto3-stubs-no\x7f",
    "pytest",
    "a" * 300,
    "rocket🚀",
    "naïve",
    "two\nlines",
    "tab\there",
    "'quoted'",
    'double"quoted',
    "a;rm -rf x",
    "a b",
    "{{ 7*7 }}",
    "{% raw %}",
    "${HOME}",
    "$(id)",
    "dot.",
    "-dash",
    "_under",
    "1digit",
    "a/b",
    "a\\b",
    "ａｂｃ",
]


def refused(done: RunResult, *words: str) -> None:
    """Hold a result to what bad input gives, in a working directory that was empty."""
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1, "one line"
    assert done.stderr.rstrip("\n").isprintable()
    assert len(done.stderr) < 600
    for word in words:
        assert word in done.stderr


@pytest.mark.both
@pytest.mark.parametrize("name", ["../evil", "", "json", "rocket🚀", "two\nlines", "{{ 7*7 }}"])
def test_a_bad_project_name_however_we_are_called(scaffold: Scaffold, name: str) -> None:
    refused(scaffold("new", "fine", "--manager", "uv", f"--project-name={name}"), "project_name")
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_project_name(scaffold: Scaffold, name: str) -> None:
    done = scaffold("new", "fine", "--manager", "uv", f"--project-name={name}")
    refused(done, "project_name")
    assert list(Path.cwd().iterdir()) == []
    done = scaffold("new", "fine", "--manager", "uv", "--data", f"project_name={name}")
    refused(done, "project_name")
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize("name", [name for name in NAMES if name and "/" not in name])
def test_a_bad_name_as_the_last_part_of_path(scaffold: Scaffold, name: str, tmp_path: Path) -> None:
    for path in (name, f"{tmp_path}/{name}", f"deep/{name}/"):
        refused(scaffold("new", "--manager", "uv", "--", path))
    assert list(Path.cwd().iterdir()) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["--manager", "poertry"], "did you mean 'poetry'"),
        (["--manager", "zzz"], "choose one of uv, poetry, pip, pipenv, conda"),
        (["--manager", ""], "choose one of"),
        (["--data", "manger=uv", "--manager", "uv"], "did you mean 'manager'"),
        (["--data", "zzz=uv", "--manager", "uv"], "choose one of project_name"),
        (["--data", "mgr={}", "--manager", "uv"], "unknown question 'mgr'"),
        (["--data", "manager", "--manager", "uv"], "--data KEY=VALUE"),
        (["--data", "=x", "--manager", "uv"], "--data KEY=VALUE"),
        (["--manager", "uv", "--python-version", "3.10"], "3.11, 3.12, 3.13, 3.14"),
        (["--manager", "uv", "--python-version", "2.7"], "choose one of"),
        (["--manager", "uv", "--python-version", "3.11.4"], "did you mean '3.11'"),
        (["--manager", "uv", "--year", "MMXXVI"], "give a whole number"),
        (["--manager", "uv", "--year", "1066"], "use a year from 1970"),
        (["--manager", "uv", "--license", "GPL"], "did you mean 'GPL-3.0-or-later'"),
        (["--manager", "uv", "--aws-region", "mars"], "us-east-1"),
        (["--manager", "uv", "--author-email", "nobody"], "name@example.org"),
        (["--manager", "uv", "--package-name", "Mixed"], "lower-case"),
        (["--manager", "uv", "--package-name", "json"], "standard-library"),
        (["--manager", "uv", "--description", "two\nlines"], "one line"),
        (["--manager", "uv", "--description", "x" * 501], "at most 500"),
        (["--manager", "uv", "--author-name", "\x1b[31mred"], "printable"),
        (["--manager", "uv", "--answers", "nowhere.yml"], "No such file"),
        (["--manager", "uv", "--json", "no/where.json"], "--json"),
        (["--manager", "uv", "--json", "."], "--json"),
        (["--manager", "uv", "--nonsense"], "No such option"),
        (["--manager", "uv", "--licence", "MIT"], "--license"),
        (["--manager"], "requires an argument"),
        (["extra", "--manager", "uv"], "extra"),
    ],
)
def test_a_bad_option(scaffold: Scaffold, words: list[str], remedy: str) -> None:
    refused(scaffold("new", "demo", *words), remedy)
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize(
    ("words", "which"),
    [
        (["--dry-run", "--diff"], "--diff"),
        (["--dry-run", "--install"], "--install"),
        (["--dry-run", "--git"], "--git"),
        (["--diff", "--install"], "--install"),
        (["--diff", "--git"], "--git"),
        (["--overwrite"], "--force"),
        (["--trust"], "--template"),
        (["--template", "x", "--license", "MIT"], "--license"),
        (["--template", "x", "--install"], "--install"),
        (["--template", "x", "--diff"], "--diff"),
        (["--template", "x", "--force"], "--force"),
    ],
)
def test_flags_that_contradict_each_other(scaffold: Scaffold, words: list[str], which: str) -> None:
    manager = [] if "--template" in words else ["--manager", "uv"]
    refused(scaffold("new", "demo", *manager, *words), which)
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize(
    "text", ["- a\n- b\n", "a: b: c\n", "[x", "\x00", "just words\n", "1: 2\n"]
)
def test_a_malformed_answers_file(scaffold: Scaffold, text: str, tmp_path: Path) -> None:
    (tmp_path / "answers").write_text(text, encoding="utf-8")
    done = scaffold("new", "demo", "--manager", "uv", "--answers", tmp_path / "answers")
    refused(done)
    assert list(Path.cwd().iterdir()) == []


def test_a_target_that_is_a_file(scaffold: Scaffold) -> None:
    Path("demo").write_text("mine")
    for flags in ([], ["--force", "--overwrite"], ["--dry-run"]):
        refused(scaffold("new", "demo", "--manager", "uv", *flags), "is a file")
    refused(scaffold("new", "demo/below", "--manager", "uv"), "which is a file")
    assert Path("demo").read_text() == "mine"


def test_a_target_that_is_not_empty(scaffold: Scaffold) -> None:
    Path("demo").mkdir()
    Path("demo/pyproject.toml").write_text("[mine]")
    refused(scaffold("new", "demo", "--manager", "uv"), "--force")
    refused(scaffold("new", "demo", "--manager", "uv", "--force"), "--overwrite")
    assert [path.name for path in Path("demo").iterdir()] == ["pyproject.toml"]


def test_a_target_that_may_not_be_written() -> None:
    """As a process of its own, and as another user where we are root, whom no permission stops."""
    code = (
        "import os, sys, tempfile, random, ctypes\n"
        "import generator.cli.new, generator.git, uuid, difflib, shutil, tomllib, yaml.dumper\n"
        "from generator.render import expand; expand('{{ 1 }}', {})\n"
        "from generator.answers import resolve; from generator.render import render\n"
        "done = resolve({'project_name': 'demo'}); render(done.context, done.values).validate()\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "sys.argv[1:] = ['new', sys.argv[1], '--manager=uv', '--author-name=', '--author-email=']\n"
        "generator.cli.main()\n"
    )
    with tempfile.TemporaryDirectory() as name:
        closed = Path(name) / "closed"
        closed.mkdir()
        closed.chmod(0o555)
        closed.parent.chmod(0o755)
        argv = [sys.executable, "-c", code, str(closed / "demo")]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert done.returncode == 2, done.stderr
        assert done.stderr.startswith("error: ")
        assert "cannot be written (Permission denied); choose a path" in done.stderr
        assert done.stderr.count("\n") == 1
        assert list(closed.iterdir()) == []


@pytest.mark.both
def test_without_a_terminal_what_is_missing_is_named(scaffold: Scaffold) -> None:
    refused(scaffold("new"), "PATH", "--manager uv|poetry|pip|pipenv|conda")
    refused(scaffold("new", "demo"), "--manager")
    refused(scaffold("new", "--manager", "uv"), "PATH")
    refused(scaffold("new", "--defaults"), "PATH")
    refused(scaffold("new", "", "--manager", "uv"), "PATH is empty")
    assert list(Path.cwd().iterdir()) == []


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    program = os.fsencode(Path(sys.executable).with_name("scaffold"))
    for words in ([b"new", b"d\xff", b"--manager", b"uv"], [b"new", b"d", b"--manager", b"\xff"]):
        done = subprocess.run([program, *words], capture_output=True, check=False)
        assert done.returncode == 2
        assert done.stderr.startswith(b"error: ")
        assert done.stderr.count(b"\n") == 1
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.both
def test_no_command_and_an_unknown_command(scaffold: Scaffold) -> None:
    done = scaffold()
    assert done.returncode == 2
    assert "Usage: scaffold" in done.stdout + done.stderr
    done = scaffold("nwe")
    refused(done, "nwe")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--with", "mockin"], "did you mean 'mocking'?"),
        (["--without", "moking"], "did you mean 'mocking'?"),
        (["--with", "mocking", "--without", "mocking"], "both name mocking"),
        (["--preset", "large"], "'large' is not one of 'minimal', 'standard', 'full'"),
        (["--features", "mocking,x"], "unknown features 'x'"),
        (["--data", "features={}"], "features"),
    ],
)
def test_bad_features(scaffold: Scaffold, words: list[str], expected: str) -> None:
    refused(scaffold("new", "fine", "--manager", "uv", *words), expected)
    assert list(Path.cwd().iterdir()) == []
