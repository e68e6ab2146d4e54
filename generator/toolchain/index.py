"""The package index: the user's own from the settings of pip or uv, else uv's default.

It is found at run time: no host is written in our files.
"""

from __future__ import annotations

import ast
import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from generator.errors import ScaffoldError
from generator.run import Step, run
from generator.toolchain.environment import cache_root, child_environment

#: Settings of pip that say how to reach an index, and the variable that hands each to a child.
_REACH = {
    "cert": "PIP_CERT",
    "client-cert": "PIP_CLIENT_CERT",
    "proxy": "PIP_PROXY",
    "trusted-host": "PIP_TRUSTED_HOST",
}


class NoIndex(ScaffoldError):
    """No client would say which index it uses."""

    def __init__(self) -> None:
        super().__init__("uv names no default package index; name yours in UV_DEFAULT_INDEX")


@dataclass(frozen=True)
class Index:
    """The simple index (PEP 503) to install from; its URL may hold credentials: never print it.

    `settings` are the environment variables that make pip and uv use it as the user's own do.
    """

    url: str
    settings: Mapping[str, str] = field(default_factory=dict)


@cache
def package_index() -> Index:
    """Return the index that this user installs from; raise `NoIndex` when none can be told."""
    pip = _pip_settings()
    reach = {name: os.environ.get(name) or pip.get(key, "") for key, name in _REACH.items()}
    reach = {name: value for name, value in reach.items() if value}
    default = uv_default_index()
    chosen = (
        os.environ.get("PIP_INDEX_URL")
        or re.sub(r"^[\w.-]+=", "", os.environ.get("UV_DEFAULT_INDEX", ""))  # it may have a name
        or os.environ.get("UV_INDEX_URL")
        or pip.get("index-url")
        or next(_uv_indexes(), default)
    )
    if not chosen:
        raise NoIndex
    if chosen.rstrip("/") == default.rstrip("/"):
        return Index(default, reach)
    return Index(chosen, {**reach, "PIP_INDEX_URL": chosen, "UV_DEFAULT_INDEX": chosen})


def uv_default_index() -> str:
    """Return the index that uv uses when nobody says otherwise, from its help; "" if silent."""
    import uv

    text = _ask((uv.find_uv_bin(), "pip", "install", "--help"), child_environment(cache_root()))
    found = re.search(r"by\s+default:\s+<?(\w+://[^\s>)]+)", text)
    return found[1] if found else ""


def _pip_settings() -> dict[str, str]:
    """Return what pip's configuration files say, by key; nothing where there is no pip to ask."""
    own = child_environment(cache_root(), {"HOME": str(Path.home())})
    for name in ("PIP_CONFIG_FILE", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS"):
        del own[name]
        if name in os.environ:
            own[name] = os.environ[name]
    pythons = (sys.executable, getattr(sys, "_base_executable", sys.executable))
    said = (_ask((python, "-m", "pip", "config", "list"), own) for python in pythons)
    settings: dict[str, str] = {}
    for line in next(filter(None, said), "").splitlines():
        name, _, value = line.partition("=")
        section, _, key = name.partition(".")
        if section in {"global", "install"}:  # listed in this order: the narrower section wins
            settings[key] = " ".join(str(ast.literal_eval(value)).split())
    return settings


def _uv_indexes() -> Iterator[str]:
    """Yield the default indexes in uv's configuration files, the user's before the system's."""
    user = os.environ.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser()
    for path in (Path(user, "uv", "uv.toml"), Path("/etc/uv/uv.toml")):
        try:
            facts: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        indexes = facts.get("index", [])
        yield from (entry["url"] for entry in indexes if entry.get("default") and "url" in entry)
        yield from (
            table["index-url"] for table in (facts, facts.get("pip", {})) if "index-url" in table
        )


def _ask(argv: tuple[str, ...], env: Mapping[str, str]) -> str:
    outcome = run(Step("ask", argv, cache_root(), env), timeout=60)
    return outcome.output if outcome.ok else ""
