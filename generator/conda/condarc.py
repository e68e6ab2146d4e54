"""What counts of a user's own configuration of conda, for a conda that runs with another home.

conda would read the user's files whole, and with them where environments and packages are written,
or packages that every new environment gets. So the keys that `surroundings` names are written anew
into that home. A value with a credential goes into a variable, which conda expands in the file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from generator.credentials import holds_credential
from generator.errors import BadFile
from generator.reading import load_yaml, read_text
from generator.toolchain.surroundings import CONDA_CHANNELS, CONDA_FILES, CONDA_REACH, Row

#: conda's older names for keys that are taken over.
_ALIASES = {
    "verify_ssl": "ssl_verify",
    "client_cert": "client_ssl_cert",
    "client_cert_key": "client_ssl_cert_key",
    "experimental_solver": "solver",
    "channel": "channels",
}


def user_settings(home: Path) -> dict[str, str]:
    """Write what is taken over below `home`; return the variables that conda needs for it.

    How to reach the network is in a file that conda finds by itself, the channels are in one that
    CONDARC names, so that CONDARC can pass by them. Raises `BadFile` for a file that is no YAML.
    """
    merged: dict[str, Any] = {}
    for path in _files():
        for key, value in _read(path).items():
            key = _ALIASES.get(key, key)
            merged[key] = _merged(merged.get(key), value)
    if channels := os.environ.get("CONDA_CHANNELS"):
        merged["channels"] = _merged(merged.get("channels"), channels.split(","))
    variables: dict[str, str] = {}
    _write(CONDA_REACH, merged, home / ".condarc", variables)
    if _write(CONDA_CHANNELS, merged, home / "channels.yml", variables):
        variables["CONDARC"] = str(home / "channels.yml")
    return variables


def _write(row: Row, merged: Mapping[str, Any], path: Path, variables: dict[str, str]) -> bool:
    """Write a row's keys, if there are any, and add the variables that stand in them."""
    kept = {key: _expanded(merged[key], variables) for key in row.keys if key in merged}
    if kept:
        path.write_text(yaml.safe_dump(kept, sort_keys=False), encoding="utf-8")
    return bool(kept)


def _files() -> Iterator[Path]:
    """Yield the user's files, in conda's order: what comes later wins."""
    config = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    names = [name.replace("~/.config", config) for name in CONDA_FILES]
    for name in (*names, os.environ.get("CONDARC", "")):
        path = Path(name).expanduser()
        found = sorted(path.parent.glob("*.y*ml")) if path.name == "*" else [path]
        yield from (one for one in found if one.is_file())


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found = load_yaml(read_text(path))
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise BadFile(path, "cannot be read as conda's configuration", "mend it") from error
    return found if isinstance(found, dict) else {}


def _merged(old: Any, new: Any) -> Any:
    """Merge as conda does: a list goes before the list so far, a mapping over it."""
    if isinstance(old, list) and isinstance(new, list):
        return [*new, *(one for one in old if one not in new)]
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **new}
    return new


def _expanded(value: Any, variables: dict[str, str]) -> Any:
    """Expand the user's variables and home in a value; note where a text may not be written."""
    if isinstance(value, Mapping):
        return {key: _expanded(one, variables) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_expanded(one, variables) for one in value]
    if not isinstance(value, str):
        return value
    text = os.path.expanduser(os.path.expandvars(value))  # noqa: PTH111 - a URL is no path
    if not holds_credential(text) and "$" not in text:
        return text
    name = f"SCAFFOLD_CONDA_{len(variables) + 1}"
    variables[name] = text
    return f"${{{name}}}"
