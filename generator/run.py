"""Step -> Outcome: the only module that starts a process.

A step runs without a shell, without standard input and in a session of its own, so that it cannot
ask anything and can be ended whole, by the process group that we made and nothing else. Any number
of threads may run steps at once.
"""

from __future__ import annotations

import os
import selectors
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import BinaryIO, Literal, cast

#: Bytes of a step's output that are kept: its beginning and its end.
KEPT_HEAD, KEPT_TAIL = 1 << 20, 3 << 20
#: Seconds between SIGTERM and SIGKILL.
GRACE = 5.0
#: Seconds that processes left behind by a finished step may hold its output open.
LINGER = 0.5
_TICK = 0.05
_LONGEST_LINE = 1 << 16


@dataclass(frozen=True)
class Step:
    """One argv to run in `cwd` with exactly the environment `env`.

    With `stdout`, a path relative to `cwd`, standard output goes to that file and only standard
    error is captured. `expect` says which exit code is a success.
    """

    verb: str
    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    stdout: Path | None = None
    expect: Literal["zero", "nonzero"] = "zero"

    @property
    def line(self) -> str:
        """The command as one would type it into a POSIX shell, in `cwd`."""
        line = shlex.join(self.argv)
        return line if self.stdout is None else f"{line} > {shlex.quote(str(self.stdout))}"


@dataclass(frozen=True)
class Outcome:
    """What became of a step.

    `exit_code` is None where nothing started, negative (the signal's number) where a signal ended
    it. `reason` says why it did not start, was ended or was killed; otherwise it is empty.
    `seconds` is wall time. `cpu_seconds` and `peak_bytes` are the kernel's count (wait4) for the
    process and every descendant that was waited for: user plus system time summed, and the largest
    resident set of any *one* of them, which is never less than our own at the time of the start
    (Linux carries it over exec). `output` is standard output and error, merged, decoded as UTF-8.
    """

    step: Step
    exit_code: int | None
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    output: str
    reason: str

    @property
    def ok(self) -> bool:
        """Whether it ran to its end and exited as expected; a signal is never expected."""
        if self.exit_code is None or self.reason:
            return False
        return (self.exit_code == 0) is (self.step.expect == "zero")


def run(
    step: Step,
    *,
    on_line: Callable[[str], None] | None = None,
    timeout: float | None = None,
    cancel: Event | None = None,
) -> Outcome:
    """Run a step to its end; hand each line of output, without its newline, to `on_line` at once.

    After `timeout` seconds, or when another thread sets `cancel`, its process group is terminated,
    and killed after `GRACE` seconds; so it is when KeyboardInterrupt or an error of `on_line`
    passes through. Raises nothing of its own: what could not start is an Outcome with a reason.
    """
    begin = time.monotonic()
    with tempfile.TemporaryFile() as kept:
        sink = _Sink(kept, on_line)
        try:
            child = _Child(step, sink)
        except (OSError, ValueError) as error:
            return Outcome(step, None, 0.0, 0.0, 0, "", _not_started(step, error))
        try:
            reason = _follow(child, None if timeout is None else begin + timeout, cancel)
            if reason:
                child.stop()
            child.drain()
        except BaseException:
            sink.mute()
            child.stop()
            raise
        finally:
            child.close()
        seconds = time.monotonic() - begin
        sink.finish()
        if reason == _TIMED_OUT:
            reason = f"ended after {timeout:g} s, the time it was given"
        if not reason and child.code < 0:
            reason = f"killed by signal {-child.code} ({signal.strsignal(-child.code)})"
        return Outcome(step, child.code, seconds, child.cpu, child.peak, sink.text(), reason)


_TIMED_OUT = "timed out"


def _follow(child: _Child, deadline: float | None, cancel: Event | None) -> str:
    """Wait for the child's end; return why not to wait any longer, or nothing."""
    while not child.ended:
        child.pump(_TICK)
        if cancel is not None and cancel.is_set():
            return "" if child.ended else "interrupted"
        if deadline is not None and time.monotonic() >= deadline:
            return "" if child.ended else _TIMED_OUT
    return ""


def _not_started(step: Step, error: OSError | ValueError) -> str:
    if not step.cwd.is_dir():
        return f"there is no directory {step.cwd}"
    if isinstance(error, ValueError):  # a NUL character
        return f"{step.line!r} cannot be a command: {error}"
    if isinstance(error, FileNotFoundError) and error.filename == step.argv[0]:
        return f"{step.argv[0]} was not found"
    name = error.filename or step.argv[0]
    return f"{name} could not be used: {error.strerror or error}"


