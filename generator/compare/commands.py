"""The verbs side by side: the exact command lines of each manager, as its manager.yml has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from generator.catalog import Manager
from generator.compare.model import CommandRow, Lines
from generator.render import purposes


def command_rows(managers: Sequence[Manager], values: Mapping[str, str]) -> tuple[CommandRow, ...]:
    """Return a row a verb that any of the managers knows of, by what one does first.

    `values` replaces metavariables, as in {"PROJECT": "app"}; PACKAGE is left for the reader.
    """
    known = {verb for one in managers for verb in (*one.commands, *one.unsupported)}
    ordered = {
        **{verb: about for verb, about in purposes().items() if verb in known},
        **dict.fromkeys(sorted(known - purposes().keys()), ""),
    }
    return tuple(
        CommandRow(
            verb,
            about,
            {one.name: _lines(one, verb, values) for one in managers if _knows(one, verb)},
        )
        for verb, about in ordered.items()
    )


def _knows(manager: Manager, verb: str) -> bool:
    return verb in manager.commands or verb in manager.unsupported


def _lines(manager: Manager, verb: str, values: Mapping[str, str]) -> Lines:
    if reason := manager.unsupported.get(verb):
        return Lines(unsupported=reason)
    return Lines(tuple(str(command.replace(values)) for command in manager.commands[verb]))
