"""What a test run makes once, whichever of its processes needs it first."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return this run's folder of that name, which `make` has filled."""
    base = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent  # all workers' own
    place = base / name
    with FileLock(base / f"{name}.lock"):
        if not (place / "ready").exists():
            place.mkdir(exist_ok=True)
            make(place)
            (place / "ready").touch()
    return place
