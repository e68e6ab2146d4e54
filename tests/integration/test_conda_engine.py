"""The conda layout through the built-in engine, against a real channel made on this machine.

The steps are manager.yml's own command lines, run word for word with the engine standing in for
`conda` on PATH. All tests use one project, installed and locked, and leave it as it was.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from generator import conda_channel
from generator.answers import resolve
from generator.catalog import manager
from generator.conda import channel_settings, write_shim
from generator.conda.environment_file import spec_name
from generator.conda.explicit import Locked, parse_lock
from generator.conda.solve import platform
from generator.render import render
from generator.run import Outcome, Step, run
from generator.toolchain.environment import cache_root, child_environment

pytestmark = pytest.mark.integration

CONDA = manager("conda")
PYTHON = "{}.{}".format(*sys.version_info)
LEAF = "iniconfig"  # the channel holds an older version of it, too


@dataclass(frozen=True)
class Project:
    """A rendered project, and the environment in which its commands run."""

    folder: Path
    env: dict[str, str]

    @property
    def lock(self) -> Path:
        return self.folder / f"conda-{platform()}.lock"

    def verb(self, verb: str, package: str = "") -> list[Outcome]:
        """Run a verb's commands until one fails."""
        values = {"PLATFORM": platform(), "PROJECT": "demo", "PACKAGE": package}
        outcomes = []
        for command in (one.replace(values) for one in CONDA.commands[verb]):
            stdout = None if command.stdout is None else Path(command.stdout)
            step = Step(verb, command.argv, self.folder, self.env, stdout)
            outcomes.append(run(step, timeout=600))
            if not outcomes[-1].ok:
                break
        return outcomes

    def succeed(self, verb: str, package: str = "") -> str:
        """Run a verb that must work; return everything it printed."""
        outcomes = self.verb(verb, package)
        assert outcomes[-1].ok, f"{outcomes[-1].step.line}\n{outcomes[-1].output}"
        return "".join(outcome.output for outcome in outcomes)

    def conda(self, *words: str) -> Outcome:
        return run(Step("conda", ("conda", *words), self.folder, self.env), timeout=600)

    def locked(self) -> dict[str, Locked]:
        text = self.lock.read_text(encoding="utf-8")
        return {one.name: one for one in parse_lock(self.lock, text, platform())}


@pytest.fixture(scope="module")
def channel() -> str:
    return conda_channel.build(cache_root() / "tests" / "conda")


def environment(folder: Path, channel: str) -> dict[str, str]:
    shim = write_shim(folder / "bin")
    settings = {**CONDA.settings, **channel_settings(channel)}
    return child_environment(folder, settings, programs=(shim.parent,))


def rendered(folder: Path, aws_client: str, channel: str) -> Project:
    given = {"project_name": "demo", "manager": "conda", "aws_client": aws_client, "features": []}
    answers = resolve({**given, "python_version": PYTHON})
    render(answers.context, answers.values).write(folder / "demo")
    return Project(folder / "demo", environment(folder, channel))


@pytest.fixture(scope="module")
def project(channel: str, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = rendered(tmp_path_factory.mktemp("conda"), "aioboto3", channel)
    for verb in ("create", "install", "lock"):
        project.succeed(verb)
    return project


def test_the_installed_project_passes_its_tests(project: Project) -> None:
    tested = project.succeed("test")
    assert re.search(r"\d+ passed", tested)
    assert "failed" not in tested
    project.succeed("lint")
    project.succeed("run")


def test_the_project_runs_from_its_own_prefix(project: Project) -> None:
    words = ("run", "--prefix", "./.conda", "python", "-c", "import sys; print(sys.prefix)")
    outcome = project.conda(*words)
    assert outcome.output.strip() == str(project.folder / ".conda")


def test_the_lock_holds_what_the_files_ask_for_and_is_the_same_every_time(project: Project) -> None:
    first = project.lock.read_bytes()
    locked = project.locked()
    for file in ("environment.yml", "environment-dev.yml"):
        for line in (project.folder / file).read_text().partition("dependencies:")[2].splitlines():
            if line.strip().startswith("- "):
                assert spec_name(line.strip(" -")) in locked
    project.succeed("lock")
    assert project.lock.read_bytes() == first
    assert not (project.folder / ".cache" / "conda-lock").exists()


def test_a_fresh_lock_passes_the_check(project: Project) -> None:
    project.succeed("lock-check")


def test_a_newer_release_in_the_channel_does_not_make_the_lock_stale(
    project: Project, channel: str
) -> None:
    fresh = project.lock.read_text()
    project.lock.write_text(with_older_leaf(fresh, project, channel))
    project.succeed("lock-check")
    project.lock.write_text(fresh)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("environment.yml", "  - pip\n", "  - pip\n  - tomli-w\n"),
        ("environment-dev.yml", "  - pytest-cov>=7\n", ""),
        ("environment-dev.yml", "  - werkzeug", f"  - {LEAF}<2.2\n  - werkzeug"),
        ("environment.yml", "aiohttp>=3.12", "aiohttp>=99"),
    ],
    ids=["added", "removed", "capped", "impossible"],
)
def test_an_edited_file_makes_the_lock_stale(
    project: Project, file: str, old: str, new: str
) -> None:
    path = project.folder / file
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, new), encoding="utf-8")
    outcomes = project.verb("lock-check")
    path.write_text(before, encoding="utf-8")
    assert outcomes[-1].exit_code == 1, outcomes[-1].output


