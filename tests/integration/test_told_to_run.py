"""A fresh clone of a generated project does everything that the project tells people to run.

The project has every feature but `data`: that each layout proves them is seen here. For their
hashes, pip-compile downloads every wheel of pandas, NumPy and Arrow, which are gigabytes, wherever
an index does not tell them; that feature is proven in `test_features.py`.

What is run is parsed out of the rendered README, Makefile and workflow, never taken from
manager.yml. A line that has already run in the clone, word for word, is not run again: the three
mostly agree, and every run costs seconds.

The shell is somebody's (see `generator.check.person`): another environment is active in it, and
none of our settings is set. A workflow's has what the workflow sets, and nothing of anybody's.
"""

from __future__ import annotations

import importlib
import os
import re
import shlex
import sys
import time
import venv
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import uv

from generator import conda_channel
from generator.answers import resolve
from generator.catalog import Manager, manager, manager_names
from generator.check import person
from generator.cli.inputs import presets
from generator.render import render
from generator.run import Outcome, Step, run
from generator.toolchain import prepare
from generator.toolchain.environment import cache_root
from tests.support import lambda_archive
from tests.support import project_commands as told

PYTHON = "{}.{}".format(*sys.version_info)
#: Something small that no generated project depends on, and something small that all do: a project
#: that cannot `add` updates that one.
ADDED, PRESENT = "tomli-w", "iniconfig"
#: What a workflow must do at least.
IN_CI = {"create", "lock-check", "install-locked", "lint", "typecheck", "test"}
#: What an audit says where no vulnerability service can be reached.
NO_SERVICE = re.compile(
    r"error sending request|failed to resolve|name or service not known|name resolution|"
    r"connection refused|max retries exceeded|timed out|network is unreachable",
    re.IGNORECASE,
)


@dataclass
class Clone:
    """A clone of a generated project, the environment for its commands, and what ran in it."""

    folder: Path
    env: dict[str, str]
    #: The same without what is a person's.
    unattended: dict[str, str] = field(default_factory=dict)
    #: What the README has people type into a shell before all else.
    setting: str = ""
    ran: set[str] = field(default_factory=set)
    seconds: dict[str, float] = field(default_factory=dict)

    def try_(self, what: str, text: str, env: Mapping[str, str] | None = None) -> Outcome:
        """Run lines with bash, as a workflow's `run:` does."""
        begin = time.monotonic()
        step = Step(what, ("bash", "-e", "-c", text), self.folder, env or self.env)
        outcome = run(step, timeout=900)
        self.seconds[what] = self.seconds.get(what, 0) + time.monotonic() - begin
        return outcome

    def run(self, what: str, text: str, env: Mapping[str, str] | None = None) -> Outcome:
        """Run lines that must succeed, and remember each."""
        outcome = self.try_(what, text, env)
        assert outcome.ok, f"{what}: {outcome.exit_code} {outcome.reason}\n{text}\n{outcome.output}"
        self.ran.update(told.same_words(line) for line in text.splitlines())
        return outcome

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")


@pytest.mark.integration
@pytest.mark.filterwarnings("default:audit unable:UserWarning")  # said aloud, not failed
@pytest.mark.parametrize("name", manager_names())
def test_everything_the_project_tells_people_to_run(name: str, tmp_path: Path) -> None:
    tool = manager(name)
    clone = _fresh_clone(tool, tmp_path)

    workflow = clone.read(".github/workflows/ci.yml")
    scripts = told.workflow_scripts(workflow)
    assert _verbs(clone, scripts) >= IN_CI
    settings = told.workflow_settings(workflow)
    assert settings == tool.settings
    for script in scripts:
        if not _all_ran(clone, script.text):
            clone.run(f"workflow: {script.name}", script.text, {**clone.unattended, **settings})

    targets = told.makefile_targets(clone.read("Makefile"))
    assert "help" in targets
    assert set(targets) - {"help"} == set(told.readme_table(clone.read("README.md")))
    assert clone.run("make", "make").output.count("\n") == len(targets)
    for target in told.in_order([target for target in targets if target not in {"help", "audit"}]):
        _make(clone, target, _package(target, targets))
    if "bundle" in targets:
        archive = clone.folder / "dist" / "lambda.zip"
        lambda_archive.check(archive, "told_to_run", tmp_path / "unpacked")

    for verb, lines in told.readme_table(clone.read("README.md")).items():
        for line in lines:
            words = _filled(line, _package(verb, targets))
            if verb != "audit" and told.same_words(words) not in clone.ran:
                clone.run(f"README: {verb}", f"{clone.setting}{words}")

    if "audit" in targets:
        _audit(clone)
    _only_expected_changes(clone, tool)
    print("\n".join(f"{seconds:6.1f} s  {what}" for what, seconds in clone.seconds.items()))


@pytest.mark.integration
def test_a_target_that_wants_a_package_says_so(tmp_path: Path) -> None:
    tool = next(tool for tool in map(manager, manager_names()) if "add" in tool.commands)
    project = _rendered(tool, tmp_path / "project")
    clone = Clone(project, {"PATH": os.environ["PATH"]})
    outcome = clone.try_("make add", "make add")
    assert outcome.exit_code == 2
    assert "make add PACKAGE=name" in outcome.output


