"""Step -> Outcome: the only module that starts a process.

A step runs without a shell, without standard input and in a session of its own, so that it cannot
ask anything and can be ended whole, by the process group that we made and nothing else. Its program
is started by a small process (`launcher.py`) that ends the group should we be killed. Any number of
threads may run steps at once.
"""

from __future__ import annotations

import os
import selectors
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import BinaryIO, Literal, cast

from generator.system import WINDOWS

#: Bytes of a step's output that are kept: its beginning and its end.
KEPT_HEAD, KEPT_TAIL = 1 << 20, 3 << 20
#: Seconds between SIGTERM and SIGKILL: after Ctrl-C, all is over within two.
GRACE = 1.0
#: Seconds that processes left behind by a finished step may hold its output open.
LINGER = 0.5
_TICK = 0.05
_LONGEST_LINE = 1 << 16
_LAUNCHER = str(Path(__file__).with_name("launcher.py"))
#: What `cancellable` hands to every step of the same thread.
_CANCEL: ContextVar[Event | None] = ContextVar("cancel", default=None)


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
    `seconds` is wall time, from the program's start. `cpu_seconds` and `peak_bytes` are the
    kernel's count (wait4) for the program and every descendant that was waited for: user plus
    system time summed, and the largest resident set of any *one* of them, 9 MB at least. All three
    are ours where the step was run `directly` or killed. `output` is standard output and error,
    merged, decoded as UTF-8.
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


class Cancelled(Exception):
    """The event of `cancellable` was set: what was asked has no answer."""


@contextmanager
def cancellable(event: Event) -> Iterator[None]:
    """Have every step that this thread runs in the block end, with `Cancelled`, once it is set."""
    token = _CANCEL.set(event)
    try:
        yield
    finally:
        _CANCEL.reset(token)


def stop_if_cancelled() -> None:
    """Raise `Cancelled` where the event of `cancellable` is set."""
    event = _CANCEL.get()
    if event is not None and event.is_set():
        raise Cancelled


def run(
    step: Step,
    *,
    on_line: Callable[[str], None] | None = None,
    timeout: float | None = None,
    cancel: Event | None = None,
    directly: bool = False,
) -> Outcome:
    """Run a step to its end; hand each line of output, without its newline, to `on_line` at once.

    After `timeout` seconds, or when another thread sets `cancel`, its process group is terminated,
    and killed after `GRACE` seconds; so it is when KeyboardInterrupt or an error of `on_line`
    passes through. What could not start is an Outcome with a reason. `directly` saves the 10 ms of
    the launcher: for what ends by itself at once, even when we are killed. Raises `Cancelled`
    in `cancellable`, where no `cancel` is given, and nothing else of its own.

    On Windows see `_run_plainly`.
    """
    if cancel is None:
        stop_if_cancelled()
    begin = time.monotonic()
    if WINDOWS:
        return _run_plainly(step, timeout)
    sink = _Sink(on_line)
    try:
        child = _Child(step, sink, directly=directly)
    except (OSError, ValueError) as error:
        return Outcome(step, None, 0.0, 0.0, 0, "", _not_started(step, error))
    try:
        deadline = None if timeout is None else begin + timeout
        reason = _follow(child, deadline, _CANCEL.get() if cancel is None else cancel)
        if reason:
            child.stop()
        child.drain()
        child.learn(time.monotonic() - begin)
    except BaseException:
        sink.mute()
        child.stop()
        raise
    finally:
        child.close()
    sink.finish()
    if child.error is not None:
        return Outcome(step, None, 0.0, 0.0, 0, "", reason or _not_started(step, child.error))
    if cancel is None and reason == INTERRUPTED:
        raise Cancelled
    if reason == _TIMED_OUT:
        reason = _ended_after(timeout)
    if not reason and child.code < 0:
        reason = f"killed by signal {-child.code} ({signal.strsignal(-child.code)})"
    return Outcome(step, child.code, child.seconds, child.cpu, child.peak, sink.text(), reason)


#: The reason of an outcome where `cancel` was set.
INTERRUPTED = "interrupted"
_TIMED_OUT = "timed out"


