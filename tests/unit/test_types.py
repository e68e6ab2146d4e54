"""Every module fits the standard library of every Python that a project may be for, and macOS's.

The modules of a project without parts fit Windows', too.

No dependency is installed here. What the type checker says of the oldest Python must follow from
that; of another, or of another platform, it must not say more.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from generator.answers import resolve, visible_questions
from generator.render import render
from tests.support.covering import distinct, trees_of_one_name
from tests.support.once import once

VERSIONS = [choice.value for choice in visible_questions()["python_version"].choices]
#: The kinds of errors that follow from libraries without types: their classes are bases, their
#: decorators decorate, their results are returned.
FOLLOWS = {"misc", "no-any-return", "untyped-decorator", "unused-ignore", "var-annotated"}
FOLLOWS |= {"arg-type", "call-arg"}  # of a class that also has a base in the standard library


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write every module of every project into one; of the same path, each beside the others."""
    return once(tmp_path_factory, "modules", _write)


def _write(folder: Path) -> None:
    (folder / "pyproject.toml").write_bytes(trees_of_one_name()[0].files["pyproject.toml"].data)
    for number, (name, data) in enumerate(distinct(trees_of_one_name(), ".py")):
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists():
            place = place.with_stem(f"{place.stem}_{number}")
        place.write_bytes(data)
    (folder / "expected").write_text("\n".join(_mypy(folder, "linux", VERSIONS[0])))


def test_errors_follow_from_what_is_not_installed(project: Path) -> None:
    said = (project / "expected").read_text().splitlines()
    assert len(said) > 20, "it looked at the modules"
    assert [one for one in said if one.rpartition("[")[2].rstrip("]") not in FOLLOWS] == []


@pytest.mark.parametrize(
    ("platform", "version"),
    [("darwin", VERSIONS[0]), *(("linux", version) for version in VERSIONS[1:])],
)
def test_another_python_or_platform_has_no_further_error(
    platform: str, version: str, project: Path
) -> None:
    said = (project / "expected").read_text().splitlines()
    assert sorted(set(_mypy(project, platform, version)) - set(said)) == []


def test_a_project_without_parts_has_no_error_of_windows(tmp_path: Path) -> None:
    answers = resolve({"project_name": "demo", "manager": "uv", "features": []})
    render(answers.context, answers.values).write(tmp_path / "demo")
    said = _mypy(tmp_path / "demo", "linux", VERSIONS[0])
    assert sorted(set(_mypy(tmp_path / "demo", "win32", VERSIONS[0])) - set(said)) == []


def _mypy(folder: Path, platform: str, version: str) -> list[str]:
    """Return the errors; nothing is found that this Python happens to have, nor kept for later."""
    words = ["--platform", platform, "--python-version", version, "--no-error-summary"]
    words += ["--ignore-missing-imports", "--no-site-packages", "--no-warn-unreachable"]
    argv = [sys.executable, "-m", "mypy", *words, "--no-incremental", "--cache-dir=/dev/null", "."]
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode < 2, done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if ": error: " in line]
