"""What a command of a project writes and nobody else may read: git ignores it, the README says so.

That these files are made with mode 0600, the project's own tests hold.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

from generator.answers import resolve
from generator.render import render
from tests.support.faults import everything

SQLITE: Final = ("", "-wal", "-shm", "-journal")
SECRETS: Final = {
    "## API": ("api/auth/store.py", [f"credentials.sqlite3{end}" for end in SQLITE]),
    "### jwt": (
        "api/auth/jwt_commands.py",
        ["private.json", "private-2.json", "keys.json", "keys.json.new"],
    ),
    "## Download jobs": ("orm/database.py", [f"jobs.sqlite3{end}" for end in SQLITE]),
}
"""By section of the README: the module that makes them, and what they are called."""
OPEN: Final = {
    "aws_lambda/bundle.py",  # an archive of code
    "download/journal.py",  # of an address that may hold a secret, a digest
    "download/part.py",  # what the user fetches, as are the next two; it has the user's modes
    "files.py",
    "data/spool.py",
}
"""Modules that write files in which we put no secret."""
WRITES: Final = re.compile(
    r'O_CREAT|\.touch\(|open\("[wxa]|"[wxa]b"|write_(text|bytes)|TemporaryFile'
)


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    answers = resolve(everything("secrets-of"))
    tree = render(answers.context, answers.values).files
    return {path: file.data.decode() for path, file in tree.items()}


@pytest.fixture
def project(files: dict[str, str], tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text(files[".gitignore"], encoding="utf-8")
    return tmp_path


def ignored(project: Path, *paths: str) -> set[str]:
    # Without what the user's own settings ignore everywhere.
    git = ["git", "-c", f"core.excludesFile={os.devnull}"]
    argv = [*git, "check-ignore", "--no-index", *paths]
    done = subprocess.run(argv, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr  # 1: none is
    return set(done.stdout.splitlines())


@pytest.mark.parametrize("folder", ["", "deploy/"])
def test_git_ignores_every_secret(project: Path, folder: str) -> None:
    names = [name for _, written in SECRETS.values() for name in written]
    wanted = {folder + name for name in (*names, ".env", ".env.production")}
    assert ignored(project, *wanted) == wanted


def test_git_ignores_nothing_of_a_new_project(project: Path, files: dict[str, str]) -> None:
    assert ignored(project, *files) == set()


def test_every_module_that_writes_is_known(files: dict[str, str]) -> None:
    package = "src/secrets_of/"
    writing = {
        path.removeprefix(package)
        for path, text in files.items()
        if path.startswith(package) and WRITES.search(text)
    }
    assert writing == OPEN | {module for module, _ in SECRETS.values()}


@pytest.mark.parametrize("heading", SECRETS)
def test_the_readme_calls_it_a_secret(files: dict[str, str], heading: str) -> None:
    section = re.split(r"^(?=##)", files["README.md"], flags=re.MULTILINE)
    (text,) = (one for one in section if one.startswith(f"{heading}\n"))
    _, (name, *_) = SECRETS[heading]
    assert re.search(rf"`{name}`.*is a secret|`{name}`.*are a secret", text)
    assert "0600" in text
