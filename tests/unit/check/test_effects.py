"""An exit code alone is not believed: a manager that lies, strays or breaks is not green."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator.answers import resolve
from generator.catalog import Manager, managers
from generator.check import person
from generator.check.effects import EFFECTS, Ground, Wanted, results
from generator.check.outside import places
from generator.check.scene import Broken, Scene
from generator.check.story import STORY, tell
from generator.cli.progress import Quiet
from generator.render import render
from generator.toolchain import Bench, Tool
from generator.toolchain.index import Index
from tests.support import toy_manager

PROGRAM = [sys.executable, "-I", "-S", toy_manager.__file__]
ANSWERS = resolve({"project_name": "app", "manager": "uv", "features": []})
UNSUPPORTED = {"unsupported": "a toy"}
FACTS: dict[str, Any] = {
    "title": "Toy", "homepage": "", "executable": "python3", "version": [*PROGRAM, "version"],
    "manifest": ["pyproject.toml"], "lock": ["toy.lock"], "scope": "platform",
    "environment": ".venv", "files": ["pyproject.toml"],
    "stale": {"exit": 1, "says": "toy.lock is stale"},
    "commands": {
        **{verb: [[*PROGRAM, verb]] for verb in toy_manager.VERBS},
        "export": [[*PROGRAM, "export", "--output=requirements.txt"]],
        "export-pylock": UNSUPPORTED,
    },
}  # fmt: skip
TOY = Manager.load("toy", json.dumps(FACTS))


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("rendered") / "case" / "app"
    render(ANSWERS.context, ANSWERS.values).write(place)
    _tell_people(place)
    return place


def _tell_people(project: Path, quick_start: str = "", target: str = "") -> None:
    """Write what a person would follow; with one more line in the quick start or in each target."""
    lines = [shlex.join([*PROGRAM, verb]) for verb in ("create", "lock", "install", "test")]
    text = "\n".join([*lines, quick_start])
    readme = f"# app\n\n## Quick start\n\n```sh\n{text}\n```\n\n## Else\n\n```sh\nfalse\n```\n"
    (project / "README.md").write_text(readme)
    rules = (f"{one}:\n\t{shlex.join([*PROGRAM, one])}\n\t{target}\n" for one in person.TARGETS)
    (project / "Makefile").write_text("".join(rules))


@pytest.fixture(scope="module")
def installed(rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that is installed and locked, to begin from."""
    made = on_stage(tmp_path_factory.mktemp("installed"), rendered)
    play(made, "create", "install", "lock")
    return made.project


def on_stage(folder: Path, project: Path) -> Scene:
    """Copy a project onto a bench of the toy's."""
    for name in ("case/scratch", "home/.local/bin"):
        (folder / name).mkdir(parents=True)
    copy = folder / "case" / "app"
    shutil.copytree(project, copy, symlinks=True)
    python = Path(sys.executable)
    env = {"PATH": "/usr/bin:/bin", "HOME": str(folder / "home")}
    bench = Bench(Tool("python3", python, "1.0", "PATH"), python, env)
    return Scene(
        TOY, bench, copy, folder / "case" / "scratch", {"PACKAGE": "tomli-w"}, Quiet(),
        wanted=Wanted.of(ANSWERS), watched=places(bench, folder / "case"),
    )  # fmt: skip


