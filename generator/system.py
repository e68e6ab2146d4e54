"""What differs between operating systems: what ends us, who is alive, how a folder is put in place.

On Windows there are no signal masks, no process groups, no owners in numbers. `new` and `compare`
do without; what cannot says so through `only_posix`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from generator.errors import ScaffoldError

WINDOWS = sys.platform == "win32"
if sys.platform == "win32":
    #: What asks us to end, and lets us clear up.
    POLITE: tuple[signal.Signals, ...] = (signal.SIGTERM, signal.SIGBREAK)
    _ENDINGS = {signal.SIGINT, *POLITE}
else:
    POLITE = (signal.SIGTERM, signal.SIGHUP)
    _ENDINGS = {signal.SIGINT, signal.SIGQUIT, *POLITE}

#: Seconds between attempts to move what another program holds: a second and a half in all.
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.75)


class NotHere(ScaffoldError):
    """Something that does not run on this operating system yet."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} does not run on Windows yet; use Linux, macOS or WSL")


def only_posix(what: str, wanted: object = True) -> None:  # noqa: FBT002 - a condition, no switch
    """Raise `NotHere` on Windows, where `what` is wanted."""
    if WINDOWS and wanted:
        raise NotHere(what)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let Ctrl-C and the like wait: in the midst of clearing up they would leave things behind.

    Windows cannot have them wait; there the next run clears up.
    """
    if sys.platform == "win32":
        yield
    else:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def is_ending() -> bool:
    """Say whether something that ends us waits until we can be disturbed."""
    if sys.platform == "win32":
        return False
    return bool(signal.sigpending() & _ENDINGS)


def is_dead(process: int) -> bool:
    """Say whether there is no process of this number; where nobody can tell, there is one."""
    if sys.platform == "win32":  # `os.kill` with 0 is Ctrl-C there, for all of the console
        import _winapi

        try:
            handle = _winapi.OpenProcess(_winapi.SYNCHRONIZE, False, process)  # noqa: FBT003
        except OverflowError:
            return False
        except OSError as error:
            return error.winerror == _NO_SUCH_PROCESS
        try:
            return _winapi.WaitForSingleObject(handle, 0) == _winapi.WAIT_OBJECT_0
        finally:
            _winapi.CloseHandle(handle)
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


#: ERROR_INVALID_PARAMETER: OpenProcess knows no such number.
_NO_SUCH_PROCESS = 87


def move(source: Path, target: Path) -> None:
    """Rename; what was at `target`, a file or on POSIX an empty folder, is replaced.

    On Windows try again for a moment: virus scanners and indexers open whatever is new, and what
    is open cannot be renamed.
    """
    if sys.platform != "win32":
        source.rename(target)
        return
    import time

    for pause in _PAUSES:
        try:
            source.replace(target)
        except PermissionError:
            time.sleep(pause)
        else:
            return
    source.replace(target)


def machine() -> str:
    """Return the kind of processor, such as x86_64 or arm64, in the system's own word."""
    if sys.platform == "win32":
        return os.environ.get("PROCESSOR_ARCHITECTURE", "amd64").lower()
    return os.uname().machine
