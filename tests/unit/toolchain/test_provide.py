"""Finding managers, with scripts in the place of managers; and the lists they are provided from."""

from __future__ import annotations

import contextvars
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Timer

import pytest
from filelock import FileLock

import generator
from generator import catalog
from generator.catalog import Manager, manager, templates_root
from generator.run import Cancelled, cancellable
from generator.toolchain import Tool, ToolUnavailable, find, obtain, search
from generator.toolchain import provide as providing
from generator.toolchain.environment import FolderUnwritable
from generator.toolchain.index import Index
from generator.toolchain.provide import provide, provided

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

    @pytest.mark.parametrize(
        ("broken", "reason"),
        [
            ("echo no such version installed >&2; exit 127", "no such version installed"),
            ("exit 3", "exit 3"),
            ("echo hello", "it prints no version"),
        ],
    )
    def test_one_on_path_that_does_not_work_is_said(
        self, on_path: Put, broken: str, reason: str
    ) -> None:
        shim = on_path("acme", broken)
        line = f"{shim} does not work: {reason}"
        assert search(ACME, PYTHON) == (None, (line,))
        with pytest.raises(ToolUnavailable, match=re.escape(line)):
            obtain(ACME, PYTHON)
        on_path("acme", "echo 2.0")
        tool = obtain(ACME, PYTHON)
        assert (tool.version, tool.passed_by) == ("2.0", (line,))

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

    def test_a_broken_one_before_it_is_said(
        self, on_path: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        acme = self.acme(tmp_path, monkeypatch, "echo acme 1.1 of our own")
        shim = on_path("acme", "exit 3")
        assert obtain(acme, PYTHON).passed_by == (f"{shim} does not work: exit 3",)
        assert obtain(acme, PYTHON, prefer_provided=True).passed_by == ()

    def test_the_users_own_wins(
        self, on_path: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        acme = self.acme(tmp_path, monkeypatch, "echo 1.0")
        on_path("acmelet", "echo 3.0")
        assert obtain(acme, PYTHON).origin == "PATH"
        assert obtain(acme, PYTHON, prefer_provided=True).origin == "engine"

    def test_a_cache_that_cannot_be_written_is_named(
        self, on_path: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        acme = self.acme(tmp_path, monkeypatch, "echo 1.0")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        (tmp_path / "cache" / "scaffold").mkdir(parents=True)
        (tmp_path / "cache" / "scaffold" / "engines").touch()
        with pytest.raises(FolderUnwritable, match=r"engines/.*written .*XDG_CACHE_HOME"):
            obtain(acme, PYTHON)

    def test_its_own_words_say_what_is_missing(
        self, on_path: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        acme = self.acme(tmp_path, monkeypatch, "echo needs a part; exit 1")
        with pytest.raises(ToolUnavailable, match=r"needs a part; or use .*acme\.example"):
            obtain(acme, PYTHON)


#: What stands for uv: it takes a while to make an environment of some files.
BUILD = """
mkdir -p "$0/bin"
ln -s {python} "$0/bin/python"
for n in 1 2 3 4 5 6 7 8 9; do mkdir -p "$0/lib"; echo "$n" > "$0/lib/$n.py"; sleep {pause}; done
printf '#!/bin/sh\\necho 1.0\\n' > "$0/bin/acme"
chmod +x "$0/bin/acme"
"""
#: Provides acme, in a process of its own.
PROVIDING = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.unit.toolchain.test_provide import ACME, stand_in
import pytest
patch = pytest.MonkeyPatch()
stand_in(patch, Path(sys.argv[1]), 0.03)
from generator.toolchain.provide import provide
print(provide(ACME).executable)
"""


def stand_in(patch: pytest.MonkeyPatch, folder: Path, pause: float = 0) -> None:
    """Have acme provided from a list of its own, without uv and without an index."""
    (folder / "acme").mkdir(exist_ok=True)
    (folder / "acme" / "tool.txt").write_text("acme==1.0\n")
    patch.setattr(catalog, "templates_root", lambda: folder)
    patch.setattr(providing, "package_index", lambda: Index("http://127.0.0.1:9/simple"))
    patch.setattr(providing, "_own_base", lambda: (PYTHON, "3"))

    def recipe(_: Manager, env: Path, *, cached: bool) -> tuple[tuple[str, ...], ...]:
        (folder / "cached").write_text(str(cached))
        build = BUILD.format(python=sys.executable, pause=pause)
        return ("sh", "-c", build, str(env)), (str(env / "bin" / "acme"), "--version")

    patch.setattr(providing, "_recipe", recipe)


class TestProvide:
    @pytest.fixture(autouse=True)
    def cache(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        stand_in(monkeypatch, tmp_path)
        return tmp_path / "cache" / "scaffold" / "tools"

    def test_it_is_made_once(self, cache: Path, tmp_path: Path) -> None:
        tool = provide(ACME)
        assert (tool.version, tool.origin) == ("1.0", "provided")
        assert provided(ACME) == tool
        assert (tmp_path / "cached").read_text() == "True"
        (tmp_path / "cached").unlink()
        assert provide(ACME) == tool
        assert not (tmp_path / "cached").exists()

    @pytest.mark.parametrize(
        "lose",
        [
            lambda env: (env / "lib" / "4.py").unlink(),
            lambda env: (env / "lib" / "4.py").write_text(""),
            lambda env: (env / "bin" / "python").unlink(),
            lambda env: (env / "bin" / "acme").unlink(),
            lambda env: (env / "scaffold-files.json").unlink(),
            lambda env: (env / "scaffold-files.json").write_text('{"lib/1.py": 2'),
            lambda env: (env / "scaffold-files.json").write_text("{}"),
            lambda env: (env / "scaffold-files.json").write_text("[1]"),
        ],
    )
    def test_what_lost_something_is_made_anew(
        self, lose: Callable[[Path], None], tmp_path: Path
    ) -> None:
        tool = provide(ACME)
        env = tool.executable.parent.parent
        lose(env)
        assert provided(ACME) is None
        assert provide(ACME) == tool
        assert provided(ACME) == tool
        assert (env / "lib" / "4.py").read_text() == "4\n"
        assert (tmp_path / "cached").read_text() == "False"  # uv's cache shares what was spoiled

    def test_bytecode_is_no_part_of_it(self) -> None:
        env = provide(ACME).executable.parent.parent
        (env / "lib" / "__pycache__").mkdir()
        (env / "lib" / "__pycache__" / "1.pyc").touch()
        assert provided(ACME) is not None

    def test_what_killed_runs_left_is_cleared_away(self, cache: Path) -> None:
        place = provide(ACME).executable.parent.parent
        (place / "bin" / "acme").unlink()
        for left in (f".{place.name}", f".{place.name}-abc"):
            (cache / left / "env" / "lib").mkdir(parents=True)
        provide(ACME)
        assert sorted(path.name for path in cache.iterdir() if path.is_dir()) == [place.name]

    @pytest.mark.parametrize("moment", [0.05, 0.3])
    def test_killed_at_any_moment_the_next_run_makes_it(
        self, moment: float, cache: Path, tmp_path: Path
    ) -> None:
        root = Path(generator.__file__).parent.parent
        argv = [sys.executable, "-c", PROVIDING.format(root=str(root)), str(tmp_path)]
        first = subprocess.Popen(argv)
        while not list(cache.glob(".acme-*/env")):
            time.sleep(0.01)
        time.sleep(moment)
        first.kill()
        first.wait()
        tool = provide(ACME)
        assert provided(ACME) == tool
        time.sleep(0.3)
        assert [path.name for path in cache.iterdir() if path.is_dir()] == [
            tool.executable.parent.parent.name
        ]

    def test_cancelling_ends_it_and_leaves_nothing(
        self, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stand_in(monkeypatch, tmp_path, pause=10)
        cancel = Event()
        Timer(0.3, cancel.set).start()
        begin = time.monotonic()
        with cancellable(cancel), pytest.raises(Cancelled):
            provide(ACME)
        assert time.monotonic() - begin < 2
        assert [path for path in cache.iterdir() if path.is_dir()] == []

    def test_waiting_for_another_run_can_be_cancelled(self, cache: Path) -> None:
        cache.mkdir(parents=True)
        cancel = Event()
        Timer(0.3, cancel.set).start()
        with FileLock(f"{providing._place(ACME)}.lock"), cancellable(cancel):
            begin = time.monotonic()
            with pytest.raises(Cancelled), ThreadPoolExecutor() as pool:
                pool.submit(contextvars.copy_context().run, provide, ACME).result()
            assert time.monotonic() - begin < 2

    def test_another_run_is_not_waited_for_for_ever(
        self, cache: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cache.mkdir(parents=True)
        monkeypatch.setattr(providing, "TIMEOUT", 0.1)
        with FileLock(f"{providing._place(ACME)}.lock"), ThreadPoolExecutor() as pool:
            waiting = pool.submit(provide, ACME)
            with pytest.raises(ToolUnavailable, match=r"another run .* 0\.1 s; end that"):
                waiting.result()

    def test_a_step_that_hangs_is_ended(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stand_in(monkeypatch, tmp_path, pause=10)
        monkeypatch.setattr(providing, "TIMEOUT", 0.2)
        with pytest.raises(ToolUnavailable, match=r"ended after 0\.2 s"):
            provide(ACME)

    def test_a_cache_that_cannot_be_written_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
        (tmp_path / "file").touch()
        with pytest.raises(ToolUnavailable, match="XDG_CACHE_HOME"):
            provide(ACME)


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
        assert wanted[0] == f"{name}=={manager(name).pinned}"


def test_something_is_pinned() -> None:
    assert PINNED
    assert ACME.pinned is None
