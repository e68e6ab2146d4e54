"""`new` and `compare` on a real Windows Python, under Wine: `pytest -m wine`.

Not in the gate: it wants Debian's `wine64` and `gcc-mingw-w64-x86-64` (0.7 GB with what they need)
and downloads 0.1 GB of wheels. There is no git for Windows here: fast tests see that it is asked.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.answers import resolve
from generator.catalog import manager_names
from generator.render import render
from generator.tree import ASIDE
from tests.support.faults import everything
from tests.support.once import once
from tests.support.wine import Wine, missing

pytestmark = pytest.mark.wine

ROOT = Path(__file__).parents[2]
#: The project's own tests that fail there, and why.
KNOWN = {
    "test_a_link_stays_a_link": "Wine 8 makes no symbolic links",
    "test_a_folder_is_no_file": "Windows says that it has no permission",
    "test_a_file_is_no_folder": "Windows says that there is no such file",
    "test_no_permission": "a path's backslashes are doubled in the message",
    "test_a_reader_that_leaves_is_no_error": "Windows says that the argument is invalid",
    "test_ctrl_c_ends_the_process_cleanly": "SIGINT cannot be sent to a process there",
    "test_ctrl_c_aborts_the_upload": "the same",
}


@pytest.fixture(scope="session")
def wine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wine]:
    assert missing() == [], "install these Debian packages first"
    wine = Wine(once(tmp_path_factory, "wine", lambda place: Wine(place).make()))
    yield wine
    wine.stop()


@pytest.fixture(scope="session")
def ours(wine: Wine) -> tuple[Path, ...]:
    """Where `generator` and what it depends on are."""
    constraints = ("--constraint", ROOT / "constraints.txt")
    return ROOT, wine.install("--requirements", ROOT / "pyproject.toml", *constraints)


def scaffold(
    wine: Wine, ours: tuple[Path, ...], cwd: Path, *words: str
) -> subprocess.CompletedProcess[str]:
    return wine.python("-m", "generator", *words, cwd=cwd, path=ours)


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("name", manager_names())
def test_new_writes_the_same_bytes(
    name: str, wine: Wine, ours: tuple[Path, ...], tmp_path: Path
) -> None:
    """Into a new folder, into an empty one, over one that differs."""
    answers = resolve({**everything("demo"), "manager": name})
    expected = {
        path: file.data for path, file in render(answers.context, answers.values).files.items()
    }
    (tmp_path / "answers.yml").write_text(json.dumps(dict(answers.values)), encoding="utf-8")
    words = ("--answers", "answers.yml", "--no-git", "--quiet")
    (tmp_path / "empty").mkdir()
    for target, more in (("new", ()), ("empty", ()), ("new", ("--force", "--overwrite"))):
        done = scaffold(wine, ours, tmp_path, "new", target, "--project-name=demo", *words, *more)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert files(tmp_path / target) == expected
        (tmp_path / target / "README.md").write_bytes(b"mine")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answers.yml", "empty", "new"]


def test_a_folder_whose_process_is_dead_is_cleared_away(
    wine: Wine, ours: tuple[Path, ...], tmp_path: Path
) -> None:
    code = "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', '']); p.wait()"
    dead = wine.python("-c", f"{code}; print(p.pid)", cwd=tmp_path).stdout.strip()
    code = (
        "import os, pathlib\n"
        f"for pid in ({dead}, os.getpid()):\n"
        f"    pathlib.Path(f'.demo-{{pid}}-x{ASIDE}').mkdir()\n"
        "from generator.tree import clear_leftovers\n"
        "clear_leftovers(pathlib.Path('demo'))\n"
        "print(os.getpid())\n"
    )
    done = wine.python("-c", code, cwd=tmp_path, path=ours)
    [left] = tmp_path.iterdir()
    assert left.name == f".demo-{done.stdout.strip()}-x{ASIDE}", done.stderr


def test_a_tree_is_drawn_in_ascii(wine: Wine, ours: tuple[Path, ...], tmp_path: Path) -> None:
    done = scaffold(wine, ours, tmp_path, "new", "demo", "--manager", "uv", "--dry-run")
    assert "\n|-- src/\n|   `-- demo/\n" in done.stdout, done.stderr


def test_compare_says_the_same(wine: Wine, ours: tuple[Path, ...], tmp_path: Path) -> None:
    words = ("compare", "--html", "page.html", "--markdown")
    done = scaffold(wine, ours, tmp_path, *words, "there.md")
    assert done.returncode == 0, done.stderr
    argv = [sys.executable, "-m", "generator", *words, "here.md"]
    subprocess.run(argv, cwd=tmp_path, check=True, capture_output=True)
    here, there = ((tmp_path / f"{name}.md").read_bytes() for name in ("here", "there"))
    assert there.splitlines()[:-1] == here.splitlines()[:-1], "but for the time"


@pytest.mark.parametrize("words", [("check", "uv"), ("new", "x", "--manager=uv", "--install")])
def test_what_does_not_run_there_yet_says_so(
    words: tuple[str, ...], wine: Wine, ours: tuple[Path, ...], tmp_path: Path
) -> None:
    done = scaffold(wine, ours, tmp_path, *words)
    assert done.returncode == 2
    assert re.fullmatch(r"error: .* does not run on Windows yet; use .*\n", done.stderr)
    assert list(tmp_path.iterdir()) == []


def test_a_program_is_run_and_told_of(wine: Wine, ours: tuple[Path, ...], tmp_path: Path) -> None:
    code = """
import os, sys
from pathlib import Path
from generator.run import Step, run
for argv in ((sys.executable, "-c", "print(1); exit(3)"), ("no-such-program",),
             (sys.executable, "-c", "import time; time.sleep(60)")):
    outcome = run(Step("x", argv, Path.cwd(), os.environ), timeout=10)
    print(outcome.ok, outcome.exit_code, repr(outcome.output), outcome.reason.split(" ")[0])
"""
    done = wine.python("-c", code, cwd=tmp_path, path=ours)
    assert done.stdout.splitlines() == [
        "False 3 '1\\n' ",
        "False None '' no-such-program",
        "False 1 '' ended",
    ], done.stderr


def test_the_tests_of_a_project_without_parts(wine: Wine, tmp_path: Path) -> None:
    answers = resolve({"project_name": "demo", "manager": "uv", "features": []})
    render(answers.context, answers.values).write(tmp_path / "demo")
    manifest = tmp_path / "demo" / "pyproject.toml"
    wheels = wine.install("--requirements", manifest, "--group", f"{manifest}:dev")
    words = ("-m", "pytest", "-n0", "-q", "-p", "no:cacheprovider")
    done = wine.python(*words, cwd=tmp_path / "demo", path=[wheels], timeout=1200)
    failed = set(re.findall(r"^(?:FAILED|ERROR) \S+?::(\w+)", done.stdout, re.MULTILINE))
    print(done.stdout.splitlines()[-1])
    assert failed <= KNOWN.keys(), done.stdout + done.stderr
    assert re.search(r"\b2\d\d passed", done.stdout), done.stdout + done.stderr
