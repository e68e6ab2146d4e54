"""What a person sees while steps run: one line a step, and on a terminal what is running now."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

from generator.check.model import StepReport
from generator.check.scene import Watcher
from generator.run import INTERRUPTED

if TYPE_CHECKING:
    from rich.console import Group

_COLOURS = {"passed": "green", "failed": "red", "unable": "red", "not_run": "yellow"}


def describe(manager: str, step: StepReport) -> str:
    """Return the one line that says what became of a step."""
    seconds = f"{step.seconds:7.1f} s" if step.seconds else " " * 9
    what = " ".join(step.argv) if step.fine and step.argv else step.reason
    status = step.status.replace("_", " ")
    return f"{manager:<8}{step.verb:<16}{status:<12}{seconds}  {what}"


class Quiet:
    """Nothing."""

    def started(self, manager: str, verb: str, line: str) -> None:
        """Say nothing."""

    def finished(self, manager: str, step: StepReport) -> None:
        """Say nothing."""


class Plain:
    """Lines on a stream that is no terminal (a log, a pipe)."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def started(self, manager: str, verb: str, line: str) -> None:
        """Say nothing: in a log the end is what counts."""

    def finished(self, manager: str, step: StepReport) -> None:
        """Print the step's line."""
        with self._lock, suppress(OSError):  # who cannot be told is no reason to stop
            print(describe(manager, step), file=self._stream, flush=True)


class Live:
    """Finished steps scroll by; below them, a line for each that is running."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.live import Live as RichLive

        self._running: dict[str, tuple[str, str, float]] = {}
        self._lock = threading.Lock()
        self._console = Console(file=stream, highlight=False)
        self.live = RichLive(
            console=self._console, get_renderable=self._draw, refresh_per_second=4, transient=True
        )

    def started(self, manager: str, verb: str, line: str) -> None:
        """Add the step to the running ones."""
        with self._lock:
            self._running[manager] = (verb, line, time.monotonic())

    def finished(self, manager: str, step: StepReport) -> None:
        """Print the step's line above the running ones."""
        from rich.text import Text

        with self._lock:
            self._running.pop(manager, None)
        line = Text(describe(manager, step), no_wrap=True, overflow="ellipsis")
        if colour := _COLOURS.get(step.status):
            line.highlight_words([step.status.replace("_", " ")], style=colour)
        with suppress(OSError):
            self._console.print(line)

    def _draw(self) -> Group:
        from rich.console import Group
        from rich.text import Text

        with self._lock:
            running = sorted(self._running.items())
        now = time.monotonic()
        return Group(
            *(
                Text(
                    f"{manager:<8}{verb:<16}{'running':<12}{now - since:7.1f} s  {line}",
                    style="dim",
                    no_wrap=True,
                    overflow="ellipsis",
                )
                for manager, (verb, line, since) in running
            )
        )


@contextmanager
def progress(stream: TextIO, *, quiet: bool = False) -> Iterator[Watcher]:
    """Yield what shows progress on this stream: live on a terminal, plain lines elsewhere."""
    if quiet:
        yield Quiet()
        return
    if not stream.isatty():
        yield Plain(stream)
        return
    live = Live(stream)
    with live.live:
        yield live


def failures(steps: Sequence[StepReport]) -> Iterator[str]:
    """Yield, for each step that failed or could not run, all its output and how to repeat it."""
    for step in steps:
        if step.status not in {"failed", "unable"} or step.reason == INTERRUPTED:
            continue
        if not (step.argv or step.output):
            continue
        yield f"--- {step.verb}: {step.reason}"
        if step.output:
            yield step.output.rstrip("\n")
        if step.repeat:
            yield f"repeat it by hand: {step.repeat}"
