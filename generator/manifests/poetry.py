"""Poetry's own tables: [tool.poetry.dependencies], its groups, and the old dev-dependencies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from generator.compare.model import LeftOut
from generator.manifests.document import Document, table
from generator.manifests.errors import BadManifest
from generator.manifests.groups import development
from generator.manifests.items import (
    Group,
    Item,
    Listing,
    Python,
    is_development,
    shown,
    wanted,
)
from generator.manifests.ranges import alternatives, marker

KIND = "Poetry"
LOOKED_FOR = ("pyproject.toml",)

#: Keys of a dependency's table that say where it comes from, in place of an index.
ELSEWHERE = ("git", "path", "file", "url")
_MAIN = "[tool.poetry.dependencies]"


def files(directory: Path) -> tuple[str, ...]:
    """Return pyproject.toml where it has a table of Poetry's."""
    path = directory / "pyproject.toml"
    if not path.is_file():
        return ()
    document = Document.read(directory, path)
    return LOOKED_FOR if table(document, document.toml(), "tool", "poetry") else ()


def read(directory: Path) -> Listing:
    """Read it; raise `BadManifest` for what Poetry would refuse, too."""
    document = Document.read(directory, directory / "pyproject.toml")
    content = document.toml()
    poetry = table(document, content, "tool", "poetry")
    items = [*_main(document, poetry), *groups(document, poetry), *development(document, content)]
    for source in poetry.get("source", []):
        name = source.get("name", "") if isinstance(source, dict) else ""
        reason = "where packages come from is a setting of each manager's own"
        where = document.where("[[tool.poetry.source]]", str(name))
        items.append(LeftOut(f"source {name}", where, reason))
    name = poetry.get("name") or table(document, content, "project").get("name") or ""
    return Listing(LOOKED_FOR, tuple(items), str(name), _python(document, poetry))


def groups(document: Document, poetry: Mapping[str, Any]) -> Iterator[Item]:
    """Yield what is for development: every group but the main one (a package never needs it)."""
    for name in table(document, poetry, "group"):
        listed = table(document, poetry, "group", name, "dependencies")
        header = f"[tool.poetry.group.{name}.dependencies]"
        for key, value in listed.items():
            yield from _dependency(document, header, key, value, "dev")
    for key, value in table(document, poetry, "dev-dependencies").items():
        yield from _dependency(document, "[tool.poetry.dev-dependencies]", key, value, "dev")


def _main(document: Document, poetry: Mapping[str, Any]) -> Iterator[Item]:
    extras = table(document, poetry, "extras")
    development = {
        name.lower()
        for extra, names in extras.items()
        for name in (names if isinstance(names, list) else [])
        if is_development(extra) and isinstance(name, str)
    }
    for key, value in table(document, poetry, "dependencies").items():
        if key.lower() == "python":
            continue
        optional = isinstance(value, dict) and value.get("optional")
        if optional and key.lower() not in development:
            where = document.where(_MAIN, key)
            yield LeftOut(_line(key, value), where, "optional: only an extra of the project asks")
            continue
        yield from _dependency(document, _MAIN, key, value, "dev" if optional else "runtime")


def _dependency(
    document: Document, header: str, name: str, value: Any, group: Group
) -> Iterator[Item]:
    where = document.where(header, name)
    for one in value if isinstance(value, list) else [value]:
        details = one if isinstance(one, dict) else {"version": one}
        if found := [key for key in ELSEWHERE if key in details]:
            reason = f"its source is {found[0]}, not an index"
            yield LeftOut(_line(name, one), where, reason)
            continue
        yield _requirement(name, details, group, where)


def _requirement(name: str, details: Mapping[str, Any], group: Group, where: str) -> Item:
    line = _line(name, details)
    version = details.get("version", "*")
    extras = details.get("extras", [])
    if not isinstance(version, str) or not isinstance(extras, list):
        expected = f'{name} = "^1.0", or {name} = {{ version = "^1.0", extras = ["some"] }}'
        raise BadManifest(where, f"`{line}` is no dependency", expected)
    try:
        ranges = alternatives(version)
        markers = [details.get("markers", ""), marker(details.get("python", "*"))]
    except (ValueError, AttributeError, TypeError) as error:
        raise BadManifest(
            where, f"`{line}` is no constraint", "one such as ^1.2 or >=1,<3"
        ) from error
    if details.get("platform"):
        markers.append(f'sys_platform == "{details["platform"]}"')
    if len(ranges) > 1:
        return LeftOut(line, where, "PEP 508 has no word for `or` between versions")
    extra = f"[{','.join(map(str, extras))}]" if extras else ""
    together = " and ".join(f"({one})" for one in filter(None, markers))
    text = f"{name}{extra}{ranges[0]}" + (f" ; {together}" if together else "")
    return wanted(text, group, where)


def _python(document: Document, poetry: Mapping[str, Any]) -> Python | None:
    stated = table(document, poetry, "dependencies").get("python")
    if isinstance(stated, dict):
        stated = stated.get("version")
    if stated is None:
        return None
    where = document.where(_MAIN, "python")
    try:
        return Python(f'python = "{stated}"', where, alternatives(stated), dependency=True)
    except (ValueError, TypeError, AttributeError) as error:
        why = f"`python = {stated!r}` is no constraint"
        raise BadManifest(where, why, 'one such as python = "^3.11"') from error


def _line(name: str, value: Any) -> str:
    return shown(f"{name} = {json.dumps(value, default=str, ensure_ascii=False)}")
