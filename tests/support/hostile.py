"""A surrounding environment in which managers go astray, and a way to see whether one did."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

NOWHERE = "/nonexistent/hostile"

#: Everything that was seen to leak in, and its neighbours: each redirects or breaks one or more.
HOSTILE = {
    "VIRTUAL_ENV": NOWHERE,
    "VIRTUAL_ENV_PROMPT": "hostile",
    "CONDA_PREFIX": NOWHERE,
    "CONDA_DEFAULT_ENV": "hostile",
    "CONDA_SHLVL": "1",
    "CONDA_CHANNELS": "hostile",
    "CONDARC": f"{NOWHERE}/condarc",
    "PYTHONHOME": NOWHERE,
    "PYTHONPATH": NOWHERE,
    "PYTHONSTARTUP": f"{NOWHERE}/startup.py",
    "PYTHONWARNINGS": "error",
    "UV_PYTHON": "3.8",
    "UV_PROJECT_ENVIRONMENT": NOWHERE,
    "UV_OFFLINE": "1",
    "UV_CONSTRAINT": f"{NOWHERE}/constraints.txt",
    "UV_CONFIG_FILE": f"{NOWHERE}/uv.toml",
    "UV_FROZEN": "1",
    "PIP_TARGET": NOWHERE,
    "PIP_PREFIX": NOWHERE,
    "PIP_NO_INDEX": "1",
    "PIP_USER": "1",
    "PIP_CONSTRAINT": f"{NOWHERE}/constraints.txt",
    "PIP_REQUIRE_VIRTUALENV": "0",
    "PDM_PYTHON": NOWHERE,
    "PDM_IGNORE_SAVED_PYTHON": "1",
    "POETRY_ACTIVE": "1",
    "POETRY_VIRTUALENVS_CREATE": "false",
    "POETRY_VIRTUALENVS_PATH": NOWHERE,
    "PIPENV_ACTIVE": "1",
    "PIPENV_PIPFILE": f"{NOWHERE}/Pipfile",
    "PIPENV_VENV_IN_PROJECT": "0",
    "PIPENV_CUSTOM_VENV_NAME": "hostile",
    "WORKON_HOME": NOWHERE,
    "GIT_DIR": NOWHERE,
    "GIT_WORK_TREE": NOWHERE,
    "GIT_AUTHOR_NAME": "hostile",
    "PYTEST_ADDOPTS": "--no-such-option",
    "MAKEFLAGS": "--no-such-option",
}

#: Configuration in the home directory that does harm where it is read.
HOME_FILES = {
    ".gitconfig": "[core]\n\thooksPath = /nonexistent\n[user]\n\tname = Hostile\n",
    ".condarc": "channels: [hostile]\noffline: true\n",
    ".pydistutils.cfg": "[install]\nprefix = /nonexistent\n",
    ".config/pip/pip.conf": "[global]\nno-index = true\nuser = true\ntarget = /nonexistent\n",
    ".config/uv/uv.toml": "offline = true\nno-index = true\n",
    ".config/pypoetry/config.toml": "[virtualenvs]\ncreate = false\n",
    ".config/pypoetry/auth.toml": "",
}


@dataclass(frozen=True)
class World:
    """A home full of traps, and an active environment that is not the project's."""

    home: Path
    decoy: Path
    temporary: Path
    environ: Mapping[str, str]

    def snapshot(self, *more: Path) -> dict[str, str]:
        """Return every file that a check must not touch: size, time and (at home) content."""
        interpreters = {Path(sys.base_prefix), *more}
        found = dict(_files([self.decoy], content=False))
        for prefix in interpreters:
            found |= _files(
                [prefix / "bin", *prefix.glob("lib/python3*/site-packages")], content=False
            )
            found |= _files(prefix.glob("lib/python3*/dist-packages"), content=False)
        return found | dict(
            _files([self.home, self.temporary, Path("/etc/gitconfig")], content=True)
        )


def world(folder: Path, *, decoy: Path) -> World:
    """Set the traps in `folder`; `decoy` is a virtual environment that everything points at."""
    home, temporary = folder / "home", folder / "tmp"
    temporary.mkdir(parents=True)
    for name, text in HOME_FILES.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
    python = str(decoy / "bin" / "python")
    tempting = {name: str(decoy) for name, value in HOSTILE.items() if value == NOWHERE}
    environ = {
        **HOSTILE,
        **tempting,
        "UV_PYTHON": python,
        "PDM_PYTHON": python,
        "PATH": f"{decoy / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "TMPDIR": str(temporary),
    }
    return World(home, decoy, temporary, environ)


def _files(roots: Iterable[Path], *, content: bool) -> dict[str, str]:
    """Describe each file below the roots; not bytecode, which whoever imports there writes."""
    found = {}
    for root in roots:
        paths = [root, *root.rglob("*")] if root.exists() else []
        for path in paths:
            if "__pycache__" in path.parts or (path.is_dir() and not path.is_symlink()):
                continue
            stat = path.lstat()
            data = b""
            if path.is_symlink():
                data = str(path.readlink()).encode()
            elif content:
                data = path.read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            found[str(path)] = f"{stat.st_size} {stat.st_mtime_ns} {digest}"
    return found
