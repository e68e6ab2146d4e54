"""What of a user's own configuration reaches a conda that runs with another home."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from generator.catalog import manager
from generator.conda import channel_settings, user_settings
from generator.errors import BadFile
from generator.toolchain import Tool
from generator.toolchain.bench import _user_settings
from generator.toolchain.surroundings import CONDA_CHANNELS, CONDA_FILES, CONDA_REACH, TABLE
from tests.support.hostile import HOME_FILES

SECRET = "s3cr3t"
ALL = {
    "channels": ["corp", "conda-forge"],
    "channel_alias": "https://mirror.example/conda",
    "default_channels": [],
    "custom_channels": {"corp": "https://mirror.example/corp"},
    "custom_multichannels": {"both": ["corp", "conda-forge"]},
    "channel_priority": "strict",
    "proxy_servers": {"https": "http://proxy.example:3128"},
    "ssl_verify": "/etc/corp.pem",
    "client_ssl_cert": "/etc/me.pem",
    "client_ssl_cert_key": "/etc/me.key",
    "remote_connect_timeout_secs": 9.5,
    "remote_read_timeout_secs": 99,
    "remote_max_retries": 7,
    "remote_backoff_factor": 2,
    "solver": "classic",
}
#: What moves or changes what is written.
NOT = {
    "envs_dirs": ["/elsewhere"],
    "pkgs_dirs": ["/elsewhere"],
    "create_default_packages": ["ipython"],
    "pinned_packages": ["numpy<2"],
    "auto_activate": False,
    "offline": True,
    "always_copy": True,
}


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's home, without any setting."""
    home = tmp_path / "mine"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("CONDARC", "CONDA_CHANNELS", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """The home that a check gives to conda."""
    home = tmp_path / "other"
    home.mkdir()
    return home


def put(path: Path, facts: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(facts))


def seen(home: Path, settings: dict[str, str]) -> dict[str, object]:
    """Return what a conda with this home and these variables reads."""
    facts: dict[str, object] = {}
    for path in (home / ".condarc", Path(settings.get("CONDARC", home / "none"))):
        facts |= yaml.safe_load(path.read_text()) if path.is_file() else {}
    return facts


def test_every_key_of_the_table_is_taken_over_and_no_other(mine: Path, other: Path) -> None:
    put(mine / ".condarc", {**ALL, **NOT})
    assert {*CONDA_REACH.keys, *CONDA_CHANNELS.keys} == set(ALL)
    left = {key for row in TABLE if row.taken == "left" for key in row.keys}
    assert left <= set(NOT)
    assert seen(other, user_settings(other)) == ALL


@pytest.mark.parametrize("name", [*CONDA_FILES, "CONDARC", "XDG_CONFIG_HOME"])
def test_each_place_of_conda_s_is_read(
    name: str, mine: Path, other: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(name.replace("*", "corp.yml")).expanduser()
    if name == "CONDARC":
        path = tmp_path / "elsewhere" / "condarc"
        monkeypatch.setenv("CONDARC", str(path))
    if name == "XDG_CONFIG_HOME":
        path = tmp_path / "config" / "conda" / ".condarc"
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    put(path, {"channels": ["corp"], "solver": "classic"})
    assert seen(other, user_settings(other)) == {"channels": ["corp"], "solver": "classic"}


def test_files_are_merged_as_conda_does(
    mine: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(mine / ".conda/.condarc", {"channels": ["b", "c"], "custom_channels": {"x": "u", "y": "u"}})
    put(mine / ".condarc", {"channels": ["a", "b"], "custom_channels": {"y": "v"}})
    put(mine / ".config/conda/condarc", {"verify_ssl": False})
    monkeypatch.setenv("CONDA_CHANNELS", "first,a")
    assert seen(other, user_settings(other)) == {
        "channels": ["first", "a", "b", "c"],
        "custom_channels": {"x": "u", "y": "v"},
        "ssl_verify": False,
    }


def test_nothing_is_written_where_there_is_nothing(mine: Path, other: Path) -> None:
    put(mine / ".condarc", NOT)
    (mine / ".conda").mkdir()
    (mine / ".conda" / "condarc").touch()
    assert user_settings(other) == {}
    assert list(other.iterdir()) == []


def test_a_credential_and_a_variable_of_the_user_s_go_by_the_environment(
    mine: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORP_TOKEN", SECRET)
    facts = {
        "channels": [f"https://mirror.example/t/{SECRET}/corp", "conda-forge"],
        "channel_alias": "https://me:${CORP_TOKEN}@mirror.example/conda",
        "proxy_servers": {"https": f"http://me:{SECRET}@proxy.example:3128"},
        "ssl_verify": "~/corp.pem",
    }
    put(mine / ".condarc", facts)
    settings = user_settings(other)
    for path in other.iterdir():
        assert SECRET not in path.read_text()
    monkeypatch.delenv("CORP_TOKEN")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    text = os.path.expandvars(yaml.safe_dump(seen(other, settings)))
    assert yaml.safe_load(text) == {
        **facts,
        "channel_alias": f"https://me:{SECRET}@mirror.example/conda",
        "ssl_verify": f"{mine}/corp.pem",
    }


def test_a_channel_of_the_command_line_passes_the_user_s_channels_by(
    mine: Path, other: Path
) -> None:
    put(mine / ".condarc", ALL)
    settings = {**user_settings(other), **channel_settings("file:///srv/conda-forge")}
    assert set(seen(other, settings)) == set(CONDA_REACH.keys)


def test_a_file_that_is_no_yaml_is_named(mine: Path, other: Path) -> None:
    (mine / ".condarc").write_text("channels: [")
    with pytest.raises(BadFile, match=r"\.condarc cannot be read as conda's configuration"):
        user_settings(other)


@pytest.mark.parametrize(("name", "origin"), [("conda", "engine"), ("uv", "PATH")])
def test_what_is_no_conda_of_the_user_s_is_given_nothing(
    name: str, origin: str, mine: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(mine / ".condarc", yaml.safe_load(HOME_FILES[".condarc"]))
    conda = Tool("conda", Path("/opt/conda/bin/conda"), "26.7.1", "PATH")
    assert seen(other, _user_settings(manager("conda"), conda, other)) == {"channels": ["hostile"]}
    (other / "channels.yml").unlink()
    tool = Tool(name, Path("/bin/true"), "1", origin)  # type: ignore[arg-type]
    assert _user_settings(manager(name), tool, other) == {}
    assert list(other.iterdir()) == []
