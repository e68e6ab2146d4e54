"""The work folder: one for each question, of one run at a time."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from generator.compare.measure.journal import NAME, Journal, NothingToResume
from generator.errors import BadFile, ScaffoldError
from generator.toolchain.environment import FolderUnwritable, cache_root

_LOCK = "lock"


class Busy(ScaffoldError):
    """Another run measures the same thing, in the same folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"another run is measuring the same in {folder}; wait for its end, or stop it and add"
            " --resume to go on with what it has"
        )


def default_folder(question: Mapping[str, Any]) -> Path:
    """Return the folder, in our cache directory, of everything that is about this question."""
    text = json.dumps(question, sort_keys=True)
    return cache_root() / "compare" / hashlib.sha256(text.encode()).hexdigest()[:16]


@contextmanager
def work_folder(
    question: Mapping[str, Any], folder: Path | None, *, resume: bool
) -> Iterator[tuple[Path, Journal]]:
    """Give the work folder, empty or with the run that is to go on, and its open journal.

    Raises `Busy`, `NothingToResume`, `FolderUnwritable`, or `BadFile` for a folder of another use.
    """
    place = (folder or default_folder(question)).resolve()
    with ExitStack() as held:
        yield place, held.enter_context(_opened(place, question, held, resume=resume))


def _opened(place: Path, question: Mapping[str, Any], held: ExitStack, *, resume: bool) -> Journal:
    from filelock import FileLock, Timeout

    try:
        if resume and not (place / NAME).is_file():
            raise NothingToResume("no run with these settings was stopped")
        others = [] if resume or not place.exists() else [one.name for one in place.iterdir()]
        if others and not {NAME, _LOCK} & set(others):
            raise BadFile(place, "is not an empty directory", "give another, or a new one")
        place.mkdir(parents=True, exist_ok=True)
        held.enter_context(FileLock(place / _LOCK, timeout=0))
        if not resume:
            _clear(place)
        return Journal(place / NAME, question, resume=resume)
    except Timeout as error:
        raise Busy(place) from error
    except (FileExistsError, NotADirectoryError) as error:
        raise BadFile(place, "is not a directory", "give another, or a new one") from error
    except OSError as error:
        raise FolderUnwritable(place, error.strerror or str(error)) from error


def _clear(place: Path) -> None:
    # The journal goes first: without it, what is left of a folder is nothing to go on with.
    (place / NAME).unlink(missing_ok=True)
    for one in place.iterdir():
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        elif one.name != _LOCK:
            one.unlink()
