"""A Windows Python on Linux, under Wine: real modules, paths, renames, sockets and processes.

    python -m tests.support.wine FOLDER WORD...

makes it in FOLDER where it is not there yet, and runs `python WORD...` in it. Wine and the compiler
are Debian's (`apt-get install wine64 gcc-mingw-w64-x86-64`). Python itself is in a wheel: panda3d's
for Windows brings `python311.dll` and the extension modules, for programs that are packed with it.
The standard library is that of the Python 3.11 which is here; the launcher is three lines of C.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uv

from generator.toolchain.interpreters import interpreter

VERSION: Final = "3.11"
PANDA3D: Final = "panda3d==1.10.16"
_MINGW: Final = "x86_64-w64-mingw32-"
#: What starts Python.
_LAUNCHER: Final = """
#include <wchar.h>
__declspec(dllimport) int Py_Main(int, wchar_t **);
int wmain(int count, wchar_t **words) { return Py_Main(count, words); }
"""
#: A library that Wine 8 lacks, and Rust's programs ask for random numbers.
_RANDOM: Final = """
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
    return SystemFunction036(data, size);
}
"""


@dataclass(frozen=True)
class Wine:
    """A Windows of its own in `folder`, with a Python."""

    folder: Path

    def python(
        self, *words: str | Path, cwd: Path, path: Iterable[Path] = (), timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run `python WORD...` in `cwd`, with modules from the folders `path` besides."""
        found = ";".join(map(str, map(windows_path, path)))
        return self._run(
            self.folder / "python" / "python.exe",
            *words,
            cwd=cwd,
            timeout=timeout,
            PYTHONPATH=found,
        )

    def install(self, *words: str | Path) -> Path:
        """Download wheels for Windows as uv is told; return the folder that they are in."""
        place = self.folder / "wheels" / f"{len(list(self.folder.glob('wheels/*')))}"
        target = ("--target", place, "--python-platform", "x86_64-pc-windows-msvc")
        argv = (uv.find_uv_bin(), "pip", "install", "--quiet", *target, "--python-version", VERSION)
        _do(*argv, "--only-binary", ":all:", *words)
        return place

    def make(self) -> None:
        """Put Python together."""
        place = self.folder / "python"
        place.mkdir(parents=True)
        for file in (self.install("--no-deps", PANDA3D) / "deploy_libs").iterdir():
            shutil.copy(file, place)
        _link_standard_library(place / "Lib")
        _compile(place, "python.exe", _LAUNCHER, "-municode", place / "python311.dll")
        _compile(place, "bcryptprimitives.dll", _RANDOM, "-shared", "-ladvapi32")
        _forward(place)
        self._run("wineboot", "--init", cwd=place, timeout=300)

    def stop(self) -> None:
        """End the processes of this Windows."""
        subprocess.run([_wine().with_name("wineserver"), "-k"], env=self._env(), check=False)

    def _run(
        self, *words: str | Path, cwd: Path, timeout: float, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        # By pipes: Python does not start under Wine with a file as its standard output.
        return subprocess.run(
            [_wine(), *words],
            cwd=cwd,
            env={**self._env(), **settings},
            input="",
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def _env(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "WINEPREFIX": str(self.folder / "prefix"),
            "WINEDEBUG": "-all",
            # Neither .NET nor a browser is wanted; Wine would ask whether to download them.
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
            "PYTHONDONTWRITEBYTECODE": "1",
        }


def windows_path(path: Path) -> str:
    """Return the name under which Wine's Windows knows a file of ours."""
    return "Z:" + str(path).replace("/", "\\")


def missing() -> list[str]:
    """Return the Debian packages that are wanted and not there."""
    compiler = shutil.which(f"{_MINGW}gcc")
    return [
        *([] if _wine().exists() else ["wine64"]),
        *([] if compiler else ["gcc-mingw-w64-x86-64"]),
    ]


def _wine() -> Path:
    return Path("/usr/lib/wine/wine64")  # `wine` on PATH complains where there is no 32-bit one


def _link_standard_library(place: Path) -> None:
    code = "import sysconfig; print(sysconfig.get_path('stdlib'))"
    library = Path(_do(interpreter(VERSION), "-I", "-c", code).strip())
    (place / "site-packages").mkdir(parents=True)
    for path in library.iterdir():
        if path.name not in {"site-packages", "__pycache__"}:
            (place / path.name).symlink_to(path)


def _forward(place: Path) -> None:
    """Make `python3.dll`, which wheels for any Python 3 link to, of `python311.dll`."""
    facts = _do(f"{_MINGW}objdump", "-p", place / "python311.dll")
    _, _, table = facts.partition("[Ordinal/Name Pointer] Table")
    names = [line.split()[-1] for line in table.splitlines() if line.startswith("\t[")]
    lines = ["LIBRARY python3.dll", "EXPORTS", *(f"{name} = python311.{name}" for name in names)]
    (place / "python3.def").write_text("\n".join(lines))
    _do(f"{_MINGW}gcc", "-shared", "-nostdlib", "-o", place / "python3.dll", place / "python3.def")


def _compile(place: Path, name: str, code: str, *words: str | Path) -> None:
    source = (place / name).with_suffix(".c")
    source.write_text(code)
    _do(f"{_MINGW}gcc", "-o", place / name, source, *words)


def _do(*argv: str | Path) -> str:
    return subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    wine = Wine(Path(sys.argv[1]).absolute())
    if not (wine.folder / "prefix").exists():
        wine.make()
    done = wine.python(*sys.argv[2:], cwd=Path.cwd(), timeout=600)
    print(done.stdout, end="")
    print(done.stderr, end="", file=sys.stderr)
    sys.exit(done.returncode)
