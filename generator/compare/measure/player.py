"""Player: goes through the plan, one step at a time, and keeps a journal of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from threading import Event
from typing import Any

from generator.check.equivalence import differences
from generator.check.model import CHANNEL, CaseReport, Package, StepReport
from generator.check.scene import ORIGINS, Watcher
from generator.compare import now
from generator.compare.measure.journal import Journal, NothingToResume
from generator.compare.measure.plan import BY_NAME, EXPORTS, Slot, plan
from generator.compare.measure.record import Record
from generator.compare.measure.stage import Interrupted, Stage, packages
from generator.credentials import without_password


class Player:
    """A run: the stages, and what is known of each slot of the plan so far."""

    def __init__(
        self,
        stages: Mapping[str, Stage],
        journal: Journal,
        watcher: Watcher,
        runs: int,
        cancel: Event,
    ) -> None:
        self.stages = stages
        self._journal = journal
        self._watcher = watcher
        self.runs = runs
        self._cancel = cancel
        self.records = {
            entry["done"]: Record.load(entry["record"])
            for entry in journal.entries
            if "done" in entry
        }
        #: When the run was started, however often it was stopped since.
        self.began = ""
        #: For each manager, the pass that its project is in the midst of.
        self._current: dict[str, tuple[str, int]] = {}
        # A run that was killed in a step left the project in a state that is not to be trusted.
        begun = {entry["begun"]: entry["manager"] for entry in journal.entries if "begun" in entry}
        self._doubtful = {name for key, name in begun.items() if key not in self.records}

    def prepare(self, channel: str) -> None:
        """Make every manager ready; one that is another version than before cannot go on."""
        for stage in self.stages.values():
            stage.prepare(channel)
        tools = {name: one.bench.tool.version for name, one in self.stages.items() if one.bench}
        for entry in self._journal.entries:
            for name, version in entry.get("tools", {}).items():
                if tools.get(name, version) != version:
                    raise NothingToResume(f"{name} was {version} and is {tools[name]} now")
        at = now()
        times = (entry["at"] for entry in self._journal.entries if "at" in entry)
        self.began = next(times, at)
        self._journal.append({"tools": tools, "at": at})

    def play(self) -> bool:
        """Go through what is left of the plan; return whether it was all."""
        for slot in plan(list(self.stages), self.runs):
            stage = self.stages[slot.manager]
            known = {*stage.manager.commands, "inspect"} - stage.candidate.left_out
            if slot.key in self.records or slot.verb not in known:
                continue
            if self._cancel.is_set():
                return False
            if (record := self._excused(slot)) is None:
                self._journal.append({"begun": slot.key, "manager": slot.manager})
                try:
                    record = self._perform(stage, slot)
                except Interrupted:
                    return False
                except Exception as error:  # noqa: BLE001 - of this verb nothing is known, of others all
                    record = stage.unable(error)
                    self._current.pop(slot.manager, None)  # nor what it made of the project
                    self._doubtful.add(slot.manager)
                if self._cancel.is_set() and record.status != "passed":
                    return False
            self.records[slot.key] = record
            self._journal.append({"done": slot.key, "record": record.dump()})
            self._tell(slot, record)
        return True

    def _excused(self, slot: Slot) -> Record | None:
        """Return why a slot need not be played: what it needs, or what the first pass showed."""
        first = self.records.get(Slot("evidence", 0, slot.verb, slot.manager).key)
        if slot.run and first and first.status != "passed":
            return Record(first.status, first.reason)
        for need in BY_NAME[slot.verb].needs:
            record = self.records.get(Slot(slot.kind, slot.run, need, slot.manager).key)
            if record is None or record.status != "passed":
                return Record("not_run", f"{need} did not succeed")
        chosen = packages(self.stages[slot.manager].candidate)
        if slot.verb == "update-one" and not chosen[slot.verb]:
            return Record("not_run", "the project has no dependency")
        return None

    def _perform(self, stage: Stage, slot: Slot) -> Record:
        if not stage.missing and (gone := self._enter(stage, slot)):
            return Record("unable", gone)
        if slot.verb == "inspect":
            return stage.inspect()
        if slot.kind == "evidence" and slot.verb in EXPORTS and stage.is_lock(slot.verb):
            return Record("passed")  # nothing more to be seen: it was kept with the lock
        if slot.verb == "versions":
            return stage.available([one.package for one in differences(self.cases())])
        if why := self._set(stage, slot):
            return Record("not_run", why)
        record = stage.act(slot.verb, cold=slot.kind == "cold", keep=slot.kind == "evidence")
        if slot.run == 0 and slot.verb == "create" and record.status == "passed":
            return replace(record, found={"version": stage.version()})
        return record

    def _enter(self, stage: Stage, slot: Slot) -> str:
        """Bring the project to where this pass has got; return why that is not possible, or ""."""
        name, here = slot.manager, (slot.kind, slot.run)
        if self._current.get(name) == here:
            return ""
        earlier = {
            key.split("/")[2]: record
            for key, record in self.records.items()
            if record.ran
            and key.startswith(f"{slot.kind}/{slot.run}/")
            and key.endswith(f"/{name}")
        }
        whole = earlier and name not in self._doubtful and stage.project.exists()
        self._doubtful.discard(name)
        if not whole:
            stage.renew()
            for verb, record in earlier.items():
                again = replace(slot, verb=verb)
                if not BY_NAME[verb].changes:
                    continue
                if self._set(stage, again) or stage.act(verb).status != record.status:
                    return f"{verb}, repeated after an interruption, did not end as before"
        self._current[name] = here
        return ""

    def _set(self, stage: Stage, slot: Slot) -> str:
        """Make what a verb's figure is about; return why that is not possible, or ""."""
        if slot.verb == "lock":
            stage.without_lock()
        if slot.verb == "install-locked" and slot.kind != "evidence":
            stage.without_environment()
            if stage.act("create").status != "passed":
                return "create did not succeed the second time"
        return ""

    def _tell(self, slot: Slot, record: Record) -> None:
        if slot.verb == "inspect" and record.ran:
            return  # the scene has told
        note = "first pass, not measured"
        if slot.run:
            cache = f"{slot.kind} cache, " if BY_NAME[slot.verb].cached else ""
            note = f"{cache}run {slot.run} of {self.runs}"
        report = StepReport(
            slot.verb, (), record.seconds, None, "zero", record.status, record.reason or note
        )
        self._watcher.finished(slot.manager, report)

    def cases(self, channel: str = "") -> list[CaseReport]:
        """Return what is known of how each manager resolved."""
        return [self._case(stage, channel) for stage in self.stages.values()]

    def _case(self, stage: Stage, channel: str) -> CaseReport:
        def found(verb: str) -> Mapping[str, Any]:
            record = self.records.get(Slot("evidence", 0, verb, stage.manager.name).key)
            return record.found if record else {}

        tool = stage.bench.tool if stage.bench else None
        packages = found("inspect").get("packages", {})
        available = found("versions").get("available", {})
        return CaseReport(
            stage.manager.name,
            found("create").get("version") or (tool.version if tool else ""),
            ORIGINS[tool.origin] if tool else "",
            stage.candidate.answers.values,
            (),
            packages={
                name: Package(version, python, tuple(requires))
                for name, (version, python, requires) in packages.items()
            },
            available={name: tuple(versions) for name, versions in available.items()},
            channel=(without_password(channel) or CHANNEL) if stage.manager.engine else "",
        )
