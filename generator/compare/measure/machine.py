"""Machine: what figures depend on besides the managers, and nothing that names anyone."""

from __future__ import annotations

import os
import platform
import re
import sys
from pathlib import Path

from generator.compare.model import Machine


def this_machine() -> Machine:
    """Describe the machine that we run on: no host name, no user, no path."""
    release = re.match(r"[\d.]*\d", platform.release())  # what follows is up to whoever built it
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = 0
    if sys.platform != "win32":
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Machine(
        system=" ".join(
            [platform.system(), release[0] if release else "", _distribution()]
        ).strip(),
        architecture=platform.machine(),
        processor=_processor(),
        cores=cores or 1,
        memory_bytes=memory,
        python=platform.python_version(),
    )


def _distribution() -> str:
    try:
        return f"({platform.freedesktop_os_release()['PRETTY_NAME']})"
    except OSError:
        return ""


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.machine()
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return " ".join(found[1].split()) if found else platform.machine()
