"""`python -m generator` is `scaffold`; the console script starts here, too.

Almost nothing is imported outside of `main`, so that Ctrl-C while we start is no traceback.
"""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from generator.cli import main as run

        run()
    except KeyboardInterrupt:
        if sys.stderr is not None:
            sys.stderr.write("error: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