def _run_plainly(step: Step, timeout: float | None) -> Outcome:
    """Run a step where there are no process groups: enough for git, and for a version.

    Nothing is shown while it runs, nobody can cancel it, and what it started may outlive it.
    """
    # Or else Windows would look for the program in our working directory first.
    os.environ["NODEFAULTCURRENTDIRECTORYINEXEPATH"] = "1"
    begin = time.monotonic()
    try:
        done = subprocess.run(
            step.argv,
            cwd=step.cwd,
            env=step.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Outcome(step, 1, time.monotonic() - begin, 0.0, 0, "", _ended_after(timeout))
    except (OSError, ValueError) as error:
        return Outcome(step, None, 0.0, 0.0, 0, "", _not_started(step, error))
    said = done.stdout.decode(errors="replace").replace("\r\n", "\n")
    return Outcome(step, done.returncode, time.monotonic() - begin, 0.0, 0, said, "")


def _ended_after(timeout: float | None) -> str:
    return f"ended after {timeout:g} s, the time it was given"


def _follow(child: _Child, deadline: float | None, cancel: Event | None) -> str:
    """Wait for the child's end; return why not to wait any longer, or nothing."""
    while not child.ended:
        child.pump(_TICK)
        if cancel is not None and cancel.is_set():
            return "" if child.ended else INTERRUPTED
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
    """Takes output as it comes: keeps its two ends, hands on whole lines."""

    def __init__(self, on_line: Callable[[str], None] | None) -> None:
        self._head, self._tail = bytearray(), bytearray()
        self._left_out = 0
        self._on_line = on_line
        self._partial = b""

    def feed(self, data: bytes) -> None:
        self._keep(data)
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

    def text(self) -> str:
        self._trim()
        if not self._left_out:
            return (self._head + self._tail).decode(errors="replace")
        head, tail = (end.decode(errors="replace") for end in (self._head, self._tail))
        return f"{head}\n[... {self._left_out} bytes left out ...]\n{tail}"

    def _keep(self, data: bytes) -> None:
        room = KEPT_HEAD - len(self._head)
        self._head += data[:room]
        self._tail += data[room:]
        if len(self._tail) > 2 * KEPT_TAIL:  # not each time: what stays is moved
            self._trim()

    def _trim(self) -> None:
        excess = max(len(self._tail) - KEPT_TAIL, 0)
        del self._tail[:excess]
        self._left_out += excess

    def _emit(self, line: bytes) -> None:
        if self._on_line is not None:
            self._on_line(line.decode(errors="replace").rstrip("\r"))


class _Child:
    """A started process, the group it leads, and the pipe that both write to."""

    def __init__(self, step: Step, sink: _Sink, *, directly: bool) -> None:
        self.ended = False
        self.code, self.seconds, self.cpu, self.peak = 0, 0.0, 0.0, 0
        #: Why the program could not be started, where the launcher could.
        self.error: OSError | None = None
        self._program = step.argv[0]
        self._sink = sink
        self._pause = 0.001
        self._link: socket.socket | None = None
        if directly:
            self._process = _start(step)
        else:
            self._process, self._link = _launch(step)
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

    def learn(self, seconds: float) -> None:
        """After the end: take what the launcher wrote down; `seconds` where it was killed, too."""
        self.seconds = seconds
        said = self._link.recv(1 << 10).split() if self._link else []
        if said[:1] == [b"error"]:
            number = int(said[1])
            self.error = OSError(number, os.strerror(number), self._program)
        elif said:
            self.code, self.peak = int(said[0]), int(said[3])
            self.seconds, self.cpu = float(said[1]), float(said[2])

    def close(self) -> None:
        self._selector.close()
        self._pipe.close()
        if self._link:
            self._link.close()

    def _end_group(self) -> None:
        if sys.platform == "win32":
            return  # `run` does without a child there
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
        if sys.platform != "win32":
            # macOS: EPERM for a group of zombies
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)

    def _reap(self, *, block: bool = False) -> None:
        if sys.platform == "win32":
            return
        try:
            pid, status, usage = os.wait4(self._process.pid, 0 if block else os.WNOHANG)
        except ChildProcessError:  # Ctrl-C came right after it was reaped: nobody asks how it ended
            self.ended, self._process.returncode = True, 0
            return
        if pid == 0:
            return
        self.ended = True
        self.code = self._process.returncode = os.waitstatus_to_exitcode(status)
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _launch(step: Step) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start a step's launcher; the socket tells it that we live, and us what the step took."""
    ours, theirs = socket.socketpair()
    launcher = (sys.executable, "-I", "-S", _LAUNCHER, step.env.get("LC_CTYPE", ""))
    try:
        with theirs:
            return _start(replace(step, argv=(*launcher, *step.argv)), theirs.fileno()), ours
    except BaseException:
        ours.close()
        raise


def _start(step: Step, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    if step.stdout is None:
        return _popen(step, stdin, subprocess.PIPE, subprocess.STDOUT)
    with (step.cwd / step.stdout).open("wb") as file:
        return _popen(step, stdin, file, subprocess.PIPE)


def _popen(step: Step, stdin: int, stdout: BinaryIO | int, stderr: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        step.argv,
        cwd=step.cwd,
        env=step.env,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        bufsize=0,
        start_new_session=True,
    )
