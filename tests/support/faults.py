"""Seeded faults: mistakes that the tests of a generated project must see.

Each module of `tests/integration/faults` holds those of one part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from generator.answers import everything

__all__ = ["Fault", "everything", "faults_by_part"]

TABLE = Path(__file__).parents[2] / "docs" / "seeded-faults.md"
FOLDER = Path(__file__).parents[1] / "integration" / "faults"


@dataclass(frozen=True)
class Fault:
    """A mistake that someone could make in one module of the generated project.

    Its own tests must see it: those of `cli.py` are in `test_cli.py`, unless `tests` says where.
    """

    title: str
    module: str
    right: str
    wrong: str
    tests: str = ""
    #: Where the module is, if it is not in the package.
    folder: str = ""

    @property
    def place(self) -> str:
        """Its path as people say it: in the package, or else in the project."""
        return f"{self.folder}/{self.module}" if self.folder else self.module

    def file(self, package: str) -> str:
        """Its path in the project."""
        return self.place if self.folder else f"src/{package}/{self.module}"

    @property
    def test_file(self) -> str:
        """The tests that have to see it, as a path in the project."""
        return f"tests/{self.tests or f'test_{self.module}'}"


def caught_by() -> dict[str, str]:
    """Return the test that the table names for each fault, by the fault's title."""
    row = re.compile(r"^\| (.+?) \| `.+?` \| `(.+)` \|$", re.MULTILINE)
    return dict(row.findall(TABLE.read_text(encoding="utf-8")))


def faults_by_part() -> dict[str, tuple[Fault, ...]]:
    """Return every part's faults; a part is a module."""
    parts = sorted(path.stem for path in FOLDER.glob("*.py"))
    return {part: import_module(f"tests.integration.faults.{part}").FAULTS for part in parts}
