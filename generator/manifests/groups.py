"""What pyproject.toml lists for development: [dependency-groups] (PEP 735), uv's and PDM's own."""

from __future__ import annotations

import graphlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.utils import canonicalize_name

from generator.compare.model import LeftOut
from generator.manifests.document import Document, table, texts
from generator.manifests.errors import BadManifest
from generator.manifests.items import Item, wanted


def development(document: Document, content: Mapping[str, Any]) -> Iterator[Item]:
    """Yield what is for development, of PEP 735 and of the tables from before it.

    Every group is read, so an include adds nothing; but it has to exist, and not to come back.
    """
    listed = table(document, content, "dependency-groups")
    _check_includes(document, listed)
    for name, entries in listed.items():
        for entry in entries:
            if isinstance(entry, str):
                where = position(document, "[dependency-groups]", name, entry)
                yield wanted(entry, "dev", where)
    uv = table(document, content, "tool", "uv")
    for text in texts(document, uv, "dev-dependencies", "tool.uv.dev-dependencies"):
        yield wanted(text, "dev", position(document, "[tool.uv]", "dev-dependencies", text))
    for key in ("constraint-dependencies", "override-dependencies", "exclude-dependencies"):
        if key in uv:
            reason = "a setting of uv's own, which changes what it resolves"
            yield LeftOut(f"tool.uv.{key}", document.where("[tool.uv]", key), reason)
    header = "tool.pdm.dev-dependencies"
    pdm = table(document, content, *header.split("."))
    for name in pdm:
        for text in texts(document, pdm, name, f"{header}.{name}"):
            where = position(document, f"[{header}]", name, text)
            editable = LeftOut(text, where, "an editable path, which no index has")
            yield editable if text.startswith("-e") else wanted(text, "dev", where)


def _check_includes(document: Document, listed: Mapping[str, Any]) -> None:
    names = {canonicalize_name(name): name for name in listed}
    graph: dict[str, list[str]] = {}
    for name, entries in listed.items():
        where = document.where("[dependency-groups]", name)
        if not isinstance(entries, list):
            raise BadManifest(where, f"group `{name}` is no list", f'{name} = ["name>=1.0"]')
        for entry in entries:
            if isinstance(entry, str):
                continue
            other = entry.get("include-group") if isinstance(entry, dict) else None
            if not isinstance(other, str) or len(entry) != 1:
                why = f"group `{name}` holds {str(entry)[:60]!r}"
                raise BadManifest(where, why, 'a requirement, or {include-group = "name"}')
            if canonicalize_name(other) not in names:
                known = ", ".join(listed)
                why = f"group `{name}` includes `{other}`, which does not exist"
                raise BadManifest(where, why, f"one of {known}")
            graph.setdefault(canonicalize_name(name), []).append(canonicalize_name(other))
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        cycle = " -> ".join(names[one] for one in reversed(error.args[1]))
        where = document.where("[dependency-groups]", names[error.args[1][-1]])
        why = f"dependency groups include each other: {cycle}"
        raise BadManifest(where, why, "groups that do not come back to themselves") from error


def position(document: Document, *words: str) -> str:
    """Find a requirement by its text, or by what stands before a marker full of quotes."""
    *before, text = words
    name = re.match(r"[\w.-]*", text.strip())
    without_marker = text.partition(";")[0].strip()
    return document.where(*before, name[0] if name else text, without_marker)