def test_one_package_is_updated_and_nothing_else(project: Project, channel: str) -> None:
    fresh = project.locked()
    project.lock.write_text(with_older_leaf(project.lock.read_text(), project, channel))
    older = project.locked()
    assert older[LEAF].version != fresh[LEAF].version
    project.succeed("update-one", LEAF)
    assert project.locked() == fresh


def test_the_channel_lists_every_version_that_it_has(project: Project) -> None:
    found = json.loads(project.succeed("versions", LEAF))
    assert len(found[LEAF]) == 2
    assert project.locked()[LEAF].version in {entry["version"] for entry in found[LEAF]}


def test_the_locked_environment_is_exact_and_passes_the_tests(project: Project) -> None:
    project.succeed("clean")
    assert not (project.folder / ".conda").exists()
    project.succeed("install-locked")
    listed = project.conda("list", "--prefix", "./.conda", "--explicit", "--sha256")
    assert listed.output == project.lock.read_text()
    assert re.search(r"\d+ passed", project.succeed("test"))


def test_export_names_every_package_and_the_project_itself(project: Project) -> None:
    exported = project.succeed("env-export")
    for one in project.locked().values():
        assert f"  - {one.name}={one.version}={one.build}\n" in exported
    assert "  - pip:\n      - demo==0.1.0\n" in exported


def test_a_lock_with_another_hash_is_refused_before_anything_changes(project: Project) -> None:
    lock = project.lock.read_text()
    sha256 = project.locked()[LEAF].sha256
    project.lock.write_text(lock.replace(sha256, "0" * 64))
    outcomes = project.verb("install-locked")
    project.lock.write_text(lock)
    assert outcomes[-1].exit_code == 1
    assert "expected " + "0" * 64 in outcomes[-1].output
    assert (project.folder / ".conda" / "conda-meta" / "history").is_file()


def test_a_damaged_package_is_refused(project: Project, channel: str, tmp_path: Path) -> None:
    # A channel of links to the real one, but for one package, and an empty cache.
    copy = tmp_path / "conda-forge"
    source = Path(channel.removeprefix("file://"))
    shutil.copytree(source, copy, copy_function=os.link)
    damaged = copy / "noarch" / project.locked()[LEAF].url.rpartition("/")[2]
    content = damaged.read_bytes()
    damaged.unlink()
    damaged.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    own = {"CONDA_PKGS_DIRS": str(tmp_path / "pkgs")}
    env = {**project.env, **channel_settings(copy.as_uri()), **own}
    lock = project.lock.read_text()
    project.lock.write_text(lock.replace(channel, copy.as_uri()))
    for verb in ("install-locked", "lock"):
        outcomes = replace(project, env=env).verb(verb)
        assert outcomes[-1].exit_code == 1
        assert re.search(rf"{LEAF}.*sha256 is [0-9a-f]{{64}}, expected", outcomes[-1].output)
    project.lock.write_text(lock)


def test_the_other_client_installs_without_create_and_passes_its_tests(
    channel: str, tmp_path: Path
) -> None:
    other = rendered(tmp_path, "aiobotocore", channel)
    other.succeed("install")
    assert re.search(r"\d+ passed", other.succeed("test"))


def with_older_leaf(lock: str, project: Project, channel: str) -> str:
    """Return the lock as it was when the channel had only the older version of one package."""
    repodata = json.loads(
        Path(channel.removeprefix("file://"), "noarch", "repodata.json").read_text()
    )
    newest = project.locked()[LEAF]
    file, record = next(
        (file, record)
        for file, record in repodata["packages.conda"].items()
        if record["name"] == LEAF and record["version"] != newest.version
    )
    line = f"{newest.url}#{newest.sha256}"
    assert line in lock
    return lock.replace(line, f"{newest.url.rpartition('/')[0]}/{file}#{record['sha256']}")
