"""Effects: what must be so once a verb has ended well. An exit code alone is not believed.

One table: a verb, and the questions put to what it left behind. Each answers "" or what is amiss.
What differs between managers is in their manager.yml: files, environment, lock, commands.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from packaging.utils import canonicalize_name

from generator.answers import Answers
from generator.catalog import Manager
from generator.run import Step, run

#: Seconds that a project's interpreter may take to list what is installed.
PATIENCE = 120.0
PROGRAM = str(Path(__file__).with_name("distributions.py"))
#: Below these, and below hidden folders, no file is a source.
_MADE = {"__pycache__", "build", "dist", "node_modules"}
_HASH = re.compile(r"sha256\W{1,4}[0-9a-f]{64}")


@dataclass(frozen=True)
class Wanted:
    """What a layout promises: the package, and its dependencies as (names, group).

    A dependency has more than one name where conda has another for it.
    """

    package: str = ""
    dependencies: tuple[tuple[tuple[str, ...], str], ...] = ()

    @classmethod
    def of(cls, answers: Answers) -> Wanted:
        """Read it off the answers."""
        known: Sequence[Mapping[str, Any]] = answers.context["dependencies"]
        return cls(
            answers.context.get("package_name", ""),
            tuple(((one["name"], *one.get("conda", ())), one["group"]) for one in known),
        )


@dataclass(frozen=True)
class Ground:
    """A project before or after a verb: its manifest, lock and sources by path, as digests."""

    manager: Manager
    project: Path
    wanted: Wanted
    files: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def survey(cls, manager: Manager, project: Path, wanted: Wanted) -> Ground:
        """Read every file that counts: a few milliseconds."""
        environment = (project / manager.environment).name
        named = {*manager.manifest, *manager.files, *manager.lock_files()}
        paths = {project / name for name in named} | set(_sources(project, environment))
        files = {
            path.relative_to(project).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in paths
            if path.is_file()
        }
        return cls(manager, project, wanted, files)

    def names(self, *groups: str) -> Iterator[tuple[str, ...]]:
        """Yield the dependencies of these groups that the manifest (still) has, by their names."""
        manifest = _plain("".join(self.text(name) for name in self.manager.manifest))
        for names, group in self.wanted.dependencies:
            if group in groups and any(_named(name, manifest) for name in names):
                yield names

    def text(self, name: str) -> str:
        """Return a file of the project, "" where there is none."""
        path = self.project / name
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


@dataclass(frozen=True)
class Done:
    """A verb that has ended well: the project before and after it, what it said, and where."""

    verb: str
    before: Ground
    after: Ground
    output: str
    step: Step
    cancel: Event | None = None

    @property
    def manager(self) -> Manager:
        """The manager whose verb it is."""
        return self.after.manager

    def written(self) -> tuple[str, ...]:
        """Return the files that the verb's commands name as their results."""
        return results(self.manager, self.verb)


Effect = Callable[[Done], str]


def results(manager: Manager, verb: str) -> tuple[str, ...]:
    """Return the files that a verb's commands name and that are no manifest: what it writes."""
    found: dict[str, None] = {}
    for command in manager.commands.get(verb, ()):
        for word in (*command.argv, command.stdout or ""):
            name = word.rpartition("=")[2]
            if Path(name).suffix in {".txt", ".toml"} and name not in manager.manifest:
                found[name] = None
    return tuple(found)


def amiss(done: Done) -> str:
    """Return the first thing that is not as the verb's effects have it, "" where all is well."""
    effects = EFFECTS.get(done.verb, ())
    return next(filter(None, (effect(done) for effect in effects)), "")


def environment_works(done: Done) -> str:
    """Want an interpreter that runs, from the project's own environment."""
    facts = _ask(done)
    return facts if isinstance(facts, str) else ""


def environment_is_gone(done: Done) -> str:
    """Want no environment."""
    place = done.after.project / done.manager.environment
    return f"{place} is still there" if place.exists() else ""


def project_is_installed(done: Done) -> str:
    """Want the project to be imported from the environment, and its dependencies installed."""
    package = done.after.wanted.package
    facts = _ask(done, *([package] if package and _has_package(done, package) else []))
    if isinstance(facts, str):
        return facts
    if facts["imported"]:
        return f"{package} cannot be imported in the environment: {facts['imported']}"
    installed = {canonicalize_name(name) for name in facts["packages"]}
    wanted = [names[0] for names in done.after.names("runtime", "dev")]
    missing = [name for name in wanted if canonicalize_name(name) not in installed]
    return f"{', '.join(missing)} not installed in the environment" if missing else ""


def as_locked(done: Done) -> str:
    """Want of every dependency the version that the lock names."""
    facts = _ask(done)
    if isinstance(facts, str):
        return facts
    lock = "".join(done.after.text(name) for name in done.manager.lock_files())
    versions = {canonicalize_name(name): one[0] for name, one in facts["packages"].items()}
    direct = {canonicalize_name(names[0]) for names in done.after.names("runtime", "dev")}
    known = sorted(direct & versions.keys())
    other = [name for name in known if not _holds_version(versions[name], lock)]
    said = ", ".join(f"{name} {versions[name]}" for name in other)
    return f"{said} installed, which the lock does not name" if other else ""


def lock_names_dependencies(done: Done) -> str:
    """Want lock files that are there, with every runtime dependency in each."""
    return _all_named(done, done.manager.lock_files())


