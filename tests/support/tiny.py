"""A tiny project with real managers, measured: `python -m tests.support.tiny FOLDER [--resume]`.

It prints a line for each step that ends, and at last the figures as JSON.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

from generator.answers import resolve
from generator.cli.progress import Plain
from generator.compare import Entrant
from generator.compare.measure.play import Played, play
from generator.render import render

#: Small, pure, without dependencies.
DEPENDENCIES = [
    {"name": "iniconfig", "spec": ">=2", "group": "runtime"},
    {"name": "pluggy", "spec": ">=1", "group": "dev"},
]
#: What needs the packages of a real one, or a service that need not be in reach.
WITHOUT = frozenset({"test", "lint", "typecheck", "run", "audit"})


def candidate(name: str, left_out: frozenset[str] = WITHOUT) -> Entrant:
    answers = resolve({"project_name": "tiny", "manager": name})
    context = {**answers.context, "dependencies": DEPENDENCIES}
    answers = dataclasses.replace(answers, context=context)
    return Entrant(answers, render(context, answers.values), left_out)


def measure(folder: Path, *candidates: Entrant, resume: bool = False) -> Played:
    return play(candidates, Plain(sys.stdout), runs=1, folder=folder, resume=resume)


if __name__ == "__main__":
    try:
        played = measure(Path(sys.argv[1]), candidate("uv"), resume="--resume" in sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)
    assert played.measurements
    print(json.dumps(dataclasses.asdict(played.measurements)))
