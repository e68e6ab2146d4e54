"""What can be wrong with a user's own project; each message says where, and what was expected."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from generator.errors import ScaffoldError


class NoDirectory(ScaffoldError):
    """A project's directory that is none."""

    def __init__(self, directory: Path) -> None:
        what = "is a file" if directory.exists() else "does not exist"
        super().__init__(f"{directory} {what}; give the project's directory")


class NoManifest(ScaffoldError):
    """A directory without a manifest; `program` is a setup.py, which would have to be run."""

    def __init__(self, directory: Path, looked_for: Iterable[str], *, program: bool) -> None:
        names = ", ".join(looked_for)
        if program:
            why = "lists its dependencies in setup.py only, a program, which is not run here"
            remedy = f"write them into one of {names}"
        else:
            why = f"holds no manifest: looked for {names}"
            remedy = "give a directory with one of them"
        super().__init__(f"{directory} {why}; {remedy}")


class NoDependencies(ScaffoldError):
    """Manifests in which there is nothing that a layout could say."""

    def __init__(self, directory: Path, files: Iterable[str], left_out: Iterable[str] = ()) -> None:
        reasons = "".join(f" ({one})" for one in list(left_out)[:1])
        super().__init__(
            f"{', '.join(files)} in {directory} lists no dependencies that a layout can say"
            f"{reasons}; add one"
        )


class BadManifest(ScaffoldError):
    """A manifest that its own manager would not read, either; `where` is `file:line`."""

    def __init__(self, where: str, why: str, expected: str) -> None:
        super().__init__(f"{where}: {why}; expected {expected}")