@pytest.mark.integration
@pytest.mark.parametrize(
    "package", ["a b", 'boto3[crt]>=1.40,<2; python_version > "3"', "$HOME", "`id`", "a;b"]
)
def test_make_hands_over_any_requirement_as_one_word(package: str, tmp_path: Path) -> None:
    """Except for a single quote, which no requirement needs."""
    tool = next(tool for tool in map(manager, manager_names()) if "add" in tool.commands)
    project = _rendered(tool, tmp_path / "project")
    name, *words = (word for word in tool.commands["add"][0].argv if word != "PACKAGE")
    programs = tmp_path / "bin"
    programs.mkdir()
    fake = programs / name
    fake.write_text('#!/bin/sh\nprintf "%s\\n" "$0" "$@"\n', encoding="utf-8")
    fake.chmod(0o755)
    clone = Clone(project, {"PATH": f"{programs}:/usr/bin:/bin", "HOME": "/nowhere"})
    given = package.replace("$", "$$")  # make's own way to write a dollar sign
    outcome = clone.run("make add", f"make --silent add PACKAGE={shlex.quote(given)}")
    assert outcome.output.splitlines() == [str(fake), *words, package]


def _rendered(tool: Manager, folder: Path) -> Path:
    given = {"project_name": "told-to-run", "manager": tool.name, "python_version": PYTHON}
    features = [name for name in presets()["full"] if name != "data"]
    answers = resolve({**given, "features": features})
    render(answers.context, answers.values).write(folder)
    return folder


def _fresh_clone(tool: Manager, folder: Path) -> Clone:
    """Render, follow the README to a lock, commit, clone."""
    bench = prepare(tool, PYTHON, folder)
    bench = replace(bench, env={**bench.env, **_channel(tool)})
    _provide_pipx(Path(bench.env["PATH"].split(os.pathsep)[0]))
    venv.create(folder / "other", with_pip=False)
    env = person.shell(tool, bench, folder / "somebody", folder / "other")
    ours = {*tool.settings, *tool.unattended}
    unattended = {name: value for name, value in bench.pip_env.items() if name not in ours}
    origin = Clone(_rendered(tool, folder / "origin"), env)
    *setting, lock, everyone = told.readme_blocks(origin.read("README.md"))
    origin.setting = "".join(f"{line}\n" for block in setting for line in block)
    origin.run("README: write the lock", origin.setting + _filled("\n".join(lock)))
    git = "git init --quiet .\ngit add .\ngit commit --quiet --message Start"
    origin.run("commit", git, bench.env)  # with nobody's ignored files
    origin.run("clone", "git clone --quiet . ../clone", bench.env)
    clone = Clone(folder / "clone", env, unattended, origin.setting, seconds=origin.seconds)
    clone.run("README: everyone", clone.setting + _filled("\n".join(everyone)))
    return clone


def _channel(tool: Manager) -> dict[str, str]:
    """Return what makes a manager that has channels use the tests' own."""
    if not tool.engine:
        return {}
    url = conda_channel.build(cache_root() / "tests" / "conda")
    settings: dict[str, str] = importlib.import_module(tool.engine).channel_settings(url)
    return settings


def _provide_pipx(programs: Path) -> None:
    """Stand in for the pipx that GitHub's machines come with."""
    launcher = programs / "pipx"
    argv = (uv.find_uv_bin(), "tool", "run", "pipx")
    launcher.write_text(f'#!/bin/sh\nexec {shlex.join(argv)} "$@"\n', encoding="utf-8")
    launcher.chmod(0o755)


def _make(clone: Clone, target: str, package: str) -> None:
    """Run a target; what make prints of it is what it ran."""
    variables = f" PACKAGE={package}" if package else ""
    recipe = clone.try_(f"make --dry-run {target}", f"make --dry-run {target}{variables}")
    assert recipe.ok, recipe.output
    if not _all_ran(clone, recipe.output):
        clone.run(f"make {target}", f"make {target}{variables}")
        clone.ran.update(told.same_words(line) for line in recipe.output.splitlines())


def _filled(text: str, package: str = "") -> str:
    """Put in what a person would for the metavariables of the README."""
    text = text.replace("PACKAGE", package)
    return text.replace("PLATFORM", conda_channel.subdir()) if "PLATFORM" in text else text


def _package(verb: str, targets: list[str]) -> str:
    return PRESENT if verb == "update-one" and "add" not in targets else ADDED


def _all_ran(clone: Clone, text: str) -> bool:
    return all(told.same_words(line) in clone.ran for line in text.splitlines())


def _verbs(clone: Clone, scripts: list[told.Script]) -> set[str]:
    """Return the verbs of the README's table whose every line is in the workflow."""
    lines = {told.same_words(line) for script in scripts for line in script.text.splitlines()}
    table = told.readme_table(clone.read("README.md"))
    return {
        verb
        for verb, own in table.items()
        if {told.same_words(_filled(line)) for line in own} <= lines
    }


def _audit(clone: Clone) -> None:
    """Run the audit: it must succeed, or say that it could not reach its service and fail."""
    outcome = clone.try_("make audit", "make audit")
    if not outcome.ok:
        assert outcome.exit_code, outcome.reason
        assert NO_SERVICE.search(outcome.output), outcome.output
        words = outcome.output.strip().splitlines()
        warnings.warn(f"audit unable: {words[-2:]}", stacklevel=2)


def _only_expected_changes(clone: Clone, tool: Manager) -> None:
    """Whatever ran, git sees no files but manifest, lock and exports changed."""
    status = clone.run("git status", "git status --porcelain", clone.unattended).output
    changed = {line[3:] for line in status.splitlines()}
    lock = set(map(_filled, tool.lock))
    exported = re.compile(r"(requirements|pylock)[\w.-]*\.(txt|toml)")
    exports = set(filter(exported.fullmatch, changed))
    assert changed <= {*tool.manifest, *lock, *exports}
