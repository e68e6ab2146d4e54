"""`scaffold new --install`: a project that works when the command ends, or says why it does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.terminal import CTRL_C, Terminal

pytestmark = pytest.mark.integration
PROGRAM = str(Path(sys.executable).with_name("scaffold"))
WORDS = [PROGRAM, "new", "demo", "--manager", "uv", "--preset", "minimal"]
WORDS += ["--install", "--json", "report.json"]
VERBS = ["create", "install", "lock", "test"]


def _report(folder: Path) -> dict[str, object]:
    report: dict[str, object] = json.loads((folder / "report.json").read_text())["install"]
    return report


def test_plain_lines_go_to_standard_error(tmp_path: Path) -> None:
    done = subprocess.run(WORDS, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stderr.splitlines()]
    assert [line[1] for line in lines if line[2] == "passed"] == ["provide", *VERBS]
    assert "demo/" in done.stdout
    assert "uv sync" not in done.stdout.partition("Next:")[2], "that is done"
    report = _report(tmp_path)
    assert report["ok"] is True
    staged = subprocess.run(
        ["git", "diff", "--cached", "--name-only"],
        cwd=tmp_path / "demo",
        capture_output=True,
        text=True,
        check=True,
    )
    assert "uv.lock" in staged.stdout
    assert ".venv" not in staged.stdout


def test_a_terminal_shows_what_runs(tmp_path: Path) -> None:
    with Terminal(WORDS, tmp_path, os.environ, timeout=300) as screen:
        screen.expect("uv venv", "passed", "uv sync", "passed", "uv run pytest")
        assert screen.wait() == 0, screen.text
        assert "Next:" in screen.text


def test_ctrl_c_says_what_is_there(tmp_path: Path) -> None:
    with Terminal(WORDS, tmp_path, os.environ, timeout=300) as screen:
        screen.expect("running", "uv run pytest")
        screen.press(CTRL_C)
        assert screen.wait() == 130, screen.text
    assert "interrupted; the project is written, but not ready" in screen.text
    assert "Traceback" not in screen.text
    assert (tmp_path / "demo" / "uv.lock").exists()


def test_what_fails_is_shown_with_the_command_to_repeat(tmp_path: Path) -> None:
    env = {**os.environ, "UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple", "UV_HTTP_RETRIES": "0"}
    env["TMPDIR"] = str(tmp_path / "tmp")
    (tmp_path / "tmp").mkdir()
    done = subprocess.run(WORDS, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (kept,) = (tmp_path / "tmp").iterdir()
    assert f"repeat it by hand: sh {kept}/repeat-02-install.sh" in done.stderr
    assert f"kept for that: {kept}" in done.stderr
    assert "the package index or channel could not be reached" in done.stderr
    assert (tmp_path / "demo" / "pyproject.toml").exists()
    report = _report(tmp_path)
    assert report["ok"] is False
    steps = report["steps"]
    assert isinstance(steps, list)
    assert [step["status"] for step in steps] == ["passed", "unable", "not_run", "not_run"]
    assert steps[2]["exit_code"] is None
    again = subprocess.run(
        ["sh", kept / "repeat-02-install.sh"], env=env, capture_output=True, text=True, check=False
    )
    assert again.returncode == steps[1]["exit_code"] != 0
    assert again.stderr.splitlines()[-1] in done.stderr
    assert "uv sync" in done.stdout.partition("Next:")[2], "it is still to be done"
