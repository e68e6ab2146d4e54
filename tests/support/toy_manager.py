"""A manager of a few lines that does all that a layout claims, or fails in one known way.

`python -I -S toy_manager.py VERB` does what VERB says in the current folder. TOY_FAULT names what
goes wrong; the names are in `FAULTS`. Nothing here needs a network.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

VERSION = "1.0"
LOCK, MANIFEST = Path("toy.lock"), Path("pyproject.toml")
ADDED = "\n# added: tomli-w\n"
JUNIT = '<testsuites><testcase file="tests/test_a.py" name="test_a">{}</testcase></testsuites>'


def dependencies() -> list[str]:
    """Return the names in the manifest's arrays of requirements."""
    return re.findall(r'^ +"([a-z0-9-]+)[>=<]', MANIFEST.read_text(), re.MULTILINE)


def locked() -> str:
    """Return what the lock has to hold for the manifest as it is."""
    text = MANIFEST.read_text()
    names = [*dependencies(), *(["tomli-w"] if ADDED in text else [])]
    return "".join(f"{name}=={VERSION}\n" for name in names) + f"{_digest(text)}\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def create() -> None:
    """Make an environment: an interpreter whose prefix it is."""
    programs = Path(".venv/bin")
    programs.mkdir(parents=True, exist_ok=True)
    (programs / "python").unlink(missing_ok=True)
    base = Path(getattr(sys, "_base_executable", sys.executable))
    (programs / "python").symlink_to(base)
    settings = f"home = {base.parent}\ninclude-system-site-packages = false\n"
    Path(".venv/pyvenv.cfg").write_text(settings)


def install() -> None:
    """Put the project and what the manifest names into the environment."""
    place = Path(".venv/lib/python{}.{}/site-packages".format(*sys.version_info))
    place.mkdir(parents=True, exist_ok=True)
    (place / "project.pth").write_text(f"{Path('src').resolve()}\n")
    for name in dependencies():
        facts = place / f"{name}-{VERSION}.dist-info" / "METADATA"
        facts.parent.mkdir(exist_ok=True)
        facts.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {VERSION}\n")


def lock() -> None:
    """Write the lock."""
    LOCK.write_text(locked())


def lock_check() -> None:
    """Exit 1, with words, where the lock is stale."""
    if LOCK.read_text() != locked():
        sys.exit("toy.lock is stale")


def test() -> None:
    """Report one test, as pytest would."""
    words = os.environ["PYTEST_ADDOPTS"].split()
    red = "<failure/>" if FAULT == "test fails" else ""
    Path(words[words.index("--junit-xml") + 1]).write_text(JUNIT.format(red))


def lint() -> None:
    """Name the first source that is no Python."""
    for path in Path("src").rglob("*.py"):
        try:
            compile(path.read_text(), path, "exec")
        except SyntaxError:
            sys.exit(f"{path}: invalid syntax")


def add() -> None:
    """Add a dependency to manifest and lock."""
    MANIFEST.write_text(MANIFEST.read_text() + ADDED)
    lock()


def remove() -> None:
    """Take it back."""
    MANIFEST.write_text(MANIFEST.read_text().removesuffix(ADDED))
    lock()


def export() -> None:
    """Write the lock with hashes."""
    pins = "".join(f"{name}=={VERSION} --hash=sha256:{_digest(name)}\n" for name in dependencies())
    Path("requirements.txt").write_text(pins)


def versions() -> None:
    """Answer for the channel: it is there, unless all of it is gone."""
    if FAULT == "channel gone":
        sys.exit("HTTP status server error (503 Service Unavailable)")
    print(json.dumps({"tomli-w": [{"version": VERSION}]}))


VERBS: dict[str, Callable[[], object]] = {
    "create": create,
    "install": install,
    "install-locked": install,
    "lock": lock,
    "lock-check": lock_check,
    "test": test,
    "lint": lint,
    "typecheck": lint,
    "run": lambda: print("usage: app"),
    "tree": lambda: print(LOCK.read_text()),
    "export": export,
    "add": add,
    "remove": remove,
    "clean": lambda: shutil.rmtree(".venv"),
    "versions": versions,
}


def _alter(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + "# altered\n")


def _says(words: str, code: int) -> Callable[[str], object]:
    """Return the fault of saying that instead, and ending with a code, or by a signal."""

    def fault(_: str) -> None:
        print(words, flush=True)
        if code < 0:
            os.kill(os.getpid(), -code)
        sys.exit(code)

    return fault


def _then(alter: Callable[[], object]) -> Callable[[str], object]:
    """Return the fault of doing one thing more than the verb does."""

    def fault(verb: str) -> None:
        VERBS[verb]()
        alter()

    return fault


def _break(path: Path) -> None:
    path.unlink()
    path.write_text("#!/bin/sh\nexit 1\n")
    path.chmod(0o755)


def _other_version() -> None:
    [facts] = Path(".venv").rglob("aiohttp-*.dist-info/METADATA")
    facts.write_text(facts.read_text().replace(f"Version: {VERSION}", "Version: 7.7.7"))


def _without_hashes() -> None:
    text = Path("requirements.txt").read_text()
    Path("requirements.txt").write_text(re.sub(r" --hash.*", "", text))


#: What goes wrong instead of, or after, what the verb does.
FAULTS: dict[str, Callable[[str], object]] = {
    "does nothing": _says("", 0),
    "error 500": _says("HTTP status server error (500 Internal Server Error)", 1),
    "channel gone": _says("no versions of tomli-w", 1),
    "other words": _says("toy.lock is fine, but I am not", 1),
    "other exit code": _says("toy.lock is stale", 2),
    "crashes": _says("toy.lock is stale", -signal.SIGSEGV),
    "is killed": _says("toy.lock is stale", -signal.SIGKILL),
    "hangs": lambda _: time.sleep(60),
    "broken interpreter": _then(lambda: _break(Path(".venv/bin/python"))),
    "alters the lock": _then(lambda: _alter(LOCK)),
    "alters the manifest": _then(lambda: _alter(MANIFEST)),
    "alters a source": _then(lambda: _alter(Path("src/app/aws.py"))),
    "writes outside": _then(lambda: _alter(Path("../outside"))),
    "installs elsewhere": _then(lambda: _alter(Path.home() / ".local/bin/x")),
    "other version": _then(_other_version),
    "empty lock": _then(lambda: LOCK.write_text("")),
    "no hashes": _then(_without_hashes),
}
FAULT = os.environ.get("TOY_FAULT", "")

if __name__ == "__main__":
    if FAULT in FAULTS and sys.argv[1] != "versions":
        FAULTS[FAULT](sys.argv[1])
    elif sys.argv[1] in VERBS:
        VERBS[sys.argv[1]]()
    else:
        print(VERSION)
