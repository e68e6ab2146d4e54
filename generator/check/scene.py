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
from typing import Any, Protocol

from packaging.utils import canonicalize_name

from generator.catalog import Command, Manager
from generator.check.effects import PROGRAM, Done, Ground, Wanted, amiss
from generator.check.model import Package, Status, StepReport
from generator.check.outside import changed, marks
from generator.check.reach import unanswered, unlisted
from generator.check.repeat import Repeats
from generator.check.verdict import judge, judge_red
from generator.credentials import without_credentials
from generator.errors import ScaffoldError, describe
from generator.run import Outcome, Step, run
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
#: Longest time for one step, in seconds, unless told otherwise.
TIMEOUT = 1200.0
#: What helps against most of what a file system refuses.
_ROOM = "; see that there is room, and that you may write there"


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
        found = "; ".join((found, *bench.tool.passed_by))
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
    """A project in `project`, with `scratch` beside it for fresh environments.

    `wanted` is what the layout promises, `watched` are places outside that nothing may touch,
    `fresh` tells that the project was rendered for this. A step has `timeout` seconds. With
    `repeats`, one that fails leaves a script that does it again.
    """

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
    wanted: Wanted = field(default_factory=Wanted)
    watched: tuple[Path, ...] = ()
    fresh: bool = True
    timeout: float = TIMEOUT
    repeats: Repeats | None = None

    def verb(self, verb: str, check: Callable[[], str] = lambda: "") -> None:
        """Run a verb of the manager and look at its effects.

        `check` then says why it failed all the same, if it did.
        """
        if reason := self.manager.unsupported.get(verb):
            self.record(StepReport(verb, (), 0.0, None, "zero", "unsupported", reason))
            return
        *first, last = (command.replace(self.names) for command in self.manager.commands[verb])
        effects = self._effects(verb)
        for command in first:
            self.command(verb, command)
        self._judge(self._run(self._step(verb, last)), check, effects)

    def red(self, verb: str, what: str, proof: Callable[[Outcome], bool]) -> None:
        """Run a verb that has to end with a failing command, because of `what`.

        `proof` tells whether an outcome shows that it failed because of it, and of nothing else.
        """
        commands = [command.replace(self.names) for command in self.manager.commands[verb]]
        for number, command in enumerate(commands, 1):
            outcome = self._run(self._step(verb, command))
            if outcome.exit_code == 0 and number < len(commands):
                self._judge(outcome)
                continue
            outcome = replace(outcome, step=replace(outcome.step, expect="nonzero"))
            self._report(outcome, *judge_red(outcome, self._ask, proof=proof, what=what))
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
        effects = self._effects(step.verb)
        step = replace(step, env={**step.env, "PYTEST_ADDOPTS": options})
        outcome = self._run(step)
        if outcome.exit_code and not outcome.reason and (red := failed_tests(junit)):
            # What a test prints says nothing of the network.
            self._report(outcome, "failed", f"these tests failed: {', '.join(red[:5])}")
        self._judge(outcome, lambda: check() or self._same_tests(junit), effects)

    def inspect(self) -> None:
        """Record the environment's distributions; it has to be the project's own."""
        environment = self.project / self.manager.environment
        command = Command((str(environment / "bin" / "python"), "-I", PROGRAM))
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
            outcome = run(self._step("versions", filled), timeout=self.timeout, cancel=self.cancel)
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
        if self.repeats:
            self.repeats.look()
        return run(step, timeout=self.timeout, cancel=self.cancel)

    def _ask(self, outcome: Outcome) -> str:
        """Tell what is wrong with the package index or channel, "" where it answers."""

        def wrong(package: str) -> str:
            step = replace(outcome.step, env=self.bench.pip_env)
            return unanswered(self.manager, step, package, self.scratch, self.cancel)

        if why := wrong(PROBE):
            return why
        if (package := unlisted(outcome.output)) and not wrong(package):
            return f"the package index did not list {package} then, and does now"
        return ""

    def _effects(self, verb: str) -> Callable[[Outcome], str]:
        """Look at the project before a verb; return what looks at it again afterwards."""
        before = Ground.survey(self.manager, self.project, self.wanted)
        outside = marks(self.watched)

        def effects(outcome: Outcome) -> str:
            after = Ground.survey(self.manager, self.project, self.wanted)
            done = Done(verb, before, after, outcome.output, outcome.step, self.cancel)
            return amiss(done) or changed(outside)

        return effects

    def _judge(
        self,
        outcome: Outcome,
        check: Callable[[], str] = lambda: "",
        effects: Callable[[Outcome], str] = lambda _: "",
    ) -> None:
        status, reason = judge(outcome, self._ask)
        output = outcome.output
        if status == "passed":
            try:
                if why := check() or effects(outcome):
                    status, reason = "failed", why
            except Exception as error:  # noqa: BLE001 - of this step nothing is known, of others all
                unknown = unable(outcome.step.verb, error)
                status, reason, output = "unable", unknown.reason, f"{output}{unknown.output}"
        self._report(replace(outcome, output=output), status, reason)

    def _report(self, outcome: Outcome, status: Status, reason: str) -> None:
        step = outcome.step
        fine = status == "passed"
        report = StepReport(
            step.verb,
            step.argv,
            round(outcome.seconds, 3),
            outcome.exit_code,
            step.expect,
            status,
            reason,
            "" if fine or not self.repeats else self.repeats.write(len(self.steps) + 1, step),
            "" if fine else without_credentials(outcome.output),
        )
        self.record(report)
        if not fine:
            raise Broken

    def _same_tests(self, junit: Path) -> str:
        if red := failed_tests(junit):
            return f"it ended well, but these tests did not: {', '.join(red[:5])}"
        ran = node_ids(junit)
        if not ran:
            return "no test ran"
        if self.tests and ran != self.tests:
            changed = sorted(set(ran) ^ set(self.tests))
            return f"other tests ran than the first time: {', '.join(changed[:5])}"
        self.tests = ran
        return ""


def failed_tests(junit: Path) -> tuple[str, ...]:
    """Return the names of the tests in a JUnit file that failed, or could not be run."""
    if not junit.is_file():
        return ()
    red = (one for one in _cases(junit) if {child.tag for child in one} & {"failure", "error"})
    return tuple(case.get("name", "") for case in red)


def node_ids(junit: Path) -> tuple[str, ...]:
    """Return the node ids in a JUnit file of pytest's (family xunit1), without the skipped ones."""
    if not junit.is_file():
        return ()
    ran = []
    for case in _cases(junit):
        if case.find("skipped") is not None:
            continue
        file = case.get("file", "")
        module = file.removesuffix(".py").replace("/", ".")
        classes = case.get("classname", "").removeprefix(module).lstrip(".")
        ran.append("::".join(filter(None, [file, *classes.split("."), case.get("name", "")])))
    return tuple(sorted(ran))


def _cases(junit: Path) -> list[ET.Element]:
    """Read a JUnit file; raise `Unreadable` for one that is cut off, or of something else."""
    try:
        return list(ET.parse(junit).iter("testcase"))  # noqa: S314 - pytest wrote it a moment ago
    except ET.ParseError as error:
        raise Unreadable(f"{junit}, which pytest wrote, cannot be read ({error})") from error
