"""The environment that a child process gets: an allow-list, with a home and caches of its own.

What leaks in otherwise is a long list (an active environment, a redirected install target, a global
configuration file), and managers do write into the global interpreter because of it. So nothing is
removed from the surrounding environment: only what `surroundings` names is taken over.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from generator.errors import ScaffoldError
from generator.toolchain.surroundings import is_kept

#: Caches of downloads that runs share: the variable, and its folder in our own cache directory.
CACHES = {
    "XDG_CACHE_HOME": "xdg",
    "PIP_CACHE_DIR": "pip",
    "PIP_TOOLS_CACHE_DIR": "pip-tools",
    "UV_CACHE_DIR": "uv",
    "POETRY_CACHE_DIR": "poetry",
    "PIPENV_CACHE_DIR": "pipenv",
    "CONDA_PKGS_DIRS": "conda",
    "PRE_COMMIT_HOME": "pre-commit",
}

#: True of every child, whichever manager it is.
FIXED = {
    "LC_ALL": "C.UTF-8",
    "TERM": "dumb",
    "NO_COLOR": "1",
    "PYTHONNOUSERSITE": "1",
    # No configuration file of pip's is read: a mirror or a constraint there would change the locks.
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_REQUIRE_VIRTUALENV": "1",
    "PIP_NO_INPUT": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    # "0" means: do not compile. It saves 10 s an install; what is imported compiles itself.
    "PIP_NO_COMPILE": "0",
    "UV_PYTHON_DOWNLOADS": "never",
    # uv reads /etc/uv/uv.toml wherever XDG_CONFIG_DIRS points.
    "UV_NO_SYSTEM_CONFIG": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "scaffold",
    "GIT_AUTHOR_EMAIL": "scaffold@localhost",
    "GIT_COMMITTER_NAME": "scaffold",
    "GIT_COMMITTER_EMAIL": "scaffold@localhost",
}

SYSTEM_PATH = ("/usr/bin", "/bin")


class NothingRunsIn(ScaffoldError):
    """A folder on a file system that is mounted `noexec`."""

    def __init__(self, folder: Path, remedy: str) -> None:
        super().__init__(f"no program may run in {folder}: it is mounted noexec; {remedy}")


def check_runnable(folder: Path, remedy: str) -> None:
    """Raise `NothingRunsIn` where the file system of a folder lets no program run."""
    if sys.platform == "win32":
        return
    if os.statvfs(folder).f_flag & getattr(os, "ST_NOEXEC", 0):  # macOS has no such name
        raise NothingRunsIn(folder, remedy)


class FolderUnwritable(ScaffoldError):
    """The cache or the folder for a home cannot be written."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(
            f"{folder} cannot be written ({why}); make it writable, or name another cache directory"
            " in XDG_CACHE_HOME"
        )


def cache_root() -> Path:
    """Return our directory in the user's cache directory (which XDG_CACHE_HOME moves)."""
    from platformdirs import user_cache_path

    return user_cache_path("scaffold")


def child_environment(
    folder: Path,
    settings: Mapping[str, str] | None = None,
    *,
    programs: tuple[Path, ...] = (),
) -> dict[str, str]:
    """Return the whole environment of a child whose home is in `folder`; make the home's folders.

    `programs` are directories put before the system's on PATH, `settings` wins over everything.
    Raises `FolderUnwritable`.
    """
    home, temporary = folder / "home", folder / "tmp"
    try:
        for path in (home, temporary):
            path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderUnwritable(folder, error.strerror or str(error)) from error
    caches = cache_root() / "downloads"
    return {
        **{name: value for name, value in os.environ.items() if value and is_kept(name)},
        **user_netrc(),
        **{name: str(caches / place) for name, place in CACHES.items()},
        **FIXED,
        "PATH": os.pathsep.join((*map(str, programs), *SYSTEM_PATH)),
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CONFIG_DIRS": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
        # A project of ours never belongs to a repository that happens to lie around its folder.
        "GIT_CEILING_DIRECTORIES": str(folder),
        **(settings or {}),
    }


def user_netrc() -> dict[str, str]:
    """Return NETRC, where the user has such a file: clients would look for it in the real home."""
    place = os.environ.get("NETRC") or str(Path("~/.netrc").expanduser())
    return {"NETRC": place} if Path(place).is_file() else {}
