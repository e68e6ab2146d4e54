"""Play: what the managers really do: how they resolve, and what every verb takes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from generator import __version__
from generator.check.model import CaseReport
from generator.check.scene import PROBE, Watcher
from generator.compare import now
from generator.compare.measure.figures import figures, problems
from generator.compare.measure.machine import this_machine
from generator.compare.measure.plan import EXPORTS
from generator.compare.measure.player import Player
from generator.compare.measure.stage import Candidate, Stage, packages
from generator.compare.measure.work import work_folder
from generator.compare.model import Measurements, Problem
from generator.toolchain import forget_password

__all__ = ["EXPORTS", "Evidence", "Played", "play"]


@dataclass(frozen=True)
class Evidence:
    """How a manager resolved: as `scaffold check` reports a case, and the files it wrote.

    `locks` are the lock files by path, `exports` the written files by path, by verb; a verb that
    did not succeed is not there. `report.packages` is empty where the lock was not installed.
    """

    report: CaseReport
    locks: Mapping[str, bytes] = field(default_factory=dict)
    exports: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)


@dataclass(frozen=True)
class Played:
    """What came of a run; without measuring, there are no measurements."""

    evidence: tuple[Evidence, ...]
    measurements: Measurements | None
    problems: tuple[Problem, ...]


def play(
    candidates: Sequence[Candidate],
    watcher: Watcher,
    *,
    runs: int = 0,
    channel: str = "",
    folder: Path | None = None,
    resume: bool = False,
    cancel: Event | None = None,
) -> Played:
    """Resolve with every manager, and measure every verb of each `runs` times cold and warm.

    Nothing is written outside of the work folder (by default one in our cache directory, named
    after the question) and of what providing a manager writes; at the end little is left of it.
    When `cancel` is set, or KeyboardInterrupt passes through, it holds what `resume` goes on with.
    Raises `Busy`, `NothingToResume` or `BadFile`; what goes wrong with a manager is in the result.
    """
    question = ask(candidates, runs, channel)
    cancel = cancel or Event()
    with work_folder(question, folder, resume=resume) as (place, journal):
        stages = {
            one.manager.name: Stage(
                one, place / one.manager.name, watcher, cancel, own_cache=bool(runs)
            )
            for one in candidates
        }
        player = Player(stages, journal, watcher, runs, cancel)
        complete = False
        try:
            player.prepare(channel)
            complete = player.play()
            return _result(player, channel, complete=complete)
        finally:
            for name in stages:
                forget_password(place / name / "bench")
            if complete or not runs:
                for stage in stages.values():
                    stage.clear()


def ask(candidates: Sequence[Candidate], runs: int, channel: str) -> dict[str, Any]:
    """Return all that figures depend on and that we decide, for a journal to be told by."""
    return {
        "scaffold": __version__,
        "managers": {one.manager.name: _digest(one) for one in candidates},
        "runs": runs,
        # A channel's URL may hold a token.
        "channel": hashlib.sha256(channel.encode()).hexdigest()[:8] if channel else "",
    }


def _result(player: Player, channel: str, *, complete: bool) -> Played:
    stages = list(player.stages.values())
    evidence = tuple(
        Evidence(
            case,
            stage.kept("lock"),
            {verb: files for verb in EXPORTS if (files := stage.kept(verb))},
        )
        for stage, case in zip(stages, player.cases(channel), strict=True)
    )
    measurements = Measurements(
        machine=this_machine(),
        started=player.began,
        finished=now(),
        runs=player.runs,
        package=_package([stage.candidate for stage in stages]),
        complete=complete,
        figures=figures(
            [(stage.manager, stage.candidate.left_out) for stage in stages], player.records
        ),
    )
    return Played(evidence, measurements if player.runs else None, problems(player.records))


def _package(candidates: Sequence[Candidate]) -> str:
    updated = dict.fromkeys(packages(one)["update-one"] for one in candidates)
    said = [f"{PROBE} (added, removed)", *(f"{name} (updated)" for name in updated if name)]
    return ", ".join(said)


def _digest(candidate: Candidate) -> str:
    found = hashlib.sha256(repr(sorted(candidate.left_out)).encode())
    found.update(repr((candidate.manager.commands, candidate.manager.settings)).encode())
    for path, file in sorted(candidate.tree.files.items()):
        found.update(f"{path}\0{file.mode}\0{len(file.data)}\0".encode() + file.data)
    return found.hexdigest()[:16]
