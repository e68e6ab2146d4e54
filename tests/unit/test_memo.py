"""What is remembered between runs is what was worked out, and nothing else."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import generator.memo
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


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A memo that knows one thing."""
    memo = Memo(tmp_path / "memo")
    memo.put("kind", "text", "value")
    memo.save()
    return tmp_path / "memo"


def test_a_file_that_others_may_write_is_not_read(kept: Path) -> None:
    assert Memo(kept).get("kind", "text") == "value"
    for mode in (0o620, 0o602, 0o666):
        kept.chmod(mode)
        assert Memo(kept).get("kind", "text") is None
    kept.chmod(0o644)
    assert Memo(kept).get("kind", "text") == "value"


def test_a_file_of_somebody_else_s_is_not_read(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: own + 1)
    assert Memo(kept).get("kind", "text") is None


def test_what_is_no_ordinary_file_is_not_read(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(kept)
    assert Memo(tmp_path / "link").get("kind", "text") is None
    os.mkfifo(tmp_path / "pipe")
    assert Memo(tmp_path / "pipe").get("kind", "text") is None


def test_a_memo_is_its_owner_s_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        memo = Memo(tmp_path / "memo")
        memo.put("kind", "text", "value")
        memo.save()
    finally:
        os.umask(before)
    assert (tmp_path / "memo").stat().st_mode & 0o777 == 0o600
    assert Memo(tmp_path / "memo").get("kind", "text") == "value"


def test_another_version_s_is_not_read(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator.memo, "_HEAD", generator.memo._HEAD.replace(b"memo", b"nemo"))
    assert Memo(kept).get("kind", "text") is None


def test_what_a_killed_run_left_is_cleared_when_it_is_old(kept: Path) -> None:
    old, new = kept.with_name("memo.old"), kept.with_name("memo.new")
    for part in (old, new):
        part.touch()
    os.utime(old, (0, 0))
    memo = Memo(kept)
    memo.put("kind", "more", "value")
    memo.save()
    assert sorted(path.name for path in kept.parent.iterdir()) == ["memo", "memo.new"]


#: In a process of its own: flip a bit of a real memo, at many places, and load it; and render, at
#: some (every time all templates are compiled again).
FLIPS = """
import os, random, sys
from generator.answers import resolve
from generator.memo import Memo, memo
from generator.render import _environment, questionnaire, render

def write():
    for cached in (memo, _environment, questionnaire):
        cached.cache_clear()
    answers = resolve({"project_name": "demo", "manager": "uv", "year": 2001})
    tree = render(answers.context, answers.values)
    tree.validate()
    memo().save()
    return {path: file.data for path, file in tree.files.items()}

first = write()
file = memo()._file
whole = file.read_bytes()
chosen = random.Random(7)
for number in range(300):
    spoiled = bytearray(whole)
    place = chosen.randrange(len(whole) * 8)
    spoiled[place // 8] ^= 1 << place % 8
    file.write_bytes(spoiled)
    assert Memo(file)._entries == {}, place
    if number >= int(sys.argv[1]):
        continue
    assert write() == first, place
    assert Memo(file)._entries, place
    assert len(file.read_bytes()) > len(whole) / 2, place
os._exit(0)
"""


def test_no_flipped_bit_changes_a_project_and_each_is_mended(tmp_path: Path) -> None:
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    argv = [sys.executable, "-c", FLIPS, "2"]
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
