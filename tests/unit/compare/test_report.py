from __future__ import annotations

import dataclasses
import json

import jsonschema
import pytest

from generator.compare.report import as_json, from_json
from tests.support.comparison import sample
from tests.support.refresh_docs import DOCS, schema


def test_a_report_is_read_back_as_it_was() -> None:
    comparison = sample()
    assert from_json(as_json(comparison)) == comparison


def test_what_was_not_looked_at_is_null() -> None:
    bare = dataclasses.replace(sample(), locks=None, resolved=None, measurements=None)
    loaded = json.loads(as_json(bare))
    assert loaded["locks"] is loaded["resolved"] is loaded["measurements"] is None
    assert from_json(as_json(bare)) == bare


def test_a_report_has_the_documented_shape() -> None:
    documented = json.loads((DOCS / "compare.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(documented)
    validator = jsonschema.Draft202012Validator(documented)
    report = json.loads(as_json(sample()))
    validator.validate(report)
    report["layouts"]["files"][0]["state"] = "unheard of"
    with pytest.raises(jsonschema.ValidationError, match="unheard of"):
        validator.validate(report)


def test_the_document_is_the_models() -> None:
    assert (DOCS / "compare.schema.json").read_text() == schema()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Expecting value"),
        ("[]", "TypeError"),
        ("{}", "KeyError: 'schema'"),
        ('{"schema": 2}', "it has schema 2, not 1"),
        ('{"schema": 1}', "TypeError"),
        ('{"schema": 1, "layouts": []}', "AttributeError"),
        ('{"schema": 1, "scaffold": 3}', "3 is no str"),
    ],
)
def test_what_is_no_report_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        from_json(text)
