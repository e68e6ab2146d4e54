"""The generated tests fail when the generated code is wrong.

One project is installed, a copy's tests pass, and then its code is broken, one fault at a time: an
exact replacement that must apply exactly once, so that no fault can silently stop being one.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.run import Step, run
from tests.support import loopback
from tests.support.faults import Fault, caught_by, faults_by_part

pytestmark = pytest.mark.integration

SUPPORT = Path(__file__).parents[1] / "support"
PACKAGE = "can_fail"
FAILED = re.compile(r"^FAILED tests/(\S+?::[^\s\[]+)", re.MULTILINE)


@dataclass(frozen=True)
class Bench:
    """Runs tests of copies of the project (see `tests/support/fork_tests.py`)."""

    project: Path
    process: subprocess.Popen[str]

    def test(self, folder: Path, tests: str) -> tuple[int, str]:
        """Run `tests` of the copy in `folder`; return the exit code and what they printed."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin
        assert stdout
        output = folder / "output"
        job = {"folder": str(folder), "tests": tests, "output": str(output)}
        print(json.dumps(job), file=stdin, flush=True)
        code = stdout.readline()
        return int(code), output.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def bench(full_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    python = full_project / ".venv" / "bin" / "python"
    argv = [python, SUPPORT / "fork_tests.py", full_project]
    env = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path_factory.mktemp("bench"))}
    with subprocess.Popen(
        argv, cwd="/", env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Bench(full_project, process)


@pytest.mark.parametrize(
    "fault", list(itertools.chain(*faults_by_part().values())), ids=lambda fault: fault.title
)
def test_a_fault_is_caught(
    fault: Fault, bench: Bench, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    _copy(bench.project, tmp_path)
    _impatient(tmp_path)
    module = tmp_path / fault.file(PACKAGE)
    text = module.read_text(encoding="utf-8")
    assert text.count(fault.right) == 1, f"{fault.module} no longer holds this text once"
    module.write_text(text.replace(fault.right, fault.wrong), encoding="utf-8")
    known = caught_by().get(fault.title)
    code, output = bench.test(tmp_path, f"tests/{known}" if known else fault.test_file)
    caught = FAILED.findall(output)
    assert code == 1, output
    assert caught, f"no test failed, though pytest did:\n{output}"
    record_property("fault", fault.title)
    record_property("caught_by", caught[0])
    print(f"{fault.module}: {fault.title}: caught by {caught[0]}")


def test_without_a_fault_the_copy_passes(full_project: Path, tmp_path: Path) -> None:
    """Or else each fault could be "caught" by something that the copying broke.

    Nor do they need a network, not even for what they start; Python's development mode has nothing
    to warn of; and they cover what the project's coverage settings ask for.
    """
    _copy(full_project, tmp_path)
    python = str(full_project / ".venv" / "bin" / "python")
    env = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)}
    # In one process: xdist's would not be in development mode.
    argv = (*loopback.ONLY, python, "-X", "dev", "-m", "pytest", "-n0", "--cov")
    outcome = run(Step("test", argv, tmp_path, env), timeout=600)
    assert outcome.ok, outcome.output


def _copy(project: Path, folder: Path) -> None:
    """Copy what a test run reads; `pythonpath` in pyproject.toml puts this `src` first."""
    for name in ("src", "tests", "deploy"):
        shutil.copytree(project / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(project / "pyproject.toml", folder)


def _impatient(folder: Path) -> None:
    """Let the tests wait less long for what a fault keeps from happening."""
    path = folder / "tests" / "aws_server.py"
    text = path.read_text(encoding="utf-8")
    assert text.count("WAIT: Final = 30.0") == 1
    path.write_text(text.replace("WAIT: Final = 30.0", "WAIT: Final = 10.0"), encoding="utf-8")
