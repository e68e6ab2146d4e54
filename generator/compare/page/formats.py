"""How figures are written for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

#: What a column is headed, by the quantity's name in the model; `tables.py` has their full titles.
SHORT = {
    "seconds": "Wall time",
    "cpu_seconds": "CPU time",
    "peak_bytes": "Peak memory",
    "disk_bytes": "Disk",
    "cache_bytes": "Cache growth",
    "files": "Files written",
}


def amount(value: float, unit: str) -> str:
    """Return a measured value with its unit: "3.21 s", "182 MB", "1,204"."""
    if unit == "s":
        return seconds(value)
    return size(value) if unit == "MB" else count(value)


def seconds(value: float) -> str:
    """Return seconds with three significant digits as far as a reader can use them."""
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:.{digits}f} s"


def size(value: float) -> str:
    """Return bytes in decimal units, as disks are sold: 1 MB is a million bytes."""
    for unit in ("B", "kB", "MB"):
        if abs(value) < 999.5:
            return (
                f"{value:.0f} {unit}" if unit == "B" or abs(value) >= 10 else f"{value:.1f} {unit}"
            )
        value /= 1000
    return f"{value:.1f} GB"


def count(value: float) -> str:
    """Return a whole number with thousands separated."""
    return f"{value:,.0f}"


def when(moment: str) -> str:
    """Return a UTC moment in ISO 8601 as a reader likes it; what is none is returned as it is."""
    try:
        return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return moment


def names(words: Sequence[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    *head, last = words
    return f"{', '.join(head)} and {last}" if head else last
