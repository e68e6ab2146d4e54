"""Find the interpreter for a version of Python, never an environment's: its base is what counts."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from generator.errors import ScaffoldError
from generator.run import Step, run
from generator.toolchain.environment import cache_root, child_environment

_PROBE = "import sys; print(sys._base_executable, '%d.%d.%d' % sys.version_info[:3])"


class NoInterpreter(ScaffoldError):
    """No interpreter of that version works on this machine."""

    def __init__(self, version: str) -> None:
        super().__init__(
            f"no working Python {version} on PATH, under pyenv or known to uv; install it"
            f" (`uv python install {version}`), or choose another python_version"
        )


@cache
def interpreter(version: str) -> Path:
    """Return a working base interpreter of `version` ("3.12"); raise `NoInterpreter`."""
    for candidate in _candidates(version):
        found = base_of(candidate)
        if found is not None and found[1].startswith(f"{version}."):
            return found[0]
    raise NoInterpreter(version)


def base_of(executable: Path) -> tuple[Path, str] | None:
    """Return the base interpreter of `executable` and its version ("3.12.1"), or None.

    An interpreter on PATH may be an environment's, or a shim that refuses to work.
    """
    folder = cache_root()
    argv = (str(executable), "-I", "-c", _PROBE)
    outcome = run(Step("probe", argv, folder, child_environment(folder)), timeout=30)
    words = outcome.output.rsplit(maxsplit=1)
    if not outcome.ok or len(words) != 2 or not Path(words[0]).is_file():
        return None
    return Path(words[0]), words[1]


def _candidates(version: str) -> Iterator[Path]:
    for folder in os.get_exec_path():
        if found := shutil.which(f"python{version}", path=folder):
            yield Path(found)
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        yield Path(sys.executable)
    yield from _pyenv(version)
    yield from _uv(version)


def _pyenv(version: str) -> Iterator[Path]:
    """Yield pyenv's own interpreters, the newest patch release first."""
    root = Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser()
    pattern = re.compile(re.escape(version) + r"\.(\d+)")
    releases = {
        int(match[1]): path
        for path in root.glob("versions/*")
        if (match := pattern.fullmatch(path.name))
    }
    for patch in sorted(releases, reverse=True):
        yield releases[patch] / "bin" / f"python{version}"


def _uv(version: str) -> Iterator[Path]:
    """Yield the interpreter that uv knows of, its own installations in the user's home included."""
    import uv

    folder = cache_root()
    home = {name: os.environ[name] for name in ("HOME", "XDG_DATA_HOME") if name in os.environ}
    if install_dir := os.environ.get("UV_PYTHON_INSTALL_DIR"):
        home["UV_PYTHON_INSTALL_DIR"] = install_dir
    argv = (uv.find_uv_bin(), "python", "find", "--system", "--no-project", version)
    outcome = run(Step("find", argv, folder, child_environment(folder, home)), timeout=60)
    if outcome.ok and outcome.output.strip():
        yield Path(outcome.output.splitlines()[-1])
