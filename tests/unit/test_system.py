"""What runs on another system: the type checker's word, and a Python that lacks what it lacks.

On a real Windows Python, see `tests/integration/test_wine.py`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from generator.system import is_dead, move
from tests.support.elsewhere import lacks, without

ROOT = Path(__file__).parents[2]
#: Imports what is somebody else's, makes a Windows of this Python as far as we can see, runs us.
AS_WINDOWS = f"""
import os, signal, sys
import click, jinja2, packaging, platformdirs, yaml, tomlkit
import rich.console, rich.syntax, rich.table, rich.text, rich.live
import platform, selectors, shutil, subprocess, tempfile, threading, types, uuid
for theirs in (selectors, shutil, subprocess):  # what starts processes here needs what is here
    for module in (os, signal, selectors.select, sys):
        setattr(theirs, module.__name__, types.SimpleNamespace(**vars(module)))
{without("win32")}
def refusing(move):
    def moved(source, target, **more):
        if os.path.isdir(target):
            raise PermissionError(13, "Access is denied", str(source), None, str(target))
        return move(source, target, **more)
    return moved
os.rename, os.replace = refusing(os.rename), refusing(os.replace)
signal.SIGBREAK = signal.Signals.SIGUSR1
sys.platform = "win32"
from generator.__main__ import main
main()
"""


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_the_type_checker_finds_nothing_that_another_system_lacks(platform: str) -> None:
    words = ["--platform", platform, "--no-incremental", "--cache-dir=/dev/null", "generator"]
    argv = [sys.executable, "-m", "mypy", *words]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_what_another_system_lacks_is_known() -> None:
    assert "fdatasync" in lacks("darwin")["os"]
    assert "killpg" not in lacks("darwin")["os"]
    assert {"killpg", "wait4", "uname", "geteuid"} <= set(lacks("win32")["os"])
    assert {"SIGHUP", "pthread_sigmask"} <= set(lacks("win32")["signal"])


def windows(*words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-c", AS_WINDOWS, *words]
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def files(folder: str) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in Path(folder).rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


@pytest.mark.parametrize("there", [False, True])
def test_new_writes_the_same_project_on_windows(there: bool, tmp_path: Path) -> None:
    """Into an empty folder, too, which no rename replaces there; and git is asked as well."""
    words = ["--project-name", "demo", "--manager", "uv", "-q"]
    subprocess.run([sys.executable, "-m", "generator", "new", "here", *words], check=True)
    if there:
        Path("there").mkdir()
    done = windows("new", "there", *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert files("there") == files("here")
    listed = subprocess.run(["git", "-C", "there", "ls-files"], capture_output=True, check=True)
    assert len(listed.stdout.split()) == len(files("there"))


def test_compare_says_the_same_on_windows() -> None:
    argv = [sys.executable, "-m", "generator", "compare", "--markdown", "-"]
    here = subprocess.run(argv, capture_output=True, text=True, check=True)
    done = windows("compare", "--markdown", "-")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:-1] == here.stdout.splitlines()[:-1], "but for the time"


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["check", "uv"], "scaffold check"),
        (["new", "demo", "--manager", "uv", "--install"], "--install"),
        (["compare", "--resolve"], "--resolve"),
        (["compare", "--measure"], "--measure"),
    ],
)
def test_what_does_not_run_on_windows_yet_says_so(words: list[str], what: str) -> None:
    done = windows(*words)
    assert done.returncode == 2
    why = f"error: {what} does not run on Windows yet; use Linux, macOS or WSL\n"
    assert (done.stdout, done.stderr) == ("", why)
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize("attempts", [2, 99])
def test_a_file_that_another_program_holds_for_a_moment_is_moved(
    attempts: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    (tmp_path / "new").write_text("new")
    (tmp_path / "old").write_text("old")
    held = [PermissionError(13, "Access is denied")] * attempts
    replace = Path.replace

    def moved(self: Path, target: Path) -> Path:
        if held:
            raise held.pop()
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", moved)
    monkeypatch.setattr("generator.system._PAUSES", (0.0, 0.0, 0.0))
    if attempts == 2:
        move(tmp_path / "new", tmp_path / "old")
        assert (tmp_path / "old").read_text() == "new"
    else:
        with pytest.raises(PermissionError):
            move(tmp_path / "new", tmp_path / "old")
        assert (tmp_path / "old").read_text() == "old"


def test_a_process_is_dead_when_it_has_ended() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert not is_dead(process.pid)
    process.communicate(b"\n")
    assert is_dead(process.pid)
    assert not is_dead(os.getpid())
    assert not is_dead(10**30)
