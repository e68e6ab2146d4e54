"""The script of a failed step does what the step did, and holds no credential."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from generator.answers import resolve
from generator.catalog import Command, manager
from generator.check.model import CaseReport, Report, StepReport
from generator.check.repeat import Repeats
from generator.check.scene import PROBE, Broken, Scene
from generator.check.story import STORY
from generator.cli.check import _tidy
from generator.cli.progress import Quiet, failures
from generator.render import render
from generator.run import Outcome, Step, run
from generator.toolchain import Bench, Tool

ENV = {"PATH": "/usr/bin:/bin"}
ODD = "a b'c\"d$HOME`id`$(id)\\;&|*?#é=f\ng"
SECRET = "s3cr3t"
URL = f"https://user:{SECRET}@index.example/simple"
#: Every shell that is here and can run a POSIX script.
SHELLS = [name for name in ("sh", "dash", "bash", "ksh", "busybox") if shutil.which(name)]


def step(tmp_path: Path, *argv: str, env: Mapping[str, str] = ENV, stdout: str = "") -> Step:
    return Step("lock", argv, tmp_path, env, Path(stdout) if stdout else None)


def written(done: Step, folder: Path) -> Path:
    """Write a step's script."""
    folder.mkdir(exist_ok=True)
    path = folder / "repeat-03-lock.sh"
    assert shlex.split(Repeats(folder).write(3, done)) == ["sh", str(path)]
    return path


