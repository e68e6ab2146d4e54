"""What is remembered between runs is what was worked out, and nothing else."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from generator.memo import LIMIT, Memo


@pytest.mark.parametrize(
    "value", [True, {"a": [1, "x", None]}, datetime.date(2026, 11, 23), compile("1", "x", "eval")]
)
def test_the_next_run_knows_it(tmp_path: Path, value: Any) -> None:
    first = Memo(tmp_path / "deep" / "memo")
    first.put("kind", "text", value)
    first.save()
    second = Memo(tmp_path / "deep" / "memo")
    assert second.get("kind", "text") == value
    assert second.get("kind", "other") is None
    assert second.get("other", "text") is None
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["memo"]


def test_what_is_got_is_one_s_own(tmp_path: Path) -> None:
    memo = Memo(tmp_path / "memo")
    memo.put("kind", "text", {"list": []})
    memo.get("kind", "text")["list"].append("changed")
    assert memo.get("kind", "text") == {"list": []}


def test_nothing_new_is_not_written(tmp_path: Path) -> None:
    Memo(tmp_path / "memo").save()
    assert list(tmp_path.iterdir()) == []


def test_it_does_not_grow_for_ever(tmp_path: Path) -> None:
    memo = Memo(tmp_path / "memo")
    for number in range(LIMIT):
        memo.put("kind", str(number), True)
    memo.save()
    assert Memo(tmp_path / "memo").get("kind", "0") is None


def test_where_nothing_can_be_written_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    memo = Memo(tmp_path / "file" / "memo")
    memo.put("kind", "text", True)
    memo.save()
    assert memo.get("kind", "text") is True
