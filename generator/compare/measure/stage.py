"""Stage: one layout in folders of its own, where its manager's verbs are run and measured."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Protocol

from generator.answers import Answers
from generator.catalog import Manager, metavariables
from generator.check.scene import (
    PROBE,
    TIMEOUT,
    Broken,
    Scene,
    Watcher,
    channel_settings,
    set_up,
    unable,
)
from generator.check.verdict import judge
from generator.compare.measure.record import Record
from generator.compare.measure.snapshot import Snapshot, snapshot
from generator.compare.measure.words import anonymous, last_words, places
from generator.run import INTERRUPTED, Outcome, Step, run
from generator.toolchain import Bench
from generator.toolchain.environment import CACHES, cache_root
from generator.tree import Tree


class Candidate(Protocol):
    """A layout to measure: the project as rendered, and verbs that would say nothing of it."""

    @property
    def manager(self) -> Manager:
        """The manager whose layout it is."""

    @property
    def answers(self) -> Answers:
        """What it was rendered from."""

    @property
    def tree(self) -> Tree:
        """The project."""

    @property
    def left_out(self) -> frozenset[str]:
        """The verbs that are not run."""


class Interrupted(Exception):
    """The run is to stop: what was being measured does not count."""


class Stage:
    """A candidate's place in the work folder: its project, its bench and its caches."""

    def __init__(
        self,
        candidate: Candidate,
        place: Path,
        watcher: Watcher,
        cancel: Event,
        *,
        own_cache: bool = True,
    ) -> None:
        """Plan to work in `place`; without a cache of its own, in the one that our runs share."""
        self.manager = candidate.manager
        self.candidate = candidate
        self.project = place / "project" / candidate.answers["project_name"]
        #: The cache that every pass but a cold one shares, and the one that a cold verb gets.
        self.warm = place / "warm" if own_cache else cache_root() / "downloads"
        self.cold = place / "cold"
        #: Why the manager cannot be run here; "" where it can.
        self.missing = ""
        self.bench: Bench | None = None
        self._place = place
        #: Copies of the files that evidence is about: a folder a verb.
        self._evidence = place / "evidence"
        self._watcher = watcher
        self._cancel = cancel
        self._known: Snapshot | None = None

    def prepare(self, channel: str) -> None:
        """Find or provide the manager; `missing` says why where that cannot be."""
        pythons = self.candidate.answers.context["pythons"]
        try:
            bench = set_up(self.manager, pythons, self._place / "bench", self._watcher)
        except Exception as error:  # noqa: BLE001 - of this manager nothing is known, of others all
            report = unable("provide", error)
            self.missing = report.reason
            self._watcher.finished(self.manager.name, report)
            return
        env = {**bench.env, **channel_settings(self.manager, channel)}
        self.bench = replace(bench, env=env)

    def unable(self, error: Exception) -> Record:
        """Return what becomes of a verb in which something happened that nobody expected."""
        report = unable("", error)
        words = self._clean(last_words(report.output))
        return Record("unable", self._clean(report.reason), words=words)

    def renew(self) -> None:
        """Make the project anew, as it was rendered."""
        self._known = None
        if self.project.exists():
            shutil.rmtree(self.project)
        self.candidate.tree.write(self.project)

    def clear(self) -> None:
        """Delete everything but the evidence: some hundred megabytes."""
        for folder in ("project", "warm", "cold", "bench"):
            shutil.rmtree(self._place / folder, ignore_errors=True)

    def is_lock(self, verb: str) -> bool:
        """Tell whether a verb does just what `lock` does."""
        return self.manager.commands.get(verb) == self.manager.commands["lock"]

    def without_lock(self) -> None:
        """Delete the lock: what is measured is to resolve, not to see that nothing changed."""
        self._known = None
        for name in self.manager.lock_files():
            (self.project / name).unlink(missing_ok=True)

    def without_environment(self) -> None:
        """Delete the environment."""
        self._known = None
        place = self.project / self.manager.environment
        if place.exists():
            shutil.rmtree(place)

    def act(self, verb: str, *, cold: bool = False, keep: bool = False) -> Record:
        """Run a verb with the warm cache, or with an empty one of its own.

        With `keep`, the files that it is about are copied aside, as evidence. Raises `Interrupted`
        where it was cancelled.
        """
        if self.missing:
            return Record("unable", self.missing)
        cache = self.cold if cold else self.warm
        if cold:
            shutil.rmtree(cache, ignore_errors=True)
        for folder in CACHES.values():
            (cache / folder).mkdir(parents=True, exist_ok=True)
        before = self._known or snapshot(self.project)
        self._known = None
        outcomes = list(self._run(verb, cache))
        last = outcomes[-1]
        if last.reason == INTERRUPTED:
            raise Interrupted
        after = self._known = snapshot(self.project)
        written = after.written_since(before)
        status, reason = judge(last)
        if keep and status == "passed":
            self._keep(verb, self.manager.lock_files() if verb == "lock" else written)
        record = Record(
            status,
            self._clean(reason),
            line=last.step.line,
            words="" if status == "passed" else self._clean(last_words(last.output)),
            seconds=sum(one.seconds for one in outcomes),
            cpu_seconds=sum(one.cpu_seconds for one in outcomes),
            peak_bytes=max(one.peak_bytes for one in outcomes),
            disk_bytes=after.bytes - before.bytes,
            cache_bytes=snapshot(cache).bytes if cold else None,
            files=len(written),
        )
        if cold:
            shutil.rmtree(cache, ignore_errors=True)
        return record

    def inspect(self) -> Record:
        """Tell what the lock installed, as {"packages": {name: [version, python, requires]}}."""
        scene = self._scene()
        try:
            scene.inspect()
        except Broken:
            step = scene.steps[-1]
            words = self._clean(last_words(step.output))
            return Record(step.status, self._clean(step.reason), "inspect", words)
        packages = {
            name: [one.version, one.requires_python, list(one.requires)]
            for name, one in scene.packages.items()
        }
        return Record("passed", line="inspect", found={"packages": packages})

    def version(self) -> str:
        """Return what the manager says of itself in the project, or "" where it does not."""
        scene = self._scene()
        try:
            scene.ask_version()
        except Broken:
            return ""
        return scene.version

    def available(self, packages: Sequence[str]) -> Record:
        """Tell what a manager's channel has of packages, as {"available": {name: [version]}}."""
        scene = self._scene()
        found = {name: list(scene.available(name)) for name in packages}
        return Record("passed", line="versions", found={"available": found})

    def kept(self, verb: str) -> dict[str, bytes]:
        """Return the files that a verb's evidence consists of, by their path in the project."""
        place = self._evidence / ("lock" if self.is_lock(verb) else verb)
        return {path: (place / path).read_bytes() for path in sorted(snapshot(place).files)}

    def _keep(self, verb: str, paths: Sequence[str]) -> None:
        """Copy files of the project aside, but for what lies in hidden folders and caches."""
        place = self._evidence / verb
        shutil.rmtree(place, ignore_errors=True)
        for path in paths:
            parts = Path(path).parts
            if any(part.startswith(".") or part == "__pycache__" for part in parts):
                continue
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.project / path, place / path)

    def _run(self, verb: str, cache: Path) -> Iterator[Outcome]:
        """Run a verb's commands up to the first that does not succeed."""
        assert self.bench is not None  # noqa: S101 - `missing` is "" then
        env = {**self.bench.env, **{name: str(cache / place) for name, place in CACHES.items()}}
        names = self._names(verb)
        for command in (one.replace(names) for one in self.manager.commands[verb]):
            stdout = None if command.stdout is None else Path(command.stdout)
            step = Step(verb, command.argv, self.project, env, stdout)
            self._watcher.started(self.manager.name, verb, step.line)
            outcome = run(step, timeout=TIMEOUT, cancel=self._cancel)
            yield outcome
            if judge(outcome)[0] != "passed":
                return

    def _names(self, verb: str) -> Mapping[str, str]:
        """Return the metavariables' values; PACKAGE depends on the verb."""
        package = packages(self.candidate)["update-one" if verb == "update-one" else "add"]
        return {**metavariables(self.candidate.answers["project_name"]), "PACKAGE": package}

    def _scene(self) -> Scene:
        assert self.bench is not None  # noqa: S101 - something ran in it before
        return Scene(
            self.manager,
            self.bench,
            self.project,
            self._place,
            self._names("inspect"),
            self._watcher,
            self._cancel,
        )

    def _clean(self, text: str) -> str:
        return anonymous(text, places(self.project, self._place)) if text else ""


def packages(candidate: Candidate) -> dict[str, str]:
    """Return what is added (and removed), and what is updated: the first runtime dependency.

    It is "" where the project has none; where conda has another name for it, the next one is taken.
    """
    known = candidate.answers.context["dependencies"]
    runtime = [one for one in known if one["group"] == "runtime"]
    plain = [one for one in runtime if one.get("conda", [one["name"]]) == [one["name"]]]
    chosen = next(iter([*plain, *runtime]), {"name": ""})
    return {"add": PROBE, "update-one": chosen["name"]}
