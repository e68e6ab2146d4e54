"""The generated tests without what macOS lacks: all that can be shown of it on Linux.

What behaves otherwise there (signals, file systems) is not seen; a name that is not there is.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from generator.run import Outcome, Step, run
from tests.support.elsewhere import without

pytestmark = pytest.mark.integration


def test_the_generated_tests_pass_without_what_macos_lacks(
    full_project: Path, tmp_path: Path
) -> None:
    project, lacking = tmp_path / "project", tmp_path / "lacking"
    shutil.copytree(full_project, project, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    lacking.mkdir()
    (lacking / "sitecustomize.py").write_text(without("darwin"), encoding="utf-8")

    def python(*words: str) -> Outcome:
        """Run it, and all that it starts, without those names."""
        env = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path), "PYTHONPATH": str(lacking)}
        argv = (str(full_project / ".venv" / "bin" / "python"), *words)
        return run(Step("test", argv, project, env), timeout=600)

    assert "'os' has no attribute 'fdatasync'" in python("-c", "import os; os.fdatasync").output
    outcome = python("-m", "pytest", "-n0", "-q")
    assert outcome.ok, outcome.output
