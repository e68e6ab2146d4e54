"""The engine's command line: everything that manager.yml says, nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from generator.catalog import manager
from generator.conda import ENGINE, cli, write_shim
from generator.conda.errors import EXIT_UNAVAILABLE

LINES = sorted(
    {
        command.argv[1:]
        for commands in manager("conda").commands.values()
        for command in commands
        if command.argv[0] == "conda" and command.argv[1] != "search"  # which has no prefix
    }
)


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_every_command_of_the_manager_is_understood(line: tuple[str, ...]) -> None:
    arguments = cli._parser().parse_args(line)
    assert arguments.prefix in {Path(".conda"), Path(".cache/conda-lock")}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "install flask",
        "remove --prefix p flask",
        "env remove --prefix p",
        "create --prefix p python=3.11",
        "create --prefix p --file lock --clone other",
        "create --pre p --file lock",
        "env update --prefix p --solver classic",
        "list --prefix p --explicit",
        "list --prefix p --explicit --md5",
        "run --prefix p",
        "update --prefix p --all",
    ],
)
def test_everything_else_is_refused_in_one_line(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(line.split()) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: unsupported by the built-in conda engine: ")
    assert printed.err.endswith("; install conda to use it\n")
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize(
    "line",
    ["--version", "env create --prefix p --file environment.yml", "create --prefix p --file l"],
)
def test_without_rattler_the_remedy_is_named(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "is_available", lambda: False)
    assert cli.main(line.split()) == EXIT_UNAVAILABLE
    assert "-m pip install py-rattler" in capsys.readouterr().err


def test_errors_are_one_line_and_exit_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["list", "--prefix", str(tmp_path), "--export"]) == 1
    assert capsys.readouterr().err == (
        f"error: {tmp_path} is no conda environment; create it first\n"
    )


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """An environment with one package and two programs, as `conda-meta` describes it."""
    prefix = tmp_path / "with space" / ".conda"
    (prefix / "conda-meta").mkdir(parents=True)
    (prefix / "conda-meta" / "history").touch()
    record = {"name": "demo", "version": "1.0", "build": "0", "subdir": "noarch"}
    record |= {"url": "https://host/conda-forge/noarch/demo-1.0-0.conda", "sha256": "0" * 64}
    (prefix / "conda-meta" / "demo-1.0-0.json").write_text(json.dumps(record))
    (prefix / "bin").mkdir()
    program = prefix / "bin" / "demo"
    program.write_text('#!/bin/sh\necho "$CONDA_PREFIX" "$MARK" "$@"\nexit 7\n')
    program.chmod(0o755)
    return prefix


def test_listings(prefix: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["list", "--prefix", str(prefix), "--export"]) == 0
    assert capsys.readouterr().out == "demo=1.0=0\n"
    assert cli.main(["list", "--prefix", str(prefix)]) == 0
    assert "demo" in capsys.readouterr().out
    assert cli.main(["env", "export", "--prefix", str(prefix)]) == 0
    assert "dependencies:\n  - demo=1.0=0\n" in capsys.readouterr().out


def engine(*words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the engine as a process of its own."""
    argv = [*ENGINE, *map(str, words)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **variables}
    return subprocess.run(argv, env=env, capture_output=True, text=True, check=False)


def test_run_hands_on_arguments_output_and_exit_code(prefix: Path) -> None:
    words = ("--no-capture-output", "demo", "a b", "--help")
    done = engine("run", "--prefix", prefix, *words, MARK="1", VIRTUAL_ENV="/elsewhere")
    assert (done.returncode, done.stdout) == (7, f"{prefix} 1 a b --help\n")
    assert done.stderr == ""


def test_run_sources_what_packages_say_at_activation(prefix: Path) -> None:
    scripts = prefix / "etc" / "conda" / "activate.d"
    scripts.mkdir(parents=True)
    (scripts / "it's.sh").write_text("export MARK=sourced\n")
    done = engine("run", "--prefix", prefix, "demo", "x")
    assert (done.returncode, done.stdout) == (7, f"{prefix} sourced x\n")


def test_run_says_what_is_missing(prefix: Path, tmp_path: Path) -> None:
    done = engine("run", "--prefix", prefix, "no-such-program")
    assert done.returncode == 127
    assert "no-such-program is neither in" in done.stderr
    done = engine("run", "--prefix", tmp_path, "demo")
    assert done.returncode == 1
    assert "no conda environment" in done.stderr


def test_the_shim_is_an_executable_named_conda(tmp_path: Path) -> None:
    shim = write_shim(tmp_path / "with space")
    assert shim == tmp_path / "with space" / "conda"
    assert os.access(shim, os.X_OK)
    # Not started by its name here, because fast tests start no manager: a shell reads it.
    done = subprocess.run(
        ["/bin/sh", shim, "frobnicate"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "invalid choice: 'frobnicate'" in done.stderr
