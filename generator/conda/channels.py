"""Channels: names and URLs, and how to make every engine look elsewhere for `conda-forge`."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from generator.credentials import holds_credential, without_password
from generator.errors import ScaffoldError

#: conda's own default: `channel_alias` in its configuration reference.
DEFAULT_ALIAS = "https://conda.anaconda.org"

NAME = "conda-forge"


class BadChannel(ScaffoldError):
    """A channel URL under which environment.yml's `conda-forge` cannot be found."""

    def __init__(self, url: str) -> None:
        shown = "that you name" if holds_credential(url) or "/t/" in url else repr(url)
        super().__init__(
            f"the conda channel {shown} cannot be used: give an absolute URL that ends in /{NAME} "
            f"and has no /t/TOKEN, which would get into the lock: https://mirror.example.org/{NAME}"
        )


def channel_settings(url: str) -> Mapping[str, str]:
    """Return the environment variables that make `conda-forge` mean the channel at `url`.

    A channel's name is looked up below the channel alias, so the alias is the URL without its last
    part. conda and this engine read `CONDA_CHANNEL_ALIAS`, mamba and micromamba
    `MAMBA_CHANNEL_ALIAS`; environment.yml stays as it is. The user's own channels, in which
    `conda-forge` might be another one, are passed by: conda takes no device for a configuration.
    Raises `BadChannel` when the URL has no scheme, a token, or does not end in `/conda-forge`.
    """
    alias, _, name = url.rstrip("/").rpartition("/")
    if name != NAME or "://" not in alias or "/t/" in f"{alias}/":
        raise BadChannel(url)
    return {
        "CONDA_CHANNEL_ALIAS": alias,
        "MAMBA_CHANNEL_ALIAS": alias,
        "CONDARC": os.devnull,
    }


def authorization() -> tuple[str, str]:
    """Return the host of the channel alias, and its Authorization header; "" where it has none."""
    parts = urlsplit(os.environ.get("CONDA_CHANNEL_ALIAS", ""))
    logged = unquote(parts.netloc.rpartition("@")[0])
    header = f"Basic {base64.b64encode(logged.encode()).decode()}" if logged else ""
    return parts.hostname or "", header


def channel_url(name: str) -> str:
    """Return a channel's URL: itself when it is one, else the name below the channel alias.

    Without user and password, which would get from there into locks; see `authorization`.
    """
    return without_password(name).rstrip("/") if urlsplit(name).scheme else f"{_alias()}/{name}"


def _alias() -> str:
    if "/t/" in f"{os.environ.get('CONDA_CHANNEL_ALIAS', '')}/":
        raise BadChannel(f"{os.environ['CONDA_CHANNEL_ALIAS']}/{NAME}")
    return without_password(os.environ.get("CONDA_CHANNEL_ALIAS") or DEFAULT_ALIAS).rstrip("/")


def channel_name(url: str) -> str:
    """Return the name by which environment.yml would ask for a channel's URL."""
    alias, url = _alias(), url.rstrip("/")
    return url.removeprefix(f"{alias}/") if url.startswith(f"{alias}/") else url


def cache_root() -> Path:
    """Return where packages and indexes are kept: in conda's `CONDA_PKGS_DIRS` or our own cache."""
    if directories := os.environ.get("CONDA_PKGS_DIRS"):
        return Path(directories.split(",")[0]).expanduser() / "rattler"
    from platformdirs import user_cache_path

    return user_cache_path("scaffold") / "conda"
