"""What is printed next: how a manager gets onto PATH, one line to be ready, the program itself."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.catalog import manager, manager_names
from generator.cli.next import next_commands

NAMES = {"PROJECT": "app", "PLATFORM": "linux-64"}
Have = Callable[..., None]


@pytest.fixture
def have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Have:
    """Put stand-ins on a PATH that has nothing else; nothing else is active."""
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))

    def put(*names: str) -> None:
        for name in names:
            (tmp_path / name).write_text("#!/bin/sh\n")
            (tmp_path / name).chmod(0o755)

    return put


def _next(name: str, target: str = "app", *, installed: bool = False) -> list[str]:
    return next_commands(manager(name), Path(target), NAMES, installed=installed)


def test_one_line_makes_it_ready_and_the_last_starts_it(have: Have) -> None:
    have("make", "python3", "uv", "poetry", "pipenv", "conda")
    assert _next("uv") == ["cd app", "uv sync", "uv run app --help"]
    assert _next("poetry") == ["cd app", "poetry install", "poetry run app --help"]
    assert _next("pipenv") == ["cd app", "make create install", "pipenv run app --help"]
    assert _next("pip") == ["cd app", "make create install lock", ".venv/bin/app --help"]
    assert _next("conda")[1] == "make create install lock"
    assert _next("uv", ".")[0] == "uv sync"
    assert _next("uv", "it's")[0] == "cd 'it'\"'\"'s'"


def test_without_make_it_is_the_managers_own_lines(have: Have) -> None:
    have("python3", "uv", "poetry", "pipenv")
    assert _next("uv") == ["cd app", "uv sync", "uv run app --help"]
    assert _next("poetry")[1:] == ["poetry install", "poetry run app --help"]
    pipenv = manager("pipenv")
    lines = [str(line) for verb in ("create", "install") for line in pipenv.commands[verb]]
    assert _next("pipenv")[1:-1] == [*pipenv.shell, *lines]


def test_another_active_environment_is_kept_out(
    have: Have, monkeypatch: pytest.MonkeyPatch
) -> None:
    have("python3", "poetry")
    monkeypatch.setenv("VIRTUAL_ENV", "/elsewhere")
    assert _next("poetry")[1:3] == [*manager("poetry").shell, "poetry install"]
    have("make")
    assert _next("poetry")[1:] == ["make install", "make run"]
    assert _next("poetry", installed=True)[1:] == ["make run"]


@pytest.mark.parametrize("name", ["pipenv", "poetry", "uv"])
def test_a_manager_that_is_not_here_is_got_first(
    have: Have, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    have("make", "python3")
    package = f"{name}=={manager(name).pinned}"
    line = _next(name)[1]
    assert line.startswith(f"python3 -m venv ~/.venvs/{name} && ")
    assert package in line
    assert line.endswith(f'export PATH="$HOME/.venvs/{name}/bin:$PATH"')
    have("pipx")
    assert _next(name)[1] == f'pipx install {package} && export PATH="$HOME/.local/bin:$PATH"'
    local = Path(os.environ["HOME"], ".local", "bin")
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:{local}")
    assert _next(name)[1] == f"pipx install {package}"


def test_conda_is_got_from_its_page(have: Have) -> None:
    have("make", "python3")
    assert _next("conda")[1] == (
        "# conda is not on your PATH; get it from https://conda-forge.org/download/"
    )


@pytest.mark.parametrize("name", manager_names())
def test_what_is_installed_runs_without_its_manager(have: Have, name: str) -> None:
    have("make", "python3")
    there = manager(name).environment
    assert _next(name, installed=True) == ["cd app", f"{there}/bin/app --help"]


def test_the_start_of_each_manager_are_verbs_of_it() -> None:
    for name in manager_names():
        assert set(manager(name).start) <= set(manager(name).commands)


def test_odd_names_are_typed_as_they_are(have: Have) -> None:
    have("make", "uv")
    assert _next("uv", "-dash")[0] == "cd ./-dash"
    assert _next("uv", "a\x1b[31m'\n")[0] == r"cd $'a\x1b[31m\x27\x0a'"
    assert _next("uv", os.fsdecode(b"b\xff"))[0] == r"cd $'b\xff'"


def test_what_a_relative_entry_of_path_finds_is_gone_after_cd(
    have: Have, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    have("uv")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", ".")
    assert _next("uv")[1].startswith("python3 -m venv")
