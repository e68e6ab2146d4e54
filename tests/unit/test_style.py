"""What is rendered passes the linter that the project itself comes with, whatever was chosen."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from generator.tree import Tree
from tests.support.covering import trees

Key = tuple[str, bytes, str]


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write every project, but no file a second time that is checked by the same rules."""
    root = tmp_path_factory.mktemp("projects")
    seen: set[Key] = set()
    for number, tree in enumerate(trees()):
        new = {key[0] for key in _keys(tree) if key not in seen}
        seen.update(_keys(tree))
        # The settings are read there, and a module without its package would be another mistake.
        new |= {path for path in tree.files if path.endswith(("__init__.py", "pyproject.toml"))}
        for path in new:
            place = root / f"{number:03}" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(tree.files[path].data)
    return root


def _keys(tree: Tree) -> list[Key]:
    """Return each module's path, content, and the settings that count for it."""
    manifest = tomllib.loads(tree.files["pyproject.toml"].data.decode())
    lint = manifest["tool"]["ruff"]["lint"]
    ignores = lint.pop("per-file-ignores")
    common = repr((manifest["project"]["requires-python"], lint))
    return [
        (path, file.data, common + repr([ignores[one] for one in ignores if fnmatch(path, one)]))
        for path, file in tree.files.items()
        if path.endswith(".py")
    ]


@pytest.mark.parametrize("words", [["check", "--output-format=concise"], ["format", "--check"]])
def test_ruff_has_nothing_to_say(words: list[str], projects: Path) -> None:
    done = _ruff(projects, *words)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_looks_at_every_module(projects: Path) -> None:
    looked_at = set(map(Path, _ruff(projects, "check", "--show-files").stdout.splitlines()))
    assert set(projects.rglob("*.py")) <= looked_at


def _ruff(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "ruff", *words, "--no-cache"]
    return subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)
