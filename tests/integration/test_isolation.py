"""Whatever surrounds us, managers write into the project's own environment and nowhere else.

A whole check in the same surroundings is in test_check.py; here are the steps that write most, one
manager at a time, and with the variables too that would keep our own interpreter from starting.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import pytest

from generator.answers import resolve
from generator.catalog import Manager, manager, manager_names
from generator.render import render
from generator.run import Outcome, Step, run
from generator.toolchain import Bench, prepare
from generator.toolchain.environment import cache_root
from generator.toolchain.index import package_index
from tests.support import conda_channel
from tests.support.hostile import World, world

pytestmark = pytest.mark.integration

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
NAMES = {"PROJECT": "isolated", "PACKAGE": "tomli-w", "PLATFORM": conda_channel.subdir()}
#: What changes an environment most.
VERBS = ("create", "install", "add", "run")


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep our own cache where it is, for a home of its own would begin an empty one."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    monkeypatch.setenv("XDG_CACHE_HOME", cache)


@pytest.fixture
def hostile(tmp_path: Path) -> World:
    """The traps, with a real environment as the decoy, in which there is even a pip."""
    made = run(Step("decoy", (sys.executable, "-m", "venv", "decoy"), tmp_path, dict(os.environ)))
    assert made.ok, made.output
    return world(tmp_path / "world", decoy=tmp_path / "decoy")


def channel_of(chosen: Manager) -> dict[str, str]:
    """Return the settings for the offline channel, where a manager has channels at all."""
    if not chosen.engine:
        return {}
    url = conda_channel.build(cache_root() / "tests" / "conda")
    return dict(importlib.import_module(chosen.engine).channel_settings(url))


def play(chosen: Manager, bench: Bench, project: Path, env: dict[str, str]) -> list[Outcome]:
    outcomes = []
    for verb in VERBS:
        for command in chosen.commands.get(verb, ()):
            filled = command.replace(NAMES)
            stdout = None if filled.stdout is None else Path(filled.stdout)
            outcome = run(Step(verb, filled.argv, project, env, stdout), timeout=600)
            assert outcome.ok, f"{outcome.step.line}: {outcome.reason}\n{outcome.output}"
            outcomes.append(outcome)
    return outcomes


@pytest.mark.parametrize("name", manager_names())
def test_the_steps_of_a_manager_stay_inside(
    name: str,
    hostile: World,
    downloads: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chosen = manager(name)
    given = {"project_name": "isolated", "manager": name, "python_version": VERSION}
    answers = resolve({**given, "author_name": "A", "author_email": "a@b.co", "year": 2026})
    project = tmp_path / "case" / "isolated"
    render(answers.context, answers.values).write(project)
    extra = channel_of(chosen)
    before = hostile.snapshot()
    assert any(str(hostile.home) in path for path in before)

    for variable, value in hostile.environ.items():
        monkeypatch.setenv(variable, value)
    package_index.cache_clear()
    bench = prepare(chosen, VERSION, tmp_path / "case" / "bench")
    assert not bench.python.is_relative_to(hostile.decoy)
    play(chosen, bench, project, {**bench.env, **extra})

    inside = project / chosen.environment
    code = "import sys, aiobotocore, isolated; print(sys.prefix, isolated.__file__)"
    argv = (str(inside / "bin" / "python"), "-c", code)
    said = run(Step("inspect", argv, project, bench.env)).output.split()
    assert Path(said[0]).samefile(inside), said
    assert Path(said[1]).is_relative_to(project), said
    assert hostile.snapshot() == before


def test_the_traps_catch(hostile: World, tmp_path: Path) -> None:
    """Hold the tests above to account: who is not isolated does write into the decoy."""
    import uv

    before = hostile.snapshot()
    keep = ("PATH", "HOME", "TMPDIR", "VIRTUAL_ENV")
    env = {**os.environ, **{name: hostile.environ[name] for name in keep}}
    env["UV_NO_CONFIG"] = "1"
    outcome = run(Step("x", (uv.find_uv_bin(), "pip", "install", "tomli-w"), tmp_path, env))
    assert outcome.ok, outcome.output
    changed = {Path(path) for path in hostile.snapshot().keys() - before.keys()}
    assert any(path.is_relative_to(hostile.decoy) for path in changed)
