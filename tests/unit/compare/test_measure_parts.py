"""The parts of measuring, each alone: the clock, the count of files, the journal, the words."""

from __future__ import annotations

import getpass
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from threading import Event

import pytest

from generator.compare.measure import words
from generator.compare.measure.journal import Journal, NothingToResume
from generator.compare.measure.machine import this_machine
from generator.compare.measure.snapshot import Snapshot, snapshot
from generator.compare.measure.timing import timed
from generator.compare.measure.words import LINES, anonymous, last_words
from generator.run import Outcome, Step, run
from generator.toolchain.index import Index

ENV = {"PATH": "/usr/bin:/bin"}
QUESTION = {"managers": {"a": "1"}, "runs": 1}


class TestTimed:
    @pytest.fixture
    def measure(self, tmp_path: Path) -> Callable[..., Outcome]:
        def measured(*argv: str, **options: Path) -> Outcome:
            step = Step("test", argv, tmp_path, ENV, **options)  # type: ignore[arg-type]
            return timed(step, tmp_path / "result")

        return measured

    def test_a_small_program_is_seen_at_its_own_size(self, measure: Callable[..., Outcome]) -> None:
        ballast = bytearray(100_000_000)
        small = measure("true")
        assert 0 < small.peak_bytes < 20e6
        big = measure(sys.executable, "-c", "b = bytearray(60_000_000)")
        assert 60e6 < big.peak_bytes < 100e6
        assert len(ballast) > big.peak_bytes

    def test_time_is_the_program_s_alone(self, measure: Callable[..., Outcome]) -> None:
        slept = measure("sleep", "0.3")
        assert 0.3 <= slept.seconds < 0.6
        assert slept.cpu_seconds < 0.1
        busy = "import time\nwhile time.process_time() < 0.3: pass"
        assert 0.3 <= measure(sys.executable, "-c", busy).cpu_seconds < 0.8

    def test_it_is_what_run_says_otherwise(
        self, measure: Callable[..., Outcome], tmp_path: Path
    ) -> None:
        line = "echo one; echo two >&2; pwd; cat; exit 3"
        mine = measure("sh", "-c", line)
        other = run(Step("test", ("sh", "-c", line), tmp_path, ENV))
        assert (mine.step, mine.exit_code, mine.output, mine.reason) == (
            other.step,
            other.exit_code,
            other.output,
            other.reason,
        )

    def test_the_environment_is_the_step_s(self, measure: Callable[..., Outcome]) -> None:
        assert "PATH=/usr/bin:/bin" in measure("env").output.splitlines()

    def test_a_broken_pipe_ends_a_program_as_it_should(
        self, measure: Callable[..., Outcome]
    ) -> None:
        assert measure("sh", "-c", "yes | head -n 1").output == "y\n"

    def test_what_is_not_there(self, measure: Callable[..., Outcome]) -> None:
        outcome = measure("no-such-program")
        assert (outcome.exit_code, outcome.reason) == (None, "no-such-program was not found")

    def test_what_cannot_be_run(self, measure: Callable[..., Outcome], tmp_path: Path) -> None:
        (tmp_path / "text").write_text("no program")
        outcome = measure("./text")
        assert (outcome.exit_code, outcome.reason) == (
            None,
            "./text could not be used: Permission denied",
        )

    def test_a_signal(self, measure: Callable[..., Outcome]) -> None:
        outcome = measure("sh", "-c", "kill -9 $$")
        assert (outcome.exit_code, outcome.reason) == (-9, "killed by signal 9 (Killed)")

    def test_output_to_a_file(self, measure: Callable[..., Outcome], tmp_path: Path) -> None:
        assert measure("echo", "x", stdout=Path("out")).ok
        assert (tmp_path / "out").read_text() == "x\n"

    def test_a_stop_ends_it_whole(self, tmp_path: Path) -> None:
        cancel = Event()
        cancel.set()
        step = Step("test", ("sh", "-c", "sleep 30; touch there"), tmp_path, ENV)
        begin = time.monotonic()
        outcome = timed(step, tmp_path / "result", cancel=cancel)
        assert outcome.reason == "interrupted"
        assert time.monotonic() - begin < 10

    def test_a_result_that_cannot_be_written_is_no_success(self, tmp_path: Path) -> None:
        outcome = timed(Step("test", ("true",), tmp_path, ENV), tmp_path / "none" / "result")
        assert not outcome.ok
        assert outcome.reason == "what it took could not be written down"

    def test_it_does_not_outlive_us(self, tmp_path: Path) -> None:
        """A run that is killed leaves nothing behind that writes into its project."""
        beat = "while :; do echo x; sleep 0.02; done > heart"
        code = (
            "import pathlib, sys; from generator.run import Step;"
            "from generator.compare.measure.timing import timed;"
            f"here = pathlib.Path(sys.argv[1]); step = Step('test', ('sh', '-c', {beat!r}), here,"
            f" {ENV!r}); timed(step, here / 'result')"
        )
        measuring = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
        heart = tmp_path / "heart"
        _until(lambda: heart.exists() and heart.stat().st_size > 0)
        measuring.send_signal(signal.SIGKILL)
        measuring.wait()
        _until(lambda: _silent(heart))


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
