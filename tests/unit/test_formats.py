"""What is no code is what its format asks for, in the judgement of those who read it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from validate_pyproject.api import Validator
from validate_pyproject.plugins import list_from_entry_points

from generator.tree import File, Tree
from tests.support.covering import distinct, trees

PARSED = (".toml", ".yml", ".yaml", ".json", "Pipfile")


def test_every_file_can_be_parsed() -> None:
    found = list(distinct(trees(), *PARSED))
    assert len(found) > 200
    for path, data in found:
        Tree({path: File(data)}).validate()


def test_texts_end_in_one_newline_and_have_no_blanks_to_spare() -> None:
    found = list(distinct(trees(), ""))
    assert len(found) > 1000
    for path, data in found:
        text = data.decode()
        assert not re.search(r"[ \t\r]$", text, re.MULTILINE), path
        assert not text or (text[0] != "\n" and re.search(r"\S\n\Z", text)), path
        between = 2 if path.endswith(".py") else 1
        assert "\n" * (between + 2) not in text, path


def test_every_manifest_is_valid() -> None:
    """With the schemas of the tools whose settings are in it, where those have published one."""
    manifests = [tomllib.loads(data.decode()) for _, data in distinct(trees(), "pyproject.toml")]
    tools = {tool for manifest in manifests for tool in manifest["tool"]}
    schemas = [one for one in list_from_entry_points() if one.tool in tools]
    assert len(schemas) > 5
    validate = Validator(plugins=schemas)
    for manifest in manifests:
        validate(manifest)


@pytest.fixture(scope="module")
def workflows(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Write every workflow that there is."""
    folder = tmp_path_factory.mktemp("workflows")
    found = [data for _, data in distinct(trees(), ".github/workflows/ci.yml")]
    places = [folder / f"{number}.yml" for number, _ in enumerate(found)]
    for place, data in zip(places, found, strict=True):
        place.write_bytes(data)
    return places


def test_actionlint_has_nothing_to_say(workflows: list[Path]) -> None:
    assert len(workflows) > 10
    done = _actionlint(workflows)
    assert done.returncode == 0, done.stdout + done.stderr
    broken = workflows[0].with_name("broken.yml")
    broken.write_text(workflows[0].read_text().replace("runs-on:", "run-on:"))
    assert '"run-on"' in _actionlint([broken]).stdout, "it looks at the files"


def _actionlint(workflows: list[Path]) -> subprocess.CompletedProcess[str]:
    """Run it without the linters of other languages that may be on this machine."""
    program = str(Path(sys.executable).with_name("actionlint"))
    argv = [program, "-no-color", "-shellcheck=", "-pyflakes=", *map(str, workflows)]
    return subprocess.run(argv, capture_output=True, text=True, check=False)
