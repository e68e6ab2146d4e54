"""`scaffold compare` without managers: files, commands, reports, bad input."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from generator.catalog import manager_names, managers
from tests.conftest import Scaffold
from tests.unit.cli.test_bad_input import refused


@pytest.mark.both
def test_all_layouts_and_all_commands(scaffold: Scaffold) -> None:
    done = scaffold("compare", env={"COLUMNS": "80"})
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "…" not in done.stdout
    assert "\x1b" not in done.stdout
    row = re.search(r"^pyproject\.toml +(.+?) *$", done.stdout, re.MULTILINE)
    assert row is not None
    assert len(row[1].split()) == len(manager_names())
    words = done.stdout.replace("$", " ").split()
    for one in managers():
        for commands in one.commands.values():
            for command in commands:
                assert str(command.replace({"PROJECT": "example-app"})).split()[0] in words
    assert "not looked at: locks, exports and resolved versions: add --resolve" in done.stdout


def test_wide_terminals_get_a_column_a_manager(scaffold: Scaffold) -> None:
    done = scaffold("compare", "poetry", "uv", env={"COLUMNS": "200"})
    assert re.search(r"^lock +poetry lock +uv lock *$", done.stdout, re.MULTILINE)
    done = scaffold("compare", "poetry", "uv", env={"COLUMNS": "80"})
    assert re.search(r"^lock +poetry +\$ poetry lock *$", done.stdout, re.MULTILINE)


def test_one_manager_is_shown_alone(scaffold: Scaffold) -> None:
    done = scaffold("compare", "uv")
    assert done.returncode == 0
    assert "example-app in one layout" in done.stdout
    assert "$ uv lock --upgrade" in done.stdout or "uv lock --upgrade" in done.stdout
    assert "Poetry" not in done.stdout


def test_answers_are_taken_as_by_new(scaffold: Scaffold) -> None:
    Path("a.yml").write_text("license: Apache-2.0\n")
    options = ["--project-name", "shop", "--data", "ci=none", "--answers", "a.yml"]
    done = scaffold("compare", "pip", "uv", *options, "--json", "-")
    report = json.loads(done.stdout)
    assert report["project"]["name"] == "shop"
    paths = {row["path"] for row in report["layouts"]["files"]}
    assert "src/shop/cli.py" in paths
    assert not any(path.startswith(".github") for path in paths)
    assert any("Apache License" in text for text in report["layouts"]["texts"].values())


def test_the_report_goes_to_standard_output_alone(scaffold: Scaffold) -> None:
    done = scaffold("compare", "--json", "-")
    report = json.loads(done.stdout)
    assert report["schema"] == 1
    assert [one["name"] for one in report["managers"]] == list(manager_names())
    assert report["locks"] is report["resolved"] is report["measurements"] is None
    assert done.stderr == ""


def test_a_report_is_shown_again(scaffold: Scaffold) -> None:
    scaffold("compare", "pip", "uv", "--json", "r.json")
    first = scaffold("compare", "pip", "uv", "--markdown", "-").stdout
    again = scaffold("compare", "--from", "r.json", "--markdown", "-").stdout
    assert re.sub(r"20\d\d-\S+", "", again) == re.sub(r"20\d\d-\S+", "", first)


def test_hunks_between_two_layouts(scaffold: Scaffold) -> None:
    done = scaffold("compare", "--diff", "poetry", "uv", "pyproject.toml")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[:2] == ["--- poetry/pyproject.toml", "+++ uv/pyproject.toml"]
    assert any(line.startswith("-") and "poetry" in line for line in lines[2:])
    assert any(line.startswith("+") and "uv_build" in line for line in lines[2:])
    everything = scaffold("compare", "--diff", "poetry", "uv").stdout
    assert "+++ uv/Makefile" in everything
    assert "--- poetry/poetry.toml" in everything


def test_hunks_are_whole_lines_however_narrow_the_terminal(scaffold: Scaffold) -> None:
    narrow = scaffold("compare", "--diff", "pip", "uv", env={"COLUMNS": "40"}).stdout
    wide = scaffold("compare", "--diff", "pip", "uv", env={"COLUMNS": "400"}).stdout
    assert narrow == wide


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["poetri"], ["unknown manager 'poetri'", "did you mean 'poetry'?"]),
        (["--diff", "pip"], ["--diff A B [PATH]"]),
        (["--diff", "pip", "uw"], ["did you mean 'uv'?"]),
        (["--diff", "pip", "uv", "pyproject.tom"], ["did you mean 'pyproject.toml'?"]),
        (["--json", "-", "--markdown", "-"], ["--json and --markdown", "name a file"]),
        (["--html", "no/such/page.html"], ["no/such/page.html", "give --html a path"]),
        (["--markdown", "."], [". cannot be written", "give --markdown a path"]),
        (["--data", "licence=MIT"], ["did you mean 'license'?"]),
        (["--from", "missing.json"], ["missing.json cannot be read"]),
        (["pip", "--data", "manager=uv"], ["leave the answer `manager` out"]),
    ],
)
def test_bad_input(scaffold: Scaffold, words: list[str], expected: list[str]) -> None:
    refused(scaffold("compare", *words), *expected)
    assert list(Path.cwd().iterdir()) == []


def test_a_file_that_is_no_report(scaffold: Scaffold) -> None:
    Path("x.json").write_text('{"schema": 7}')
    refused(scaffold("compare", "--from", "x.json"), "x.json is no report of ours", "schema 7")


def test_copier_is_not_imported() -> None:
    code = (
        "import sys; sys.argv = ['scaffold', 'compare', '--html', 'page.html']\n"
        "from generator.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert end.code == 0, end.code\n"
        "print(sorted({'copier', 'questionary', 'pydantic', 'rattler'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert Path("page.html").is_file()