@pytest.fixture
def scene(tmp_path: Path, installed: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """An installed project in a home of its own, and no index of anybody's."""
    monkeypatch.setattr("generator.toolchain.bench.package_index", Index)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return on_stage(tmp_path, installed)


def with_fault(scene: Scene, fault: str) -> None:
    scene.bench = Bench(
        scene.bench.tool, scene.bench.python, {**scene.bench.env, "TOY_FAULT": fault}
    )


def test_an_honest_manager_is_green_throughout(tmp_path: Path, rendered: Path) -> None:
    scene = on_stage(tmp_path, rendered)
    without = {**FACTS["commands"], "export": UNSUPPORTED}  # which installs from a real index
    scene.manager = Manager.load("toy", json.dumps({**FACTS, "commands": without}))
    tell(scene, ANSWERS)
    said = [(one.verb, one.status, one.reason) for one in scene.steps]
    assert {status for _, status, _ in said} == {"passed", "unsupported"}, said
    assert {verb for verb, *_ in said} >= EFFECTS.keys()
    red = [one.verb for one in scene.steps if one.expect == "nonzero"]
    assert red == ["lint", "typecheck", "lock-check"]


def play(scene: Scene, *verbs: str) -> None:
    for verb in verbs:
        scene.test() if verb == "test" else scene.verb(verb)


def last(scene: Scene) -> tuple[str, str]:
    return scene.steps[-1].status, scene.steps[-1].reason


@pytest.mark.parametrize(
    ("verb", "reason"),
    [
        ("create", "the environment's interpreter does not work"),
        ("install", "cannot be imported in the environment"),
        ("lock", "there is no toy.lock, or it is empty"),
        ("test", "no test ran"),
        ("run", "its output does not name app"),
        ("tree", "its output does not name aioboto3, aiobotocore"),
        ("export", "it wrote no requirements.txt"),
        ("clean", "is still there"),
    ],
)
def test_a_verb_that_exits_0_and_does_nothing_is_red(scene: Scene, verb: str, reason: str) -> None:
    (scene.project / "toy.lock").unlink()
    for folder in (".venv/lib", *([".venv/bin"] if verb == "create" else [])):
        shutil.rmtree(scene.project / folder)
    with_fault(scene, "does nothing")
    with pytest.raises(Broken):
        play(scene, verb)
    status, why = last(scene)
    assert status == "failed"
    assert reason in why


@pytest.mark.parametrize("act", ["lint seeded", "typecheck seeded", "stale"])
def test_what_must_go_red_and_does_nothing_is_red(scene: Scene, act: str) -> None:
    with_fault(scene, "does nothing")
    [played] = [one for one in STORY if one.name == act]
    with pytest.raises(Broken):
        played.play(scene, ANSWERS)
    assert "it stayed green although" in last(scene)[1]


def test_add_that_does_nothing_is_red(scene: Scene) -> None:
    with_fault(scene, "does nothing")
    [added] = [one for one in STORY if one.name == "add"]
    with pytest.raises(Broken):
        added.play(scene, ANSWERS)
    assert last(scene) == ("failed", "it left pyproject.toml, toy.lock as it was")


@pytest.mark.parametrize(
    "verb", ["install-locked", "lock-check", "test", "lint", "run", "tree", "export"]
)
def test_a_verb_that_alters_the_lock_is_red(scene: Scene, verb: str) -> None:
    with_fault(scene, "alters the lock")
    with pytest.raises(Broken):
        play(scene, verb)
    assert last(scene) == ("failed", "it altered toy.lock")


@pytest.mark.parametrize(
    ("fault", "verb", "reason"),
    [
        ("alters the manifest", "install", "it altered pyproject.toml"),
        ("alters the manifest", "lock", "it altered pyproject.toml"),
        ("alters a source", "lint", "it altered src/app/aws.py"),
        ("alters a source", "add", "it altered src/app/aws.py"),
        ("other version", "install-locked", "aiohttp 7.7.7 installed, which the lock does not"),
        ("empty lock", "lock", "there is no toy.lock, or it is empty"),
        ("no hashes", "export", "requirements.txt lacks hashes"),
        ("broken interpreter", "create", "the environment's interpreter does not work"),
        ("test fails", "test", "it ended well, but these tests did not: test_a"),
        ("writes outside", "install", "/outside outside the project changed"),
        ("installs elsewhere", "install", "/.local/bin/x outside the project changed"),
    ],
)
def test_an_effect_that_is_not_there_is_red(
    scene: Scene, fault: str, verb: str, reason: str
) -> None:
    with_fault(scene, fault)
    with pytest.raises(Broken):
        play(scene, verb)
    status, why = last(scene)
    assert status == "failed"
    assert reason in why


@pytest.mark.parametrize(
    ("fault", "status", "reason"),
    [
        ("error 500", "unable", "answered 500 Internal Server Error"),
        ("channel gone", "unable", "answered 503 Service Unavailable"),
        ("crashes", "failed", "it crashed: killed by signal 11"),
        ("is killed", "unable", "killed by signal 9"),
        ("hangs", "unable", "ended after 0.3 s, the time it was given"),
        ("other words", "failed", "exit code 1, but not because pyproject.toml has a new"),
        ("other exit code", "failed", "exit code 2, but not because pyproject.toml has a new"),
    ],
)
def test_a_lock_check_that_is_red_for_another_reason_proves_nothing(
    scene: Scene, fault: str, status: str, reason: str
) -> None:
    [stale] = [act for act in STORY if act.name == "stale"]
    with_fault(scene, fault)
    scene.timeout = 0.3 if fault == "hangs" else 60
    with pytest.raises(Broken):
        stale.play(scene, ANSWERS)
    assert last(scene)[0] == status
    assert reason in last(scene)[1]
    assert scene.steps[-1].expect == "nonzero"


def test_a_lock_check_has_to_be_green_again_without_the_edit(scene: Scene) -> None:
    before = (scene.project / "pyproject.toml").read_bytes()
    [stale] = [act for act in STORY if act.name == "stale"]
    stale.play(scene, ANSWERS)
    assert [(one.expect, one.status) for one in scene.steps[-2:]] == [
        ("nonzero", "passed"),
        ("zero", "passed"),
    ]
    assert (scene.project / "pyproject.toml").read_bytes() == before
    (scene.project / "toy.lock").write_text("toy.lock of another manifest")
    with pytest.raises(Broken):
        stale.play(scene, ANSWERS)


def test_every_verb_of_the_story_has_its_effects() -> None:
    played = {verb for act in STORY for verb in act.verbs} - {"person"}  # that looks for itself
    assert played <= EFFECTS.keys()
    assert all(EFFECTS[verb] for verb in played)


def test_what_is_written_where_is_read_off_the_commands() -> None:
    for manager in managers():
        for verb, expected in {
            "export": {"requirements.txt", "requirements-dev.txt"},
            "export-pylock": {"pylock.toml", "dist/pylock.toml", "requirements-dev.txt"},
        }.items():
            if verb in manager.commands:
                assert set(results(manager, verb)) <= expected, manager.name
                assert set(results(manager, verb)) - {"requirements-dev.txt"}, manager.name


def test_a_dependency_that_the_owner_has_taken_out_is_not_missed(scene: Scene) -> None:
    manifest = scene.project / "pyproject.toml"
    manifest.write_text(manifest.read_text().replace('    "botocore>=1.40.46",\n', ""))
    names = list(Ground.survey(TOY, scene.project, Wanted.of(ANSWERS)).names("runtime"))
    assert ("botocore",) not in names
    assert ("aiobotocore",) in names
    play(scene, "install", "lock")


@pytest.mark.parametrize(
    ("quick_start", "target", "steps", "reason"),
    [
        ("", "", 6, ""),
        ('touch "$VIRTUAL_ENV/it-was-here"', "", 1, "it-was-here"),
        ("", 'touch "$(CONDA_PREFIX)/it-was-here"', 2, "it-was-here"),
        (
            "",
            'mkdir -p "$(HOME)/.local/bin" && touch "$(HOME)/.local/bin/app"',
            2,
            ".local/bin/app",
        ),
        ('echo >> "$HOME/.config/pip/pip.conf"', "", 1, "pip.conf"),
        ('echo > "$XDG_CACHE_HOME/mine"', "", 6, ""),
        ('test -n "$OUR_OWN_SETTING"', "", 1, "exit code 1"),
        ("", 'test -n "$(OUR_OWN_SETTING)"', 2, "exit code 2"),
        ('test "$PIP_USER" = 1 && test "$PIP_REQUIRE_VIRTUALENV" = 1', "", 6, ""),
    ],
)
def test_a_person_has_other_settings_and_nothing_of_theirs_changes(
    scene: Scene, quick_start: str, target: str, steps: int, reason: str
) -> None:
    _tell_people(scene.project, quick_start, target)
    facts = {**FACTS, "settings": {"OUR_OWN_SETTING": "1"}}
    scene.manager = Manager.load("toy", json.dumps(facts))
    cache = scene.scratch / "cache"
    cache.mkdir()
    more = {"OUR_OWN_SETTING": "1", "XDG_CACHE_HOME": str(cache)}
    scene.bench = replace(scene.bench, env={**scene.bench.env, **more})
    if reason:
        with pytest.raises(Broken):
            person.play(scene, ANSWERS)
        assert reason in scene.steps[-1].reason
    else:
        person.play(scene, ANSWERS)
    shown = [one for one in scene.steps if one.argv[0] != "python3"]
    assert len(shown) == steps
    assert [one.status for one in shown] == ["passed"] * (steps - bool(reason)) + ["failed"] * bool(
        reason
    )
