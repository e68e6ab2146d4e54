"""pyproject.toml with a [project] table (PEP 621), whoever manages it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from generator.compare.model import LeftOut
from generator.manifests import poetry, requirements
from generator.manifests.document import Document, table, texts
from generator.manifests.errors import BadManifest
from generator.manifests.groups import development, position
from generator.manifests.items import (
    Item,
    Listing,
    Python,
    Wanted,
    is_development,
    specifiers,
    wanted,
)

KIND = "PEP 621"
LOOKED_FOR = ("pyproject.toml",)

#: Where uv reads a dependency of [project] from, in place of an index.
_ELSEWHERE = ("git", "path", "url", "workspace")


def files(directory: Path) -> tuple[str, ...]:
    """Return pyproject.toml where it is there."""
    return LOOKED_FOR if (directory / "pyproject.toml").is_file() else ()


def read(directory: Path) -> Listing:
    """Read it; raise `BadManifest` for what the standards refuse."""
    document = Document.read(directory, directory / "pyproject.toml")
    content = document.toml()
    project = table(document, content, "project")
    items: list[Item] = [
        wanted(text, "runtime", position(document, "[project]", "dependencies", text))
        for text in texts(document, project, "dependencies", "project.dependencies")
    ]
    items += _dynamic(directory, document, content)
    items += _extras(document, project)
    items += development(document, content)
    items += poetry.groups(document, table(document, content, "tool", "poetry"))
    sources = _sources(document, content)
    items = [sources.get(_name(item), item) for item in items]
    return Listing(LOOKED_FOR, tuple(items), *identity(document, content))


def identity(document: Document, content: Mapping[str, Any]) -> tuple[str, Python | None]:
    """Return the name in [project] and its requires-python, "" and None where it has none."""
    project = table(document, content, "project")
    name, stated = project.get("name", ""), project.get("requires-python")
    if not isinstance(name, str):
        raise BadManifest(document.where("[project]", "name"), "`name` is no text", 'name = "..."')
    if stated is None:
        return name, None
    where = document.where("[project]", "requires-python")
    if not isinstance(stated, str):
        raise BadManifest(where, "`requires-python` is no text", 'requires-python = ">=3.11"')
    return name, Python(f'requires-python = "{stated}"', where, (specifiers(stated, where),))


def _extras(document: Document, project: Mapping[str, Any]) -> Iterator[Item]:
    """Yield the development extras, and those that they take in as `project[extra]`."""
    extras = table(document, project, "optional-dependencies")
    header = "[project.optional-dependencies]"
    own = canonicalize_name(str(project.get("name", "")))
    names = {canonicalize_name(extra): extra for extra in extras}
    queue = [extra for extra in extras if is_development(extra)]
    development = set(queue)
    while queue:
        extra = queue.pop()
        for text in texts(document, extras, extra, f"project.optional-dependencies.{extra}"):
            where = position(document, header, extra, text)
            found = wanted(text, "dev", where)
            if isinstance(found, Wanted) and canonicalize_name(found.requirement.name) == own:
                inner = {names.get(canonicalize_name(one), "") for one in found.requirement.extras}
                queue += sorted(inner - development - {""})
                development |= inner
            yield found
    for extra in extras:
        if extra not in development:
            listed = texts(document, extras, extra, f"project.optional-dependencies.{extra}")
            where = document.where(header, extra)
            reason = "an extra that users choose; the layouts have runtime and dev only"
            yield LeftOut(f"{extra} = {listed}", where, reason)


def _dynamic(directory: Path, document: Document, content: Mapping[str, Any]) -> Iterator[Item]:
    """Yield what a backend would find; setuptools says where, others compute it."""
    dynamic = table(document, content, "project").get("dynamic", [])
    if not isinstance(dynamic, list) or "dependencies" not in dynamic:
        return
    if table(document, content, "tool", "poetry", "dependencies"):
        return  # they are there
    stated = table(document, content, "tool", "setuptools", "dynamic", "dependencies")
    named = stated.get("file", [])
    where = document.where("[project]", "dynamic")
    for name in [named] if isinstance(named, str) else named:
        yield from requirements.read_files(directory, {"runtime": [str(name)]}, where)
    if not named:
        reason = "the build backend computes them, and nothing of the project is run"
        yield LeftOut("dynamic dependencies", where, reason)


def _sources(document: Document, content: Mapping[str, Any]) -> dict[str, LeftOut]:
    """Return, by name, the dependencies of [project] that uv or Poetry take from elsewhere."""
    tables = {
        "[tool.uv.sources]": (table(document, content, "tool", "uv", "sources"), _ELSEWHERE),
        "[tool.poetry.dependencies]": (
            table(document, content, "tool", "poetry", "dependencies"),
            poetry.ELSEWHERE,
        ),
    }
    found: dict[str, LeftOut] = {}
    for header, (entries, elsewhere) in tables.items():
        for name, value in entries.items():
            for details in value if isinstance(value, list) else [value]:
                kinds = [key for key in elsewhere if isinstance(details, dict) and key in details]
                if kinds:
                    reason = f"its source is {kinds[0]}, not an index"
                    found[canonicalize_name(name)] = LeftOut(
                        name, document.where(header, name), reason
                    )
    return found


def _name(item: Item) -> str:
    return canonicalize_name(item.requirement.name) if isinstance(item, Wanted) else ""
