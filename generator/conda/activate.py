"""`conda run`: replace this process by a command in an activated environment."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from generator.conda.errors import CondaError, NotAnEnvironment
from generator.conda.prefix import is_environment


class CommandNotFound(CondaError):
    """A command that is neither in the environment nor on PATH; a shell gives 127 for that."""

    exit_code = 127

    def __init__(self, command: str, prefix: Path) -> None:
        super().__init__(f"{command} is neither in {prefix}/bin nor on PATH; install it there")


def run(prefix: Path, command: Sequence[str]) -> NoReturn:
    """Become `command`: its output is ours at once, and so is its exit code.

    Nothing of rattler's may be imported by then, because its threads would not survive. Raises
    `NotAnEnvironment` or `CommandNotFound` before anything is replaced.
    """
    if not is_environment(prefix):
        raise NotAnEnvironment(prefix)
    environment = activated(prefix, os.environ)
    program = shutil.which(command[0], path=environment["PATH"])
    if program is None:
        raise CommandNotFound(command[0], prefix)
    argv = [program, *command[1:]]
    if scripts := sorted((prefix / "etc" / "conda" / "activate.d").glob("*.sh")):
        # Packages such as compilers set variables by scripts that only a shell can run.
        sourcing = "".join(f". {shlex.quote(str(script))}\n" for script in scripts)
        argv = ["/bin/sh", "-c", f'{sourcing}exec "$@"', "conda-run", *argv]
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(argv[0], argv, environment)  # noqa: S606 - no shell is wanted, and this is the point


def activated(prefix: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of an activated environment, as conda/activate.py sets them."""
    prefix = prefix.resolve()
    path = environment.get("PATH", os.defpath)
    return {
        **{name: value for name, value in environment.items() if name != "VIRTUAL_ENV"},
        "PATH": f"{prefix / 'bin'}{os.pathsep}{path}",
        "CONDA_PREFIX": str(prefix),
        "CONDA_DEFAULT_ENV": str(prefix),
        "CONDA_SHLVL": "1",
    }