def repeated(
    path: Path, shell: str = "sh", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Check a script's syntax, and run it from elsewhere, with an input and other variables."""
    words = [shell, "sh"] if shell == "busybox" else [shell]
    assert subprocess.run([*words, "-n", path], check=False).returncode == 0
    return subprocess.run(
        [*words, path],
        cwd="/",
        env={**os.environ, "LEAKED": "1", **(env or {})},
        input="typed",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def same(outcome: Outcome, again: subprocess.CompletedProcess[str]) -> bool:
    return (outcome.exit_code, outcome.output) == (again.returncode, again.stdout)


@pytest.mark.parametrize("shell", SHELLS)
def test_directory_environment_input_and_exit_code_are_the_steps(
    tmp_path: Path, shell: str
) -> None:
    code = "pwd; env; cat; echo last words >&2; exit 7"
    done = step(tmp_path, "/bin/sh", "-c", code, env={**ENV, "ONE": "1", "EMPTY": ""})
    outcome = run(done)
    assert "ONE=1\n" in outcome.output
    assert outcome.output.endswith("last words\n")
    assert same(outcome, repeated(written(done, tmp_path), shell))


def test_standard_output_goes_to_the_file_that_the_command_has(tmp_path: Path) -> None:
    done = step(tmp_path, "sh", "-c", "echo out; echo err >&2; exit 3", stdout="a b.txt")
    outcome = run(done)
    (tmp_path / "a b.txt").unlink()
    assert same(outcome, repeated(written(done, tmp_path)))
    assert (tmp_path / "a b.txt").read_text() == "out\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_odd_characters_in_paths_values_and_words_come_through(tmp_path: Path, shell: str) -> None:
    place = tmp_path / ODD
    place.mkdir()
    program = place / "x=y"  # env takes a word with = for a variable
    program.write_text('#!/bin/sh\npwd\nprintf "%s\\n" "$ODD" "$@"\nexit 5\n')
    program.chmod(0o755)
    done = step(place, str(program), ODD, "", "-n", env={**ENV, "ODD": ODD}, stdout=ODD)
    outcome = run(done)
    assert outcome.exit_code == 5
    before = (place / ODD).read_bytes()
    (place / ODD).unlink()
    assert same(outcome, repeated(written(done, place), shell))
    assert (place / ODD).read_bytes() == before


def test_bytes_that_are_no_utf_8_come_through(tmp_path: Path) -> None:
    done = step(tmp_path, "/bin/sh", "-c", 'echo "$RAW" | od -c', env={**ENV, "RAW": "\udce9"})
    assert same(run(done), repeated(written(done, tmp_path)))


#: The child's variable and its value; the user's variables; the one that the script asks for.
CREDENTIALS = {
    "its own": ("PIP_INDEX_URL", URL, {"PIP_INDEX_URL": URL}, "PIP_INDEX_URL"),
    "another's": ("UV_INDEX_URL", URL, {"PIP_INDEX_URL": URL}, "PIP_INDEX_URL"),
    "named": ("UV_INDEX_URL", URL, {"UV_DEFAULT_INDEX": f"corp={URL}"}, "UV_DEFAULT_INDEX"),
    "part of": ("UV_INDEX", f"x={URL}/", {"PIP_INDEX_URL": URL}, "PIP_INDEX_URL"),
    "a token": ("PIP_INDEX_URL", f"https://{SECRET}@index.example", {}, "PIP_INDEX_URL"),
    "two, one known": ("UV_INDEX", f"{URL} {URL}2", {"PIP_INDEX_URL": URL}, "UV_INDEX"),
    "a proxy": ("https_proxy", URL, {"https_proxy": URL}, "https_proxy"),
    "a bare proxy": ("http_proxy", f"me:/{SECRET}@proxy:1", {}, "http_proxy"),
    "conda's token": ("CONDA_CHANNEL_ALIAS", f"https://c/t/{SECRET}/x", {}, "CONDA_CHANNEL_ALIAS"),
    "signed": ("PIP_INDEX_URL", f"https://index.example/?sig={SECRET}", {}, "PIP_INDEX_URL"),
    "a password": (
        "UV_INDEX_CORP_PASSWORD",
        SECRET,
        {"UV_INDEX_CORP_PASSWORD": SECRET},
        "UV_INDEX_CORP_PASSWORD",
    ),
    "an argument": ("", URL, {}, "WORD_4"),
}


@pytest.mark.parametrize("case", CREDENTIALS.values(), ids=CREDENTIALS)
def test_a_credential_is_asked_of_the_users_own_variable(
    case: tuple[str, str, dict[str, str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, value, users, asked = case
    for variable, theirs in users.items():
        monkeypatch.setenv(variable, theirs)
    argv = ["/bin/sh", "-c", 'env; echo "$@"', "sh", "" if name else value]
    done = step(tmp_path, *argv, env={**ENV, name: value} if name else ENV)
    script = written(done, tmp_path)
    for path in tmp_path.rglob("*"):
        assert SECRET.encode() not in path.read_bytes()
    given = {asked: users.get(asked, value)}
    assert same(run(done), repeated(script, env=given))
    monkeypatch.delenv(asked, raising=False)
    without = repeated(script)
    assert without.returncode != 0
    assert f"{asked}: set it " in without.stdout
    assert SECRET not in without.stdout


@pytest.mark.parametrize("file", [".config/pip/pip.conf", ".config/uv/uv.toml", ".condarc"])
def test_a_credential_of_a_settings_file_is_asked_for_with_the_files_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("PIP_CONFIG_FILE", "UV_CONFIG_FILE", "CONDARC"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "home" / file).parent.mkdir(parents=True)
    (tmp_path / "home" / file).write_text(f"index-url = {URL}\n")
    done = step(tmp_path, "env", env={**ENV, "PIP_INDEX_URL": f"{URL}/"})
    again = repeated(written(done, tmp_path / "kept"))
    assert again.returncode != 0
    assert f"PIP_INDEX_URL: set it to what is in ~/{file}" in again.stdout
    assert SECRET not in again.stdout


def test_paths_and_addresses_without_a_credential_are_written_down(tmp_path: Path) -> None:
    env = {
        **ENV,
        "HOME": "/home/me@corp/x:y",
        "NETRC": "/home/me@corp/.netrc",
        "PIP_INDEX_URL": "https://index.example:8443/simple",
        "https_proxy": "proxy.example:3128",
        "GIT_AUTHOR_EMAIL": "scaffold@localhost",
        "PATH": "/usr/bin:/tmp/me@corp/bin:/bin",
    }
    done = step(tmp_path, "env", env=env)
    assert same(run(done), repeated(written(done, tmp_path)))
    assert ":?" not in (tmp_path / "repeat-03-lock.sh").read_text()


def test_what_later_steps_changed_is_put_back_and_nothing_else(tmp_path: Path) -> None:
    project, kept = tmp_path / "project ö", tmp_path / "kept"
    project.mkdir()
    kept.mkdir()
    files = [project / name for name in ("manifest", "lock", "new")]
    manifest, lock, new = files
    manifest.write_text("edited")
    lock.write_text("same")
    repeats = Repeats(kept, files)
    repeats.look()
    done = Step("lock-check", ("sh", "-c", "cat manifest lock; ls; exit 4"), project, ENV)
    outcome = run(done)
    repeats.write(1, done)
    before = (kept / "repeat-01-lock-check.sh").read_text()
    repeats.settle()
    assert (kept / "repeat-01-lock-check.sh").read_text() == before
    manifest.write_text("taken back")
    new.touch()
    repeats.settle()
    script = kept / "repeat-01-lock-check.sh"
    assert "lock'" not in script.read_text().replace("cat manifest lock", "")
    again = subprocess.run(["sh", script], capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout) == (4, outcome.output)


def test_a_persons_own_project_is_left_as_they_have_it(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest"
    manifest.write_text("then")
    repeats = Repeats(tmp_path)
    repeats.look()
    repeats.write(1, step(tmp_path, "false"))
    manifest.write_text("edited since")
    repeats.settle()
    subprocess.run(["sh", tmp_path / "repeat-01-lock.sh"], check=False)
    assert manifest.read_text() == "edited since"


def test_a_stale_lock_that_was_called_fine_is_met_again_by_the_script(tmp_path: Path) -> None:
    """The edit that the manager should have seen is taken back when the act ends."""
    answers = resolve({"project_name": "app", "manager": "uv"})
    count = ["sh", "-c", f"grep -c {PROBE} pyproject.toml; exit 0"]
    uv = replace(manager("uv"), commands={"lock-check": (Command(tuple(count)),)})
    project = tmp_path / "app"
    render(answers.context, answers.values).write(project)
    bench = Bench(Tool("sh", Path("/bin/sh"), "1", "PATH"), Path("/bin/sh"), ENV)
    repeats = Repeats(tmp_path, [project / "pyproject.toml"])
    scene = Scene(uv, bench, project, tmp_path, {}, Quiet(), repeats=repeats)
    (stale,) = (act for act in STORY if act.name == "stale")
    with pytest.raises(Broken):
        stale.play(scene, answers)
    failed = scene.steps[-1]
    assert (failed.status, failed.output) == ("failed", "1\n")
    assert PROBE not in (project / "pyproject.toml").read_text()
    repeats.settle()
    again = repeated(Path(shlex.split(failed.repeat)[1]))
    assert (again.returncode, again.stdout) == (0, "1\n")


def test_the_folder_of_a_case_that_failed_is_kept_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = []
    for name, status in (("red", "failed"), ("green", "passed")):
        for place in ("app/.venv", "bench/bin", "bench/home", "bench/tmp", "scratch/export"):
            (tmp_path / name / place).mkdir(parents=True)
            (tmp_path / name / place / "file").touch()
        done = StepReport("lock", ("x",), 1.0, 0, "zero", status)  # type: ignore[arg-type]
        cases.append(CaseReport(name, "1", "", {}, (done,), ("t",), kept=str(tmp_path / name)))
    before = sorted((tmp_path / "red").rglob("*"))
    _tidy(Report(tuple(cases)), tmp_path)
    assert sorted((tmp_path / "red").rglob("*")) == before
    assert not (tmp_path / "green").exists()
    assert f"red: kept in {tmp_path / 'red'}" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_costs_the_script_and_nothing_else(tmp_path: Path) -> None:
    repeats = Repeats(tmp_path / "gone", [tmp_path])
    repeats.look()
    assert repeats.write(1, step(tmp_path, "false")) == ""
    repeats.settle()
    assert list(failures([StepReport("lock", ("x",), 1.0, 1, "zero", "failed", "why")])) == [
        "--- lock: why"
    ]
