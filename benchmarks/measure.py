"""What measuring a step costs, as paired differences of one run.

    python benchmarks/measure.py [--rounds 15] [--files 8000] [--json FILE]

Every round runs each step once as `scaffold compare --measure` does (begun in the journal, run by
the launcher, the project's folder scanned, done in the journal) and once with nothing but fork,
exec and wait, in changing order. Steps are uv locking a small project, and a fixed second (and ten)
of work for a CPU. `in figure` is how much longer the figure is than the bare time: what measuring
adds to what it reports. `beside` is what it takes besides, while nothing is timed. The project's
folder holds an environment of --files files. This measures, and fails nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from generator.answers import Answers
from generator.catalog import Manager
from generator.cli.progress import Quiet
from generator.compare.measure.journal import NAME, Journal
from generator.compare.measure.stage import Stage
from generator.toolchain import Bench, Tool
from generator.toolchain.environment import child_environment
from generator.tree import File, Tree

PYPROJECT = """\
[project]
name = "small"
version = "1"
requires-python = ">=3.11"
dependencies = ["iniconfig", "pluggy", "packaging"]
"""
WORK = "import time\nwhile time.process_time() < {seconds}: pass"


@dataclass(frozen=True)
class Cost:
    """Seconds of one round: the bare step, the figure that measuring gives, and all it took."""

    bare: float
    figure: float
    whole: float


@dataclass(frozen=True)
class Layout:
    """A layout of no manager that there is."""

    manager: Manager
    answers: Answers
    tree: Tree
    left_out: frozenset[str] = frozenset()


def steps() -> dict[str, list[str]]:
    """Return the argvs by name."""
    import uv

    return {
        "uv lock": [uv.find_uv_bin(), "lock"],
        "1 s of work": [sys.executable, "-c", WORK.format(seconds=1)],
        "10 s of work": [sys.executable, "-c", WORK.format(seconds=10)],
    }


def stage_of(argv: list[str], folder: Path, files: int) -> Stage:
    """Return a stage whose verb `lock` is this argv, with an environment in its project."""
    facts = {
        "title": "", "homepage": "", "executable": "python3", "version": [], "manifest": [],
        "lock": ["uv.lock"], "scope": "", "environment": ".venv", "files": [],
        "commands": {"lock": [argv]},
    }  # fmt: skip
    answers = Answers({"project_name": "small"}, {"pythons": [], "dependencies": []})
    tree = Tree({"pyproject.toml": File(PYPROJECT.encode())})
    candidate = Layout(Manager.load("any", json.dumps(facts)), answers, tree)
    stage = Stage(candidate, folder, Quiet(), Event())
    python = Path(sys.executable)
    env = child_environment(folder / "bench")
    stage.bench = Bench(Tool("python3", python, "", "PATH"), python, env)
    stage.renew()
    for number in range(files):
        place = stage.project / ".venv" / str(number // 20) / str(number)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    return stage


def bare(argv: list[str], cwd: Path, env: dict[str, str]) -> float:
    """Run an argv with nothing around it; return its wall seconds."""
    begin = time.perf_counter()
    child = subprocess.Popen(
        argv,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.wait4(child.pid, 0)
    seconds = time.perf_counter() - begin
    child.returncode = 0
    return seconds


def measured(stage: Stage, journal: Journal) -> tuple[float, float]:
    """Measure the stage's verb; return the figure, and the wall seconds of it all."""
    begin = time.perf_counter()
    journal.append({"begun": "warm/1/lock/any", "manager": "any"})
    stage.without_lock()
    record = stage.act("lock")
    journal.append({"done": "warm/1/lock/any", "record": record.dump()})
    whole = time.perf_counter() - begin
    if record.status != "passed":
        sys.exit(f"{record.line}: {record.reason}\n{record.words}")
    return record.seconds, whole


def rounds_of(argv: list[str], rounds: int, files: int) -> list[Cost]:
    """Return what each round took, after one that is not counted."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        stage = stage_of(argv, folder, files)
        assert stage.bench
        caches = {"UV_CACHE_DIR": str(stage.warm / "uv")}
        env = {**stage.bench.env, **caches}
        costs = []
        with Journal(folder / NAME, {"managers": {}}, resume=False) as journal:
            for number in range(rounds + 1):
                alone = None
                if number % 2:
                    stage.without_lock()
                    alone = bare(argv, stage.project, env)
                figure, whole = measured(stage, journal)
                if alone is None:
                    stage.without_lock()
                    alone = bare(argv, stage.project, env)
                costs.append(Cost(alone, figure, whole))
        return costs[1:]


def row(name: str, costs: list[Cost]) -> dict[str, float | str]:
    """Return a step's times in milliseconds, and what measuring adds in percent of the step.

    `at_best` compares the shortest times of both kinds, which what else the machine does meets
    least; the others are medians of the rounds.
    """
    step = statistics.median(one.bare for one in costs)
    added = statistics.median(one.figure - one.bare for one in costs)
    best = min(one.bare for one in costs)
    at_best = min(one.figure for one in costs) - best
    beside = statistics.median(one.whole - one.figure for one in costs)
    return {
        "step": name,
        "rounds": len(costs),
        "bare_ms": 1000 * step,
        "in_figure_ms": 1000 * added,
        "in_figure_percent": 100 * added / step,
        "at_best_ms": 1000 * at_best,
        "at_best_percent": 100 * at_best / best,
        "beside_ms": 1000 * beside,
        "beside_percent": 100 * beside / step,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_raw())
    parser.add_argument("--rounds", type=int, default=15, help="a fifth of it for the long step")
    parser.add_argument("--files", type=int, default=8000, help="in the project's environment")
    parser.add_argument("--json", type=Path, help="write the table here, too")
    options = parser.parse_args()
    rows = []
    print(f"{'':14} {'bare ms':>9} {'in figure':>19} {'at best':>19} {'beside':>19}")
    for name, argv in steps().items():
        rounds = max(3, options.rounds // 5) if name.startswith("10") else options.rounds
        found = row(name, rounds_of(argv, rounds, options.files))
        rows.append(found)
        shares = [
            f"{found[f'{kind}_ms']:8.1f} ms {found[f'{kind}_percent']:6.2f} %"
            for kind in ("in_figure", "at_best", "beside")
        ]
        print(f"{name:14} {found['bare_ms']:9.1f}", *shares)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n")


def _raw() -> Callable[..., argparse.HelpFormatter]:
    return argparse.RawDescriptionHelpFormatter


if __name__ == "__main__":
    main()
