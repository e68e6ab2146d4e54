"""`scaffold conda-channel`: what is missing is said before minutes of work."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from generator import conda_channel
from generator.conda_channel import building
from generator.run import Outcome, Step, run
from tests.conftest import Scaffold


def test_what_it_needs_is_looked_for_first(
    scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: None if name == "conda_package_streaming" else find(name),
    )
    done = scaffold("conda-channel", "out")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"{sys.executable} -m pip install conda-package-streaming" in done.stderr
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("attribute", "value", "words"),
    [("base_prefix", "/usr", "belongs to the system"), ("platform", "darwin", "use Linux")],
)
def test_where_it_cannot_be_built_it_says_so(
    scaffold: Scaffold,
    monkeypatch: pytest.MonkeyPatch,
    attribute: str,
    value: str,
    words: str,
) -> None:
    monkeypatch.setattr(sys, attribute, value)
    done = scaffold("conda-channel", "out")
    assert done.returncode == 2
    assert words in done.stderr
    assert not Path("out").exists()


def test_a_download_that_fails_is_one_line_and_keeps_what_came(
    scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: list[Path] = []

    def fails(step: Step, **_: object) -> Outcome:
        came.append(Path(step.argv[step.argv.index("--dest") + 1], "some.whl"))
        came[0].touch()
        return run(replace(step, argv=("sh", "-c", "echo error: no network; exit 1")), timeout=9)

    monkeypatch.setattr(building, "run", fails)
    done = scaffold("conda-channel", "out")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(
        "error: pip could not download the packages (error: no network)"
    )
    assert "1 of 4" in done.stderr
    assert came[0].exists()
    assert done.stdout == ""


def test_a_folder_that_cannot_be_made_is_named(scaffold: Scaffold) -> None:
    Path("file").touch()
    done = scaffold("conda-channel", "file/out")
    assert done.returncode == 2
    assert "file/out" in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_is_there_is_not_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "_download", lambda *_: [])
    said: list[str] = []
    url = conda_channel.build(tmp_path, said.append)
    assert url == (tmp_path / "conda-forge").as_uri()
    assert (tmp_path / "conda-forge" / "noarch" / "repodata.json").exists()
    assert len(said) == 1
    assert conda_channel.build(tmp_path, said.append) == url
    assert len(said) == 1


@pytest.mark.parametrize("out", ["", "."])
def test_a_directory_of_its_own_is_wanted(scaffold: Scaffold, out: str) -> None:
    done = scaffold("conda-channel", out)
    assert done.returncode == 2
    assert "a directory of its own" in done.stderr


def test_what_is_somebodys_stays(scaffold: Scaffold) -> None:
    Path("mine/wheels").mkdir(parents=True)
    Path("mine/wheels/b.whl").touch()
    done = scaffold("conda-channel", "mine")
    assert done.returncode == 2
    assert "name a new directory" in done.stderr
    assert Path("mine/wheels/b.whl").exists()
    assert [path.name for path in Path("mine").iterdir()] == ["wheels"]
