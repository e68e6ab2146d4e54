"""An existing project: find it, and read what it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.answers import Answers, read_record, resolve, without_notes
from generator.errors import BadFile, ScaffoldError
from generator.render import VERSION_KEY, questionnaire


class NoProject(ScaffoldError):
    """A folder that no project of ours is in."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(
            f"{folder} is in no project made by scaffold: there is no {name} in it or above it; "
            "give the project's directory"
        )


@dataclass(frozen=True)
class Project:
    """A project's directory, its recorded answers, and the version of us that made it, or ""."""

    root: Path
    recorded: Mapping[str, Any]
    version: str

    def answers(self) -> Answers:
        """Return the answers, defaults for what is not recorded; raise as `resolve` does."""
        try:
            return resolve(self.recorded)
        except ScaffoldError as error:
            remedy = "correct that answer there"
            raise BadFile(
                self.root / answers_file(), f"does not suit us: {error}", remedy
            ) from error


def answers_file() -> str:
    """Return the name of the file in which a project's answers are recorded."""
    name: str = questionnaire()["_answers_file"]
    return name


def find_project(folder: Path) -> Project:
    """Return the project that `folder` is, or is in.

    Raises `NoProject` where there is none, `BadFile` where its answers cannot be read.
    """
    start = folder.resolve()  # see `git.repository_of`
    for root in (start, *start.parents):
        place = root / answers_file()
        if place.is_file():
            record = read_record(place)
            return Project(root, without_notes(record), str(record.get(VERSION_KEY, "")))
    raise NoProject(folder, answers_file())
