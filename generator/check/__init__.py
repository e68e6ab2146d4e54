"""Check: take layouts through all that they claim, with the real managers, and compare them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from generator.answers import Answers
from generator.catalog import Manager, manager, metavariables
from generator.check.effects import Wanted
from generator.check.equivalence import differences
from generator.check.model import CHANNEL, CaseReport, Report, StepReport
from generator.check.outside import places
from generator.check.repeat import Repeats
from generator.check.scene import (
    NOT_COPIED,
    ORIGINS,
    PROBE,
    TIMEOUT,
    Scene,
    Watcher,
    channel_settings,
    set_up,
    unable,
)
from generator.check.story import tell
from generator.credentials import without_password
from generator.errors import describe
from generator.render import render
from generator.run import INTERRUPTED, Cancelled, cancellable, stop_if_cancelled
from generator.toolchain import forget_password

__all__ = ["Case", "Report", "Stopped", "Watcher", "check"]


@dataclass(frozen=True)
class Case:
    """One layout to check: its answers, and an existing project instead of a fresh one."""

    answers: Answers
    project: Path | None = None

    @property
    def manager(self) -> Manager:
        """The manager whose layout it is."""
        return manager(self.answers["manager"])


class Stopped(Exception):
    """Ctrl-C or a polite kill, which is the cause; `report` is what was known by then."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__("the check was stopped")


def check(
    cases: Sequence[Case],
    folder: Path,
    watcher: Watcher,
    *,
    jobs: int = 1,
    channel: str = "",
    timeout: float = TIMEOUT,
) -> Report:
    """Check every case in a folder of its own below `folder`, `jobs` of them at once.

    A step that takes longer than `timeout` seconds is ended, and unable.
    Nothing is written elsewhere but the caches and provided tools in the user's cache directory.
    Raises `ScaffoldError` for a bad `channel`, and `Stopped` when KeyboardInterrupt or SystemExit
    comes, within some two seconds. What goes wrong in a case, whatever it is, is in its report.
    """
    for case in cases:
        channel_settings(case.manager, channel)
    cancel = Event()
    plays = [
        _Play(case, folder / case.manager.name, watcher, channel, cancel, timeout) for case in cases
    ]
    pool = ThreadPoolExecutor(max_workers=jobs)
    try:
        wait([pool.submit(play.go) for play in plays])
        return _compared(plays, ask=True)
    except (KeyboardInterrupt, SystemExit) as stop:
        cancel.set()  # ends the steps that run
        pool.shutdown(cancel_futures=True)
        raise Stopped(_compared(plays, ask=False)) from stop
    finally:
        cancel.set()
        pool.shutdown(cancel_futures=True)
        for case in cases:
            forget_password(folder / case.manager.name / "bench")


class _Play:
    """A case that is played, in a thread of its own, and what is known of it so far."""

    def __init__(
        self,
        case: Case,
        place: Path,
        watcher: Watcher,
        channel: str,
        cancel: Event,
        timeout: float,
    ) -> None:
        self.case = case
        self.scene: Scene | None = None
        self._place = place
        self._watcher = watcher
        self._channel = channel
        self._cancel = cancel
        self._timeout = timeout
        self._repeats = Repeats(place)
        #: Steps outside of the scene.
        self._steps: list[StepReport] = []

    def go(self) -> None:
        """Play it; whatever happens is in the report."""
        try:
            with cancellable(self._cancel):
                self._set_up()
            if self.scene is not None:
                tell(self.scene, self.case.answers)
                self._repeats.settle()
        except Cancelled:
            self._record(replace(_NOT_BEGUN, status="unable"))
        except Exception as error:  # noqa: BLE001 - of this case nothing is known, of others all
            self._record(unable("provide" if self.scene is None else "check", error))

    def report(self) -> CaseReport:
        """Return what is known by now."""
        chosen, scene = self.case.manager, self.scene
        steps = (*(scene.steps if scene else ()), *self._steps)
        # What the run was stopped before: it never began.
        report = CaseReport(chosen.name, "", "", self.case.answers.values, steps or (_NOT_BEGUN,))
        if self._place.exists():
            report = replace(report, kept=str(self._place))
        if scene is None:
            return report
        return replace(
            report,
            manager_version=scene.version or scene.bench.tool.version,
            engine=ORIGINS[scene.bench.tool.origin],
            channel=(without_password(self._channel) or CHANNEL) if chosen.engine else "",
            tests=scene.tests,
            packages=scene.packages,
        )

    def _set_up(self) -> None:
        case, chosen = self.case, self.case.manager
        project = self._place / case.answers["project_name"]
        if case.project is None:
            render(case.answers.context, case.answers.values).write(project)
        else:
            shutil.copytree(case.project, project, symlinks=True, ignore=_not_copied)
        stop_if_cancelled()
        bench = set_up(
            chosen, case.answers.context["pythons"], self._place / "bench", self._watcher
        )
        bench = replace(bench, env={**bench.env, **channel_settings(chosen, self._channel)})
        names = {**metavariables(case.answers["project_name"]), "PACKAGE": PROBE}
        scratch = self._place / "scratch"
        scratch.mkdir()
        changed = [project / name for name in (*chosen.manifest, *chosen.lock_files())]
        self._repeats = Repeats(self._place, changed)
        self.scene = Scene(
            chosen,
            bench,
            project,
            scratch,
            names,
            self._watcher,
            self._cancel,
            wanted=Wanted.of(case.answers),
            watched=places(bench, self._place),
            fresh=case.project is None,
            timeout=self._timeout,
            repeats=self._repeats,
        )

    def _record(self, step: StepReport) -> None:
        self._steps.append(step)
        self._watcher.finished(self.case.manager.name, step)


_NOT_BEGUN = StepReport("provide", (), 0.0, None, "zero", "not_run", INTERRUPTED)


def _not_copied(folder: str, names: list[str]) -> set[str]:
    stop_if_cancelled()  # a project may be large
    return shutil.ignore_patterns(*NOT_COPIED)(folder, names)


def _compared(plays: Sequence[_Play], *, ask: bool) -> Report:
    """Compare what is known; `ask` the managers for what explains a difference, too."""
    reports = tuple(play.report() for play in plays)
    try:
        names = [one.package for one in differences(reports)]
        reports = tuple(
            replace(report, available={name: play.scene.available(name) for name in names})
            if ask and play.scene
            else report
            for report, play in zip(reports, plays, strict=True)
        )
        return Report(reports, differences(reports))
    except Exception as error:  # noqa: BLE001 - what each layout did is known all the same
        return Report(reports, problem=f"the layouts could not be compared: {describe(error)}")
