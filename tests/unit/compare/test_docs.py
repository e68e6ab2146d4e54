"""The measured report under `docs/` is a real one, private to nobody, and what its page shows."""

from __future__ import annotations

import json
import re

from generator.catalog import manager_names
from generator.compare.page import page
from generator.compare.report import as_json, from_json
from tests.support.refresh_docs import DOCS

REPORT = (DOCS / "compare.json").read_text(encoding="utf-8")
PAGE = (DOCS / "compare.html").read_text(encoding="utf-8")


def without_libraries(document: str) -> str:
    """Leave out what is compressed: another zlib gives other bytes for the same."""
    shorter, count = re.subn(r'(<script[^>]* id="libraries">)[^<]*', r"\1", document)
    assert count == 1
    return shorter


def test_the_page_is_the_report_s() -> None:
    assert without_libraries(PAGE) == without_libraries(page(from_json(REPORT)))
    assert as_json(from_json(REPORT)) == REPORT


def test_every_layout_was_measured_and_the_machine_is_described() -> None:
    report = from_json(REPORT)
    measured = report.measurements
    assert measured is not None
    assert measured.complete
    assert measured.machine.processor
    assert {one.name for one in report.managers} == set(manager_names())
    locked = {(one.manager, one.cache) for one in measured.figures if one.verb == "install-locked"}
    assert locked == {(name, cache) for name in manager_names() for cache in ("cold", "warm")}
    assert all(one.version for one in report.managers)


def test_it_names_no_place_of_anybody_s() -> None:
    report = json.loads(REPORT)
    told = json.dumps({**report, "layouts": None, "managers": None, "commands": None})
    assert re.search(r"://(?!\.\.\.)|/home/|/root|/tmp|/Users|localhost|127\.0\.0", told) is None


def test_the_readme_shows_it() -> None:
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert "](docs/compare.html)" in readme
    assert "docs/compare.png" in readme
    assert (DOCS / "compare.png").stat().st_size > 10_000
