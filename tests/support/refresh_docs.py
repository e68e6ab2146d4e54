"""Write what under `docs/` is made from something else: the report's schema, and the page.

    python tests/support/refresh_docs.py

A test holds both to what this writes.
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


if __name__ == "__main__":
    (DOCS / "compare.schema.json").write_text(schema(), encoding="utf-8")
    report = from_json((DOCS / "compare.json").read_text(encoding="utf-8"))
    (DOCS / "compare.html").write_text(page(report), encoding="utf-8")
