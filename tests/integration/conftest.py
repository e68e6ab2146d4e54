"""Fixtures for tests with real managers."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from generator.answers import resolve
from generator.catalog import manager
from generator.render import render
from generator.run import Step, run
from generator.toolchain import prepare
from tests.support.faults import everything

PYTHON = "{}.{}".format(*sys.version_info)


@pytest.fixture(scope="session")
def full_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated project, installed by uv; one for all worker processes."""
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
            for verb in ("create", "install"):
                for command in uv.commands[verb]:
                    outcome = run(Step(verb, command.argv, folder, env), timeout=600)
                    assert outcome.ok, f"{verb}: {outcome.reason}\n{outcome.output}"
            (place / "ready").touch()
    return folder