class _Sink:
    """Takes output as it comes: keeps it in a file, hands on whole lines."""

    def __init__(self, kept: BinaryIO, on_line: Callable[[str], None] | None) -> None:
        self._kept = kept
        self._on_line = on_line
        self._partial = b""

    def feed(self, data: bytes) -> None:
        self._kept.write(data)
        if self._on_line is None:
            return
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            self._emit(line)
        if len(self._partial) > _LONGEST_LINE:
            self.finish()

    def mute(self) -> None:
        """Hand on nothing more: whoever listened has failed."""
        self._on_line = None

    def finish(self) -> None:
        """Hand on a last line that has no newline."""
        rest, self._partial = self._partial, b""
        if rest:
            self._emit(rest)

    def _emit(self, line: bytes) -> None:
        if self._on_line is not None:
            self._on_line(line.decode(errors="replace").rstrip("\r"))

    def text(self) -> str:
        size = self._kept.seek(0, os.SEEK_END)
        self._kept.seek(0)
        if size <= KEPT_HEAD + KEPT_TAIL:
            return self._kept.read().decode(errors="replace")
        head = self._kept.read(KEPT_HEAD).decode(errors="replace")
        self._kept.seek(size - KEPT_TAIL)
        tail = self._kept.read().decode(errors="replace")
        return f"{head}\n[... {size - KEPT_HEAD - KEPT_TAIL} bytes left out ...]\n{tail}"


class _Child:
    """A started process, the group it leads, and the pipe that both write to."""

    def __init__(self, step: Step, sink: _Sink) -> None:
        self.ended = False
        self.code, self.cpu, self.peak = 0, 0.0, 0
        self._sink = sink
        self._pause = 0.001
        self._process = _start(step)
        process = self._process
        self._pipe = cast("BinaryIO", process.stdout if step.stdout is None else process.stderr)
        self._open = True
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._pipe, selectors.EVENT_READ)

    def pump(self, wait: float) -> None:
        """Take what output there is, waiting `wait` seconds at most, and notice the end."""
        if self._open:
            if self._selector.select(wait):
                data = os.read(self._pipe.fileno(), 1 << 16)
                self._open = bool(data)
                self._sink.feed(data)
        else:  # it closed its output, which it mostly does by ending: look again very soon
            time.sleep(min(wait, self._pause))
            self._pause = min(2 * self._pause, _TICK)
        if not self.ended:
            self._reap()

    def drain(self) -> None:
        """After the end: take the rest of the output, end what was left running in the group."""
        self._pump_until(lambda: not self._open, LINGER)
        if self._open:
            self._end_group()

    def stop(self) -> None:
        """End the whole group, politely first."""
        if not self.ended or self._open:
            self._end_group()

    def close(self) -> None:
        self._selector.close()
        self._pipe.close()

    def _end_group(self) -> None:
        # The group's number stays taken while it has a member: this meets nobody else's process.
        # The output's end is the sign that all are gone: a zombie nobody waits for stays a member.
        try:
            self._signal(signal.SIGTERM)
            self._pump_until(lambda: self.ended and not self._open, GRACE)
        finally:
            self._signal(signal.SIGKILL)
        self._pump_until(lambda: self.ended and not self._open, LINGER)
        if not self.ended:
            self._reap(block=True)

    def _pump_until(self, done: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not done() and (left := deadline - time.monotonic()) > 0:
            self.pump(min(left, _TICK))

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):  # macOS: EPERM for a group of zombies
            os.killpg(self._process.pid, number)

    def _reap(self, *, block: bool = False) -> None:
        pid, status, usage = os.wait4(self._process.pid, 0 if block else os.WNOHANG)
        if pid == 0:
            return
        self.ended = True
        self.code = self._process.returncode = os.waitstatus_to_exitcode(status)
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _start(step: Step) -> subprocess.Popen[bytes]:
    if step.stdout is None:
        return _popen(step, subprocess.PIPE, subprocess.STDOUT)
    with (step.cwd / step.stdout).open("wb") as file:
        return _popen(step, file, subprocess.PIPE)


def _popen(step: Step, stdout: BinaryIO | int, stderr: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        step.argv,
        cwd=step.cwd,
        env=step.env,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        bufsize=0,
        start_new_session=True,
    )
