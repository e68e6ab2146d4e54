"""Write `docs/seeded-faults.md`: which test of a generated project caught which fault.

pytest -n 2 -m integration -o junit_family=xunit1 --junitxml faults.xml \
    tests/integration/test_generated_tests_can_fail.py
PYTHONPATH=. python tests/support/refresh_faults.py faults.xml
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.support.faults import TABLE, caught_by, faults_by_part

INTRODUCTION = """\
# Seeded faults

The tests of a generated project fail when its code is wrong: each of these mistakes was made on
purpose, one at a time, and the test named beside it was the first to go red. The gate makes all of
them again, and holds this table to be true (`tests/integration/test_generated_tests_can_fail.py`).
The part `mocking` has no code of its own, only tests, and hence no faults.
"""


def caught(report: Path) -> dict[str, str]:
    """Return the test that caught each fault, by its title, from a JUnit report of ours."""
    properties = [
        {one.get("name", ""): one.get("value", "") for one in case.iter("property")}
        for case in ET.parse(report).getroot().iter("testcase")
    ]
    return {one["fault"]: one["caught_by"] for one in properties if "fault" in one}


def table(by: Mapping[str, str]) -> Iterator[str]:
    """Yield the document's lines."""
    yield from INTRODUCTION.splitlines()
    for part, faults in faults_by_part().items():
        yield from (
            "",
            f"## {part.strip('_')}",
            "",
            "| Mistake | In | Caught by |",
            "| --- | --- | --- |",
        )
        for fault in faults:
            yield f"| {fault.title} | `{fault.place}` | `{by[fault.title]}` |"


if __name__ == "__main__":
    TABLE.write_text(
        "\n".join(table(caught_by() | caught(Path(sys.argv[1])))) + "\n", encoding="utf-8"
    )
