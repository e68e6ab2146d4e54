"""Read environment.yml: the keys that CEP 24 defines, as far as the engine can honour them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from generator.conda.errors import BadEnvironmentFile
from generator.errors import short
from generator.reading import load_yaml, read_text

_NAME = re.compile(r"(?:[^\s\[\]]+::)?(?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]*)")


@dataclass(frozen=True)
class EnvironmentFile:
    """What an environment.yml asks for: channels by name or URL, and match specs."""

    channels: tuple[str, ...]
    specs: tuple[str, ...]


def spec_name(spec: str) -> str:
    """Return the package's name in a match spec such as `python >=3.11` or `conda-forge::pip=26`.

    Raises `ValueError` when there is none.
    """
    if not (found := _NAME.match(spec.strip())):
        raise ValueError(f"{spec!r} names no package")
    return found["name"].lower()


def read_environment_file(path: Path) -> EnvironmentFile:
    """Read one file; raise `BadEnvironmentFile` saying what is wrong with it."""
    try:
        content = load_yaml(read_text(path))
    except OSError as error:
        raise BadEnvironmentFile(path, f"cannot be read ({error.strerror})") from error
    except Exception as error:  # a YAML error of either loader, or bytes that are no UTF-8
        first = str(error).partition("\n")[0]
        raise BadEnvironmentFile(path, f"is not valid YAML ({first})") from error
    if not isinstance(content, dict):
        raise BadEnvironmentFile(path, "is not a mapping with `channels` and `dependencies`")
    if unknown := set(content) - {"name", "channels", "dependencies"}:
        raise BadEnvironmentFile(
            path, f"the built-in engine does not know {', '.join(sorted(map(str, unknown)))}"
        )
    specs = _strings(path, content, "dependencies")
    for spec in specs:
        try:
            spec_name(spec)
        except ValueError as error:
            raise BadEnvironmentFile(path, str(error)) from error
    # `nodefaults` only says that conda's configured channels are not added; we never add any.
    channels = tuple(one for one in _strings(path, content, "channels") if one != "nodefaults")
    if not channels:
        raise BadEnvironmentFile(path, "names no channel; add `channels: [conda-forge]`")
    return EnvironmentFile(channels, specs)


def _strings(path: Path, content: dict[object, object], key: str) -> tuple[str, ...]:
    entries = content.get(key) or []
    if not isinstance(entries, list):
        raise BadEnvironmentFile(path, f"`{key}` is not a list")
    for entry in entries:
        if isinstance(entry, dict) and "pip" in entry:
            raise BadEnvironmentFile(
                path, "the built-in engine installs nothing with pip; name conda packages instead"
            )
        if not isinstance(entry, str) or not entry.strip():
            raise BadEnvironmentFile(path, f"`{key}` holds {short(entry)}, which is no text")
    return tuple(entry.strip() for entry in entries)
