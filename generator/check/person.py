"""As a person would: what the README and the Makefile say, in a shell like somebody's.

Another environment is active there, settings are as people have them, and none of ours is set. What
is run is read out of the project's own README and Makefile, never out of manager.yml.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from generator.answers import Answers
from generator.catalog import Command, Manager, metavariables
from generator.check.scene import NOT_COPIED, Scene
from generator.toolchain import Bench
from generator.toolchain.environment import FIXED

#: The Makefile's targets that are run, in this order, after all of the README's quick start.
TARGETS = ("lock-check", "clean", "create", "install", "run")
#: Ours that stay: they change how long a step takes or how it prints, not what it does.
_HARMLESS = {"LC_ALL", "PIP_NO_COMPILE"}
#: Where tools keep state of their own in a home.
_STATE = (".cache", ".conda", ".local/share", ".local/state")


@dataclass(frozen=True)
class Trap:
    """Something that people have, and that led a manager astray; HOME and OTHER are folders.

    OTHER is an environment that is not the project's. A file's path is relative to the home.
    """

    what: str
    variables: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


TRAPS = (
    Trap("an active virtual environment", {"VIRTUAL_ENV": "OTHER", "VIRTUAL_ENV_PROMPT": "other"}),
    Trap(
        "an active conda environment",
        {"CONDA_PREFIX": "OTHER", "CONDA_DEFAULT_ENV": "other", "CONDA_SHLVL": "1"},
    ),
    Trap(
        "Poetry told to make no environments",
        files={".config/pypoetry/config.toml": "[virtualenvs]\ncreate = false\n"},
    ),
    Trap("pip told to refuse without a virtual environment", {"PIP_REQUIRE_VIRTUALENV": "1"}),
    Trap("pip told to install for the user", {"PIP_USER": "1"}),
    Trap(
        "the same in pip's settings, and another index there",
        files={
            ".config/pip/pip.conf": "[global]\nuser = true\nextra-index-url = file://HOME/wheels\n"
        },
    ),
    Trap(
        "git without init.defaultBranch, and with files that it ignores everywhere",
        files={
            ".gitconfig": "[core]\nexcludesFile = HOME/.gitignore\n",
            ".gitignore": "*.lock\n.venv\n",
        },
    ),
)


def play(scene: Scene, _: Answers) -> None:
    """Follow the quick start, then call the targets of make; see nothing change outside."""
    place = scene.scratch / "person"
    home, other, project = place / "home", place / "other", place / scene.project.name
    environment = project / scene.manager.environment
    left_out = shutil.ignore_patterns(*NOT_COPIED)
    shutil.copytree(scene.project, project, symlinks=True, ignore=left_out)
    scene.command("person", Command(("python3", "-m", "venv", "--without-pip", str(other))))
    env = shell(scene.manager, scene.bench, home, other)
    before = _outside(scene, home, other)

    def untouched() -> str:
        changed = sorted(dict(before.items() ^ _outside(scene, home, other).items()))
        return f"outside the project, {changed[0]} changed" if changed else ""

    scripts = list(_quick_start(project / "README.md"))
    for number, text in enumerate(scripts, 1):
        shutil.rmtree(environment, ignore_errors=True)
        script = place / f"quick-start-{number}.sh"
        script.write_text(text, encoding="utf-8")
        last = number == len(scripts)
        scene.person(("sh", "-e", str(script)), project, env, untouched, tests=last)

    def made(target: str) -> str:
        there = (environment / "bin" / "python").exists()
        if target == "clean" and environment.exists():
            return f"{environment} is still there"
        wanting = target in {"create", "install"} and not there
        return f"there is no interpreter in {environment}" if wanting else untouched()

    for target in TARGETS:
        scene.person(("make", target), project, env, partial(made, target))


def shell(manager: Manager, bench: Bench, home: Path, other: Path) -> dict[str, str]:
    """Return the environment of somebody's shell, and write the settings in their home.

    `other` is the environment that is active there.
    """
    ours = {*FIXED, *manager.settings, *manager.unattended} - _HARMLESS
    kept = {name: value for name, value in bench.pip_env.items() if name not in ours}
    values = {"HOME": str(home), "OTHER": str(other)}
    (home / "wheels").mkdir(parents=True)
    for name, text in _filled((trap.files for trap in TRAPS), values):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
    moved = {name for name in kept if name.startswith("XDG_")} - {"XDG_CACHE_HOME"}
    return {
        **{name: value for name, value in kept.items() if name not in moved},
        **dict(_filled((trap.variables for trap in TRAPS), values)),
        "XDG_CONFIG_DIRS": str(home / ".config"),  # not this machine's own
        "HOME": str(home),
        "PATH": os.pathsep.join((str(other / "bin"), kept["PATH"])),
    }


def _filled(
    tables: Iterable[Mapping[str, str]], values: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    for table in tables:
        for name, text in table.items():
            yield name, Command((text,)).replace(values).argv[0]


def _quick_start(readme: Path) -> Iterator[str]:
    """Yield what two people type: who writes the lock, and who clones the project afterwards.

    Both first set up their shell, where the README says so. PLATFORM is for them to fill in.
    """
    section = readme.read_text(encoding="utf-8").partition("\n## Quick start\n")[2]
    platform = {"PLATFORM": metavariables("")["PLATFORM"]}
    blocks = re.findall(r"^```sh\n(.*?)^```$", section.partition("\n## ")[0], re.M | re.S)
    for block in blocks[-2:]:
        yield Command(("".join([*blocks[:-2], block]),)).replace(platform).argv[0]


def _outside(scene: Scene, home: Path, other: Path) -> dict[str, str]:
    """Describe the files that nothing may change: sizes and times, without bytecode."""
    base = scene.bench.python.parent.parent
    roots = (home, other, *base.glob("lib/python3*/*-packages"), base / "bin")
    state = tuple(home / name for name in _STATE)
    found = {}
    for path in (path for root in roots for path in root.rglob("*") if path.is_file()):
        if "__pycache__" in path.parts or any(path.is_relative_to(one) for one in state):
            continue
        stat = path.lstat()
        found[str(path)] = f"{stat.st_size} {stat.st_mtime_ns}"
    return found
