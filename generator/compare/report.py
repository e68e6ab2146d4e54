"""A comparison as JSON (schema 1, described in docs/compare.schema.json), and back."""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from generator.compare.model import SCHEMA, Comparison


def as_json(comparison: Comparison) -> str:
    """Return the report; what was not looked at is null."""
    return json.dumps(dataclasses.asdict(comparison), indent=2, ensure_ascii=False) + "\n"


def from_json(text: str) -> Comparison:
    """Read a report back; raise ValueError where it is none, or of another schema."""
    try:
        loaded = json.loads(text)
        if loaded["schema"] != SCHEMA:
            raise ValueError(f"it has schema {loaded['schema']}, not {SCHEMA}")
        read: Comparison = _read(Comparison, loaded)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error
    return read


@cache
def _fields(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, value: Any) -> Any:
    """Return `value`, as JSON has it, as the model's `kind` has it."""
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = _fields(kind)
        return kind(**{key: _read(hints[key], one) for key, one in value.items() if key in hints})
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if value is None else _read(inner[0], value)
    if origin is tuple:
        return tuple(_read(inner[0], one) for one in value)
    if origin is Mapping:
        return {key: _read(inner[1], one) for key, one in value.items()}
    if origin is Literal:
        if value not in inner:
            raise TypeError(f"{value!r} is none of {inner}")
        return value
    accepted = (int, float) if kind is float else (kind,)
    if type(value) not in accepted:
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value
