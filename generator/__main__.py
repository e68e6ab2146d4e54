"""`python -m generator` is `scaffold`."""

from generator.cli import main

if __name__ == "__main__":
    main()
