"""The traps of `tests.support.hostile` are real: who is not isolated does fall into them.

That a whole check does not, with every manager, is in test_check.py.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import uv

from generator.run import Step, run
from generator.toolchain.environment import child_environment
from tests.support.hostile import world

pytestmark = pytest.mark.integration


def test_the_traps_catch(tmp_path: Path) -> None:
    made = run(Step("decoy", (sys.executable, "-m", "venv", "decoy"), tmp_path, dict(os.environ)))
    assert made.ok, made.output
    hostile = world(tmp_path / "world", decoy=tmp_path / "decoy")
    before = hostile.snapshot()
    keep = ("PATH", "HOME", "TMPDIR", "VIRTUAL_ENV")
    env = {**os.environ, **{name: hostile.environ[name] for name in keep}}
    env["UV_NO_CONFIG"] = "1"
    outcome = run(Step("x", (uv.find_uv_bin(), "pip", "install", "tomli-w"), tmp_path, env))
    assert outcome.ok, outcome.output
    changed = {Path(path) for path in hostile.snapshot().keys() - before.keys()}
    assert any(path.is_relative_to(hostile.decoy) for path in changed)


def test_uv_reads_no_configuration_of_the_machine(tmp_path: Path) -> None:
    """What XDG_CONFIG_DIRS names stands for /etc here: uv looks there in the same way."""
    (tmp_path / "etc" / "uv").mkdir(parents=True)
    (tmp_path / "etc" / "uv" / "uv.toml").write_text("no TOML")
    env = child_environment(tmp_path / "case", {"XDG_CONFIG_DIRS": str(tmp_path / "etc")})
    step = Step("x", (uv.find_uv_bin(), "cache", "dir"), tmp_path, env)
    assert run(step).ok
    without = {name: value for name, value in env.items() if name != "UV_NO_SYSTEM_CONFIG"}
    assert not run(replace(step, env=without)).ok
