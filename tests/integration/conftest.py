"""Fixtures for tests with real managers."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.faults import everything
from tests.support.installed import installed
from tests.support.once import once

PYTHON = "{}.{}".format(*sys.version_info)


@pytest.fixture(autouse=True)
def _one_process_for_generated_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside other tests, more cost more and gain nothing. The README's first command uses more."""
    monkeypatch.setenv("PYTEST_XDIST_AUTO_NUM_WORKERS", "0")


@pytest.fixture(scope="session")
def full_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated project with everything; one for all worker processes."""
    return once(tmp_path_factory, "can-fail", _install) / "project"


def _install(place: Path) -> None:
    installed({**everything("can-fail"), "python_version": PYTHON}, PYTHON, place)
