"""Run by a project's interpreter, not by ours: print its prefix and its distributions as JSON."""

import importlib.metadata
import json
import sys

if __name__ == "__main__":
    found = {
        one.name: [one.version, one.metadata["Requires-Python"] or "", one.requires or []]
        for one in importlib.metadata.distributions()
    }
    print(json.dumps({"prefix": sys.prefix, "packages": found}))  # noqa: T201 - its output is its result
