"""What `scaffold new` prints next runs as printed, and ends in the program doing something."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from generator import conda_channel
from generator.catalog import manager, manager_names
from generator.toolchain import prepare
from generator.toolchain.environment import cache_root
from generator.toolchain.lookup import obtain

pytestmark = pytest.mark.integration
PROGRAM = Path(sys.executable).with_name("scaffold")
#: What is on everybody's PATH, and the interpreter that runs this.
SYSTEM = f"{Path(sys.base_prefix) / 'bin'}:/usr/bin:/bin"


def _new(folder: Path, name: str, path: str) -> tuple[str, dict[str, str]]:
    """Make a project; return the lines that it prints, and the shell's environment."""
    kept = {key: value for key, value in os.environ.items() if key not in {"VIRTUAL_ENV", "HOME"}}
    env = {**kept, "HOME": str(folder), "PATH": path, "PIP_USER": "1"}
    argv = [str(PROGRAM), "new", "deep/app", "--manager", name, "--preset=minimal"]
    done = subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.partition("\nNext:\n")[2], env


def _type(lines: str, folder: Path, env: dict[str, str]) -> str:
    done = subprocess.run(
        ["sh", "-ec", lines], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", manager_names())
def test_with_the_manager_on_path(tmp_path: Path, name: str) -> None:
    tool = obtain(manager(name), Path(sys.executable), prefer_provided=True).executable
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / tool.name).symlink_to(tool)
    lines, env = _new(tmp_path, name, f"{tmp_path / 'bin'}:{SYSTEM}")
    assert 2 <= len(lines.splitlines()) <= 4
    if name == "conda":
        channel = Path(urlsplit(conda_channel.build(cache_root() / "tests" / "conda")).path)
        env["CONDA_CHANNEL_ALIAS"] = channel.parent.as_uri()
    # Poetry reads an interface that not every mirror has; in `check`, too, a plugin does without.
    given = prepare(manager(name), "3.11", tmp_path / "bench", prefer_provided=True).env
    env |= {key: given[key] for key in manager(name).index if key in given}
    assert "s3-list" in _type(lines, tmp_path, env).partition("usage: app")[2]


@pytest.mark.parametrize("name", [name for name in manager_names() if manager(name).pinned])
def test_without_it(tmp_path: Path, name: str) -> None:
    """The rest of the lines is as it is with the manager, whose version this is."""
    lines, env = _new(tmp_path, name, SYSTEM)
    assert 2 <= len(lines.splitlines()) <= 4
    way = "\n".join([*lines.splitlines()[:2], shlex.join(manager(name).version_argv)])
    assert str(manager(name).pinned) in _type(way, tmp_path, env)
