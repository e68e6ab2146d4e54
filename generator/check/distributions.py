"""Run by a project's interpreter, not by ours: print its prefix and its distributions as JSON.

With the name of a package, it is imported, too: `imported` is "" or the error.
"""

import importlib
import importlib.metadata
import json
import sys


def _import(name: str) -> str:
    try:
        importlib.import_module(name)
    except Exception as error:  # noqa: BLE001 - whatever it is, the project cannot be imported
        return f"{type(error).__name__}: {error}"
    return ""


if __name__ == "__main__":
    found = {
        one.name: [one.version, one.metadata["Requires-Python"] or "", one.requires or []]
        for one in importlib.metadata.distributions()
    }
    imported = "; ".join(filter(None, map(_import, sys.argv[1:])))
    result = {"prefix": sys.prefix, "packages": found, "imported": imported}
    print(json.dumps(result))  # noqa: T201 - its output is its result
