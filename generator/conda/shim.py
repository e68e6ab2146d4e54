"""How others start the engine: an argv prefix, or a file named `conda` that does the same."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shlex
import sys
from pathlib import Path

import generator

#: Put conda's arguments behind this. (-P: a project's own modules must not shadow ours.)
ENGINE = (sys.executable, "-P", "-m", "generator.conda")


def is_available() -> bool:
    """Tell whether py-rattler is there; without it, the engine only says how to get it."""
    return importlib.util.find_spec("rattler") is not None


def engine_version() -> str:
    """Return what the engine calls itself, such as `scaffold-conda 0.1.0 (py-rattler 0.28.0)`."""
    try:
        rattler = importlib.metadata.version("py-rattler")
    except importlib.metadata.PackageNotFoundError:
        rattler = "missing"
    try:
        own = importlib.metadata.version("scaffold-layouts")
    except importlib.metadata.PackageNotFoundError:  # a checkout that nobody installed
        own = "0"
    return f"scaffold-conda {own} (py-rattler {rattler})"


def write_shim(directory: Path) -> Path:
    """Write an executable `conda` into `directory`, for Makefiles and other people's commands.

    It finds this very package from any directory, without `PYTHONPATH`. Returns its path.
    """
    root = Path(generator.__file__).resolve().parent.parent
    start = (
        f"import sys; sys.path.insert(0, {str(root)!r}); sys.argv[0] = 'conda'; "
        "import runpy; runpy.run_module('generator.conda', run_name='__main__')"
    )
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "conda"
    # -P: the working directory holds a project with a `tests` and perhaps a `generator` of its own.
    path.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, "-P", "-c", start])} "$@"\n')
    path.chmod(0o755)
    return path
