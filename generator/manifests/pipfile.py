"""Pipfile: [packages], [dev-packages] and other categories, [requires].

Source: https://pipenv.pypa.io/en/latest/pipfile.html.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from generator.compare.model import LeftOut
from generator.manifests.document import Document, build_requirements, table
from generator.manifests.errors import BadManifest
from generator.manifests.items import (
    Group,
    Item,
    Listing,
    Python,
    is_development,
    shown,
    specifiers,
    wanted,
)

KIND = "Pipfile"
LOOKED_FOR = ("Pipfile",)

_ELSEWHERE = ("git", "hg", "svn", "bzr", "path", "file", "url", "editable")
#: The markers that a table may have as keys: `sys_platform = "== 'win32'"`.
# fmt: off
_MARKERS = (
    "os_name", "sys_platform", "platform_machine", "platform_python_implementation",
    "platform_release", "platform_system", "platform_version", "python_version",
    "python_full_version", "implementation_name", "implementation_version",
)
# fmt: on
_OTHER_TABLES = {"source", "requires", "scripts", "pipenv"}


def files(directory: Path) -> tuple[str, ...]:
    """Return Pipfile where it is there."""
    return LOOKED_FOR if (directory / "Pipfile").is_file() else ()


def read(directory: Path) -> Listing:
    """Read it; raise `BadManifest` for what Pipenv would refuse, too."""
    document = Document.read(directory, directory / "Pipfile")
    content = document.toml()
    items = [*_category(document, content, "packages", "runtime")]
    items += _category(document, content, "dev-packages", "dev", build_requirements(directory))
    for name in content.keys() - _OTHER_TABLES - {"packages", "dev-packages"}:
        if is_development(name.removesuffix("-packages")):
            items += _category(document, content, name, "dev")
        else:
            reason = "a category of its own; the layouts have runtime and dev only"
            items.append(LeftOut(f"[{name}]", document.where(f"[{name}]"), reason))
    return Listing(LOOKED_FOR, tuple(items), python=_python(document, content))


def _category(
    document: Document,
    content: Mapping[str, Any],
    category: str,
    group: Group,
    builders: frozenset[str] = frozenset(),
) -> Iterator[Item]:
    for name, value in table(document, content, category).items():
        where = document.where(f"[{category}]", name)
        details = value if isinstance(value, dict) else {"version": value}
        line = shown(f"{name} = {json.dumps(value, default=str, ensure_ascii=False)}")
        if canonicalize_name(name) in builders:
            yield LeftOut(line, where, "it builds the project itself ([build-system])")
            continue
        if found := [key for key in _ELSEWHERE if details.get(key)]:
            yield LeftOut(line, where, f"its source is {found[0]}, not an index")
            continue
        yield _requirement(name, details, group, where, line)


def _requirement(
    name: str, details: Mapping[str, Any], group: Group, where: str, line: str
) -> Item:
    version, extras = details.get("version", "*"), details.get("extras", [])
    if not isinstance(version, str) or not isinstance(extras, list):
        expected = f'{name} = "*", or {name} = {{ version = ">=1.0", extras = ["some"] }}'
        raise BadManifest(where, f"`{line}` is no dependency", expected)
    spec = "" if version.strip() in {"*", ""} else version.strip()
    if spec[:1].isdigit():
        spec = f"=={spec}"
    markers = [str(details.get("markers", ""))]
    markers += [f"{key} {details[key]}" for key in _MARKERS if key in details]
    together = " and ".join(f"({one})" for one in filter(None, markers))
    extra = f"[{','.join(map(str, extras))}]" if extras else ""
    return wanted(f"{name}{extra}{spec}" + (f" ; {together}" if together else ""), group, where)


def _python(document: Document, content: Mapping[str, Any]) -> Python | None:
    """Return the one minor version that Pipenv makes environments of."""
    requires = table(document, content, "requires")
    for key in ("python_full_version", "python_version"):
        if key not in requires:
            continue
        where = document.where("[requires]", key)
        stated = str(requires[key])
        if stated == "*":
            return None
        minor = ".".join(stated.split(".")[:2])
        spec = f"=={minor}.*" if minor.replace(".", "").isdigit() else stated
        return Python(f'{key} = "{stated}"', where, (specifiers(spec, where),))
    return None
