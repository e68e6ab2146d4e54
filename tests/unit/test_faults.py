"""The seeded faults still apply to the generated code, and the table tells of each."""

from __future__ import annotations

import itertools

import pytest

from generator.answers import resolve
from generator.cli.inputs import presets
from generator.render import render
from tests.support.faults import TABLE, Fault, caught_by, everything, faults_by_part
from tests.support.refresh_faults import table

PACKAGE = "faulty"
FAULTS = list(itertools.chain(*faults_by_part().values()))


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    answers = resolve(everything(PACKAGE))
    tree = render(answers.context, answers.values).files
    return {path: file.data.decode() for path, file in tree.items()}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.title)
def test_a_fault_changes_one_place(fault: Fault, files: dict[str, str]) -> None:
    assert files[fault.file(PACKAGE)].count(fault.right) == 1
    assert fault.test_file in files


def test_every_part_with_code_of_its_own_has_faults() -> None:
    with_code = {name for name in presets()["full"] if name != "mocking"}  # mocking is all tests
    assert {part.strip("_").partition("_")[0] for part in faults_by_part()} == with_code | {"core"}


def test_the_table_tells_of_every_fault() -> None:
    assert TABLE.read_text(encoding="utf-8").splitlines() == list(table(caught_by()))
    assert len({fault.title for fault in FAULTS}) == len(FAULTS)
