"""Timing: run one step so that only what it does itself is counted."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event

from generator.run import Outcome, Step, run

_LAUNCHER = str(Path(__file__).with_name("launcher.py"))


def timed(
    step: Step, result: Path, *, timeout: float | None = None, cancel: Event | None = None
) -> Outcome:
    """Run a step like `run` does; seconds, CPU seconds and peak are its own (see launcher.py).

    `result` is a file that the launcher may write, outside of what is measured.
    """
    result.unlink(missing_ok=True)
    launcher = (sys.executable, "-I", "-S", _LAUNCHER, str(result), str(os.getpid()))
    launched = replace(step, argv=(*launcher, *step.argv))
    outcome = run(launched, timeout=timeout, cancel=cancel)
    outcome = replace(outcome, step=step)
    try:
        code, *took = result.read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        if outcome.reason:  # the launcher was ended together with the step, or did not start
            return outcome
        why = "what it took could not be written down"
        return replace(outcome, exit_code=None, reason=why)
    if code == "error":
        number = int(took[0])
        missing = f"{step.argv[0]} was not found"
        other = f"{step.argv[0]} could not be used: {os.strerror(number)}"
        return Outcome(step, None, 0.0, 0.0, 0, "", missing if number == 2 else other)
    reason = outcome.reason
    if not reason and int(code) < 0:
        reason = f"killed by signal {-int(code)} ({signal.strsignal(-int(code))})"
    seconds, cpu, peak = map(float, took)
    return Outcome(step, int(code), seconds, cpu, int(peak), outcome.output, reason)
