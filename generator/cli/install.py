"""`scaffold new --install`: the manager's own commands, run straight away, with live progress."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from generator.answers import Answers
from generator.catalog import Manager
from generator.check.effects import Wanted
from generator.check.model import StepReport
from generator.check.repeat import Repeats
from generator.check.report import step_dict
from generator.check.scene import Broken, Scene, set_up
from generator.cli.progress import failures, progress
from generator.cli.show import Output
from generator.toolchain import forget_password

#: The verbs that make a project ready, in order; after them its tests run.
VERBS = ("create", "install", "lock")


def install(
    manager: Manager, settled: Answers, target: Path, names: Mapping[str, str], output: Output
) -> dict[str, Any]:
    """Create the environment, install, lock and test; stop at the first step that fails.

    `names` are the values of the commands' metavariables. Return `{ok, manager_version, steps}`,
    each step as in the report of `scaffold check`. What the steps need beside the project is in a
    temporary folder, which is kept where one fails, for the script that repeats it. Raises
    `ToolUnavailable` or `NoInterpreter` where nothing could be started.
    """
    scratch = Path(tempfile.mkdtemp(prefix="scaffold-")).resolve()
    try:
        with progress(sys.stderr, quiet=output.quiet) as watcher:
            bench = set_up(manager, settled.context["pythons"], scratch, watcher)
            wanted = Wanted.of(settled)
            scene = Scene(manager, bench, target.resolve(), scratch, names, watcher, wanted=wanted)
            scene.repeats = Repeats(scratch)
            _play(scene)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    finally:
        forget_password(scratch)
    for line in failures(scene.steps):
        click.echo(line, err=True)
    if any(step.repeat for step in scene.steps):
        click.echo(f"kept for that: {scratch}; remove it afterwards", err=True)
    else:
        shutil.rmtree(scratch, ignore_errors=True)
    return {
        "ok": all(step.fine for step in scene.steps),
        "manager_version": bench.tool.version,
        "steps": [step_dict(step) for step in scene.steps],
    }


def _play(scene: Scene) -> None:
    verbs = [verb for verb in VERBS if verb in scene.manager.commands]
    try:
        while verbs:
            scene.verb(verbs[0])
            del verbs[0]
        scene.test()
    except Broken:
        for verb in [*verbs[1:], "test"] if verbs else []:
            why = "an earlier step failed"
            scene.record(StepReport(verb, (), 0.0, None, "zero", "not_run", why))
