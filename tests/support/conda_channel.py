"""Build a real conda channel without conda-forge: `python tests/support/conda_channel.py OUT`.

It holds the running CPython and every package that a generated project needs, made from the wheels
that pip downloads (with the user's own settings). Prints the channel's URL, whose last part is
`conda-forge`, so that it can stand in for the real one:

    scaffold check conda --conda-channel "$(python tests/support/conda_channel.py OUT)"

A second run with the same inputs takes no time; two at once are safe.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

if not __package__:  # run as a script: find `tests` and `generator`
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from filelock import FileLock
from packaging.utils import canonicalize_name

from generator.answers import resolve, visible_questions
from tests.support import conda_packages, conda_python, conda_wheel
from tests.support.conda_python import from_running_python
from tests.support.conda_wheel import CONDA_NAMES, Wheel, from_wheel
from tests.support.faults import everything

#: The channel's last path component: the name by which environment.yml asks for it.
NAME = "conda-forge"

#: In the channel for the tests' own sake: something to `add`, and older versions to update from.
ADDABLE = "tomli-w"
OLDER = ("tomli-w==1.1.0", "iniconfig==2.1.0")

#: What builds and installs the generated project itself.
TOOLS = ("pip", "hatchling>=1.27")


def main(argv: Sequence[str] | None = None) -> None:
    """Build the channel and print its URL."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "out", type=Path, metavar="OUT", help="directory for the channel and its wheels"
    )
    arguments = parser.parse_args(argv)
    print(build(arguments.out))


def build(out: Path) -> str:
    """Build the channel below `out` unless it is there already; return its URL.

    Raises `CalledProcessError` with pip's words shown when the wheels cannot be had.
    """
    out = out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    rounds = tuple(tuple(sorted(set(one))) for one in _rounds())
    inputs = _fingerprint(rounds)
    channel, stamp = out / NAME, out / "inputs"
    with FileLock(out / ".lock"):
        if not (stamp.is_file() and stamp.read_text() == inputs and channel.is_dir()):
            stamp.unlink(missing_ok=True)
            _write_channel(_download(rounds, out / "wheels"), channel)
            stamp.write_text(inputs)
    return channel.as_uri()


def subdir() -> str:
    """Return conda's name of this platform; raise `SystemExit` where no channel can be built."""
    machine = platform.machine()
    if sys.platform != "linux" or machine not in {"x86_64", "aarch64"}:
        raise SystemExit(f"error: cannot repackage Python on {sys.platform} {machine}; use Linux")
    return {"x86_64": "linux-64", "aarch64": "linux-aarch64"}[machine]


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
    code = [__file__, conda_packages.__file__, conda_python.__file__, conda_wheel.__file__]
    content = b"".join(Path(path).read_bytes() for path in code)
    return json.dumps([rounds, sys.version, sys.base_prefix, hashlib.sha256(content).hexdigest()])


def _download(rounds: Sequence[Sequence[str]], wheels: Path) -> list[Wheel]:
    """Let pip resolve and download every round; return the wheels of this time only."""
    shutil.rmtree(wheels, ignore_errors=True)
    wheels.mkdir()
    pip = [sys.executable, "-m", "pip"]
    if importlib.util.find_spec("pip") is None:  # an environment that uv made
        from uv import find_uv_bin

        pip = [find_uv_bin(), "tool", "run", "--quiet", "--python", sys.executable, "pip"]
    for one in rounds:
        options = ["download", "-qq", "--disable-pip-version-check", "--only-binary=:all:"]
        subprocess.run(
            [*pip, *options, *(["--no-deps"] if "==" in one[0] else []), "--dest", wheels, *one],
            check=True,
            stdout=sys.stderr,
        )
    return [Wheel(path) for path in sorted(wheels.glob("*.whl"))]


def _write_channel(wheels: Sequence[Wheel], channel: Path) -> None:
    """Write the packages and both `repodata.json` aside, then move the channel into place."""
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


if __name__ == "__main__":
    main()
