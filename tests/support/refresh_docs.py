"""Write what under `docs/` is made from something else: the report's schema, the page, a table.

    python tests/support/refresh_docs.py

Tests hold all of it to what this writes.
"""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from generator.compare.model import SCHEMA, Comparison
from generator.compare.page import page
from generator.compare.report import from_json
from generator.toolchain.surroundings import TABLE, Row

DOCS = Path(__file__).parents[2] / "docs"
_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}


def schema() -> str:
    """Return the JSON Schema of a comparison's report, from the model's types and docstrings."""
    definitions: dict[str, Any] = {}
    root = _schema(Comparison, definitions)
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"What `scaffold compare --json` writes, schema {SCHEMA}",
        **root,
        "$defs": dict(sorted(definitions.items())),
    }
    return json.dumps(document, indent=2) + "\n"


def _schema(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin, inner = get_origin(kind), get_args(kind)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        if kind.__name__ not in definitions:
            definitions[kind.__name__] = {}
            definitions[kind.__name__] = _object(kind, definitions)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(inner[0], definitions), {"type": "null"}]}
    if origin is tuple:
        return {"type": "array", "items": _schema(inner[0], definitions)}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": _schema(inner[1], definitions)}
    if origin is Literal:
        return {"enum": list(inner)}
    return {"type": _PLAIN[kind]}


def _object(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {
        "type": "object",
        "description": " ".join((kind.__doc__ or "").split()),
        "properties": {name: _schema(hint, definitions) for name, hint in hints.items()},
        "required": list(hints),
    }


_TAKEN = {
    "taken": (
        "Taken over",
        "The managers see these variables as you have set them.",
    ),
    "read": (
        "Taken over in part, or in another form",
        "`scaffold` reads these, or the manager does, and what comes of it is told in the row.",
    ),
    "left": (
        "Left out",
        "The managers see nothing of these, nor of what is in no table here. What a table above"
        " names counts as told there.",
    ),
}


def environment() -> str:
    """Return `docs/environment.md`: what of a user's surroundings counts in a check, and why."""
    parts = [
        "# What of your surroundings counts\n\n"
        "`scaffold check`, `scaffold compare --measure` and `scaffold new --install` give managers"
        "\nan environment and a home of their own. `*` stands for any letters."
        " (`tests/support/refresh_docs.py` writes this.)\n"
    ]
    for taken, (title, text) in _TAKEN.items():
        rows = "".join(_row(row) for row in TABLE if row.taken == taken)
        parts.append(
            f"## {title}\n\n{text}\n\n| What | Names | Why, and how |\n| --- | --- | --- |\n{rows}"
        )
    return "\n".join(parts)


def _row(row: Row) -> str:
    names = ", ".join(f"`{name}`" for name in (*row.variables, *row.files))
    keys = ", ".join(f"`{key}`" for key in row.keys)
    names += f"; in conda's files {keys}" if keys else ""
    return f"| {row.what} | {names} | {row.why} |\n"


if __name__ == "__main__":
    (DOCS / "environment.md").write_text(environment(), encoding="utf-8")
    (DOCS / "compare.schema.json").write_text(schema(), encoding="utf-8")
    report = from_json((DOCS / "compare.json").read_text(encoding="utf-8"))
    (DOCS / "compare.html").write_text(page(report), encoding="utf-8")
