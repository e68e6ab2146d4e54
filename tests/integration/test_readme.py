"""What the README tells a newcomer to type works, in a fresh clone and with a fresh home."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]


def commands(name: str) -> str:
    """Return the code block below `<!-- run: NAME -->`."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- run: {name} -->\n```sh\n(.*?)```", text, re.DOTALL)
    assert found is not None, name
    return found[1]


def clone(folder: Path) -> Path:
    """Copy what git knows of this repository, as a clone would have it."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        place = folder / "scaffold" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, place)
    return folder / "scaffold"


def newcomer(folder: Path) -> dict[str, str]:
    """Return an environment with a fresh home, our interpreter first on PATH, and no manager."""
    home = folder / "home"
    home.mkdir()
    kept = {"LANG", "PIP_CERT", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"}
    env = {name: value for name, value in os.environ.items() if name in kept}
    programs = folder / "bin"
    programs.mkdir()
    base = Path(sys.base_prefix, "bin", "python3")
    (programs / "python3").write_text(f'#!/bin/sh\nexec {base} "$@"\n')
    (programs / "python3").chmod(0o755)
    return {**env, "HOME": str(home), "PATH": f"{programs}:/usr/bin:/bin"}


def bash(text: str, cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    argv = ["bash", "-euc", text]
    return subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, check=False)


def test_the_first_command_leads_to_a_green_project(tmp_path: Path) -> None:
    ran = bash(commands("start"), clone(tmp_path), newcomer(tmp_path))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.search(r"^poetry +test +passed ", ran.stderr, re.MULTILINE)
    assert (tmp_path / "myproj" / "poetry.lock").is_file()
    later = {"HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin"}
    tests = bash(".venv/bin/python -m pytest -q", tmp_path / "myproj", later)
    assert re.search(r"\d+ passed", tests.stdout), tests.stdout + tests.stderr
    assert "A  poetry.lock" in bash("git status --porcelain", tmp_path / "myproj", later).stdout


def test_the_examples_do_what_they_say(tmp_path: Path) -> None:
    env = {**newcomer(tmp_path), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    ran = bash(commands("examples"), tmp_path, env)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert (tmp_path / "app" / "uv.lock").exists() is False
    assert (tmp_path / "app" / "pyproject.toml").is_file()
    assert '+requires-python = ">=3.12,<3.15"' in ran.stdout
    assert not (tmp_path / "other").exists()
    assert "pipenv" in ran.stdout


def test_the_comparisons_do_what_they_say(tmp_path: Path) -> None:
    env = {**newcomer(tmp_path), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    ran = bash(commands("compare"), tmp_path, env)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "example-app in 5 layouts" in ran.stdout
    assert "+++ uv/pyproject.toml" in ran.stdout
    assert (tmp_path / "pr.md").read_text().startswith("# Layouts of example-app\n")
    assert "<!doctype html>" in (tmp_path / "compare.html").read_text().lower()
