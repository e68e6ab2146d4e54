"""Channels by name and by URL."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.conda import channel_settings
from generator.conda.channels import (
    BadChannel,
    authorization,
    cache_root,
    channel_name,
    channel_url,
)


@pytest.mark.parametrize(
    "url",
    ["https://mirror.example.org/conda/conda-forge", "file:///srv/channel/conda-forge/"],
)
def test_the_settings_make_the_name_mean_the_url(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name, value in channel_settings(url).items():
        monkeypatch.setenv(name, value)
    assert channel_url("conda-forge") == url.rstrip("/")
    assert channel_name(url) == "conda-forge"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "conda-forge",
        "/srv/conda-forge",
        "https://example.org/main",
        "https://h/t/TOKEN/conda-forge",
    ],
)
def test_a_url_under_which_the_name_is_not_found_is_refused(url: str) -> None:
    with pytest.raises(BadChannel, match=r"that ends in /conda-forge .*has no"):
        channel_settings(url)


def test_without_settings_a_name_is_on_condas_own_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONDA_CHANNEL_ALIAS", raising=False)
    assert channel_url("conda-forge") == "https://conda.anaconda.org/conda-forge"
    assert channel_url("file:///srv/c/") == "file:///srv/c"
    assert channel_name("https://example.org/c") == "https://example.org/c"


def test_packages_are_kept_where_conda_is_told_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CONDA_PKGS_DIRS", f"{tmp_path},/elsewhere")
    assert cache_root() == tmp_path / "rattler"
    monkeypatch.delenv("CONDA_PKGS_DIRS")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_root().is_relative_to(tmp_path)


def test_a_password_is_sent_to_the_alias_alone_and_is_in_no_url(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CONDA_CHANNEL_ALIAS", "https://me:p%40ss@mirror.example/conda/")
    assert channel_url("conda-forge") == "https://mirror.example/conda/conda-forge"
    assert channel_url("https://a:b@other.example/main/") == "https://other.example/main"
    assert channel_name("https://mirror.example/conda/conda-forge") == "conda-forge"
    assert authorization() == ("mirror.example", "Basic bWU6cEBzcw==")
    monkeypatch.setenv("CONDA_CHANNEL_ALIAS", "https://mirror.example")
    assert authorization() == ("mirror.example", "")
    monkeypatch.setenv("CONDA_CHANNEL_ALIAS", "https://mirror.example/t/SECRET")
    with pytest.raises(BadChannel) as refused:
        channel_url("conda-forge")
    assert "SECRET" not in str(refused.value)
