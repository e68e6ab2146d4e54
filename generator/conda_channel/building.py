"""Build the channel: resolve and download with pip, convert, index, move into place."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from filelock import FileLock
from packaging.utils import canonicalize_name

from generator.answers import everything, resolve, visible_questions
from generator.conda_channel import packages, python, wheel
from generator.conda_channel.python import from_running_python
from generator.conda_channel.wheel import CONDA_NAMES, Wheel, from_wheel
from generator.errors import ScaffoldError
from generator.run import Step, run
from generator.toolchain.tool import why

#: The channel's last path component: the name by which environment.yml asks for it.
NAME = "conda-forge"

#: In the channel for the tests' own sake: something to `add`, and older versions to update from.
ADDABLE = "tomli-w"
OLDER = ("tomli-w==1.1.0", "iniconfig==2.1.0")

#: Makes a directory ours: what is in it may be replaced.
_MARKER = ".scaffold-conda-channel"
#: Longest time for one of pip's rounds, in seconds.
TIMEOUT = 3600

#: What builds and installs the generated project itself.
TOOLS = ("pip", "hatchling>=1.27")


class ChannelFailed(ScaffoldError):
    """A channel cannot be built here; the message holds the remedy."""


def build(out: Path, say: Callable[[str], None] = lambda _: None) -> str:
    """Build the channel below `out` unless it is there already; return its URL.

    The URL's last part is `conda-forge`, so that the channel can stand in for the real one. pip
    works with the user's own settings, and what it has downloaded is kept for the next time. `say`
    is told what begins. Two at once are safe. Raises `ChannelFailed`, or `NotMovable` for Python.
    """
    _check()
    out = out.resolve()
    marker = out / _MARKER
    if out.is_dir() and any(out.iterdir()) and not marker.exists():
        raise ChannelFailed(f"{out} holds what no channel of ours does; name a new directory")
    inputs = _fingerprint(rounds := tuple(tuple(sorted(set(one))) for one in _rounds()))
    channel, stamp = out / NAME, out / "inputs"
    wheels = out / "wheels" / hashlib.sha256(inputs.encode()).hexdigest()[:16]
    try:
        out.mkdir(parents=True, exist_ok=True)
        marker.touch()
        wheels.mkdir(parents=True, exist_ok=True)
        with FileLock(out / ".lock"):
            if not (stamp.is_file() and stamp.read_text() == inputs and channel.is_dir()):
                stamp.unlink(missing_ok=True)
                _write_channel(_download(rounds, wheels, say), channel, say)
                for old in set(wheels.parent.iterdir()) - {wheels}:
                    shutil.rmtree(old) if old.is_dir() else old.unlink()
                stamp.write_text(inputs)
    except OSError as error:
        said = f"{error.filename or out} cannot be written ({error.strerror or error})"
        raise ChannelFailed(f"{said}; name a directory with a gigabyte of space") from error
    return channel.as_uri()


def subdir() -> str:
    """Return conda's name of this platform; raise `ChannelFailed` where no channel can be built."""
    machine = platform.machine()
    if sys.platform != "linux" or machine not in {"x86_64", "aarch64"}:
        raise ChannelFailed(f"cannot repackage Python on {sys.platform} {machine}; use Linux")
    return {"x86_64": "linux-64", "aarch64": "linux-aarch64"}[machine]


def _check() -> None:
    """Raise `ChannelFailed` or `NotMovable` for what is missing, before minutes of work."""
    if importlib.util.find_spec("conda_package_streaming") is None:
        needed = "conda-package-streaming"
        remedy = f"install it: {sys.executable} -m pip install {needed}"
        raise ChannelFailed(f"a conda channel needs {needed}, of the extra `conda`; {remedy}")
    subdir()
    python.base()


def requirements(dependencies: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield the PEP 508 requirements behind the dependency model, and behind its conda names."""
    projects = {conda: project for project, conda in CONDA_NAMES.items()}
    for one in dependencies:
        extras = f"[{','.join(one['extras'])}]" if one.get("extras") else ""
        yield f"{one['name']}{extras}{one.get('spec', '')}"
        # What conda needs by name, such as an extra's packages, is a package of its own there.
        for name in one.get("conda") or ():
            project = projects.get(name, name.partition(" ")[0])
            if canonicalize_name(project) != canonicalize_name(one["name"]):
                yield project


def _rounds() -> Iterator[list[str]]:
    """Yield the sets that pip resolves one by one: one a client, since they exclude each other."""
    for client in visible_questions()["aws_client"].choices:
        given = {**everything("all-features"), "aws_client": client.value}
        yield [*requirements(resolve(given).context["dependencies"]), *TOOLS, ADDABLE]
    for older in OLDER:
        yield [older]


def _fingerprint(rounds: Sequence[Sequence[str]]) -> str:
    """Name everything that the result depends on, except what the package index holds today."""
    code = [__file__, packages.__file__, python.__file__, wheel.__file__]
    content = b"".join(Path(path).read_bytes() for path in code)
    return json.dumps([rounds, sys.version, sys.base_prefix, hashlib.sha256(content).hexdigest()])


def _download(
    rounds: Sequence[Sequence[str]], wheels: Path, say: Callable[[str], None]
) -> list[Wheel]:
    """Let pip resolve and download every round; what it has already, it does not fetch again."""
    pip = [sys.executable, "-m", "pip"]
    if importlib.util.find_spec("pip") is None:  # an environment that uv made
        from uv import find_uv_bin

        pip = [find_uv_bin(), "tool", "run", "--quiet", "--python", sys.executable, "pip"]
    for number, one in enumerate(rounds, 1):
        say(f"pip downloads, {number} of {len(rounds)}: {len(one)} packages and what they need")
        options = ["download", "-qq", "--disable-pip-version-check", "--only-binary=:all:"]
        alone = ["--no-deps"] if "==" in one[0] else []
        argv = (*pip, *options, *alone, "--dest", str(wheels), *one)
        outcome = run(Step("download", argv, wheels, dict(os.environ)), timeout=TIMEOUT)
        if not outcome.ok:
            said = f"pip could not download the packages ({why(outcome)})"
            raise ChannelFailed(f"{said}; what it has is kept: try again")
    return [Wheel(path) for path in sorted(wheels.glob("*.whl"))]


def _write_channel(wheels: Sequence[Wheel], channel: Path, say: Callable[[str], None]) -> None:
    """Write the packages and both `repodata.json` aside, then move the channel into place."""
    say(f"converting Python and {len(wheels)} wheels")
    aside = channel.with_name(f".{channel.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    native = subdir()
    by_name = {wheel.name: wheel for wheel in wheels}

    def convert(wheel: Wheel) -> tuple[str, str, dict[str, object]]:
        package = from_wheel(wheel, by_name, native)
        return package.subdir, package.filename, package.write(aside)

    python = from_running_python(native)
    with ThreadPoolExecutor(2) as pool:
        records = [*pool.map(convert, wheels), (native, python.filename, python.write(aside))]
    for name in ("noarch", native):
        repodata = {
            "info": {"subdir": name},
            "packages": {},
            "packages.conda": {file: record for sub, file, record in records if sub == name},
            "repodata_version": 1,
        }
        (aside / name).mkdir(exist_ok=True)
        (aside / name / "repodata.json").write_text(json.dumps(repodata, indent=1, sort_keys=True))
    shutil.rmtree(channel, ignore_errors=True)
    aside.rename(channel)
