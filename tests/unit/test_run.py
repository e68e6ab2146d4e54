"""run.py, with real processes: a shell and the Python that runs the tests."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import generator
from generator import run as module
from generator.run import Cancelled, Outcome, Step, cancellable, run

ENV = {"PATH": "/usr/bin:/bin"}


@pytest.fixture
def sh(tmp_path: Path) -> Callable[[str], Step]:
    """Make a step of a line for a shell."""
    return lambda line: Step("test", ("sh", "-c", line), tmp_path, ENV)


def python(code: str, cwd: Path) -> Step:
    return Step("test", (sys.executable, "-c", code), cwd, ENV)


def silent(heart: Path) -> bool:
    """Tell whether whoever appended to this file has stopped doing it."""
    size = heart.stat().st_size
    time.sleep(0.3)
    return heart.stat().st_size == size


#: A process in the background that shows by a growing file that it lives, for a minute at most.
BEAT = "(for n in $(seq 3000); do echo x; sleep 0.02; done > heart) &"


class TestOutput:
    def test_both_streams_are_merged_in_order(self, sh: Callable[[str], Step]) -> None:
        outcome = run(sh("echo one; echo two >&2; echo three"))
        assert outcome.output == "one\ntwo\nthree\n"

    def test_lines_come_while_it_runs(self, sh: Callable[[str], Step], tmp_path: Path) -> None:
        # The step ends only when the first line has been seen: a run that hands on late never ends.
        outcome = run(
            sh("echo ready; while [ ! -e seen ]; do sleep 0.01; done; printf last"),
            on_line=lambda line: (tmp_path / line.replace("ready", "seen")).touch(),
            timeout=20,
        )
        assert outcome.reason == ""
        assert (tmp_path / "last").exists()

    def test_a_file_takes_standard_output(self, sh: Callable[[str], Step], tmp_path: Path) -> None:
        step = Step("x", sh("echo data; echo note >&2").argv, tmp_path, ENV, stdout=Path("out.txt"))
        outcome = run(step)
        assert (tmp_path / "out.txt").read_text() == "data\n"
        assert outcome.output == "note\n"
        assert step.line.endswith("> out.txt")

    def test_bytes_that_are_not_utf8_do_not_hurt(self, sh: Callable[[str], Step]) -> None:
        lines: list[str] = []
        outcome = run(sh(r"printf 'a\377b\r\n'"), on_line=lines.append)
        assert lines == ["a\ufffdb"]
        assert outcome.ok

    def test_a_long_output_keeps_its_ends(
        self, sh: Callable[[str], Step], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "KEPT_HEAD", 10)
        monkeypatch.setattr(module, "KEPT_TAIL", 10)
        outcome = run(sh("echo first; seq 1 100000; echo last"))
        assert outcome.output.startswith("first")
        assert outcome.output.endswith("last\n")
        assert "bytes left out" in outcome.output
        assert len(outcome.output) < 100

    def test_it_cannot_ask(self, sh: Callable[[str], Step], tmp_path: Path) -> None:
        answer, write = os.pipe()
        os.write(write, b"yes\n")
        os.close(write)
        own = os.dup(0)
        os.dup2(answer, 0)
        try:
            outcome = run(sh("read answer && echo got $answer"), timeout=20)
        finally:
            os.dup2(own, 0)
            os.close(own)
            os.close(answer)
        assert outcome.output == ""
        # No terminal either: a session of its own has none.
        session = int(run(python("import os; print(os.getsid(0))", tmp_path)).output)
        assert session != os.getsid(0)
        assert run(sh("exec 3<> /dev/tty")).exit_code != 0


class TestEnd:
    def test_expectations(self, tmp_path: Path) -> None:
        def ok(argv: str, expect: str) -> bool:
            step = Step("x", (argv,), tmp_path, ENV, expect=expect)  # type: ignore[arg-type] # both
            return run(step).ok

        assert ok("true", "zero")
        assert ok("false", "nonzero")
        assert not ok("false", "zero")
        assert not ok("true", "nonzero")

    def test_a_signal_is_never_expected(self, sh: Callable[[str], Step], tmp_path: Path) -> None:
        step = Step("x", sh("kill -9 $$").argv, tmp_path, ENV, expect="nonzero")
        outcome = run(step)
        assert outcome.exit_code == -signal.SIGKILL
        assert "signal 9" in outcome.reason
        assert not outcome.ok

    @pytest.mark.parametrize(
        ("argv", "cwd", "says"),
        [
            (("no-such-program-here",), ".", "no-such-program-here was not found"),
            (("true",), "missing", "no directory"),
            (("./plain.txt",), ".", "ermission denied"),
            (("echo", "a\0b"), ".", "null byte"),
        ],
    )
    def test_what_cannot_start_has_a_reason(
        self, tmp_path: Path, argv: tuple[str, ...], cwd: str, says: str
    ) -> None:
        (tmp_path / "plain.txt").write_text("")
        outcome = run(Step("x", argv, tmp_path / cwd, ENV))
        assert outcome.exit_code is None
        assert says in outcome.reason
        assert not outcome.ok

    def test_a_file_that_cannot_be_written_has_a_reason(self, tmp_path: Path) -> None:
        outcome = run(Step("x", ("true",), tmp_path, ENV, stdout=Path("no/such/file")))
        assert outcome.exit_code is None
        assert "no/such/file" in outcome.reason

    def test_the_environment_is_exactly_what_was_given(self, tmp_path: Path) -> None:
        # Python, which the launcher is, sets LC_CTYPE where no locale is set.
        for env in ({"ONLY": "this"}, {"LC_CTYPE": "C"}, {"LC_ALL": "C.UTF-8"}):
            found = run(Step("x", ("/usr/bin/env",), tmp_path, env)).output.splitlines()
            assert found == [f"{name}={value}" for name, value in env.items()]

    def test_what_it_took(self, tmp_path: Path) -> None:
        work = "b = b'x' * (150 << 20); t = __import__('time').process_time\nwhile t() < .3: pass"
        nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {work!r}])"
        outcome = run(python(nested, tmp_path))
        assert outcome.ok, outcome.output
        assert 0.3 <= outcome.cpu_seconds < 10
        assert 150 << 20 <= outcome.peak_bytes < 1 << 30
        assert outcome.seconds >= 0.3

    def test_a_small_program_is_seen_at_its_own_size(self, tmp_path: Path) -> None:
        ballast = bytearray(100_000_000)  # it would be the program's, had we started it ourselves
        small = run(Step("x", ("true",), tmp_path, ENV))
        assert 0 < small.peak_bytes < 20e6
        big = run(python("b = bytearray(60_000_000)", tmp_path))
        assert 60e6 < big.peak_bytes < 100e6
        assert len(ballast) > big.peak_bytes

    def test_time_is_the_program_s_alone(self, tmp_path: Path) -> None:
        slept = run(Step("x", ("sleep", "0.3"), tmp_path, ENV))
        assert 0.3 <= slept.seconds < 0.6
        assert slept.cpu_seconds < 0.1

    def test_signals_mean_to_a_program_what_they_mean_to_all(
        self, sh: Callable[[str], Step]
    ) -> None:
        assert run(sh("yes | head -n 1")).output == "y\n"
        for number in (1, 2, 3, 13, 15):
            assert run(sh(f"kill -{number} $$; sleep 5")).exit_code == -number

    def test_what_ignores_a_signal_for_us_ignores_it_for_a_program(self, tmp_path: Path) -> None:
        line = 'trap \'\' HUP; exec "$0" "$@"'
        code = (
            "from pathlib import Path; from generator.run import Step, run\n"
            f"step = Step('x', ('sh', '-c', 'kill -1 $$; echo on'), Path('/'), {ENV!r})\n"
            "print(run(step).output, end='')"
        )
        env = {**ENV, "PYTHONPATH": str(Path(generator.__file__).parent.parent)}
        argv = ("sh", "-c", line, sys.executable, "-c", code)
        assert run(Step("x", argv, tmp_path, env)).output == "on\n"

    def test_a_step_may_end_its_own_group(self, sh: Callable[[str], Step]) -> None:
        outcome = run(sh("echo bye; kill -15 0; sleep 5"))
        assert (outcome.exit_code, outcome.output) == (-signal.SIGTERM, "bye\n")
        assert run(sh("kill -9 0")).exit_code == -signal.SIGKILL

    def test_without_a_launcher_it_is_the_same(self, sh: Callable[[str], Step]) -> None:
        steps = [sh("echo one; echo two >&2; pwd; cat; exit 3"), sh("kill -9 $$")]
        steps += [Step("x", ("no-such-program",), steps[0].cwd, ENV)]
        for step in steps:
            one, other = run(step), run(step, directly=True)
            assert (one.exit_code, one.output, one.reason) == (
                other.exit_code,
                other.output,
                other.reason,
            )

    def test_where_no_temporary_file_can_be_made_it_runs(
        self, sh: Callable[[str], Step], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
        assert run(sh("echo fine")).output == "fine\n"

    def test_a_background_process_does_not_outlive_its_step(
        self, sh: Callable[[str], Step], tmp_path: Path
    ) -> None:
        outcome = run(sh(f"echo done; {BEAT} sleep 100 & while [ ! -s heart ]; do :; done"))
        assert outcome.ok
        assert outcome.output == "done\n"
        assert outcome.seconds < 5
        assert silent(tmp_path / "heart")


class TestStop:
    def ended(self, outcome: Outcome, heart: Path) -> None:
        assert not outcome.ok
        assert outcome.seconds < 4
        assert silent(heart)

    def test_timeout_ends_the_whole_group(self, sh: Callable[[str], Step], tmp_path: Path) -> None:
        outcome = run(sh(f"echo begun; {BEAT} sleep 100"), timeout=0.5)
        assert outcome.reason == "ended after 0.5 s, the time it was given"
        assert outcome.output == "begun\n"
        self.ended(outcome, tmp_path / "heart")

    def test_who_ignores_sigterm_is_killed(
        self, sh: Callable[[str], Step], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "GRACE", 0.3)
        outcome = run(sh(f"trap '' TERM; {BEAT} sleep 100 & wait; sleep 100"), timeout=0.5)
        assert outcome.exit_code == -signal.SIGKILL
        self.ended(outcome, tmp_path / "heart")

    def test_another_thread_cancels(self, sh: Callable[[str], Step], tmp_path: Path) -> None:
        cancel = threading.Event()
        step = sh(f"{BEAT} while [ ! -s heart ]; do :; done; echo beating; sleep 100")
        outcome = run(step, on_line=lambda _: cancel.set(), cancel=cancel)
        assert outcome.reason == "interrupted"
        self.ended(outcome, tmp_path / "heart")

    def test_what_this_thread_runs_is_cancelled(
        self, sh: Callable[[str], Step], tmp_path: Path
    ) -> None:
        cancel = threading.Event()
        step = sh(f"{BEAT} while [ ! -s heart ]; do :; done; echo beating; sleep 100")
        with cancellable(cancel):
            with pytest.raises(Cancelled):
                run(step, on_line=lambda _: cancel.set())
            assert silent(tmp_path / "heart")
            with pytest.raises(Cancelled):
                run(sh("touch started"))
        assert not (tmp_path / "started").exists()
        assert run(sh("true")).ok

    @pytest.mark.parametrize("what", ["", "trap '' TERM HUP INT;", "exec > /dev/null 2>&1;"])
    def test_it_does_not_outlive_us(self, tmp_path: Path, what: str) -> None:
        """Killed as we may be, nothing goes on to write into a project."""
        line = f"{what} {BEAT} sleep 60; true"
        code = (
            "from pathlib import Path; from generator.run import Step, run\n"
            f"run(Step('x', ('sh', '-c', {line!r}), Path({str(tmp_path)!r}), {ENV!r}))"
        )
        env = {**ENV, "PYTHONPATH": str(Path(generator.__file__).parent.parent)}
        us = subprocess.Popen([sys.executable, "-c", code], env=env)
        heart = tmp_path / "heart"
        while not (heart.exists() and heart.stat().st_size):
            time.sleep(0.02)
        us.send_signal(signal.SIGKILL)
        us.wait()
        time.sleep(0.1)
        assert silent(heart)

    def test_an_error_of_the_listener_ends_it(
        self, sh: Callable[[str], Step], tmp_path: Path
    ) -> None:
        heard = []

        def listener(line: str) -> None:
            heard.append(line)
            raise RuntimeError(line)

        last_words = "trap 'echo farewell; exit' TERM;"
        waiting = "while [ ! -s heart ]; do :; done; echo beating; sleep 100 & wait"
        with pytest.raises(RuntimeError, match="beating"):
            run(sh(f"{last_words} {BEAT} {waiting}"), on_line=listener)
        assert heard == ["beating"]
        assert silent(tmp_path / "heart")

    def test_ctrl_c_ends_it_and_goes_on_up(self, sh: Callable[[str], Step], tmp_path: Path) -> None:
        root = Path(generator.__file__).parent.parent
        line = f"{BEAT} while [ ! -s heart ]; do :; done; echo beating; sleep 100"
        code = (
            f"import os, signal, sys; sys.path.insert(0, {str(root)!r})\n"
            "from pathlib import Path; from generator.run import Step, run\n"
            f"step = Step('x', ('sh', '-c', {line!r}), Path({str(tmp_path)!r}), {ENV!r})\n"
            "try: run(step, on_line=lambda _: os.kill(os.getpid(), signal.SIGINT))\n"
            "except KeyboardInterrupt: print('interrupted')\n"
        )
        outcome = run(python(code, tmp_path), timeout=30)
        assert outcome.output == "interrupted\n"
        assert silent(tmp_path / "heart")


def test_steps_run_at_once(sh: Callable[[str], Step]) -> None:
    begin = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(run, [sh(f"echo {n}; sleep 0.5; exit {n}") for n in range(8)]))
    assert [outcome.exit_code for outcome in outcomes] == list(range(8))
    assert [outcome.output for outcome in outcomes] == [f"{n}\n" for n in range(8)]
    assert time.monotonic() - begin < 8 * 0.5


def test_no_file_is_left_open(sh: Callable[[str], Step]) -> None:
    run(sh("true"))
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(20):
        run(sh("echo x"))
        run(Step("x", ("no-such-program-here",), Path("/"), ENV))
    assert len(list(Path("/dev/fd").iterdir())) == before


STARTERS = {"subprocess", "multiprocessing", "pty", "popen2", "pexpect"}
#: Replaces the engine's own worker process, which run.py started, by the program of `conda run`.
#: And what run.py starts, to start a step's program.
EXEMPT = {
    "conda/activate.py": {"os.execve"},
    "launcher.py": {"os.posix_spawnp"},
}


def started_processes(source: str) -> set[str]:
    """Return the names in this code with which a process can be started."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] in STARTERS}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in STARTERS:
            found.add(str(node.module))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            name = f"{node.value.id}.{node.attr}"
            starts = ("os.exec", "os.spawn", "os.posix_spawn", "os.fork", "os.system", "os.popen")
            if name.startswith((*starts, "asyncio.create_subprocess")):
                found.add(name)
    return found


def test_only_run_starts_processes() -> None:
    root = Path(generator.__file__).parent
    found = {
        path.relative_to(root).as_posix(): names
        for path in root.rglob("*.py")
        if "templates" not in path.relative_to(root).parts
        if (names := started_processes(path.read_text(encoding="utf-8")))
    }
    assert found.pop("run.py") == {"subprocess"}
    assert {path: names - EXEMPT.get(path, set()) for path, names in found.items()} == {
        path: set() for path in found
    }
    assert started_processes("import subprocess as s; import os; os.execvp('a', [])") == {
        "subprocess",
        "os.execvp",
    }


def test_ctrl_c_right_after_a_command_was_reaped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.wait4

    def interrupted(process: int, options: int) -> tuple[int, int, object]:
        found = real(process, options)
        if found[0]:
            raise KeyboardInterrupt
        return found

    monkeypatch.setattr(os, "wait4", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(Step("x", ("true",), tmp_path, dict(os.environ)), timeout=30)
