"""Finding interpreters, with scripts in the place of those that this machine lacks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from generator.toolchain.interpreters import base_of, interpreter

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture(autouse=True)
def forget() -> None:
    """Look anew in each test: what is found is remembered for the life of the process."""
    interpreter.cache_clear()


def script(path: Path, line: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    return path


def stand_in(path: Path, version: str) -> Path:
    return script(path, f'echo "$0" {version}')


class TestBaseOf:
    def test_it_is_no_environments_interpreter(self) -> None:
        found = base_of(Path(sys.executable))
        assert found is not None
        base, version = found
        assert base.is_file()
        assert not base.is_relative_to(sys.prefix) or sys.prefix == sys.base_prefix
        assert version == ".".join(map(str, sys.version_info[:3]))

    def test_the_surrounding_environment_does_not_matter(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        expected = base_of(Path(sys.executable))
        monkeypatch.setenv("PYTHONHOME", "/nonexistent")
        monkeypatch.setenv("PYTHONPATH", "/nonexistent")
        assert base_of(Path(sys.executable)) == expected

    @pytest.mark.parametrize("line", ["exit 127", "echo", "echo /no/such/python 3.11.0"])
    def test_what_does_not_work_is_none(self, tmp_path: Path, line: str) -> None:
        assert base_of(script(tmp_path / "python3.11", line)) is None
        assert base_of(tmp_path / "missing") is None


class TestInterpreter:
    def test_the_first_on_path_that_works(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        script(tmp_path / "a" / "python3.98", "echo not set up >&2; exit 127")
        stand_in(tmp_path / "b" / "python3.98", "3.97.1")
        wanted = stand_in(tmp_path / "c" / "python3.98", "3.98.1")
        monkeypatch.setenv("PATH", ":".join(str(tmp_path / name) for name in "abc"))
        assert interpreter("3.98") == wanted

    def test_a_version_is_no_prefix(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        stand_in(tmp_path / "a" / "python3.9", "3.98.1")
        wanted = stand_in(tmp_path / "b" / "python3.9", "3.9.1")
        monkeypatch.setenv("PATH", f"{tmp_path}/a:{tmp_path}/b")
        assert interpreter("3.9") == wanted

    def test_pyenv_newest_release_first(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for release in ("3.98.2", "3.98.10", "3.98-dev", "3.98.11t", "3.9.8"):
            stand_in(tmp_path / "versions" / release / "bin" / "python3.98", release)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
        assert interpreter("3.98") == tmp_path / "versions/3.98.10/bin/python3.98"

    def test_our_own_when_path_has_none(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        own = base_of(Path(sys.executable))
        assert own is not None
        monkeypatch.setenv("PATH", str(tmp_path))
        assert interpreter(VERSION) == own[0]
