"""Lock the tools that we provide: `python tests/support/refresh_tools.py [--upgrade] [NAME...]`.

Each `templates/<manager>/tool.in` names a manager and its plugins, exactly; `tool.txt` beside it is
its complete closure with hashes, for every platform and for Python 3.11 and later. To move to a
newer release, edit `tool.in` and run this; `--upgrade` also moves what lies below it. `reviewers`
beside this script are the same: the linters that our tests let look at generated projects.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from generator.catalog import templates_root
from generator.run import Step, run
from generator.toolchain.environment import cache_root, child_environment
from generator.toolchain.index import INDEX_URL, package_index

OPTIONS = (
    "--quiet",
    "--universal",
    "--generate-hashes",
    "--no-emit-index-url",
    "--python-version=3.11",
    "--custom-compile-command=python tests/support/refresh_tools.py",
    "--output-file=tool.txt",
)


REVIEWERS = "reviewers"


def names() -> list[str]:
    """Return the managers that are provided."""
    return sorted(path.parent.name for path in templates_root().glob("*/tool.in"))


def folder(name: str) -> Path:
    """Return where the `tool.in` of a manager, or of the reviewers, is."""
    return Path(__file__).parent / name if name == REVIEWERS else templates_root() / name


def refresh(name: str, *, upgrade: bool = False) -> str:
    """Write one manager's `tool.txt`; return what went wrong, or nothing."""
    import uv

    extra = ("--upgrade",) if upgrade else ()
    argv = (uv.find_uv_bin(), "pip", "compile", *OPTIONS, *extra, "tool.in")
    with tempfile.TemporaryDirectory() as place:
        index = package_index().environment({"UV_DEFAULT_INDEX": INDEX_URL}, Path(place))
        env = child_environment(cache_root(), index)
        outcome = run(Step("lock", argv, folder(name), env))
    return "" if outcome.ok else outcome.output or outcome.reason


def main(argv: list[str]) -> int:
    known = [*names(), REVIEWERS]
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("name", nargs="*", help=f"of {', '.join(known)}; all by default")
    parser.add_argument("--upgrade", action="store_true", help="newest versions below too")
    given = parser.parse_args(argv)
    if unknown := set(given.name) - set(known):
        parser.error(f"no tool.in for {', '.join(sorted(unknown))}")
    for name in given.name or known:
        if wrong := refresh(name, upgrade=given.upgrade):
            print(f"error: {name}: {wrong}", file=sys.stderr)
            return 1
        print(folder(name) / "tool.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
