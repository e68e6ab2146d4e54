"""`scaffold check` with real managers: green for what we ship, red for what is broken.

The projects are small ones, without features: each is tested three times over.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from generator import conda_channel
from generator.catalog import manager, manager_names
from generator.check.scene import ORIGINS
from generator.toolchain.environment import cache_root
from tests.support.hostile import HOSTILE, world
from tests.support.private_index import MARKS, VARIABLES, leaks, private_index

pytestmark = pytest.mark.integration

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
#: What a manager may lack: the verb, and the managers. Everything else has to be there.
MAY_LACK = {
    "pip": {"add", "remove", "tree"},
    "conda": {"add", "remove", "export", "export-pylock", "tree"},
}
KEYS = {"verb", "argv", "seconds", "exit_code", "expect", "status", "reason"}


def check(
    *words: str | Path, cwd: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "generator", "check", *map(str, words)]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **(env or {})}
    return subprocess.run(argv, cwd=cwd, env=environ, capture_output=True, text=True, check=False)


def statuses(case: dict[str, Any], verb: str) -> list[str]:
    return [step["status"] for step in case["steps"] if step["verb"] == verb]


def test_every_layout_is_proven_whatever_surrounds_it(tmp_path: Path) -> None:
    """All layouts, in an environment full of traps; only the check's own folders change.

    The index and the channel want a password, and it is in no file of any project, no report and
    no output.
    """
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "decoy"], check=True)
    hostile = world(tmp_path / "world", decoy=tmp_path / "decoy")
    # These would keep our own interpreter from starting: that is the user's to repair.
    own = {"PYTHONHOME", "PYTHONPATH", "PYTHONWARNINGS"}
    env = {name: value for name, value in hostile.environ.items() if name not in own}
    env["XDG_CACHE_HOME"] = str(cache_root().parent)
    channel = Path(urlsplit(conda_channel.build(cache_root() / "tests" / "conda")).path)
    before = hostile.snapshot()

    with private_index(channel.parent) as url:
        ran = check(
            *("--json", tmp_path / "report.json", "--junit", tmp_path / "report.xml"),
            *("--data", f"python_version={VERSION}", "--data", "features="),
            *("--conda-channel", url.replace("/simple", f"/channel/{channel.name}")),
            *("--jobs", "1", "--keep", tmp_path / "kept"),
            cwd=tmp_path,
            env={**env, **dict.fromkeys(VARIABLES, url)},
        )

    print(ran.stderr)
    assert not [mark for mark in MARKS if mark.decode() in ran.stdout + ran.stderr]
    assert leaks(tmp_path / "kept", tmp_path / "report.json", tmp_path / "report.xml") == []
    assert ran.returncode == 0, ran.stderr
    assert hostile.snapshot() == before
    assert list(hostile.temporary.iterdir()) == []
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["schema"] == 1
    assert report["ok"] is True
    assert [case["manager"] for case in report["cases"]] == list(manager_names())
    for case in report["cases"]:
        _proven(case)
    assert len({tuple(case["tests"]) for case in report["cases"]}) == 1
    assert len(report["cases"][0]["tests"]) > 50
    assert report["resolved"]["aiobotocore"].keys() == set(manager_names())
    assert all(one["explained"] and one["reasons"] for one in report["differences"])
    _junit_agrees(ET.parse(tmp_path / "report.xml").getroot(), report)


def _proven(case: dict[str, Any]) -> None:
    name = case["manager"]
    assert case["manager_version"], name
    assert case["engine"] in ORIGINS.values()
    assert bool(case["channel"]) is bool(manager(name).engine), name
    assert all(step.keys() == KEYS for step in case["steps"])
    lacking = {step["verb"] for step in case["steps"] if step["status"] == "unsupported"}
    assert lacking == MAY_LACK.get(name, set()), name
    assert all(step["reason"] for step in case["steps"] if step["status"] == "unsupported")
    wanted = {"create", "install", "test", "lint", "typecheck", "lock", "lock-check", "clean"}
    wanted |= {"install-locked", "inspect", "export", "export-pylock", "add", "remove"}
    wanted |= {"run", "tree", "person"}
    assert wanted <= {step["verb"] for step in case["steps"]}
    red = [step for step in case["steps"] if step["expect"] == "nonzero"]
    assert [step["verb"] for step in red] == ["lint", "typecheck", "lock-check"], name
    assert all(step["exit_code"] > 0 for step in red)
    assert case["steps"][-1]["verb"] == "lock-check"
    assert case["steps"][-1]["expect"] == "zero"  # green again, once the edit is taken back
    times = 2 + ("export" not in lacking)
    assert len(statuses(case, "test")) == times * len(_commands(name, "test"))


def _commands(name: str, verb: str) -> tuple[object, ...]:
    return manager(name).commands[verb]


def _junit_agrees(root: ET.Element, report: dict[str, Any]) -> None:
    assert not root.findall(".//failure")
    assert not root.findall(".//error")
    for suite, case in zip(root, report["cases"], strict=False):
        assert suite.get("name") == case["manager"]
        assert suite.get("tests") == str(len(case["steps"]))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A uv project, as `scaffold new` writes it."""
    argv = [sys.executable, "-m", "generator", "new", "app", "--manager", "uv", "--no-git"]
    argv += ["--python-version", VERSION, "--preset", "minimal", "--quiet"]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run(argv, cwd=tmp_path, env=env, check=True)
    return tmp_path / "app"


