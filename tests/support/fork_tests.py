"""Runs tests of copies of a generated project, each in a fork that has the libraries imported.

    python fork_tests.py PROJECT

runs in the project's environment. It imports what the tests of PROJECT import, but for the
project's own modules, which takes most of the time of one test. For each line of JSON on standard
input, {"folder": a copy, "tests": what to run, "output": a file}, it then runs pytest there, up to
the first failure, and prints the exit code (negative: the signal that ended it).
"""

import importlib
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

import pytest

SECONDS = 300
ARGUMENTS = ("-n", "0", "-p", "no:randomly", "-x", "--tb=short")


def main(project: Path) -> None:
    """Prepare, and answer until the input ends."""
    own = [project / "src", project]
    sys.path[:0] = map(str, own)
    importlib.import_module("tests.conftest")
    for name, module in list(sys.modules.items()):
        path = Path(getattr(module, "__file__", None) or "/")
        if any(path.is_relative_to(project / folder) for folder in ("src", "tests")):
            del sys.modules[name]
    sys.modules.pop("tests", None)
    del sys.path[: len(own)]
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if not child:
            _test(Path(job["folder"]), job["tests"], job["output"])
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _test(folder: Path, tests: str, output: str) -> None:
    """Be `python -m pytest` in that folder, and end."""
    signal.alarm(SECONDS)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for descriptor in (1, 2):
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND), descriptor)
    os.chdir(folder)
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None
    sys.path.insert(0, str(folder))  # as -m does
    code = pytest.main([*ARGUMENTS, tests])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
