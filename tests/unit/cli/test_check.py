"""`scaffold check`: what the command line hands on."""

from __future__ import annotations

from typing import Any

import pytest

from generator.check.model import Report
from tests.conftest import Scaffold


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Have nothing checked; return what was to be."""
    found: dict[str, Any] = {}

    def check(*_: Any, **options: Any) -> Report:
        found.update(options)
        return Report(())

    monkeypatch.setattr("generator.cli.check.check", check)
    return found


@pytest.mark.parametrize(("words", "seconds"), [((), 1200.0), (("--timeout", "90"), 90.0)])
def test_a_steps_time_out_can_be_set(
    scaffold: Scaffold, asked: dict[str, Any], words: tuple[str, ...], seconds: float
) -> None:
    assert scaffold("check", "uv", *words).returncode == 1
    assert asked["timeout"] == seconds


@pytest.mark.parametrize("value", ["0", "-1", "soon", "nan", "inf"])
def test_a_time_out_that_is_none_is_refused(
    scaffold: Scaffold, asked: dict[str, Any], value: str
) -> None:
    done = scaffold("check", "uv", "--timeout", value)
    assert done.returncode == 2
    assert "--timeout" in done.stderr
    assert asked == {}
