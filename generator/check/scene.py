"""Scene: one project on its bench, and how a step is played in it and judged."""

from __future__ import annotations

import importlib
import json
import re
import shlex
import time
import traceback
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any, Literal, Protocol

from packaging.utils import canonicalize_name

from generator.catalog import Command, Manager
from generator.check.model import Package, Status, StepReport
from generator.errors import ScaffoldError, describe
from generator.run import INTERRUPTED, Outcome, Step, run
from generator.toolchain import Bench, NoInterpreter, prepare

#: What `add` and `remove` are tried with: small, pure, without dependencies, not in the tree.
PROBE = "tomli-w"
#: Left out of a copy of a project: what its manager makes anew, and its history.
NOT_COPIED = (
    ".git",
    ".venv",
    ".conda",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
)
#: How the place is called where a manager was found.
ORIGINS = {"PATH": "on PATH", "provided": "provided", "engine": "built in"}
#: Longest time for one step, in seconds.
TIMEOUT = 1200.0
#: What helps against most of what a file system refuses.
_ROOM = "; see that there is room, and that you may write there"
#: Verbs that never need a network: what they print says nothing about it.
_LOCAL = {"test", "lint", "typecheck", "run", "clean", "inspect", "version"}
_NO_NETWORK = re.compile(
    r"dns error|name or service not known|temporary failure in name resolution"
    r"|nodename nor servname|failed to establish a new connection|network is unreachable"
    r"|connection refused|error sending request|could not resolve host|max retries exceeded"
    r"|all attempts to connect",
    re.IGNORECASE,
)
_DISTRIBUTIONS = str(Path(__file__).with_name("distributions.py"))


class Watcher(Protocol):
    """Is told what happens while it happens; called from the case's thread."""

    def started(self, manager: str, verb: str, line: str) -> None:
        """Take note that a step starts."""

    def finished(self, manager: str, step: StepReport) -> None:
        """Take note of a step's end."""


def set_up(manager: Manager, pythons: Sequence[str], folder: Path, watcher: Watcher) -> Bench:
    """Find or provide a manager, and the oldest of `pythons` that this machine has.

    Raises `ToolUnavailable`, or `NoInterpreter` for the first of them.
    """
    begin = time.monotonic()
    watcher.started(manager.name, "provide", f"looking for {manager.title}")
    missing: list[NoInterpreter] = []
    for version in pythons:
        try:
            bench = prepare(manager, version, folder)
        except NoInterpreter as error:
            missing.append(error)
            continue
        seconds = round(time.monotonic() - begin, 3)
        found = f"{bench.tool.name} {bench.tool.version}, {ORIGINS[bench.tool.origin]}"
        watcher.finished(
            manager.name, StepReport("provide", (), seconds, None, "zero", "passed", found)
        )
        return bench
    raise missing[0]


def channel_settings(manager: Manager, url: str) -> dict[str, str]:
    """Return the settings that make a manager with channels use this one."""
    if not (url and manager.engine):
        return {}
    settings: dict[str, str] = importlib.import_module(manager.engine).channel_settings(url)
    return settings


class Broken(Exception):
    """A step failed: the act that it belongs to ends here."""


class Unreadable(ScaffoldError):
    """A step ended well, and what it was to leave behind cannot be read."""


def unable(verb: str, error: Exception) -> StepReport:
    """Report what nobody expected of a step: nothing is known of the layout then.

    A mistake of ours has its traceback as the step's output.
    """
    expected = isinstance(error, ScaffoldError | OSError)
    trace = "" if expected else "".join(traceback.format_exception(error))
    remedy = _ROOM if isinstance(error, OSError) else ""
    return StepReport(verb, (), 0.0, None, "zero", "unable", describe(error) + remedy, output=trace)


