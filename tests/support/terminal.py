"""A terminal of our own: runs a program behind a real pseudo-terminal, reads it and types to it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

UP, DOWN, ENTER, CTRL_C, CTRL_D, CTRL_U = "\x1b[A", "\x1b[B", "\r", "\x03", "\x04", "\x15"
#: Escape sequences that move the cursor or choose a colour.
_ESCAPES = re.compile(
    r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[()][0-9A-B]|[=>78])|[\r\x07\x00]"
)
_WHERE_IS_THE_CURSOR = "\x1b[6n"


class Terminal:
    """A program on a terminal of 100 columns and 40 lines."""

    def __init__(
        self, argv: Sequence[str], cwd: Path, env: Mapping[str, str], timeout: float = 20.0
    ) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self._process = subprocess.Popen(
            argv,
            cwd=cwd,
            env={**env, "TERM": "xterm-256color"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=_own_terminal,  # so that Ctrl-C reaches it as a signal, too
        )
        os.close(theirs)
        self._timeout = timeout
        self._raw = ""
        self._seen = 0

    @property
    def text(self) -> str:
        """All that was ever shown, without colours and cursor movements."""
        return _ESCAPES.sub("", self._raw)

    def expect(self, *words: str) -> None:
        """Wait until the words, in this order, have been shown since the last such wait."""
        deadline = time.monotonic() + self._timeout
        for word in words:
            while (found := self.text.find(word, self._seen)) < 0:
                if not self._read(deadline):
                    shown = self.text[self._seen :]
                    raise AssertionError(f"{word!r} was not shown, but:\n{shown}")
            self._seen = found + len(word)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            os.write(self._ours, key.encode())

    def wait(self) -> int:
        """Read to the program's end and return its exit code."""
        deadline = time.monotonic() + self._timeout
        while self._read(deadline):
            pass
        return self._process.wait(max(deadline - time.monotonic(), 1))

    def _read(self, deadline: float) -> bool:
        """Take some output; say whether there may be more of it in time."""
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self._ours], [], [], left)[0]:
            return False
        try:
            data = os.read(self._ours, 1 << 16)
        except OSError:  # Linux: the other side is closed
            return False
        self._raw += data.decode(errors="replace")
        if _WHERE_IS_THE_CURSOR in data.decode(errors="replace"):
            os.write(self._ours, b"\x1b[1;1R")
        return bool(data)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._ours)


def _own_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
