"""The questionnaire: what is given, suggested, asked and left to defaults."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from generator.answers import Question, read_answers, resolve, visible_questions
from generator.errors import BadFile, InvalidAnswer, ScaffoldError, UnknownName

NAME = {"project_name": "demo"}

#: Ten lines that are nine to the tenth values.
ALIASES = b"a0: x\n" + b"".join(
    b"a%d: &a%d [%s]\n" % (n, n, b",".join([b"*a%d" % (n - 1) if n > 1 else b"x"] * 9))
    for n in range(1, 11)
)


def test_defaults_follow_from_the_answers_above_them() -> None:
    answers = resolve({"project_name": "My-Great.Project"})
    assert answers["package_name"] == "my_great_project"
    assert answers["python_version"] == "3.11"
    assert answers.context["pythons"] == ["3.11", "3.12", "3.13", "3.14"]
    asked = [
        key for key, question in visible_questions().items() if question.applies(answers.context)
    ]
    assert list(answers.values) == asked


def test_what_is_suggested_beats_a_default_and_loses_to_an_answer() -> None:
    suggested = {"author_name": "Git User", "year": 2020}
    assert resolve(NAME, suggested=suggested)["author_name"] == "Git User"
    assert resolve({**NAME, "year": "1999"}, suggested=suggested)["year"] == 1999


@pytest.mark.parametrize(
    "suggested",
    [{"author_email": "root@host name"}, {"author_name": "two\nlines"}, {"year": 20_000}],
)
def test_a_suggestion_that_is_no_answer_is_left_out(suggested: dict[str, Any]) -> None:
    assert resolve(NAME, suggested=suggested).values == resolve(NAME).values


def test_an_answer_to_what_does_not_apply_is_its_default_or_none_at_all() -> None:
    """A file of answers may hold it; whoever wants something else is told what it needs."""
    resolved = resolve(NAME)
    hidden = {key: resolved.context[key] for key in visible_questions().keys() - resolved.values}
    assert hidden
    assert resolve({**NAME, **hidden}).values == resolved.values
    for key in hidden:
        choices = [choice.value for choice in visible_questions()[key].choices]
        other = next(one for one in choices if one not in hidden[key])
        given = [other] if visible_questions()[key].several else other
        with pytest.raises(InvalidAnswer, match="it has a meaning only where"):
            resolve({**NAME, key: given})


def test_only_what_is_not_given_is_asked_with_its_default() -> None:
    asked: dict[str, Any] = {}

    def ask(question: Question, context: Any, default: Any) -> Any:
        asked[question.key] = default
        return "pip" if question.key == "manager" else default

    answers = resolve({**NAME, "license": "MIT"}, ask=ask, suggested={"author_name": "Git"})
    assert answers["manager"] == "pip"
    assert asked["author_name"] == "Git"
    assert "license" not in asked
    assert "mgr" not in asked
    assert asked.keys() == answers.values.keys() - {"project_name", "license"}


def test_without_a_default_an_answer_is_wanted() -> None:
    with pytest.raises(InvalidAnswer, match="project_name"):
        resolve({})


@pytest.mark.parametrize(
    ("key", "value", "guess"),
    [
        ("manager", "poertry", "'poetry'"),
        ("manager", "PIP", "'pip'"),
        ("license", "mit", "'MIT'"),
        ("licence", "MIT", "'license'"),
        ("python", "3.12", "'python_version'"),
    ],
)
def test_an_unknown_name_gets_the_nearest(key: str, value: str, guess: str) -> None:
    with pytest.raises(UnknownName, match=f"did you mean {guess}"):
        resolve({**NAME, key: value})


@pytest.mark.parametrize(
    "value", [True, None, [1], {"a": 1}, "x", "", 2026.5, "9" * 5000, 1, 10**9]
)
def test_a_year_is_a_whole_number_of_this_era(value: Any) -> None:
    with pytest.raises(ScaffoldError, match="year") as caught:
        resolve({**NAME, "year": value})
    assert len(str(caught.value)) < 200


def test_numbers_in_a_file_become_the_text_they_look_like() -> None:
    assert resolve({**NAME, "python_version": 3.12})["python_version"] == "3.12"
    assert resolve({**NAME, "year": 2001.0})["year"] == 2001


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("answers.yml", "manager: pip\nyear: 2001\n_commit: abc\n"),
        ("answers.toml", 'manager = "pip"\nyear = 2001\n'),
        ("answers", 'manager = "pip"\nyear = 2001\n'),
        ("answers", "manager: pip\nyear: 2001\n"),
        ("answers.json", '{"manager": "pip", "year": 2001}'),
        (".scaffold.yml", "_scaffold_version: 0.0.1\nmanager: pip\nyear: 2001\n"),
    ],
)
def test_answers_are_read_from_yaml_and_toml(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_answers(tmp_path / name) == {"manager": "pip", "year": 2001}


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.yml", b"a: b: c", "not valid YAML"),
        ("a.yml", b"- just\n- a list", "no mapping"),
        ("a.yml", b"", "no mapping"),
        ("a.yml", b"when: 2026-99-99", "not valid YAML"),
        ("a.yml", b"[" * 5000, "not valid YAML"),
        ("a.yml", b"{[]: 1}", "not valid YAML"),
        ("a.yml", b"x: !!python/object:os.system {}", "not valid YAML"),
        ("a.toml", b"a: b", "not valid TOML"),
        ("a.yml", b"\xff\xfe", "not UTF-8"),
        ("a", b"\x00\x01", "not valid YAML"),
        ("a.yml", b"[" * 200_000, "not valid YAML"),  # libyaml crashes
        ("a.yml", ALIASES, "aliases make over"),
        ("a.yml", b"a: &a [*a]", "aliases make over"),
        ("a.yml", b"#" * 5_000_001, "longer than 5,000,000 bytes"),
    ],
)
def test_a_file_that_holds_no_answers_says_why(
    name: str, data: bytes, why: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(BadFile, match=why):
        read_answers(tmp_path / name)


def test_a_file_that_is_none_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="No such file"):
        read_answers(tmp_path / "nowhere.yml")
    with pytest.raises(BadFile, match="directory"):
        read_answers(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    for place in (Path("/dev/zero"), tmp_path / "pipe"):
        with pytest.raises(BadFile, match="a device or a pipe"):
            read_answers(place)


def test_an_answer_is_shown_only_as_far_as_it_is_read() -> None:
    bomb: list[Any] = ["x"]
    for _ in range(30):
        bomb = [bomb] * 9
    assert len(str(InvalidAnswer("key", bomb, "no"))) < 100
