"""The running CPython as a conda package."""

from __future__ import annotations

import stat
import sys
import sysconfig
from pathlib import Path

from generator.conda_channel.packages import PYTHON, Entry, Package
from generator.errors import ScaffoldError

_UNWANTED = {"test", "tests", "idlelib", "tkinter", "turtledemo", "lib2to3", "site-packages"} | {
    f"config-{PYTHON}-{sysconfig.get_config_var('MULTIARCH')}"
}


class NotMovable(ScaffoldError):
    """The running interpreter cannot be repackaged."""


def base() -> Path:
    """Return where the running interpreter is installed; raise `NotMovable` for the system's."""
    prefix = Path(sys.base_prefix)
    library, executable = _library(prefix), prefix / "bin" / f"python{PYTHON}"
    if prefix == Path("/usr") or not (library / "os.py").is_file() or not executable.is_file():
        raise NotMovable(
            f"{sys.executable} belongs to the system and cannot be repackaged; "
            "install scaffold with a Python from pyenv, uv or conda"
        )
    return prefix


def _library(prefix: Path) -> Path:
    return prefix / "lib" / f"python{PYTHON}"


def from_running_python(subdir: str) -> Package:
    """Repackage the interpreter that runs this: executable, shared and standard library.

    It finds its home by where it is, so no path is rewritten but the RUNPATH. Raises `NotMovable`.
    """
    prefix = base()
    library, executable = _library(prefix), prefix / "bin" / f"python{PYTHON}"
    files = {
        f"bin/python{PYTHON}": Entry(_movable(executable.read_bytes(), prefix), executable=True),
        "bin/python3": Entry(link=f"python{PYTHON}"),
        "bin/python": Entry(link=f"python{PYTHON}"),
    }
    for shared in sorted((prefix / "lib").glob("libpython3*.so*")):
        if not shared.is_symlink():
            files[f"lib/{shared.name}"] = Entry(
                _movable(shared.read_bytes(), prefix), executable=True
            )
    for path in sorted(library.rglob("*")):
        relative = path.relative_to(library)
        if path.is_file() and not path.is_symlink() and not _UNWANTED & set(relative.parts):
            if path.suffix in {".a", ".o", ".exe"} or ".opt-" in path.name:
                continue
            # The time stays, because a compiled file is valid for one time of its source.
            mtime = int(path.stat().st_mtime)
            files[f"lib/python{PYTHON}/{relative.as_posix()}"] = Entry(
                path.read_bytes(), bool(path.stat().st_mode & stat.S_IXUSR), mtime=mtime
            )
    version = ".".join(map(str, sys.version_info[:3]))
    return Package(
        "python", version, f"repackaged_0_cp{PYTHON.replace('.', '')}", subdir, (), files
    )


def _movable(binary: bytes, prefix: Path) -> bytes:
    """Replace the RUNPATH, in place: the string table of an ELF file cannot grow."""
    old = f"{prefix}/lib".encode() + b"\0"
    new = b"$ORIGIN/../lib\0"
    return binary.replace(old, new.ljust(len(old), b"\0")) if len(new) <= len(old) else binary
