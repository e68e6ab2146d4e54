"""Check: take layouts through all that they claim, with the real managers, and compare them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from generator.answers import Answers
from generator.catalog import Manager, manager, metavariables
from generator.check.equivalence import differences
from generator.check.model import CHANNEL, CaseReport, Report, StepReport
from generator.check.scene import (
    NOT_COPIED,
    ORIGINS,
    PROBE,
    Scene,
    Watcher,
    channel_settings,
    set_up,
)
from generator.check.story import tell
from generator.errors import ScaffoldError
from generator.render import render

__all__ = ["Case", "Report", "Watcher", "check"]


@dataclass(frozen=True)
class Case:
    """One layout to check: its answers, and an existing project instead of a fresh one."""

    answers: Answers
    project: Path | None = None

    @property
    def manager(self) -> Manager:
        """The manager whose layout it is."""
        return manager(self.answers["manager"])


def check(
    cases: Sequence[Case], folder: Path, watcher: Watcher, *, jobs: int = 1, channel: str = ""
) -> Report:
    """Check every case in a folder of its own below `folder`, `jobs` of them at once.

    Nothing is written elsewhere but the caches and provided tools in the user's cache directory.
    Raises `ScaffoldError` for a bad `channel`; what goes wrong in a case is in its report.
    """
    for case in cases:
        channel_settings(case.manager, channel)
    cancel = Event()
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        runs = [pool.submit(_play, case, folder, watcher, channel, cancel) for case in cases]
        try:
            played = [run.result() for run in runs]
        except BaseException:
            cancel.set()  # ends the steps that run
            pool.shutdown(cancel_futures=True)
            raise
    reports = tuple(report for report, _ in played)
    names = [one.package for one in differences(reports)]
    reports = tuple(
        replace(report, available={name: scene.available(name) for name in names})
        if scene
        else report
        for report, scene in played
    )
    return Report(reports, differences(reports))


def _play(
    case: Case, folder: Path, watcher: Watcher, channel: str, cancel: Event
) -> tuple[CaseReport, Scene | None]:
    chosen = case.manager
    place = folder / chosen.name
    project = place / case.answers["project_name"]
    if case.project is None:
        render(case.answers.context, case.answers.values).write(project)
    else:
        shutil.copytree(case.project, project, ignore=shutil.ignore_patterns(*NOT_COPIED))
    blank = CaseReport(chosen.name, "", "", case.answers.values, ())
    try:
        bench = set_up(chosen, case.answers.context["pythons"], place / "bench", watcher)
    except ScaffoldError as error:
        step = StepReport("provide", (), 0.0, None, "zero", "unable", str(error))
        watcher.finished(chosen.name, step)
        return replace(blank, steps=(step,), kept=str(place)), None
    bench = replace(bench, env={**bench.env, **channel_settings(chosen, channel)})
    names = {**metavariables(case.answers["project_name"]), "PACKAGE": PROBE}
    scratch = place / "scratch"
    scratch.mkdir()
    scene = Scene(chosen, bench, project, scratch, names, watcher, cancel)
    tell(scene, case.answers)
    report = replace(
        blank,
        manager_version=scene.version or bench.tool.version,
        engine=ORIGINS[bench.tool.origin],
        channel=(channel or CHANNEL) if chosen.engine else "",
        steps=tuple(scene.steps),
        tests=scene.tests,
        packages=scene.packages,
        kept=str(place),
    )
    return report, scene
