"""No secret leaves: a password in any of the index's settings gets into no file, and no output.

That a whole check of every layout keeps it is in test_check.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from generator.answers import resolve
from generator.catalog import Manager, manager, manager_names
from generator.render import render
from generator.toolchain import prepare
from generator.toolchain.environment import cache_root
from tests.support.private_index import MARKS, leaks, planted, private_index

pytestmark = pytest.mark.integration

VERSION = "{}.{}".format(*sys.version_info)
#: The first words of what make says where it refuses.
REFUSED = "The URL of your package index holds a password"


def test_new_install(tmp_path: Path) -> None:
    """With Pipenv, which writes down the index of pip's settings."""
    home = tmp_path / "home"
    words = ["app", "--manager", "pipenv", "--preset", "minimal", "--python-version", VERSION]
    words += ["--install", "--json", "report.json"]
    with private_index() as url:
        env = {**_plain(), "HOME": str(home), **planted(url, home)}
        env["XDG_CACHE_HOME"] = str(cache_root().parent)
        argv = [sys.executable, "-m", "generator", "new", *words]
        done = subprocess.run(argv, cwd=tmp_path, env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert not [mark for mark in MARKS if mark in done.stdout + done.stderr]
    assert json.loads((tmp_path / "report.json").read_text())["install"]["ok"]
    assert "Pipfile.lock" in _staged(tmp_path / "app")
    assert leaks(tmp_path / "app", tmp_path / "report.json") == []


@pytest.mark.parametrize("where", ["variables", "files"])
@pytest.mark.parametrize("name", manager_names())
def test_make(name: str, where: str, tmp_path: Path) -> None:
    """What a person types writes no password, or make refuses and says why."""
    tool, home = manager(name), tmp_path / "home"
    project = _project(tool, tmp_path / "app")
    bench = prepare(tool, VERSION, tmp_path / "bench")
    kept = ("PATH", "UV_CACHE_DIR", "PIP_CACHE_DIR", "POETRY_CACHE_DIR", "PIPENV_CACHE_DIR")
    targets = [verb for verb in ("lock", "export", "export-pylock") if verb in tool.commands]
    with private_index() as url:
        variables = planted(url, home)
        env = {**_plain(), **{one: bench.env[one] for one in kept}, "HOME": str(home)}
        env |= variables if where == "variables" else {"XDG_CONFIG_DIRS": str(home)}
        argv = ["make", "create", *targets]
        if tool.engine:  # its packages come from channels
            argv = ["make", "help"]
        done = subprocess.run(argv, cwd=project, env=env, capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode()
    if done.returncode == 0:
        assert tool.engine or (project / tool.lock[0]).is_file()
    else:
        assert REFUSED in said
        assert tool.title in said
    assert leaks(project) == []


def test_pip_compile_leaves_out_what_else_is_searched(tmp_path: Path) -> None:
    """Links to files to be found may hold a password, too; it writes them down by default."""
    assert "emit-find-links = false" in (
        _project(manager("pip"), tmp_path / "app") / "pyproject.toml"
    ).read_text(encoding="utf-8")


def _project(tool: Manager, folder: Path) -> Path:
    given = {"project_name": "planted", "manager": tool.name, "features": []}
    answers = resolve({**given, "python_version": VERSION})
    render(answers.context, answers.values).write(folder)
    return folder


def _plain() -> dict[str, str]:
    """Return what reaches the network from here, and nothing that names an index."""
    kept = ("PATH", "LANG", "PIP_CERT", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
    own = {"PYTHONPATH": str(Path(__file__).parents[2])}
    return {**{name: os.environ[name] for name in kept if name in os.environ}, **own}


def _staged(project: Path) -> str:
    argv = ["git", "diff", "--cached", "--name-only"]
    return subprocess.run(argv, cwd=project, capture_output=True, text=True, check=True).stdout
