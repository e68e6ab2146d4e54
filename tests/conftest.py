"""Fixtures for all tests: the command line in every form in which a user meets it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from pytest_console_scripts import RunResult, ScriptRunner

from tests.support.once import once

#: What a fast test must not start: it would need a network, or this machine's own set-up.
MANAGERS = {"pip", "pip-compile", "pipenv", "poetry", "uv", "hatch", "pdm"}
MANAGERS |= {"conda", "mamba", "micromamba"}
ROOT = Path(__file__).parent.parent


class Scaffold(Protocol):
    """Runs `scaffold` with some words; `env` replaces the whole environment."""

    def __call__(self, *words: str | Path, **options: Any) -> RunResult: ...


def pytest_configure(config: pytest.Config) -> None:
    """Declare our own marker."""
    config.addinivalue_line(
        "markers", "both: run the command line as a process, and with the wheel, too"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test of the command line in process; `both`: as a process, and with the built wheel."""
    if "scaffold" not in metafunc.fixturenames:
        return
    modes: list[Any] = ["inprocess"]
    if metafunc.definition.get_closest_marker("both"):
        modes += ["subprocess", pytest.param("wheel", marks=pytest.mark.integration)]
    metafunc.parametrize("scaffold", modes, indirect=True)


@pytest.fixture
def scaffold(request: pytest.FixtureRequest) -> Scaffold:
    """`scaffold` as a function, by way of pytest-console-scripts."""
    mode: str = request.param
    program = "scaffold" if mode != "wheel" else str(request.getfixturevalue("wheel_environment"))
    if mode == "subprocess":
        program = str(Path(sys.executable).with_name("scaffold"))
    launch = "inprocess" if mode == "inprocess" else "subprocess"
    runner = ScriptRunner(launch, ROOT)

    def run(*words: str | Path, **options: Any) -> RunResult:
        return runner.run([program, *map(str, words)], **options)

    return run


@pytest.fixture(scope="session")
def wheel_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `scaffold` of an environment in which only our built wheel is installed."""
    place = once(tmp_path_factory, "wheel", _install_wheel)
    return place / "venv" / "bin" / "scaffold"


def _install_wheel(place: Path) -> None:
    uv = _uv()
    for words in (
        ["build", "--wheel", "--quiet", "--out-dir", place, ROOT],
        ["venv", "--quiet", "--python", sys.executable, place / "venv"],
    ):
        subprocess.run([uv, *map(str, words)], check=True)
    [wheel] = place.glob("*.whl")
    python = place / "venv" / "bin" / "python"
    words = ["pip", "install", "--quiet", "--python", python, wheel]
    subprocess.run([uv, *map(str, words)], check=True)


def _uv() -> str:
    import uv

    return uv.find_uv_bin()


class _Guard:
    """Fails a fast test that starts a manager."""

    active = False

    def __call__(self, event: str, details: tuple[Any, ...]) -> None:
        if self.active and event == "subprocess.Popen":
            executable, argv = details[0], details[1]
            first = argv[0] if isinstance(argv, (list, tuple)) else argv
            names = {Path(os.fsdecode(name)).name for name in (executable, first) if name}
            if started := names & MANAGERS:
                raise AssertionError(f"a fast test started {started}: mark it `integration`")


_guard = _Guard()
sys.addaudithook(_guard)
# Shells have what runs in the background ignore these two, and its processes inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)


@pytest.fixture(autouse=True)
def no_managers_in_fast_tests(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hold fast tests to what needs nothing but Python and git."""
    slow = ("integration", "wine")
    _guard.active = not any(map(request.node.get_closest_marker, slow))
    yield
    _guard.active = False
