"""The story of a check: the acts that every layout goes through, in the manager's own commands.

An act ends with its first failing step; the acts that need it are then not run, the others are.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.answers import Answers
from generator.catalog import Command, manager
from generator.check import person
from generator.check.effects import names_package, results
from generator.check.model import StepReport
from generator.check.scene import PROBE, Broken, Scene, unable
from generator.check.verdict import stale_proof
from generator.render import render
from generator.run import INTERRUPTED

#: A source that is seeded to see `lint` and `typecheck` go red, and taken back.
SEEDED = "seeded_by_scaffold_check.py"


@dataclass(frozen=True)
class Act:
    """One part of the story; `verbs` is what it is about, for a report when it is not played."""

    name: str
    verbs: tuple[str, ...]
    play: Callable[[Scene, Answers], None]
    needs: tuple[str, ...] = ()


def tell(scene: Scene, answers: Answers) -> None:
    """Play every act whose needs are met; what happened is in the scene."""
    broken: set[str] = set()
    for act in STORY:
        if scene.cancel.is_set():
            for verb in act.verbs:
                scene.record(StepReport(verb, (), 0.0, None, "zero", "not_run", INTERRUPTED))
            continue
        if missing := [need for need in act.needs if need in broken]:
            broken.add(act.name)
            for verb in act.verbs:
                reason = f"{missing[0]} did not succeed"
                scene.record(StepReport(verb, (), 0.0, None, "zero", "not_run", reason))
            continue
        try:
            act.play(scene, answers)
        except Broken:
            broken.add(act.name)
        except Exception as error:  # noqa: BLE001 - of this act nothing is known, of others all
            broken.add(act.name)
            scene.record(unable(act.verbs[0], error))


def _install(scene: Scene, _: Answers) -> None:
    scene.verb("create")
    scene.ask_version()
    scene.verb("install")


def _test(scene: Scene, _: Answers) -> None:
    scene.test()


def _verb(verb: str) -> Callable[[Scene, Answers], None]:
    return lambda scene, _: scene.verb(verb)


def _lock(scene: Scene, _: Answers) -> None:
    if scene.fresh:
        # `install` may have written a lock: what this verb is about is that it writes one.
        _without(scene, scene.manager.lock_files())
    scene.verb("lock")


def _reinstall(scene: Scene, _: Answers) -> None:
    scene.verb("clean")
    scene.verb("create")
    scene.verb("install-locked")
    scene.inspect()
    scene.test()


def _export(scene: Scene, _: Answers) -> None:
    _without_results(scene, "export")
    scene.verb("export")
    if "export" in scene.manager.unsupported:
        return
    python = _fresh(scene, "export")
    exported = str(scene.project / "requirements-dev.txt")
    scene.pip("export", python, "install", "--require-hashes", "--requirement", exported)
    scene.pip("export", python, "install", "--no-deps", ".")
    scene.test(Command((python, "-m", "pytest")))


def _export_pylock(scene: Scene, _: Answers) -> None:
    verb = "export-pylock"
    _without_results(scene, verb)
    scene.verb(verb)
    if verb in scene.manager.unsupported:
        return
    words = [word for command in scene.manager.commands[verb] for word in command.argv]
    pylock = next(word for word in reversed(words) if word.endswith(".toml"))
    python = _fresh(scene, verb)
    scene.pip(verb, python, "install", "--requirement", pylock)
    scene.pip(verb, python, "install", "--no-deps", ".")
    program = Path(python).with_name(scene.names["PROJECT"])
    scene.command(verb, Command((str(program), "--help")))


def _add_and_remove(scene: Scene, _: Answers) -> None:
    names = (*scene.manager.manifest, *scene.manager.lock_files())
    paths = [scene.project / name for name in names]
    before = {path: path.read_bytes() for path in paths}

    def changed() -> str:
        same = [path.name for path in paths if path.read_bytes() == before[path]]
        if same:
            return f"it left {', '.join(same)} as it was"
        lacking = [path.name for path in paths if not names_package(PROBE, path.read_text("utf-8"))]
        return f"{', '.join(lacking)} does not name {PROBE}" if lacking else ""

    def restored() -> str:
        other = [path.name for path in paths if path.read_bytes() != before[path]]
        return f"{', '.join(other)} did not return to what it was before the add" if other else ""

    scene.verb("add", changed)
    scene.verb("remove", restored)


def _stale(scene: Scene, answers: Answers) -> None:
    proof = stale_proof(scene.manager.stale, PROBE)
    with _edited(scene, answers) as name:
        scene.red("lock-check", f"{name} has a new dependency", proof)
    scene.verb("lock-check")  # without the edit it is green again


def _seeded(verb: str) -> Callable[[Scene, Answers], None]:
    """Play that a source which is no Python makes a verb red, and that it is the one it names."""

    def play(scene: Scene, _: Answers) -> None:
        folder = scene.project / "src" / scene.wanted.package
        source = (folder if folder.is_dir() else scene.project) / SEEDED
        source.write_text("def (:\n", encoding="utf-8")
        try:
            scene.red(verb, f"{source.name} is no Python", lambda one: SEEDED in one.output)
        finally:
            source.unlink()

    return play


STORY = (
    Act("install", ("create", "install"), _install),
    Act("test", ("test",), _test, needs=("install",)),
    Act("lint", ("lint",), _verb("lint"), needs=("install",)),
    Act("typecheck", ("typecheck",), _verb("typecheck"), needs=("install",)),
    Act("lint seeded", ("lint",), _seeded("lint"), needs=("lint",)),
    Act("typecheck seeded", ("typecheck",), _seeded("typecheck"), needs=("typecheck",)),
    Act("run", ("run",), _verb("run"), needs=("install",)),
    Act("lock", ("lock",), _lock, needs=("install",)),
    Act("lock-check", ("lock-check",), _verb("lock-check"), needs=("lock",)),
    Act("tree", ("tree",), _verb("tree"), needs=("lock",)),
    Act("re-install", ("clean", "create", "install-locked", "test"), _reinstall, needs=("lock",)),
    Act("export", ("export",), _export, needs=("re-install",)),
    Act("export-pylock", ("export-pylock",), _export_pylock, needs=("re-install",)),
    Act("add", ("add", "remove"), _add_and_remove, needs=("re-install",)),
    Act("person", ("person",), person.play, needs=("re-install",)),
    Act("stale", ("lock-check",), _stale, needs=("lock-check", "re-install")),
)


def _without(scene: Scene, names: Iterable[str]) -> None:
    for name in names:
        (scene.project / name).unlink(missing_ok=True)


def _without_results(scene: Scene, verb: str) -> None:
    """Delete what an earlier run left where a verb writes, unless it is the lock."""
    _without(scene, set(results(scene.manager, verb)) - set(scene.manager.lock_files()))


def _fresh(scene: Scene, name: str) -> str:
    """Make an environment of nothing but pip, and return its interpreter."""
    place = scene.scratch / name
    scene.command(name, Command(("python3", "-m", "venv", str(place))))
    python = str(place / "bin" / "python")
    # An interpreter's own pip may be too old for a pylock. Which is not, pip's manager.yml knows.
    pins = (word for command in manager("pip").commands["create"] for word in command.argv)
    scene.pip(name, python, "install", next(pin for pin in pins if pin.startswith("pip==")))
    return python


@contextmanager
def _edited(scene: Scene, answers: Answers) -> Iterator[str]:
    """Add a dependency to the manifest as a person would: by the line the template has for it."""
    extra = {"name": PROBE, "spec": ">=1", "group": "runtime"}
    known = answers.context["dependencies"]
    context = {**answers.context, "dependencies": [*known, extra]}
    name = scene.manager.manifest[0]
    before = _rendered(answers.context, answers, name)
    after = _rendered(context, answers, name)
    path = scene.project / name
    original = path.read_text(encoding="utf-8")
    path.write_text(_patched(original, before, after), encoding="utf-8")
    try:
        yield name
    finally:
        path.write_text(original, encoding="utf-8")


def _rendered(context: Mapping[str, Any], answers: Answers, name: str) -> list[str]:
    return render(context, answers.values).files[name].data.decode().splitlines(keepends=True)


def _patched(text: str, before: list[str], after: list[str]) -> str:
    """Insert what `after` has more than `before` into a text that may have been edited since."""
    lines = text.splitlines(keepends=True)
    for tag, start, _, low, high in difflib.SequenceMatcher(a=before, b=after).get_opcodes():
        if tag == "insert":
            anchor = before[start - 1]
            place = lines.index(anchor) + 1 if anchor in lines else len(lines)
            lines[place:place] = after[low:high]
    return "".join(lines)
