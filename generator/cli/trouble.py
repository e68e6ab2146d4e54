"""What nobody expected: one line that says what it was, and a way to report a mistake of ours."""

from __future__ import annotations

import errno
import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Callable

from generator import __version__
from generator.credentials import without_credentials
from generator.errors import describe

#: Set to anything but 0: show the traceback instead of keeping it in a file.
TRACEBACK = "SCAFFOLD_TRACEBACK"
#: What writing to an open file comes to; the error does not say to which.
_WRITING = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}
#: The exit code for a mistake of ours: EX_SOFTWARE of sysexits.h.
SOFTWARE = 70


def explain(error: Exception, fail: Callable[[str, int], int]) -> int:
    """Tell in one line, by `fail`, what happened; return the exit code."""
    shown = os.environ.get(TRACEBACK, "0") not in {"", "0"}
    trace = "".join(traceback.format_exception(error))
    if shown:
        print(trace, file=sys.stderr)
    if isinstance(error, OSError):
        said = describe(error)
        if error.filename is None and error.errno in _WRITING:
            said = f"standard output, or a file, cannot be written ({error.strerror})"
        return fail(f"{said}; see that there is room, and that you may write there", 2)
    if shown:
        return fail(f"{describe(error)} above", SOFTWARE)
    try:
        place = f"in {_keep(trace)}"
    except OSError:
        place = f"that {TRACEBACK}=1 shows"
    return fail(f"{describe(error)} {place}", SOFTWARE)


def _keep(trace: str) -> str:
    """Write a traceback, and what it depends on, to a file for its owner; return its path."""
    facts = f"scaffold {__version__}, Python {sys.version}, {platform.platform()}\n\n"
    descriptor, path = tempfile.mkstemp(prefix="scaffold-traceback-", suffix=".txt")
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(facts + without_credentials(trace))
    return path
