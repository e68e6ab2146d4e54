"""The files of the layouts as the page shows them: each distinct text once, under its letter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.compare.layouts import variants
from generator.compare.model import Comparison, FileRow, State


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

    @property
    def texts(self) -> dict[str, str]:
        """The element that holds each manager's text, by the manager's name."""
        return {name: f"{self.id}{letter}" for name, letter in self.letters.items()}


def file_views(comparison: Comparison) -> tuple[FileView, ...]:
    """Return every path of the layouts, in their order."""
    layouts = comparison.layouts
    return tuple(
        _view(f"file{number}-", row, layouts.texts) for number, row in enumerate(layouts.files)
    )


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
