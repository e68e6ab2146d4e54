"""Fixtures for fast tests: a world of their own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for the whole run: what is tested with a fresh one makes its own."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def own_world(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    cache_folder: Path,
) -> None:
    """Work in an empty directory, with no settings of git's and no clock but the machine's."""
    world = tmp_path_factory.mktemp("world")
    settings = world / "git-settings"
    settings.touch()
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_folder))
    work = world / "work"
    work.mkdir()
    monkeypatch.chdir(work)
