"""The files of the layouts as the page shows them: each distinct text once, under its letter."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from generator.compare.layouts import variants
from generator.compare.model import Comparison, FileRow, State

#: Bytes of text that all layouts share and the page shows. What differs is always there; with the
#: rest, coloured, the page of a project with many features would be larger than a page should be.
SHARED_BYTES = 64 * 1024


@dataclass(frozen=True)
class Variant:
    """One content of a path, and the managers that have it; `id` is its element's."""

    id: str
    letter: str
    managers: tuple[str, ...]
    text: str

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return len(self.text.splitlines())


@dataclass(frozen=True)
class FileView:
    """A path with its contents; `letters` is by manager."""

    id: str
    path: str
    state: State
    letters: Mapping[str, str]
    variants: tuple[Variant, ...]
    shown: bool = True

    @property
    def texts(self) -> dict[str, str]:
        """The element that holds each manager's text, by the manager's name."""
        return {name: f"{self.id}{letter}" for name, letter in self.letters.items()}


def file_views(comparison: Comparison) -> tuple[FileView, ...]:
    """Return every path of the layouts, in their order; of shared ones the smallest are shown."""
    layouts = comparison.layouts
    views = [
        _view(f"file{number}-", row, layouts.texts) for number, row in enumerate(layouts.files)
    ]
    room, hidden = SHARED_BYTES, set()
    for view in sorted((one for one in views if one.state == "shared"), key=_bytes):
        room -= _bytes(view)
        if room < 0:
            hidden.add(view.id)
    return tuple(dataclasses.replace(view, shown=view.id not in hidden) for view in views)


def _bytes(view: FileView) -> int:
    return sum(len(one.text.encode()) for one in view.variants)


def _view(name: str, row: FileRow, texts: Mapping[str, str]) -> FileView:
    letters = variants(row)
    managers: dict[str, list[str]] = {}
    for manager, letter in letters.items():
        managers.setdefault(letter, []).append(manager)
    return FileView(
        id=name,
        path=row.path,
        state=row.state,
        letters=letters,
        variants=tuple(
            Variant(name + letter, letter, tuple(who), texts[row.digests[who[0]]])
            for letter, who in managers.items()
        ),
    )
