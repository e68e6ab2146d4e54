"""The parts of measuring, each alone: the clock, the count of files, the journal, the words."""

from __future__ import annotations

import getpass
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from generator.compare.measure import words
from generator.compare.measure.journal import Journal, NothingToResume
from generator.compare.measure.machine import this_machine
from generator.compare.measure.snapshot import Snapshot, snapshot
from generator.compare.measure.words import LINES, anonymous, last_words
from generator.toolchain.index import Index

ENV = {"PATH": "/usr/bin:/bin"}
QUESTION = {"managers": {"a": "1"}, "runs": 1}


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _silent(file: Path) -> bool:
    size = file.stat().st_size
    time.sleep(0.5)
    return file.stat().st_size == size


class TestSnapshot:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "deep" / "er").mkdir(parents=True)
        (tmp_path / "a").write_bytes(b"x" * 10)
        (tmp_path / "deep" / "er" / "b").write_bytes(b"x" * 5)
        return tmp_path

    def test_sizes_are_summed_and_paths_relative(self, folder: Path) -> None:
        found = snapshot(folder)
        assert set(found.files) == {"a", "deep/er/b"}
        assert found.bytes == 15

    def test_new_written_replaced_and_untouched(self, folder: Path) -> None:
        (folder / "c").write_text("same")
        before = snapshot(folder)
        (folder / "new").touch()
        (folder / "a").write_bytes(b"y" * 10)
        (folder / "other").write_text("same")
        os.utime(folder / "other", ns=(before.files["c"][1],) * 2)
        (folder / "other").replace(folder / "c")
        assert sorted(snapshot(folder).written_since(before)) == ["a", "c", "new"]

    def test_a_hard_link_is_counted_once_and_others_not(self, folder: Path) -> None:
        os.link(folder / "a", folder / "deep" / "a")
        (folder / "link").symlink_to("a")
        (folder / "loop").symlink_to(".")
        os.mkfifo(folder / "pipe")
        found = snapshot(folder)
        assert found.bytes == 15
        assert set(found.files) == {"a", "deep/a", "deep/er/b"}

    def test_what_is_gone_is_not_written(self, folder: Path) -> None:
        before = snapshot(folder)
        (folder / "a").unlink()
        after = snapshot(folder)
        assert after.written_since(before) == []
        assert after.bytes - before.bytes == -10

    def test_no_folder(self, tmp_path: Path) -> None:
        assert snapshot(tmp_path / "none") == Snapshot()


class TestJournal:
    def test_what_is_written_is_there(self, tmp_path: Path) -> None:
        with Journal(tmp_path / "j", QUESTION, resume=False) as journal:
            journal.append({"done": "x"})
        with Journal(tmp_path / "j", QUESTION, resume=True) as journal:
            assert journal.entries == [{"done": "x"}]

    @pytest.mark.parametrize("torn", [b"{", b'{"done":"y"}', b'{"done":"\xff', b"\0" * 300])
    def test_a_torn_line_never_was(self, torn: bytes, tmp_path: Path) -> None:
        with Journal(tmp_path / "j", QUESTION, resume=False) as journal:
            journal.append({"done": "x"})
        with (tmp_path / "j").open("ab") as file:
            file.write(torn)
        with Journal(tmp_path / "j", QUESTION, resume=True) as journal:
            journal.append({"done": "z"})
        with Journal(tmp_path / "j", QUESTION, resume=True) as journal:
            assert journal.entries == [{"done": "x"}, {"done": "z"}]
        assert (tmp_path / "j").read_bytes().endswith(b'{"done":"z"}\n')

    @pytest.mark.parametrize("text", [b"", b'{"quest', b"{}\n", b'"x"\n', b"\xff\n"])
    def test_a_file_that_is_none(self, text: bytes, tmp_path: Path) -> None:
        (tmp_path / "j").write_bytes(text)
        with pytest.raises(NothingToResume):
            Journal(tmp_path / "j", QUESTION, resume=True)
        assert (tmp_path / "j").read_bytes() == text


class TestWords:
    @pytest.fixture(autouse=True)
    def index(self, monkeypatch: pytest.MonkeyPatch) -> None:
        index = Index("https://user:secret@packages.example:8443/simple")
        monkeypatch.setattr(words, "package_index", lambda: index)

    def test_the_last_lines_that_say_something(self) -> None:
        text = "".join(f"{number}\n\n" for number in range(100))
        assert last_words(text).splitlines() == [str(n) for n in range(100 - LINES, 100)]

    def test_colours_are_no_words(self) -> None:
        assert last_words("\x1b[1;31merror\x1b[0m: no\r\n") == "error: no"

    def test_places_have_names(self, tmp_path: Path) -> None:
        names = words.places(tmp_path / "w" / "app", tmp_path / "w")
        text = f"{tmp_path}/w/app/x {tmp_path}/w/bench {Path.home()}/y {sys.prefix}/z"
        said = anonymous(text, names)
        assert said.startswith("./x WORK/bench ~/y ")
        assert str(tmp_path) not in said
        assert str(Path.home()) not in said

    def test_no_host_and_no_secret(self) -> None:
        text = (
            "GET https://user:secret@packages.example:8443/simple/x/ failed:"
            " HTTPSConnectionPool(host='packages.example') <https://files.example/x.whl>"
        )
        said = anonymous(text, {})
        assert "secret" not in said
        assert "example" not in said
        assert "/simple/x/ failed" in said


def test_the_machine_is_described_and_nobody_is_named() -> None:
    machine = this_machine()
    text = " ".join(map(str, asdict(machine).values()))
    assert machine.python == platform.python_version()
    assert machine.system.startswith(platform.system())
    assert machine.cores >= 1
    assert machine.memory_bytes > 1 << 28
    assert machine.processor
    for private in {platform.node(), str(Path.home()), getpass.getuser()} - {"", "root"}:
        assert private not in text