@dataclass
class Scene:
    """A project in `project`, with `scratch` beside it for fresh environments."""

    manager: Manager
    bench: Bench
    project: Path
    scratch: Path
    names: Mapping[str, str]
    watcher: Watcher
    cancel: Event = field(default_factory=Event)
    steps: list[StepReport] = field(default_factory=list)
    tests: tuple[str, ...] = ()
    packages: Mapping[str, Package] = field(default_factory=dict)
    version: str = ""

    def verb(self, verb: str, check: Callable[[], str] = lambda: "") -> None:
        """Run a verb of the manager; `check` then says why it failed all the same, if it did."""
        if reason := self.manager.unsupported.get(verb):
            self.record(StepReport(verb, (), 0.0, None, "zero", "unsupported", reason))
            return
        *first, last = (command.replace(self.names) for command in self.manager.commands[verb])
        for command in first:
            self.command(verb, command)
        self.command(verb, last, check)

    def red(self, verb: str, what: str) -> None:
        """Run a verb that has to end with a failing command, because of `what`."""
        commands = [command.replace(self.names) for command in self.manager.commands[verb]]
        for number, command in enumerate(commands, 1):
            outcome = self._run(self._step(verb, command))
            if outcome.exit_code == 0 and number < len(commands):
                self._judge(outcome)
                continue
            self._judge(replace(outcome, step=replace(outcome.step, expect="nonzero")), stale=what)
            return

    def test(self, command: Command | None = None, cwd: Path | None = None) -> None:
        """Run the project's tests; which ones ran is recorded, and must be the same every time."""
        commands = (command,) if command else self.manager.commands["test"]
        for one in commands:
            self._tested(self._step("test", one.replace(self.names), cwd))

    def person(
        self,
        argv: tuple[str, ...],
        cwd: Path,
        env: Mapping[str, str],
        check: Callable[[], str],
        *,
        tests: bool = False,
    ) -> None:
        """Run what a person would, in the environment of their shell; with `tests`, it tests."""
        step = Step("person", argv, cwd, env)
        if tests:
            self._tested(step, check)
        else:
            self._judge(self._run(step), check)

    def _tested(self, step: Step, check: Callable[[], str] = lambda: "") -> None:
        junit = self.scratch / "junit.xml"
        junit.unlink(missing_ok=True)
        options = shlex.join(["--junit-xml", str(junit), "-o", "junit_family=xunit1"])
        step = replace(step, env={**step.env, "PYTEST_ADDOPTS": options})
        self._judge(self._run(step), lambda: check() or self._same_tests(junit))

    def inspect(self) -> None:
        """Record the environment's distributions; it has to be the project's own."""
        environment = self.project / self.manager.environment
        command = Command((str(environment / "bin" / "python"), "-I", _DISTRIBUTIONS))
        outcome = self._run(self._step("inspect", command))

        def own() -> str:
            try:
                found: dict[str, Any] = json.loads(outcome.output)
                self.packages = {
                    canonicalize_name(name): Package(version, python, tuple(requires))
                    for name, (version, python, requires) in found["packages"].items()
                }
                prefix = Path(found["prefix"])
            except (ValueError, LookupError, TypeError, AttributeError) as error:
                raise Unreadable(f"{environment} says nothing of its packages ({error})") from error
            return (
                ""
                if prefix.samefile(environment)
                else f"it ran from {prefix}, not from {environment}"
            )

        self._judge(outcome, own)

    def available(self, package: str) -> tuple[str, ...]:
        """Return the versions that a manager with channels finds there; () if it cannot tell."""
        for command in self.manager.commands.get("versions", ()):
            filled = command.replace({**self.names, "PACKAGE": package})
            outcome = run(self._step("versions", filled), timeout=TIMEOUT, cancel=self.cancel)
            if outcome.ok:
                with suppress(ValueError, LookupError, TypeError, AttributeError):  # it cannot tell
                    found: dict[str, list[dict[str, str]]] = json.loads(outcome.output)
                    return tuple(entry["version"] for entry in found.get(package, []))
        return ()

    def ask_version(self) -> None:
        """Record the version that the manager prints of itself, in the project."""
        outcome = self._run(self._step("version", Command(self.manager.version_argv)))

        def own() -> str:
            found = re.search(r"\d+(\.\d+)+\w*", outcome.output)
            self.version = found[0] if found else ""
            return "" if found else "it printed no version"

        self._judge(outcome, own)

    def command(
        self,
        verb: str,
        command: Command,
        check: Callable[[], str] = lambda: "",
        cwd: Path | None = None,
    ) -> None:
        """Run one command that has to exit 0; raise `Broken` when it does not."""
        self._judge(self._run(self._step(verb, command, cwd)), check)

    def pip(self, verb: str, python: str, *words: str) -> None:
        """Run the pip of an interpreter, which has to exit 0; raise `Broken` when it does not."""
        step = self._step(verb, Command((python, "-m", "pip", *words)))
        self._judge(self._run(replace(step, env=self.bench.pip_env)))

    def record(self, report: StepReport) -> None:
        """Add a step's report and tell the watcher."""
        self.steps.append(report)
        self.watcher.finished(self.manager.name, report)

    def _step(self, verb: str, command: Command, cwd: Path | None = None) -> Step:
        stdout = None if command.stdout is None else Path(command.stdout)
        return Step(verb, command.argv, cwd or self.project, self.bench.env, stdout)

    def _run(self, step: Step) -> Outcome:
        self.watcher.started(self.manager.name, step.verb, step.line)
        return run(step, timeout=TIMEOUT, cancel=self.cancel)

    def _judge(
        self, outcome: Outcome, check: Callable[[], str] = lambda: "", stale: str = ""
    ) -> None:
        status, reason = judge(outcome)
        if status == "failed" and outcome.exit_code == 0 and stale:
            reason = f"it stayed green although {stale}"
        output = outcome.output
        if status == "passed":
            try:
                if why := check():
                    status, reason = "failed", why
            except Exception as error:  # noqa: BLE001 - of this step nothing is known, of others all
                unknown = unable(outcome.step.verb, error)
                status, reason, output = "unable", unknown.reason, f"{output}{unknown.output}"
        step = outcome.step
        # As manager.yml has them: the index's URL, which it leaves open, may hold credentials.
        given = self.manager.settings.items()
        settings = " ".join(f"{name}={shlex.quote(value)}" for name, value in given)
        repeat = (
            f"cd {shlex.quote(str(step.cwd))} && {settings + ' ' if settings else ''}{step.line}"
        )
        fine = status == "passed"
        report = StepReport(
            step.verb,
            step.argv,
            round(outcome.seconds, 3),
            outcome.exit_code,
            step.expect,
            status,
            reason,
            "" if fine else repeat,
            "" if fine else output,
        )
        self.record(report)
        if not fine:
            raise Broken

    def _same_tests(self, junit: Path) -> str:
        ran = node_ids(junit)
        if not ran:
            return "no test ran"
        if self.tests and ran != self.tests:
            changed = sorted(set(ran) ^ set(self.tests))
            return f"other tests ran than the first time: {', '.join(changed[:5])}"
        self.tests = ran
        return ""


