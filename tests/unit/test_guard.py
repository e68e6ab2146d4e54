"""A fast test that starts a manager fails, rather than passing where one happens to be."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("argv", [["uv", "--version"], ["/usr/bin/poetry"], ["./conda"]])
def test_a_manager_is_not_started(argv: list[str]) -> None:
    with pytest.raises(AssertionError, match="mark it `integration`"):
        subprocess.run(argv, check=False)


def test_python_is() -> None:
    assert subprocess.run([sys.executable, "-c", "pass"], check=False).returncode == 0
