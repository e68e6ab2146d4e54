"""A polite kill unwinds like Ctrl-C does: what runs is ended, what is half-written is removed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from generator.system import POLITE


@contextmanager
def unwinding() -> Iterator[None]:
    """Turn SIGTERM and its kin into SystemExit (128 and the number) inside the block."""

    def stop(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    # What the caller ignores (nohup) stays ignored.
    heard = [number for number in POLITE if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
