"""Surroundings: what of a user's environment and settings counts in a child, and why. One table.

`child_environment` takes over the variables that are "taken". What is "read" is handed over in
another form, which the row's reason names. What is "left" is listed because one might miss it: no
variable and no file that is not named here is taken over either. `scaffold check --help` and
`docs/environment.md` are made from this.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Row:
    """What belongs together: variables (`*` stands for any letters), files, keys in conda's files.

    `what` is a plural noun for the help; `why` is a few words.
    """

    what: str
    taken: Literal["taken", "read", "left"]
    why: str
    variables: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
#: Where conda looks for a user's own configuration, what wins last; CONDARC names one more file.
CONDA_FILES = (
    "~/.config/conda/.condarc",
    "~/.config/conda/condarc",
    "~/.config/conda/condarc.d/*",
    "~/.conda/.condarc",
    "~/.conda/condarc",
    "~/.conda/condarc.d/*",
    "~/.condarc",
)
CONDA_REACH = Row(
    "conda's way to the network",
    "read",
    "by a conda on PATH: written into a .condarc in the check's home, as these alone",
    variables=("CONDARC",),
    files=CONDA_FILES,
    keys=(
        "proxy_servers",
        "ssl_verify",
        "client_ssl_cert",
        "client_ssl_cert_key",
        "remote_connect_timeout_secs",
        "remote_read_timeout_secs",
        "remote_max_retries",
        "remote_backoff_factor",
        "solver",
    ),
)
CONDA_CHANNELS = Row(
    "conda's channels",
    "read",
    "by a conda on PATH: written into a file that CONDARC names; --conda-channel wins over them",
    variables=("CONDARC", "CONDA_CHANNELS"),
    files=CONDA_FILES,
    keys=(
        "channels",
        "channel_alias",
        "default_channels",
        "custom_channels",
        "custom_multichannels",
        "channel_priority",
    ),
)

TABLE = (
    Row(
        "proxies",
        "taken",
        "the way to the network",
        (*_PROXIES, *map(str.upper, _PROXIES), "PIP_PROXY"),
    ),
    Row(
        "certificates",
        "taken",
        "whom to trust, and who you are",
        (
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "SSL_CLIENT_CERT",
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "NIX_SSL_CERT_FILE",
            "GIT_SSL_CAINFO",
            "PIP_CERT",
            "PIP_CLIENT_CERT",
            "PIP_TRUSTED_HOST",
            "UV_SYSTEM_CERTS",
            "UV_NATIVE_TLS",
            "UV_INSECURE_HOST",
            "CONDA_SSL_VERIFY",
            "CONDA_CLIENT_SSL_CERT",
            "CONDA_CLIENT_SSL_CERT_KEY",
        ),
    ),
    Row(
        "time-outs and retries",
        "taken",
        "how slow the network may be",
        (
            "PIP_DEFAULT_TIMEOUT",
            "PIP_TIMEOUT",
            "PIP_RETRIES",
            "UV_HTTP_TIMEOUT",
            "UV_REQUEST_TIMEOUT",
            "UV_HTTP_CONNECT_TIMEOUT",
            "UV_HTTP_RETRIES",
            "PIPENV_TIMEOUT",
            "PIPENV_INSTALL_TIMEOUT",
            "PIPENV_REQUESTS_TIMEOUT",
            "POETRY_REQUESTS_TIMEOUT",
            "POETRY_REQUESTS_MAX_RETRIES",
            "CONDA_REMOTE_CONNECT_TIMEOUT_SECS",
            "CONDA_REMOTE_READ_TIMEOUT_SECS",
            "CONDA_REMOTE_MAX_RETRIES",
            "CONDA_REMOTE_BACKOFF_FACTOR",
        ),
    ),
    Row(
        "index credentials",
        "taken",
        "for an index that the project itself names",
        (
            "UV_INDEX_*_USERNAME",
            "UV_INDEX_*_PASSWORD",
            "POETRY_HTTP_BASIC_*_USERNAME",
            "POETRY_HTTP_BASIC_*_PASSWORD",
        ),
    ),
    Row(
        "conda's solver and channel alias",
        "taken",
        "which of its solvers conda uses, and where the channels are that files name",
        ("CONDA_SOLVER", "CONDA_CHANNEL_ALIAS", "CONDA_DEFAULT_CHANNELS"),
    ),
    Row(
        "how many processes test",
        "taken",
        "how much of the machine the tests may use",
        ("PYTEST_XDIST_AUTO_NUM_WORKERS",),
    ),
    Row(
        "netrc",
        "read",
        "its path is handed over in NETRC, because home is another one",
        ("NETRC",),
        ("~/.netrc",),
    ),
    Row(
        "the package index",
        "read",
        "its URL and how to reach it: each manager gets them in the way it understands",
        ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_CONFIG_FILE"),
        (
            "~/.config/pip/pip.conf",
            "~/.pip/pip.conf",
            "/etc/pip.conf",
            "~/.config/uv/uv.toml",
            "/etc/uv/uv.toml",
        ),
    ),
    CONDA_REACH,
    CONDA_CHANNELS,
    Row(
        "conda's installation",
        "read",
        "its configuration, by conda itself: it belongs to the machine",
        files=("/etc/conda/*", "/var/lib/conda/*", "CONDA_ROOT/.condarc"),
    ),
    Row(
        "PATH",
        "read",
        "managers and interpreters are looked for in it; a child's own has the manager, python3, "
        "/usr/bin and /bin",
        ("PATH", "PYENV_ROOT"),
    ),
    Row(
        "scaffold's own variables",
        "read",
        "where the cache is; whether the pinned managers are preferred",
        ("XDG_CACHE_HOME", "SCAFFOLD_PROVIDED"),
    ),
    Row(
        "home",
        "left",
        "a check has its own, and writes nothing into yours",
        (
            "HOME",
            "TMPDIR",
            "XDG_CONFIG_HOME",
            "XDG_CONFIG_DIRS",
            "XDG_DATA_HOME",
            "XDG_STATE_HOME",
        ),
        ("~/*",),
    ),
    Row(
        "active environments",
        "left",
        "managers install into them",
        (
            "VIRTUAL_ENV",
            "VIRTUAL_ENV_PROMPT",
            "CONDA_PREFIX",
            "CONDA_DEFAULT_ENV",
            "CONDA_SHLVL",
            "PIPENV_ACTIVE",
            "POETRY_ACTIVE",
        ),
    ),
    Row(
        "further package indexes",
        "left",
        "a lock comes from one index",
        (
            "PIP_EXTRA_INDEX_URL",
            "PIP_FIND_LINKS",
            "UV_INDEX",
            "UV_EXTRA_INDEX_URL",
            "UV_FIND_LINKS",
            "PIPENV_PYPI_MIRROR",
            "POETRY_PYPI_MIRROR_URL",
        ),
    ),
    Row(
        "other settings of the managers",
        "left",
        "they move environments, or restrict and change what is resolved",
        ("PIP_*", "UV_*", "PIPENV_*", "WORKON_HOME", "POETRY_*", "PDM_*", "CONDA_*", "MAMBA_*"),
        (
            "~/.config/pypoetry/config.toml",
            "~/.config/pypoetry/auth.toml",
            "~/.pydistutils.cfg",
        ),
        (
            "offline",
            "envs_dirs",
            "pkgs_dirs",
            "create_default_packages",
            "pinned_packages",
            "auto_activate",
        ),
    ),
    Row(
        "keyrings",
        "left",
        "they ask a program or a desktop that a check does not have: use netrc",
        ("PIP_KEYRING_PROVIDER", "UV_KEYRING_PROVIDER", "PYTHON_KEYRING_BACKEND"),
        ("~/.local/share/uv/credentials", "~/.continuum"),
    ),
    Row(
        "git and ssh",
        "left",
        "hooks, signatures, other remotes; no layout needs a repository",
        ("GIT_*", "SSH_AUTH_SOCK"),
        ("~/.gitconfig", "~/.config/git/config", "~/.ssh"),
    ),
    Row(
        "accounts and options of tests",
        "left",
        "the tests meet no real account, and run as the project says",
        ("AWS_*", "PYTEST_*", "MAKEFLAGS"),
        ("~/.aws",),
    ),
    Row(
        "Python, language and terminal",
        "left",
        "every check finds the same",
        ("PYTHON*", "LANG", "LC_*", "TERM", "NO_COLOR"),
    ),
)

#: The variables that are taken over as they are; `*` stands for any letters.
KEPT = tuple(name for row in TABLE if row.taken == "taken" for name in row.variables)
_KEPT = re.compile("|".join(re.escape(name).replace(r"\*", ".+") for name in KEPT))


def is_kept(name: str) -> bool:
    """Tell whether a variable is taken over as it is."""
    return _KEPT.fullmatch(name) is not None


def groups(taken: Literal["taken", "read", "left"]) -> str:
    """Return what is taken over, read or left, as a list of nouns."""
    return ", ".join(row.what for row in TABLE if row.taken == taken)
