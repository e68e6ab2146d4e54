"""The generated tests fail when the generated code is wrong.

One project is installed, its tests pass, and then its code is broken, one fault at a time: each an
exact replacement that must apply exactly once, so that no fault can silently stop being one.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from generator.answers import resolve
from generator.catalog import manager
from generator.render import render
from generator.run import Outcome, Step, run
from generator.toolchain import prepare
from tests.support.faults import Fault, caught_by, everything, faults_by_part

pytestmark = pytest.mark.integration

PACKAGE = "can_fail"
PYTHON = "{}.{}".format(*sys.version_info)
FAILED = re.compile(r"^FAILED tests/(\S+?::[^\s\[]+)", re.MULTILINE)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated project, installed by uv, whose tests pass; one for all worker processes."""
    base = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    place = base / "can-fail"
    folder = place / "project"
    with FileLock(base / "can-fail.lock"):
        if not (place / "ready").exists():
            uv = manager("uv")
            answers = resolve({**everything("can-fail"), "python_version": PYTHON})
            render(answers.context, answers.values).write(folder)
            env = prepare(uv, PYTHON, place).env
            for verb in ("create", "install", "test"):
                for command in uv.commands[verb]:
                    outcome = run(Step(verb, command.argv, folder, env), timeout=600)
                    assert outcome.ok, f"{verb}: {outcome.reason}\n{outcome.output}"
            (place / "ready").touch()
    return folder


@pytest.mark.parametrize(
    "fault", list(itertools.chain(*faults_by_part().values())), ids=lambda fault: fault.title
)
def test_a_fault_is_caught(
    fault: Fault, project: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    _copy(project, tmp_path)
    module = tmp_path / "src" / PACKAGE / fault.module
    text = module.read_text(encoding="utf-8")
    assert text.count(fault.right) == 1, f"{fault.module} no longer holds this text once"
    module.write_text(text.replace(fault.right, fault.wrong), encoding="utf-8")
    known = caught_by().get(fault.title)
    outcome = _test(project, tmp_path, f"tests/{known}" if known else fault.test_file)
    caught = FAILED.findall(outcome.output)
    assert outcome.exit_code == 1, outcome.output
    assert caught, f"no test failed, though pytest did:\n{outcome.output}"
    record_property("fault", fault.title)
    record_property("caught_by", caught[0])
    print(f"{fault.module}: {fault.title}: caught by {caught[0]}")


def test_without_a_fault_the_copy_passes(project: Path, tmp_path: Path) -> None:
    """Or else each fault could be "caught" by something that the copying broke."""
    _copy(project, tmp_path)
    outcome = _test(project, tmp_path, "tests")
    assert outcome.ok, outcome.output
    assert not FAILED.findall(outcome.output)


def _copy(project: Path, folder: Path) -> None:
    """Copy what a test run reads; `pythonpath` in pyproject.toml puts this `src` first."""
    for name in ("src", "tests"):
        shutil.copytree(project / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(project / "pyproject.toml", folder)


def _test(project: Path, folder: Path, tests: str) -> Outcome:
    """Run tests of `folder` in the project's environment, up to the first failure."""
    python = str(project / ".venv" / "bin" / "python")
    argv = (python, "-m", "pytest", "-n", "0", "-p", "no:randomly", "-x", "--tb=line", tests)
    env = {"PATH": os.environ["PATH"], "TMPDIR": str(folder)}
    return run(Step("test", argv, folder, env), timeout=300)
