"""What is in `templates/`: the managers, loaded and validated from their folders."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from generator.errors import BadTemplate, UnknownName
from generator.memo import recall
from generator.system import machine


@cache
def templates_root() -> Path:
    """Return the folder of templates: inside the installed package, or beside it in a checkout."""
    installed = Path(__file__).parent / "templates"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "templates"


def load_yaml(text: str) -> Any:
    """Parse YAML with libyaml where PyYAML has it (ten times faster than pure Python)."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(text, Loader=loader)  # noqa: S506 - both loaders are the safe ones


def metavariables(project_name: str) -> dict[str, str]:
    """Return the values of the words in a project's commands that whoever runs them replaces.

    PLATFORM is conda's name of this machine, such as linux-64 or osx-arm64. The third such word,
    PACKAGE, is for a person to fill in.
    """
    system = {"darwin": "osx", "win32": "win"}.get(sys.platform, "linux")
    kind = machine()
    arm = "aarch64" if system == "linux" else "arm64"
    kind = {"x86_64": "64", "amd64": "64", "arm64": arm, "aarch64": arm}.get(kind, kind)
    return {"PROJECT": project_name, "PLATFORM": f"{system}-{kind}"}


@dataclass(frozen=True)
class Command:
    """One argv of a verb; `stdout` names the file that its output goes to, if any."""

    argv: tuple[str, ...]
    stdout: str | None = None

    @classmethod
    def load(cls, entry: Any) -> Command:
        """Read a list of words, or a mapping `{argv, stdout}`."""
        if isinstance(entry, dict):
            return cls(tuple(map(str, entry["argv"])), entry.get("stdout"))
        return cls(tuple(map(str, entry)))

    def replace(self, values: Mapping[str, str]) -> Command:
        """Return the command with metavariables replaced by their values."""

        def filled(word: str) -> str:
            for name, value in values.items():
                word = word.replace(name, value)
            return word

        return Command(
            tuple(filled(word) for word in self.argv),
            None if self.stdout is None else filled(self.stdout),
        )

    def __str__(self) -> str:
        """Return the line that one would type into a POSIX shell."""
        import shlex

        line = shlex.join(self.argv)
        return line if self.stdout is None else f"{line} > {shlex.quote(self.stdout)}"


@dataclass(frozen=True)
class Stale:
    """How `lock-check` ends where a lock does not fit its manifest, and in no other case.

    `exit` is the exit code of the command that notices it, `says` a regular expression that its
    output then matches (`^` and `$` at each line); PACKAGE stands for the dependency that is new.
    """

    exit: int
    says: str

    @classmethod
    def load(cls, facts: Any) -> Stale:
        """Read `{exit, says}`; raise ValueError where it could stand for something else."""
        if not isinstance(facts, dict) or facts.keys() != {"exit", "says"}:
            raise ValueError("stale: lock-check needs {exit, says}, to tell a stale lock by")
        stale = cls(facts["exit"], facts["says"])
        if type(stale.exit) is not int or not 0 < stale.exit < 126:
            raise ValueError(f"stale: {stale.exit!r} is no exit code of a lock that is stale")
        try:
            empty = stale.said("", "")
        except re.error as error:
            raise ValueError(f"stale: {stale.says!r} is no regular expression: {error}") from error
        if not stale.says or empty:
            raise ValueError(f"stale: {stale.says!r} matches no output at all")
        return stale

    def said(self, output: str, package: str) -> bool:
        """Tell whether these are its words."""
        says = self.says.replace("PACKAGE", re.escape(package))
        return re.search(says, output, re.MULTILINE) is not None


