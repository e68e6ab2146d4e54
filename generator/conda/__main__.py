"""Run the engine and end without an interpreter's shutdown, in which rattler can crash."""

from __future__ import annotations

import os
import sys

from generator.conda.cli import main

if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
