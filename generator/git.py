"""What we ask of git: who the author is, and a repository for a project. No global settings."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from generator.errors import ScaffoldError
from generator.system import move
from generator.tree import folder_aside

#: Longest time for one command, in seconds; a hook or a network drive may keep git waiting.
_TIMEOUT = 60

#: What GitHub, GitLab and others offer to put into a new repository.
_HOSTS_FILES = {".gitignore", "LICENSE", "LICENSE.md", "LICENSE.txt", "README", "README.md"}

if TYPE_CHECKING:
    from generator.run import Outcome


class GitFailed(ScaffoldError):
    """A git command that was asked for did not work."""

    def __init__(self, outcome: Outcome) -> None:
        output = outcome.output.strip().splitlines()
        why = outcome.reason or (output[-1] if output else f"exit code {outcome.exit_code}")
        line = " ".join(outcome.step.argv[:2])
        super().__init__(
            f"{line} failed ({why}); the project is written: "
            "run git there yourself, or start again with --no-git"
        )


def available() -> bool:
    """Say whether there is a git to call."""
    import shutil

    return shutil.which("git") is not None


def identity() -> dict[str, str]:
    """Return `name` and `email` from git's settings; without git or settings, nothing."""
    pattern = r"^user\.(name|email)$"
    outcome = _git(Path.cwd(), "config", "--null", "--get-regexp", pattern)
    if not outcome.ok:
        return {}
    pairs = (entry.partition("\n") for entry in outcome.output.split("\0") if entry)
    return {key.removeprefix("user."): value for key, _, value in pairs}


def repository_of(folder: Path) -> Path | None:
    """Return the top of the git work tree that a folder, which need not exist yet, lies in."""
    place = folder.resolve()  # or else the parents of `../app` would hold the folder we are in
    return next((top for top in (place, *place.parents) if (top / ".git").exists()), None)


def ignored(folder: Path, paths: Iterable[str]) -> list[tuple[str, str]]:
    """Return those of the paths that git leaves out, each with the rule: `file:line:pattern`."""
    outcome = _git(folder, "check-ignore", "--verbose", "--", *paths)
    lines = outcome.output.splitlines() if outcome.ok else []
    return [(path, rule) for rule, _, path in (line.rpartition("\t") for line in lines)]


def is_fresh_clone(folder: Path) -> bool:
    """Say whether a folder is a repository with no more than its host put there, all committed."""
    if not (folder / ".git").exists():
        return False
    found = {path.name for path in folder.iterdir()} - {".git"}
    if not found <= _HOSTS_FILES:
        return False
    if not found:
        return True
    status = _git(folder, "status", "--porcelain", "--ignored")
    return status.ok and not status.output


def start_repository(folder: Path) -> None:
    """Make `folder` a repository with everything staged; raise `GitFailed` where git does not.

    It is made aside and renamed into place: what stops us leaves a whole one or none.
    """
    if os.path.lexists(folder / ".git"):
        stage(folder)
        return
    with folder_aside(folder, "") as place:
        made = place / ".git"
        _succeed(_git(place, "init", "--quiet"))
        # What the workflow listens to. `init --initial-branch` came with git 2.28 only.
        _succeed(_git(place, "symbolic-ref", "HEAD", "refs/heads/main"))
        words = ("add", "--all", "--", ".", f":(exclude){place.name}")
        _succeed(_git(folder, *words, GIT_DIR=str(made.resolve()), GIT_WORK_TREE="."))
        move(made, folder / ".git")


def stage(folder: Path) -> None:
    """Stage everything in `folder`; raise `GitFailed` where git does not."""
    _succeed(_git(folder, "add", "--all", "--", "."))  # without a path: the whole repository


def _succeed(outcome: Outcome) -> None:
    if not outcome.ok:
        raise GitFailed(outcome)


def _git(folder: Path, *words: str, **settings: str) -> Outcome:
    from generator.run import Step, run  # costs more than the rest of us: not without need

    step = Step("git", ("git", *words), folder, {**_environment(), **settings})
    return run(step, timeout=_TIMEOUT, directly=True)


def _environment() -> Mapping[str, str]:
    # A hook that calls us has these set, and they would send git to the hook's repository.
    leaking = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"}
    leaking |= {"GIT_OBJECT_DIRECTORY"}
    return {key: value for key, value in os.environ.items() if key not in leaking}
