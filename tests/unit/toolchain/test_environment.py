"""The environment of children: what is taken over, and that nothing else is."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.cli.check import command
from generator.toolchain.environment import CACHES, FolderUnwritable, child_environment
from generator.toolchain.surroundings import KEPT, TABLE, is_kept
from tests.support.hostile import HOME_FILES, HOSTILE
from tests.support.refresh_docs import DOCS, environment


def test_only_the_way_to_the_network_and_the_size_of_the_machine_are_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in os.environ:
        if name != "XDG_CACHE_HOME":
            monkeypatch.delenv(name)
    before = child_environment(tmp_path)
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/own.pem")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:3128")
    monkeypatch.setenv("PYTEST_XDIST_AUTO_NUM_WORKERS", "1")
    after = child_environment(tmp_path)
    assert after == {
        **before,
        "SSL_CERT_FILE": "/etc/own.pem",
        "https_proxy": "http://127.0.0.1:3128",
        "PYTEST_XDIST_AUTO_NUM_WORKERS": "1",
    }


def test_everything_that_is_written_goes_to_the_folder_or_the_cache(
    tmp_path: Path, cache_folder: Path
) -> None:
    folder = tmp_path / "case"
    env = child_environment(folder)
    for name in ("HOME", "TMPDIR"):
        assert Path(env[name]).is_dir()
    places = {name: env[name] for name in ("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    assert all(Path(place).is_relative_to(folder) for place in places.values())
    assert all(Path(env[name]).is_relative_to(cache_folder / "scaffold") for name in CACHES)


def test_path_holds_what_was_given_and_the_system(tmp_path: Path) -> None:
    env = child_environment(tmp_path, programs=(tmp_path / "bin",))
    assert env["PATH"] == f"{tmp_path}/bin:/usr/bin:/bin"


def test_settings_win(tmp_path: Path) -> None:
    env = child_environment(tmp_path, {"PIP_REQUIRE_VIRTUALENV": "0", "OWN": "x"})
    assert (env["PIP_REQUIRE_VIRTUALENV"], env["OWN"]) == ("0", "x")


def test_credentials_stay_within_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETRC", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "NETRC" not in child_environment(tmp_path / "case")
    (tmp_path / ".netrc").touch()
    assert child_environment(tmp_path / "case")["NETRC"] == str(tmp_path / ".netrc")


def test_no_kept_variable_redirects_an_installation() -> None:
    assert [name for name in HOSTILE if is_kept(name)] == []


def letters(name: str) -> str:
    """Return a variable that a name of the table stands for."""
    return name.replace("*", "ANY_1")


@pytest.mark.parametrize("name", [letters(name) for name in KEPT])
def test_what_the_table_takes_over_arrives(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "mine")
    assert child_environment(tmp_path)[name] == "mine"
    monkeypatch.setenv(name, "")
    assert name not in child_environment(tmp_path)


@pytest.mark.parametrize(
    "name", [letters(name) for row in TABLE if row.taken != "taken" for name in row.variables]
)
def test_what_the_table_leaves_or_reads_does_not_arrive(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "mine")
    assert child_environment(tmp_path).get(name) != "mine"


def test_every_known_trap_is_in_the_table() -> None:
    rows = [row for row in TABLE if row.taken != "taken"]
    names = [name for row in rows for name in row.variables]
    assert [one for one in HOSTILE if not any(fnmatchcase(one, name) for name in names)] == []
    files = [file for row in rows for file in row.files]
    assert [one for one in HOME_FILES if f"~/{one}" not in files] == []


def test_a_table_says_why_and_names_nothing_twice_alike() -> None:
    assert all(row.what and row.why for row in TABLE)
    names = [name for row in TABLE if row.taken != "read" for name in (*row.variables, *row.files)]
    assert sorted(set(names)) == sorted(names)
    assert len({row.what for row in TABLE}) == len(TABLE)


def test_the_documents_and_the_help_are_the_tables() -> None:
    page = (DOCS / "environment.md").read_text(encoding="utf-8")
    assert page == environment()
    told = " ".join(CliRunner().invoke(command, ["--help"]).output.split())
    for row in TABLE:
        assert row.what in told
        assert all(f"`{name}`" in page for name in (*row.variables, *row.files, *row.keys))


def test_a_folder_that_cannot_be_written_names_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderUnwritable, match=r"file cannot be written .* XDG_CACHE_HOME"):
        child_environment(tmp_path / "file")
