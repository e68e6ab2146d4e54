"""Generated projects in uv's layout, which is the fastest, installed by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.answers import resolve
from generator.catalog import manager
from generator.render import render
from generator.run import Outcome, Step, run
from generator.toolchain import prepare


@dataclass(frozen=True)
class Installed:
    """A project in `folder`, and the environment for its commands."""

    folder: Path
    env: Mapping[str, str]

    def do(self, *argv: str, **more: str) -> Outcome:
        """Run a command in it, with some more variables."""
        return run(Step(argv[0], argv, self.folder, {**self.env, **more}), timeout=600)

    def succeed(self, verb: str, **metavariables: str) -> None:
        """Run what uv does for a verb, all of which must succeed."""
        for command in manager("uv").commands[verb]:
            outcome = self.do(*command.replace(metavariables).argv)
            assert outcome.ok, f"{outcome.step.line}: {outcome.reason}\n{outcome.output}"


def installed(given: Mapping[str, Any], python: str, place: Path) -> Installed:
    """Render a project with these answers into `place`/project, and install it on this Python."""
    uv = manager("uv")
    answers = resolve({**given, "manager": uv.name})
    project = Installed(place / "project", prepare(uv, python, place).env)
    render(answers.context, answers.values).write(project.folder)
    for verb in ("create", "install"):
        project.succeed(verb)
    return project