def judge(outcome: Outcome) -> tuple[Status, str]:
    """Return a step's status and, unless it passed, why."""
    expect: Literal["zero", "nonzero"] = outcome.step.expect
    if outcome.exit_code is None or outcome.reason == INTERRUPTED:
        return "unable", outcome.reason
    if (
        outcome.step.verb not in _LOCAL
        and outcome.exit_code != 0
        and _NO_NETWORK.search(outcome.output)
    ):
        return "unable", "the package index or channel could not be reached"
    if outcome.ok:
        return "passed", ""
    return "failed", outcome.reason or f"exit code {outcome.exit_code}, expected {expect}"


def node_ids(junit: Path) -> tuple[str, ...]:
    """Return the node ids in a JUnit file of pytest's (family xunit1), without the skipped ones.

    Raises `Unreadable` for a file that is cut off, or of something else.
    """
    if not junit.is_file():
        return ()
    try:
        tree = ET.parse(junit)  # noqa: S314 - pytest wrote it a moment ago
    except ET.ParseError as error:
        raise Unreadable(f"{junit}, which pytest wrote, cannot be read ({error})") from error
    ran = []
    for case in tree.iter("testcase"):
        if case.find("skipped") is not None:
            continue
        file = case.get("file", "")
        module = file.removesuffix(".py").replace("/", ".")
        classes = case.get("classname", "").removeprefix(module).lstrip(".")
        ran.append("::".join(filter(None, [file, *classes.split("."), case.get("name", "")])))
    return tuple(sorted(ran))
