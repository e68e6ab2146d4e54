"""How fast `scaffold new` and `scaffold --help` are beside others, as paired ratios of one run.

    python benchmarks/new.py --venv DIR [--rounds 15] [--json FILE]

DIR is an environment for the competitors; where it does not exist, it is made and they are
installed there, with uv, and `copier` renders the very template that `scaffold new` does. Every
round runs each command once, in a changing order; a ratio is taken within a round, so that what
else goes on on the machine meets both. Every project has a name of its own, so that no tool has
seen it before. This measures, and fails nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generator.catalog import templates_root

COMPETITORS = ["copier", "hatch", "cookiecutter", "pyscaffold", "setuptools<81"]
ANSWERS = {
    "description": "A demo",
    "author-name": "A",
    "author-email": "a@example.org",
    "year": "2026",
    "python-version": "3.11",
    "license": "MIT",
    "aws-region": "us-east-1",
    "aws-client": "aioboto3",
    "ci": "github",
}


@dataclass(frozen=True)
class Contender:
    """A command line that makes a project called NAME in the working directory."""

    name: str
    argv: list[str]


def contenders(venv: Path, cookiecutter: Path) -> list[Contender]:
    """Return the commands that are measured; the first is what the others are compared with."""
    scaffold = str(Path(sys.executable).with_name("scaffold"))
    ours = ["--package-name=NAME", *(f"--{key}={value}" for key, value in ANSWERS.items())]
    theirs = [f"--data={key.replace('-', '_')}={value}" for key, value in ANSWERS.items()]
    programs = venv / "bin"
    template = str(templates_root())
    copier = ["copy", "--quiet", "--defaults", "--data=project_name=NAME", "--data=manager=poetry"]
    return [
        Contender("python -c pass", [sys.executable, "-c", "pass"]),
        Contender("import click", [sys.executable, "-c", "import click"]),
        Contender("scaffold --help", [scaffold, "--help"]),
        Contender(
            "scaffold new",
            [scaffold, "new", "NAME", "--manager=poetry", "--no-git", "--quiet", *ours],
        ),
        Contender("copier copy", [str(programs / "copier"), *copier, *theirs, template, "NAME"]),
        Contender("hatch new", [str(programs / "hatch"), "new", "NAME"]),
        Contender(
            "cookiecutter",
            [str(programs / "cookiecutter"), "--no-input", str(cookiecutter), "name=NAME"],
        ),
        Contender("putup", [str(programs / "putup"), "--no-config", "NAME"]),
    ]


def prepare(venv: Path) -> None:
    """Make the competitors' environment, unless it is there."""
    if (venv / "bin" / "python").exists():
        return
    import uv

    program = uv.find_uv_bin()
    subprocess.run([program, "venv", "--quiet", "--python", sys.executable, venv], check=True)
    words = ["pip", "install", "--quiet", "--compile-bytecode", "--python", venv / "bin" / "python"]
    subprocess.run([program, *map(str, words), *COMPETITORS], check=True)


def cookiecutter_template(folder: Path) -> Path:
    """Write a template of 24 small files, about as many as a project of ours has."""
    (folder / "{{ cookiecutter.name }}" / "src").mkdir(parents=True)
    (folder / "cookiecutter.json").write_text(json.dumps({"name": "demo", "author": "A"}))
    for number in range(24):
        place = folder / "{{ cookiecutter.name }}" / ("src" if number % 2 else ".")
        text = "{{ cookiecutter.name }} by {{ cookiecutter.author }}\n" * 20
        (place / f"file{number}.txt").write_text(text)
    return folder


def run_once(contender: Contender, name: str, env: dict[str, str]) -> float:
    """Run a command in a fresh directory; return its wall seconds."""
    argv = [word.replace("NAME", name) for word in contender.argv]
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        subprocess.run(argv, cwd=folder, env=env, check=True, capture_output=True, timeout=120)
        return time.perf_counter() - begin


def measure(commands: list[Contender], rounds: int, env: dict[str, str]) -> dict[str, list[float]]:
    """Return each command's wall seconds, one a round, after one round that is not counted."""
    walls: dict[str, list[float]] = {contender.name: [] for contender in commands}
    for number in range(rounds + 1):
        order = commands[:]
        random.Random(number).shuffle(order)
        for contender in order:
            wall = run_once(contender, f"demo{number}", env)
            if number:
                walls[contender.name].append(wall)
    return walls


def table(walls: dict[str, list[float]]) -> list[dict[str, float | str]]:
    """Return a row a command: milliseconds, and how many times the two yardsticks it takes."""

    def ratio(name: str, yardstick: str) -> float:
        pairs = zip(walls[name], walls[yardstick], strict=True)
        return statistics.median(one / other for one, other in pairs)

    return [
        {
            "command": name,
            "median_ms": 1000 * statistics.median(seconds),
            "min_ms": 1000 * min(seconds),
            "x_python": ratio(name, "python -c pass"),
            "scaffold_new_x": ratio("scaffold new", name),
        }
        for name, seconds in walls.items()
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_raw())
    parser.add_argument("--venv", type=Path, required=True, help="environment of the competitors")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", type=Path, help="write the table here, too")
    options = parser.parse_args()
    prepare(options.venv)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        env = {**os.environ, "HOME": name, "XDG_CACHE_HOME": str(home / ".cache")}
        # As a user has it: the round that is not counted leaves compiled modules to all.
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        (home / ".gitconfig").write_text("[user]\n\tname = A\n\temail = a@example.org\n")
        commands = contenders(options.venv, cookiecutter_template(home / "cookiecutter"))
        missing = [item.name for item in commands if shutil.which(item.argv[0]) is None]
        if missing:
            sys.exit(f"not found: {', '.join(missing)}; delete {options.venv} and start again")
        rows = table(measure(commands, options.rounds, env))
    print(f"{'':18} {'median ms':>10} {'min ms':>8} {'x python':>9} {'scaffold new is':>16}")
    for row in rows:
        print(
            f"{row['command']:18} {row['median_ms']:10.0f} {row['min_ms']:8.0f} "
            f"{row['x_python']:9.1f} {row['scaffold_new_x']:15.2f}x"
        )
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n")


def _raw() -> Callable[..., argparse.HelpFormatter]:
    return argparse.RawDescriptionHelpFormatter


if __name__ == "__main__":
    main()