def results_hold_hashes(done: Done) -> str:
    """Want the files that the verb names, with every runtime dependency and hashes for them."""
    for name in done.written():
        if not (text := done.after.text(name)):
            return f"it wrote no {name}"
        wanted = sum(1 for _ in done.after.names("runtime"))
        if len(_HASH.findall(text)) < max(wanted, 1):
            return f"{name} lacks hashes"
    return _all_named(done, done.written()) if done.written() else "it names no file to write"


def nothing_touched(done: Done) -> str:
    """Want manifest, lock and sources as they were."""
    return _altered(done, but=())


def only_the_lock_touched(done: Done) -> str:
    """Want manifest and sources as they were."""
    return _altered(done, but=done.manager.lock_files())


def only_manifest_and_lock_touched(done: Done) -> str:
    """Want sources as they were."""
    return _altered(done, but=(*done.manager.lock_files(), *done.manager.manifest))


def says_its_name(done: Done) -> str:
    """Want the project's own program to have answered: help names the program."""
    name = done.after.wanted.package
    return "" if _plain(name) in _plain(done.output) else f"its output does not name {name}"


def says_dependencies(done: Done) -> str:
    """Want every runtime dependency in what it printed."""
    text = _plain(done.output)
    missing = [names[0] for names in done.after.names("runtime") if not _any_named(names, text)]
    return f"its output does not name {', '.join(missing)}" if missing else ""


#: What must be so after each verb that ended well. `lock-check`, `lint` and `typecheck` must go red
#: besides, where there is a reason to (see `story`), and `add` and `remove` undo each other.
EFFECTS: Mapping[str, tuple[Effect, ...]] = {
    "create": (environment_works, only_the_lock_touched),
    "install": (project_is_installed, only_the_lock_touched),
    "install-locked": (project_is_installed, as_locked, nothing_touched),
    "test": (nothing_touched,),
    "lint": (nothing_touched,),
    "typecheck": (nothing_touched,),
    "lock": (lock_names_dependencies, only_the_lock_touched),
    "lock-check": (nothing_touched,),
    "export": (results_hold_hashes, nothing_touched),
    "export-pylock": (results_hold_hashes, nothing_touched),
    "add": (lock_names_dependencies, only_manifest_and_lock_touched),
    "remove": (lock_names_dependencies, only_manifest_and_lock_touched),
    "tree": (says_dependencies, nothing_touched),
    "run": (says_its_name, nothing_touched),
    "clean": (environment_is_gone, nothing_touched),
}


def _sources(project: Path, environment: str) -> Iterator[Path]:
    folders = [project]
    while folders:
        for path in folders.pop().iterdir():
            if path.is_symlink():
                continue
            if path.is_dir():
                if path.name[0] != "." and path.name not in {*_MADE, environment}:
                    folders.append(path)
            elif path.suffix in {".py", ".pyi"}:
                yield path


def _altered(done: Done, but: Sequence[str]) -> str:
    before, after = done.before.files, done.after.files
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if changed := changed - set(but):
        return f"it altered {', '.join(sorted(changed)[:5])}"
    return ""


def _all_named(done: Done, names: Sequence[str]) -> str:
    for name in names:
        if not (text := done.after.text(name)).strip():
            return f"there is no {name}, or it is empty"
        plain = _plain(text)
        missing = [one[0] for one in done.after.names("runtime") if not _any_named(one, plain)]
        if missing:
            return f"{name} does not name {', '.join(missing)}"
    return ""


def _has_package(done: Done, package: str) -> bool:
    return (done.after.project / "src" / package).is_dir()


def _ask(done: Done, *packages: str) -> dict[str, Any] | str:
    """Ask the environment's interpreter what is installed, or return what is amiss with it."""
    place = done.after.project / done.manager.environment
    argv = (str(place / "bin" / "python"), "-I", PROGRAM, *packages)
    step = Step("ask", argv, done.after.project, done.step.env)
    outcome = run(step, timeout=PATIENCE, cancel=done.cancel)
    if not outcome.ok:
        why = outcome.reason or f"exit code {outcome.exit_code}"
        return f"the environment's interpreter does not work: {why}"
    try:
        # A package may print something when it is imported.
        last = [line for line in outcome.output.splitlines() if line.startswith("{")][-1:]
        facts: dict[str, Any] = json.loads("".join(last))
        prefix = Path(facts["prefix"])
    except (ValueError, KeyError):
        return "the environment's interpreter does not say what is installed"
    if not prefix.is_dir() or not prefix.samefile(place):
        return f"the environment's interpreter runs in {prefix}, not in {place}"
    return facts


def _any_named(names: Sequence[str], text: str) -> bool:
    return any(_named(name, text) for name in names)


def names_package(name: str, text: str) -> bool:
    """Tell whether a text has a distribution's name in it, in any spelling."""
    return _named(name, _plain(text))


def _named(name: str, text: str) -> bool:
    """Tell whether a text of `_plain` has a distribution's name as a word of its own."""
    return re.search(rf"(?<![\w-]){re.escape(_plain(name))}(?!\w|-[a-z])", text) is not None


def _holds_version(version: str, text: str) -> bool:
    """Tell whether a text has a version in it, which is not a part of a longer one."""
    return re.search(rf"(?<![\w.]){re.escape(version)}(?!\w|\.\w)", text) is not None


def _plain(text: str) -> str:
    """Write names alike: lower case, with hyphens."""
    return re.sub(r"[_.]", "-", text.lower())
