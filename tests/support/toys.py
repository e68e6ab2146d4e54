"""Toy managers: a manager.yml of commands that run for real, and leave a trace of what they met.

    python -m tests.support.toys FOLDER MODE

plays toys in FOLDER/work and starts anew with --resume each time it was killed: with MODE `step` in
the midst of every step, with `entry` in the midst of writing every entry of the journal. It prints
how often that was, and what was measured, as JSON.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from generator.answers import Answers
from generator.catalog import Manager
from generator.cli.progress import Quiet
from generator.compare.measure.journal import NAME, Journal
from generator.compare.measure.play import Played, play
from generator.compare.model import Figure
from generator.toolchain import Bench, Tool
from generator.toolchain.index import Index
from generator.tree import File, Tree

#: What every command of a toy does: how many files it writes shows what came before it.
CODE = """
import json, os, signal, sys
verb, name = sys.argv[1:3]
cache = os.environ["UV_CACHE_DIR"]
with open(os.environ["TOY_LOG"], "a") as log:
    log.write(f"{verb} {name} {'full' if os.listdir(cache) else 'empty'}\\n")
def write(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
state = open("state").read().split() if os.path.exists("state") else []
if killed := os.environ.get("TOY_KILLED"):
    with open(os.environ["TOY_JOURNAL"]) as journal:
        mark = os.path.join(killed, json.loads(journal.readlines()[-1])["begun"].replace("/", "+"))
    if not os.path.exists(mark):
        write(mark, "")
        write("state", "half done")
        os.kill(int(os.environ["TOY_PID"]), signal.SIGKILL)
        sys.exit(1)
write("state", " ".join([*state, verb]))
write(os.path.join(cache, f"{verb}-{name}"), "x" * 1000)
if verb == "create":
    os.makedirs(".venv/bin", exist_ok=True)
    write(".venv/pyvenv.cfg", "home = " + os.path.dirname(sys._base_executable))
    if not os.path.exists(".venv/bin/python"):
        os.symlink(sys._base_executable, ".venv/bin/python")
if verb == "lock":
    write("toy.lock", "locked")
for number in range(len(state)):
    write(f".venv/{verb}/{number}", "y" * 10)
"""
SMALL = ("create", "lock", "clean", "install-locked", "add")


@dataclass(frozen=True)
class Toy:
    """A candidate with a manager that no folder of templates/ has."""

    manager: Manager
    answers: Answers
    tree: Tree
    left_out: frozenset[str] = frozenset()


def argv(verb: str, name: str, code: str = CODE) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", code, verb, name]


def toy(name: str, verbs: Mapping[str, Any] | None = None, **options: Any) -> Toy:
    """Return a candidate whose verbs are the toy's own, or those given."""
    commands: dict[str, Any] = {verb: [argv(verb, name)] for verb in SMALL}
    facts = {
        "title": name, "homepage": "", "executable": "python3", "version": ["echo", "1.2.3"],
        "manifest": ["m"], "lock": ["toy.lock"], "scope": "platform", "environment": ".venv",
        "files": [], "commands": {**commands, **(verbs or {})},
    }  # fmt: skip
    dependencies = [{"name": "first", "group": "runtime"}, {"name": "second", "group": "dev"}]
    answers = Answers({"project_name": "app"}, {"pythons": [], "dependencies": dependencies})
    tree = Tree({"m": File(b"manifest")})
    return Toy(Manager.load(name, json.dumps(facts)), answers, tree, **options)


def at_home(folder: Path, patch: pytest.MonkeyPatch, env: Mapping[str, str] | None = None) -> Bench:
    """Have the toys found on this machine, whatever it is like, and no index asked for."""
    real = {"PATH": "/usr/bin:/bin", "TOY_LOG": str(folder / "log"), **(env or {})}
    python = Path(sys.executable)
    bench = Bench(Tool("python3", python, "1.2.3", "PATH"), python, real)
    patch.setattr("generator.compare.measure.stage.set_up", lambda *_: bench)
    index = Index("https://index.example/simple")
    patch.setattr("generator.compare.measure.words.package_index", lambda: index)
    return bench


def lines(folder: Path) -> list[str]:
    """Return what the toys have logged: verb, name, and whether they met a full or empty cache."""
    log = folder / "log"
    return log.read_text().splitlines() if log.exists() else []


def outline(figures: tuple[Figure, ...]) -> list[Any]:
    """Return what has to be the same of two runs: everything that is no time and no memory."""
    return [
        [
            *(one.verb, one.manager, one.cache, one.status, one.reason, one.runs),
            *(each and each.values for each in (one.disk_bytes, one.cache_bytes, one.files)),
        ]
        for one in figures
    ]


def _die_at_entries(marks: Path) -> None:
    """Be killed once in the midst of writing each entry of the journal."""
    append = Journal.append

    def dying(self: Journal, entry: Mapping[str, Any]) -> None:
        key = next(iter(entry.items()))
        mark = marks / "+".join(map(str, key)).replace("/", "+")
        if key[0] in {"begun", "done"} and not mark.exists():
            mark.touch()
            self._file.write(json.dumps(entry).encode()[:-5])
            self._file.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        append(self, entry)

    Journal.append = dying  # type: ignore[method-assign]


def _play(folder: Path, mode: str, *, resume: bool) -> Played:
    marks = folder / "killed"
    marks.mkdir(exist_ok=True)
    env = {"TOY_JOURNAL": str(folder / "work" / NAME), "TOY_PID": str(os.getpid())}
    if mode == "step":
        env["TOY_KILLED"] = str(marks)
    if mode == "entry":
        _die_at_entries(marks)
    at_home(folder, pytest.MonkeyPatch(), env)
    names = ("a", "b") if mode == "step" else ("a",)
    candidates = [toy(name) for name in names]
    return play(candidates, Quiet(), runs=1, folder=folder / "work", resume=resume)


def main(folder: Path, mode: str) -> None:
    kills = 0
    while True:
        if (child := os.fork()) == 0:
            played = _play(folder, mode, resume=kills > 0)
            assert played.measurements
            result = {
                "figures": outline(played.measurements.figures),
                "complete": played.measurements.complete,
                "problems": [dataclasses.asdict(one) for one in played.problems],
            }
            (folder / "result").write_text(json.dumps(result))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            break
        kills += 1
    print(json.dumps({"kills": kills, **json.loads((folder / "result").read_text())}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
