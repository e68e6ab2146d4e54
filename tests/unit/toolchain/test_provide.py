"""Finding managers, with scripts in the place of managers; and the lists they are provided from."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.catalog import Manager, manager, templates_root
from generator.toolchain import Tool, ToolUnavailable, find, obtain, pinned_version

FACTS = """
title: Acme
homepage: acme.example
executable: acme
version: [acme, --version]
manifest: []
lock: []
scope: universal
environment: .venv
files: []
commands: {}
alternatives: [acmelet]
"""
ACME = Manager.load("acme", FACTS)
PYTHON = Path(sys.executable)


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Put a script onto PATH, after those put there before."""
    folders: list[Path] = []

    def put(name: str, line: str) -> Path:
        folders.append(tmp_path / f"path{len(folders)}")
        folders[-1].mkdir()
        program = folders[-1] / name
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", os.pathsep.join(map(str, folders)))
        return program

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("SCAFFOLD_PROVIDED", raising=False)
    return put


Put = Callable[[str, str], Path]


class TestFind:
    def test_on_path(self, on_path: Put) -> None:
        program = on_path("acme", 'echo "Acme (version 9.8.7rc1)"')
        assert find(ACME, PYTHON) == Tool("acme", program, "9.8.7rc1", "PATH")

    @pytest.mark.parametrize("broken", ["exit 127", "echo 1.2.3; exit 1", "echo no version"])
    def test_what_does_not_run_is_not_found(self, on_path: Put, broken: str) -> None:
        on_path("acme", broken)
        assert find(ACME, PYTHON) is None
        program = on_path("acme", "echo 2.0")
        assert find(ACME, PYTHON) == Tool("acme", program, "2.0", "PATH")

    def test_an_alternative_comes_second(self, on_path: Put) -> None:
        other = on_path("acmelet", "echo 0.1")
        assert find(ACME, PYTHON) == Tool("acmelet", other, "0.1", "PATH")
        program = on_path("acme", "echo 2.0")
        assert find(ACME, PYTHON) == Tool("acme", program, "2.0", "PATH")

    def test_the_pinned_one_can_be_preferred(
        self, on_path: Put, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        on_path("acme", "echo 2.0")
        assert find(ACME, PYTHON, prefer_provided=True) is None
        monkeypatch.setenv("SCAFFOLD_PROVIDED", "1")
        assert find(ACME, PYTHON) is None
        monkeypatch.setenv("SCAFFOLD_PROVIDED", "0")
        assert find(ACME, PYTHON) is not None

    def test_the_interpreter_itself(self, on_path: Put) -> None:
        tool = find(Manager.load("acme", FACTS.replace("acme\nv", "python3\nv")), PYTHON)
        assert tool is not None
        assert (tool.name, tool.origin) == ("python3", "PATH")
        assert tool.version == ".".join(map(str, sys.version_info[:3]))

    def test_what_is_nowhere_names_the_remedy(self, on_path: Put) -> None:
        with pytest.raises(ToolUnavailable, match=r"Acme .*no acme or acmelet.*acme\.example"):
            obtain(ACME, PYTHON)


ENGINE = """
from pathlib import Path

def write_shim(directory):
    path = directory / "acme"
    path.write_text("#!/bin/sh\\n" + {line!r} + "\\n")
    path.chmod(0o755)
    return path
"""


class TestEngine:
    def acme(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> Manager:
        name = f"acme_engine_{abs(hash(line))}"
        (tmp_path / f"{name}.py").write_text(ENGINE.format(line=line))
        monkeypatch.syspath_prepend(tmp_path)
        return Manager.load("acme", f"{FACTS}engine: {name}\n")

    def test_it_stands_in(
        self, on_path: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        acme = self.acme(tmp_path, monkeypatch, "echo acme 1.0 of our own")
        tool = obtain(acme, PYTHON)
        assert (tool.name, tool.version, tool.origin) == ("acme", "acme 1.0 of our own", "engine")
        assert tool.executable.is_file()
        assert obtain(acme, PYTHON) == tool

    def test_the_users_own_wins(
        self, on_path: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        acme = self.acme(tmp_path, monkeypatch, "echo 1.0")
        on_path("acmelet", "echo 3.0")
        assert obtain(acme, PYTHON).origin == "PATH"
        assert obtain(acme, PYTHON, prefer_provided=True).origin == "engine"

    def test_its_own_words_say_what_is_missing(
        self, on_path: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        acme = self.acme(tmp_path, monkeypatch, "echo needs a part; exit 1")
        with pytest.raises(ToolUnavailable, match=r"needs a part; install .*acme\.example"):
            obtain(acme, PYTHON)


PINNED = sorted(path.parent.name for path in templates_root().glob("*/tool.txt"))
_ENTRY = re.compile(
    r"(?P<pin>[a-z0-9-]+==[\w.]+)(?: ; .+?)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)"
)


@pytest.mark.parametrize("name", PINNED)
class TestPinnedLists:
    def text(self, name: str) -> str:
        return (templates_root() / name / "tool.txt").read_text(encoding="utf-8")

    def test_every_line_is_a_pin_with_hashes(self, name: str) -> None:
        text = "\n".join(
            line for line in self.text(name).splitlines() if not line.lstrip().startswith("#")
        )
        assert _ENTRY.sub("", text).strip() == ""
        assert "://" not in self.text(name)

    def test_what_tool_in_asks_for_is_there(self, name: str) -> None:
        wanted = (templates_root() / name / "tool.in").read_text(encoding="utf-8").split()
        pins = {entry["pin"] for entry in _ENTRY.finditer(self.text(name))}
        assert wanted
        assert set(wanted) <= pins
        assert wanted[0] == f"{name}=={pinned_version(manager(name))}"


def test_something_is_pinned() -> None:
    assert PINNED
    assert pinned_version(ACME) is None
