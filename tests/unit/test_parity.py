"""Plain Copier gives the same bytes as we do, for every manager."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import copier
import pytest

from generator.answers import resolve
from generator.catalog import manager_names, templates_root
from generator.cli.inputs import presets
from generator.project import answers_file
from generator.render import render
from generator.tree import Tree

#: Between them, every choice of every question, and text that each language quotes differently.
ANSWERS: dict[str, dict[str, Any]] = {
    "defaults": {},
    "gitlab": {
        "python_version": "3.14",
        "license": "Apache-2.0",
        "aws_client": "aiobotocore",
        "aws_region": "eu-central-1",
        "ci": "gitlab",
        "author_name": 'Åsa "Q" O\'Neil \\ {{ 7*7 }} 🎉',
        "author_email": "asa@example.org",
        "description": "Back\\slash, 'quotes\", 100 %, {% raw %}, #, ${X}, 漢字 🎉",
        "year": 1999,
        "features": [],
    },
    "no-ci": {
        "package_name": "other_name",
        "python_version": "3.12",
        "license": "Proprietary",
        "author_name": "Only A Name",
        "ci": "none",
        "features": presets()["full"],
    },
}


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS.keys())
@pytest.mark.parametrize("manager", manager_names())
def test_copier_renders_the_same_bytes(
    manager: str, answers: dict[str, Any], tmp_path: Path
) -> None:
    given = {"project_name": "My-Project.x", "manager": manager, **answers}
    made = tmp_path / "copied"
    copier.run_copy(str(templates_root()), made, data=given, defaults=True, quiet=True)

    resolved = resolve(given)
    ours = render(resolved.context, resolved.values)
    assert len(ours.files) > 20
    ours.write(tmp_path / "ours")

    theirs = _bytes(made)
    assert sorted(theirs) == sorted(ours.files)
    different = [path for path, (data, _) in theirs.items() if data != ours.files[path].data]
    assert different == [answers_file()], "apart from the notes that each leaves for itself"
    assert _bytes(tmp_path / "ours").keys() == theirs.keys()
    modes = {path: mode for path, (_, mode) in theirs.items()}
    assert {path: mode for path, (_, mode) in _bytes(tmp_path / "ours").items()} == modes


@pytest.mark.parametrize("licence", ["MIT", "BSD-3-Clause", "GPL-3.0-or-later", "MPL-2.0"])
def test_copier_renders_the_same_licence(licence: str, tmp_path: Path) -> None:
    given = {"project_name": "demo", "manager": "uv", "license": licence, "author_name": "A & B"}
    copier.run_copy(str(templates_root()), tmp_path / "x", data=given, defaults=True, quiet=True)
    tree = _tree(given)
    text = tree.files["LICENSE"].data
    assert (tmp_path / "x" / "LICENSE").read_bytes() == text
    assert b"A & B" in text or b"Copyright" not in text.splitlines()[2]


def _tree(given: dict[str, Any]) -> Tree:
    resolved = resolve(given)
    return render(resolved.context, resolved.values)


def _bytes(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mode & 0o777)
        for path in folder.rglob("*")
        if path.is_file()
    }
