"""What the standard library of another system lacks, and a Python from which it is gone.

The names are those of the type checker's own stubs, which say for each system what is there. A
process started with `without` is still Linux: what is there and behaves otherwise elsewhere stays.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import mypy

#: The modules in which systems differ. `socket` has its names from `_socket`.
MODULES: Final = (
    *("os", "signal", "select", "socket", "_socket"),
    *("errno", "fcntl", "mmap", "resource", "time"),
)
_STUBS = Path(mypy.__file__).parent / "typeshed" / "stdlib"


def lacks(platform: str) -> Mapping[str, list[str]]:
    """Return, by module, the names that are here and that a system (sys.platform) does not have."""
    return {
        module: sorted(
            name
            for name in _names(module, "linux") - _names(module, platform)
            if hasattr(importlib.import_module(module), name)
        )
        for module in MODULES
    }


def without(platform: str) -> str:
    """Return Python that deletes them, to be run before anything else is imported."""
    return (
        f"for module, names in {dict(lacks(platform))!r}.items():\n"
        "    module = __import__(module)\n"
        "    for name in names:\n"
        "        delattr(module, name)\n"
        # Defined by what was there when `os` was imported.
        "os = __import__('os')\n"
        "os.process_cpu_count = os.cpu_count\n"
    )


def _names(module: str, platform: str) -> set[str]:
    stub = next(
        path
        for path in (_STUBS / f"{module}.pyi", _STUBS / module / "__init__.pyi")
        if path.exists()
    )
    return set(_defined(ast.parse(stub.read_text(encoding="utf-8")).body, platform))


def _defined(body: list[ast.stmt], platform: str) -> Iterator[str]:
    for node in body:
        match node:
            case ast.If():
                yield from _defined(
                    node.body if _holds(node.test, platform) else node.orelse, platform
                )
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Assign(targets=targets):
                yield from (one.id for one in targets if isinstance(one, ast.Name))
            case ast.ImportFrom(names=names):
                yield from (one.asname or one.name for one in names)


def _holds(test: ast.expr, platform: str) -> bool:
    import sys

    here = SimpleNamespace(platform=platform, version_info=sys.version_info)
    return bool(eval(compile(ast.Expression(test), "<stub>", "eval"), {"sys": here}))
