"""Channels: names and URLs, and how to make every engine look elsewhere for `conda-forge`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from generator.errors import ScaffoldError

#: conda's own default: `channel_alias` in its configuration reference.
DEFAULT_ALIAS = "https://conda.anaconda.org"

NAME = "conda-forge"


class BadChannel(ScaffoldError):
    """A channel URL under which environment.yml's `conda-forge` cannot be found."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"conda channel {url!r}: give an absolute URL whose last part is {NAME}, "
            f"such as https://mirror.example.org/{NAME}"
        )


def channel_settings(url: str) -> Mapping[str, str]:
    """Return the environment variables that make `conda-forge` mean the channel at `url`.

    A channel's name is looked up below the channel alias, so the alias is the URL without its last
    part. conda and this engine read `CONDA_CHANNEL_ALIAS`, mamba and micromamba
    `MAMBA_CHANNEL_ALIAS`; environment.yml stays as it is. The user's own channels, in which
    `conda-forge` might be another one, are passed by: conda takes no device for a configuration.
    Raises `BadChannel` when the URL has no scheme or does not end in `/conda-forge`.
    """
    alias, _, name = url.rstrip("/").rpartition("/")
    if name != NAME or not urlsplit(alias).scheme:
        raise BadChannel(url)
    return {
        "CONDA_CHANNEL_ALIAS": alias,
        "MAMBA_CHANNEL_ALIAS": alias,
        "CONDARC": os.devnull,
    }


def channel_url(name: str) -> str:
    """Return a channel's URL: itself when it is one, else the name below the channel alias."""
    if urlsplit(name).scheme:
        return name.rstrip("/")
    alias = os.environ.get("CONDA_CHANNEL_ALIAS") or DEFAULT_ALIAS
    return f"{alias.rstrip('/')}/{name}"


def channel_name(url: str) -> str:
    """Return the name by which environment.yml would ask for a channel's URL."""
    alias = (os.environ.get("CONDA_CHANNEL_ALIAS") or DEFAULT_ALIAS).rstrip("/")
    url = url.rstrip("/")
    return url.removeprefix(f"{alias}/") if url.startswith(f"{alias}/") else url


def cache_root() -> Path:
    """Return where packages and indexes are kept: in conda's `CONDA_PKGS_DIRS` or our own cache."""
    if directories := os.environ.get("CONDA_PKGS_DIRS"):
        return Path(directories.split(",")[0]).expanduser() / "rattler"
    from platformdirs import user_cache_path

    return user_cache_path("scaffold") / "conda"
