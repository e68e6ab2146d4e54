"""What the engine refuses or fails at; each error knows the exit code that conda would give."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import ClassVar

from generator.errors import ScaffoldError

#: `EX_UNAVAILABLE` of sysexits.h: the engine cannot run here at all, whatever is asked of it.
EXIT_UNAVAILABLE = 69


class CondaError(ScaffoldError):
    """A conda command that failed."""

    exit_code: ClassVar[int] = 1


class EngineUnavailable(CondaError):
    """py-rattler is not installed."""

    exit_code = EXIT_UNAVAILABLE

    def __init__(self) -> None:
        super().__init__(
            f"its built-in engine needs py-rattler: {sys.executable} -m pip install py-rattler"
        )


class Unsupported(CondaError):
    """A command line that real conda may know and this engine does not."""

    exit_code = 2

    def __init__(self, what: str) -> None:
        super().__init__(
            f"unsupported by the built-in conda engine: {what}; install conda to use it"
        )


class BadEnvironmentFile(CondaError):
    """An environment.yml that cannot be read, or asks for what only real conda can do."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}")


class BadLock(CondaError):
    """A lock file that is no explicit list, or a line of it that cannot be trusted."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}; lock again")


class NotAnEnvironment(CondaError):
    """A prefix that holds no conda environment."""

    def __init__(self, prefix: Path) -> None:
        super().__init__(f"{prefix} is no conda environment; create it first")


class EnvironmentExists(CondaError):
    """A prefix that would be replaced, without `--yes`."""

    def __init__(self, prefix: Path) -> None:
        super().__init__(f"an environment already exists at {prefix}; add --yes to replace it")


class NotInstalled(CondaError):
    """A package to update that is not there."""

    def __init__(self, name: str, prefix: Path) -> None:
        super().__init__(f"{name} is not installed in {prefix}; add it to environment.yml instead")


class Unsolvable(CondaError):
    """No set of packages satisfies what was asked for."""

    def __init__(self, why: str) -> None:
        super().__init__(f"no solution: {why}; loosen a requirement or look at the channel")


class ChannelUnread(CondaError):
    """A channel that does not answer, or not with what a channel has."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the channel cannot be read: {why}; check the connection and its URL")


class HashMismatch(CondaError):
    """A package whose bytes are not those that the lock, or the channel's index, promises."""

    def __init__(self, url: str, expected: str, found: str) -> None:
        super().__init__(
            f"{url}: sha256 is {found}, expected {expected}; it was replaced or damaged: "
            "download it again, or lock again if the new one is right"
        )


class PackageMissing(CondaError):
    """A locked package that its channel no longer offers."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} is no longer in its channel; lock again")


class InstallFailed(CondaError):
    """rattler could not fetch or link the packages."""

    def __init__(self, prefix: Path, why: str) -> None:
        super().__init__(f"could not install into {prefix}: {why}")
