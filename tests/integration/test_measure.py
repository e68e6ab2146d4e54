"""Measuring real managers, on a project that is tiny enough to wait for."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from generator.catalog import manager
from generator.compare.model import Figure, Measurements
from generator.toolchain.index import package_index
from tests.support.private_index import default_index
from tests.support.tiny import WITHOUT, candidate, measure

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
#: What pip takes longest for, and shows nothing new.
SLOW = frozenset({"lock-check", "export", "update", "update-one", "export-pylock"})


def found(measurements: Measurements | None, verb: str, name: str, cache: str | None) -> Figure:
    assert measurements
    key = (verb, name, cache)
    return next(one for one in measurements.figures if (one.verb, one.manager, one.cache) == key)


def test_uv_and_pip_are_measured(tmp_path: Path) -> None:
    played = measure(tmp_path / "work", candidate("uv"), candidate("pip", WITHOUT | SLOW))

    assert played.problems == (), played.problems
    measured = played.measurements
    assert measured
    assert measured.complete
    for one in measured.figures:
        supported = one.verb not in manager(one.manager).unsupported
        assert one.status == ("passed" if supported else "unsupported"), one
    for name in ("uv", "pip"):
        cold, warm = (found(measured, "install", name, cache) for cache in ("cold", "warm"))
        assert cold.cache_bytes
        assert warm.cache_bytes is None
        # pip keeps only what the index says may be kept.
        assert cold.cache_bytes.median > (10_000 if name == "uv" else -1)
        assert cold.files
        assert cold.disk_bytes
        assert cold.files.median > 5
        assert cold.disk_bytes.median > 10_000
        lock = found(measured, "lock", name, "warm")
        assert lock.files
        # pip-compile leaves bytecode of its own in the environment, too.
        assert lock.files.median >= len(manager(name).lock)
        clean = found(measured, "clean", name, None)
        assert clean.disk_bytes
        assert clean.disk_bytes.median < 0
    peaks = [found(measured, "lock", name, "warm").peak_bytes for name in ("uv", "pip")]
    assert peaks[0]
    assert peaks[1]
    assert 10e6 < peaks[0].median < peaks[1].median

    uv, pip = played.evidence
    assert uv.report.packages["iniconfig"].version == pip.report.packages["iniconfig"].version
    assert {"pip", "pip-tools"} <= pip.report.packages.keys()
    assert b'name = "iniconfig"' in uv.locks["uv.lock"]
    assert b"iniconfig==" in pip.locks["requirements.txt"]
    assert uv.exports.keys() == {"export", "export-pylock"}
    assert uv.exports["export"].keys() == {"requirements.txt", "requirements-dev.txt"}
    assert uv.exports["export-pylock"].keys() == {"pylock.toml"}

    said = repr((measured, played.problems))
    for private in (str(tmp_path), str(Path.home()), default_index()):
        assert private not in said


def tiny(folder: Path, *words: str) -> subprocess.Popen[str]:
    argv = [sys.executable, "-u", "-m", "tests.support.tiny", str(folder), *words]
    return subprocess.Popen(
        argv, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def finished(folder: Path) -> dict[str, Any]:
    entries = [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]
    return {entry["done"]: entry["record"] for entry in entries if "done" in entry}


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_interrupted_and_resumed(ending: signal.Signals, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    stopped = tiny(folder)
    assert stopped.stdout
    for line in stopped.stdout:
        if "install-locked" in line and "cold cache" in line:  # the next step is running now
            stopped.send_signal(ending)
            break
    rest, _ = stopped.communicate()
    assert stopped.returncode == (130 if ending == signal.SIGINT else -signal.SIGKILL)
    assert "Traceback" not in rest
    before = finished(folder)
    assert before

    resumed = tiny(folder, "--resume")
    output, _ = resumed.communicate()
    assert resumed.returncode == 0
    measured = json.loads(output.splitlines()[-1])
    assert measured["complete"]
    after = finished(folder)
    assert {key: after[key] for key in before} == before
    assert len(after) > len(before)
    again = [line for line in output.splitlines() if "cold cache" in line and "create" in line]
    assert again == [], "what was measured is not measured again"
    for one in measured["figures"]:
        assert one["status"] == "passed", one
        assert one["runs"] == 1


def test_no_network_is_said_and_nothing_invented(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index is out of reach: nothing that needs it has a figure; and what needs none has."""
    nowhere = "http://127.0.0.1:9"
    for name in ("UV_DEFAULT_INDEX", "PIP_INDEX_URL"):
        monkeypatch.setenv(name, f"{nowhere}/simple")
    package_index.cache_clear()
    try:
        played = measure(tmp_path / "work", candidate("uv"))
    finally:
        package_index.cache_clear()
    lock = found(played.measurements, "lock", "uv", "cold")
    reason = "the package index or channel could not be reached"
    assert (lock.status, lock.reason, lock.seconds, lock.runs) == ("unable", reason, None, 0)
    assert found(played.measurements, "create", "uv", "cold").status == "passed"
    assert next(one.verb for one in played.problems if one.reason == reason) == "lock"
    assert "127.0.0.1" not in repr(played.problems)