def test_a_project_whose_tests_fail_is_red_and_everything_else_is_still_tried(
    project: Path, tmp_path: Path
) -> None:
    (project / "tests" / "test_red.py").write_text("def test_red() -> None:\n    assert False\n")
    files = sorted(project.rglob("*"))
    ran = check("--project", project, "--json", "-", "--keep", tmp_path / "kept", cwd=tmp_path)
    assert ran.returncode == 1
    assert sorted(project.rglob("*")) == files  # a copy is checked, never the project itself
    (case,) = json.loads(ran.stdout)["cases"]
    assert case["ok"] is False
    assert statuses(case, "test")[0] == "failed"
    assert statuses(case, "lock") == ["passed"]
    assert "FAILED tests/test_red.py::test_red" in ran.stderr  # the output in full
    lines = ran.stderr.splitlines()
    repeats = [line for line in lines if line.startswith("repeat it by hand: ")]
    assert len(repeats) == sum(step["status"] == "failed" for step in case["steps"])
    (failed, *_) = (step for step in case["steps"] if step["status"] == "failed")
    script = f"{tmp_path}/kept/uv/repeat-{case['steps'].index(failed) + 1:02}-test.sh"
    assert repeats[0] == f"repeat it by hand: sh {script}"
    again = repeated(script)
    assert again.returncode == failed["exit_code"] == 1
    shown = ran.stderr.partition("--- test:")[2].partition("repeat it by hand:")[0]
    assert last_words(again.stdout) == last_words(shown)
    assert "test_red" in last_words(again.stdout)[0]


def repeated(script: str) -> subprocess.CompletedProcess[str]:
    """Run a step's script as a person might: from elsewhere, in an environment full of traps."""
    env = {"PATH": "/usr/bin:/bin", **HOSTILE}
    argv = ["sh", script]
    return subprocess.run(argv, cwd="/", env=env, capture_output=True, text=True, check=False)


def last_words(output: str) -> list[str]:
    """Return the last two lines, without the time and the frame that has room for it."""
    return [re.sub(r"^=+ | in [\d.]+s.*", "", line) for line in output.rstrip().splitlines()[-2:]]


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_whatever_ends_it_no_manager_goes_on(
    number: signal.Signals, project: Path, tmp_path: Path
) -> None:
    argv = [sys.executable, "-m", "generator", "check", "--project", project]
    argv += ["--keep", tmp_path / "kept", "--json", tmp_path / "report.json"]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    running = subprocess.Popen(list(map(str, argv)), cwd=tmp_path, env=env)
    while not _running_in(tmp_path / "kept"):
        assert running.poll() is None
        time.sleep(0.01)
    time.sleep(0.5)
    begin = time.monotonic()
    running.send_signal(number)
    code = running.wait()
    while _running_in(tmp_path / "kept"):
        assert time.monotonic() - begin < 10
        time.sleep(0.05)
    if number == signal.SIGINT:
        assert code == 130
        assert json.loads((tmp_path / "report.json").read_text())["interrupted"] is True


def _running_in(folder: Path) -> list[str]:
    """Return the processes whose home is in a folder: those of a check."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"HOME={folder}/".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text())
    return found


def test_without_an_index_nothing_is_green(project: Path, tmp_path: Path) -> None:
    env = {"UV_DEFAULT_INDEX": "http://127.0.0.1:9/simple", "SCAFFOLD_PROVIDED": "1"}
    env["XDG_CACHE_HOME"] = str(tmp_path / "cache")  # nothing has been downloaded yet
    ran = check("--project", project, "--json", "-", cwd=tmp_path, env=env)
    assert ran.returncode == 1
    (case,) = json.loads(ran.stdout)["cases"]
    assert case["ok"] is False
    assert {step["status"] for step in case["steps"]} <= {"passed", "unable", "not_run"}
    assert "unable" in {step["status"] for step in case["steps"]}
    assert "everything claimed is so" not in ran.stderr.splitlines()