@dataclass(frozen=True)
class Manager:
    """One tool's facts, as its `manager.yml` states them."""

    name: str
    title: str
    homepage: str
    executable: str
    version_argv: tuple[str, ...]
    manifest: tuple[str, ...]
    lock: tuple[str, ...]
    scope: str
    environment: str
    files: tuple[str, ...]
    commands: Mapping[str, tuple[Command, ...]]
    unsupported: Mapping[str, str] = field(default_factory=dict)
    #: Other executables on PATH that understand the same command lines.
    alternatives: tuple[str, ...] = ()
    #: A module of ours whose `write_shim` stands in for the executable where none is found.
    engine: str = ""
    #: Packages that the layout itself puts into the environment, and why: {name: reason}.
    brings: Mapping[str, str] = field(default_factory=dict)
    #: Environment variables that its commands need, whoever runs them; the project says them, too.
    settings: Mapping[str, str] = field(default_factory=dict)
    #: Those that its commands need where nobody is there to answer or to read.
    unattended: Mapping[str, str] = field(default_factory=dict)
    #: Those that lead it astray where a person has them set; the project unsets them.
    unset: tuple[str, ...] = ()
    #: Those that hand it a package index of the user's: in the values, INDEX_URL is its URL.
    index: Mapping[str, str] = field(default_factory=dict)
    #: Python that, where a provided one runs, prints the URL of its own default index.
    default_index: str = ""
    #: The verbs that make a new project ready.
    start: tuple[str, ...] = ("create", "install", "lock")
    #: The page that a person gets it from.
    download: str = ""
    #: How a stale lock is told; a manager without `lock-check` has none.
    stale: Stale | None = None

    @property
    def tool_list(self) -> Path:
        """The pinned packages, with hashes, that it is provided from; there may be no such file."""
        return templates_root() / self.name / "tool.txt"

    @property
    def pinned(self) -> str | None:
        """The version that is provided where there is none; None where it cannot be provided."""
        if not self.tool_list.is_file():
            return None
        text = self.tool_list.read_text(encoding="utf-8")
        found = re.search(rf"^{re.escape(self.name)}==([^\s;\\]+)", text, re.MULTILINE)
        return found and found[1]

    @property
    def inside(self) -> str:
        """The version of it that `create` installs into the project's environment, or ""."""
        wanted = f"{self.name}=="
        words = (word for line in self.commands.get("create", ()) for word in line.argv)
        return next((word.removeprefix(wanted) for word in words if word.startswith(wanted)), "")

    @property
    def shell(self) -> tuple[str, ...]:
        """The lines that set up a POSIX shell for its commands; often none."""
        exported = " ".join(f"{name}={value}" for name, value in self.settings.items())
        lines = (f"export {exported}" if exported else "", " ".join(("unset", *self.unset)))
        return tuple(line for line in lines if line not in {"", "unset"})

    def lock_files(self) -> tuple[str, ...]:
        """Return the paths of the lock on this platform, in a project."""
        platform = metavariables("")["PLATFORM"]
        return tuple(name.replace("PLATFORM", platform) for name in self.lock)

    @classmethod
    def load(cls, name: str, text: str) -> Manager:
        """Read a `manager.yml`; raise `BadTemplate` where a fact is missing or misshapen."""
        try:
            facts = recall("yaml", text, load_yaml)
            verbs: dict[str, Any] = facts["commands"]
            return cls(
                name=name,
                title=facts["title"],
                homepage=facts["homepage"],
                executable=facts["executable"],
                version_argv=tuple(facts["version"]),
                manifest=tuple(facts["manifest"]),
                lock=tuple(facts["lock"]),
                scope=facts["scope"],
                environment=facts["environment"],
                files=tuple(facts["files"]),
                commands={
                    verb: tuple(map(Command.load, argvs))
                    for verb, argvs in verbs.items()
                    if isinstance(argvs, list)
                },
                unsupported={
                    verb: entry["unsupported"]
                    for verb, entry in verbs.items()
                    if isinstance(entry, dict)
                },
                alternatives=tuple(facts.get("alternatives", [])),
                engine=facts.get("engine", ""),
                brings=facts.get("brings", {}),
                settings=facts.get("settings", {}),
                unattended=facts.get("unattended", {}),
                unset=tuple(facts.get("unset", [])),
                index=facts.get("index", {}),
                default_index=facts.get("default_index", ""),
                start=tuple(facts.get("start", cls.start)),
                download=facts.get("download", facts["homepage"]),
                stale=Stale.load(facts.get("stale")) if _has(verbs, "lock-check") else None,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BadTemplate(f"{name}/manager.yml", f"{type(error).__name__}: {error}") from error


def _has(verbs: Mapping[str, Any], verb: str) -> bool:
    return isinstance(verbs.get(verb), list)


@cache
def manager_names() -> tuple[str, ...]:
    """Return the managers' names: every folder in `templates/` that holds a `manager.yml`."""
    return tuple(sorted(path.parent.name for path in templates_root().glob("*/manager.yml")))


@cache
def manager(name: str) -> Manager:
    """Load one manager; raise `UnknownName` with the nearest name where there is none."""
    if name not in manager_names():
        raise UnknownName("manager", name, manager_names())
    text = (templates_root() / name / "manager.yml").read_text(encoding="utf-8")
    return Manager.load(name, text)


def managers() -> Iterator[Manager]:
    """Yield every manager, by name."""
    return map(manager, manager_names())
