"""The package index that a user has set, handed to a manager without its password.

No index is named in our files, and none has to be: where the user has set none, each manager uses
its own default. A password goes into a netrc file, never into a URL: several managers write the URL
of their index into files that one commits.
"""

from __future__ import annotations

import ast
import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from netrc import NetrcParseError, netrc
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from generator.credentials import without_password
from generator.errors import ScaffoldError
from generator.run import Step, run
from generator.toolchain.environment import cache_root, child_environment, user_netrc

#: The metavariable in manager.yml that stands for the index's URL.
INDEX_URL = "INDEX_URL"
_NETRC = "netrc"
#: Settings of pip that say how to reach an index, and the variable that hands each to a child.
_REACH = {
    "cert": "PIP_CERT",
    "client-cert": "PIP_CLIENT_CERT",
    "proxy": "PIP_PROXY",
    "trusted-host": "PIP_TRUSTED_HOST",
}


class BadIndex(ScaffoldError):
    """A URL that is none; it is not shown, because it may hold a password."""

    def __init__(self) -> None:
        super().__init__(
            "the package index in your settings has no valid URL; write it as"
            " https://HOST/simple, with what is special in user and password as %XX"
        )


@dataclass(frozen=True)
class Index:
    """The simple index (PEP 503) that a user has set; without one, `url` is empty.

    `url` holds no credentials: they are in `netrc`, a line for a netrc file. `reach` are pip's
    settings of how to get there, as variables.
    """

    url: str = ""
    netrc: str = field(default="", repr=False)
    reach: Mapping[str, str] = field(default_factory=dict)

    def settings(self, variables: Mapping[str, str]) -> dict[str, str]:
        """Return a manager's variables with the URL filled in; none where there is no URL."""
        if not self.url:
            return {}
        return {name: text.replace(INDEX_URL, self.url) for name, text in variables.items()}

    def environment(self, variables: Mapping[str, str], folder: Path) -> dict[str, str]:
        """Return all that makes a manager with these variables use the index.

        Credentials are written to a netrc file in `folder`, with those that the user has in one:
        `forget_password` deletes it. Of two lines for a host, clients take the last.
        """
        found = {**self.reach, **self.settings(variables)}
        if self.netrc and variables:
            path = folder / _NETRC
            path.unlink(missing_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(f"{_theirs()}\n\n{self.netrc}")
            found["NETRC"] = str(path)
        return found


def forget_password(folder: Path) -> None:
    """Delete the file with an index's credentials, where `environment` wrote one to `folder`."""
    with suppress(OSError):  # it was never written, for one
        (folder / _NETRC).unlink()


def _theirs() -> str:
    """Return the user's netrc file; "" for one that not all clients could read."""
    for place in user_netrc().values():
        try:
            netrc(place)
            return Path(place).read_text(encoding="utf-8").rstrip("\n")
        except (OSError, UnicodeDecodeError, NetrcParseError):
            return ""
    return ""


@cache
def package_index() -> Index:
    """Return the index that this user has set, in the settings of pip or uv."""
    pip = _pip_settings()
    reach = {name: os.environ.get(name) or pip.get(key, "") for key, name in _REACH.items()}
    reach = {name: value for name, value in reach.items() if value}
    return _without_password(next(filter(None, _named(pip)), ""), reach)


def _named(pip: Mapping[str, str]) -> Iterator[str]:
    """Yield the URL that each place of settings names, or ""; the first one counts."""
    yield os.environ.get("PIP_INDEX_URL", "")
    # It may have a name before the URL.
    yield re.sub(r"^[\w.-]+=", "", os.environ.get("UV_DEFAULT_INDEX", ""))
    yield os.environ.get("UV_INDEX_URL", "")
    yield pip.get("index-url", "")
    yield from _uv_indexes()


def _without_password(url: str, reach: Mapping[str, str]) -> Index:
    """Move a URL's credentials into a line of netrc."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # a / in a password makes a port of its beginning
    except ValueError:
        raise BadIndex from None  # its message would hold the URL
    logged = parts.netloc.rpartition("@")[0]
    if not logged:
        return Index(url, "", reach)
    user, _, password = logged.partition(":")
    line = f"machine {host} login {_word(user)} password {_word(password)}\n"
    return Index(without_password(url), line, reach)


def _word(text: str) -> str:
    """Write a URL's user or password as netrc has it."""
    plain = unquote(text)
    odd = not plain or re.search(r'[\s"\\#]', plain)
    return '"' + re.sub(r'(["\\])', r"\\\1", plain) + '"' if odd else plain


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
        tables = [one for one in indexes if isinstance(one, dict) and one.get("default")]
        named = [one.get("url") for one in tables]
        named += [table.get("index-url") for table in (facts, facts.get("pip", {}))]
        yield from (url for url in named if isinstance(url, str))


def _ask(argv: tuple[str, ...], env: Mapping[str, str]) -> str:
    outcome = run(Step("ask", argv, cache_root(), env), timeout=60)
    return outcome.output if outcome.ok else ""
