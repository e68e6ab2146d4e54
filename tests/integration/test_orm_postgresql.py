"""The generated project's jobs on PostgreSQL: its own tests, with a real server."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.installed import installed
from tests.support.postgresql import postgresql

pytestmark = pytest.mark.integration

PYTHON = "{}.{}".format(*sys.version_info)


def test_the_orm_tests_pass_on_postgresql(tmp_path: Path) -> None:
    given = {"project_name": "app", "features": ["orm"], "python_version": PYTHON}
    project = installed(given, PYTHON, tmp_path)
    do, folder = project.do, project.folder

    # Without the driver, a line says what is missing.
    program = str(folder / ".venv" / "bin" / "app")
    outcome = do(program, "jobs", "list", APP_DATABASE_URL="postgresql://127.0.0.1:1/jobs")
    assert outcome.exit_code == 2
    assert outcome.output.splitlines() == [
        "error: PostgreSQL needs psycopg: add psycopg and psycopg-binary"
    ]

    for package in ("psycopg", "psycopg-binary"):  # as the README says
        project.succeed("add", PACKAGE=package)

    # And without a server, one that none is there.
    outcome = do(program, "jobs", "list", APP_DATABASE_URL="postgresql://127.0.0.1:1/jobs")
    assert outcome.exit_code == 6
    assert outcome.output.startswith("error: cannot use the database: ")
    assert outcome.output.count("\n") == 1

    python = str(folder / ".venv" / "bin" / "python")
    tests = sorted(str(path) for path in (folder / "tests").glob("test_orm*.py"))
    with postgresql() as url:
        outcome = do(python, "-m", "pytest", "-q", *tests, TEST_POSTGRESQL_URL=url)
    assert outcome.ok, outcome.output
    assert "lengths" not in outcome.output  # what only PostgreSQL can show was not skipped
