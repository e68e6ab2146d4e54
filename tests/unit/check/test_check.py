"""A check whose cases meet what nobody expected: it is that case's, and the rest is told."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

import generator.check as module
from generator.answers import Answers
from generator.catalog import Manager
from generator.check import Case, Report, check, story
from generator.check.model import StepReport
from generator.check.report import as_json, as_junit
from generator.check.scene import Scene
from generator.cli.check import summary
from generator.cli.progress import Quiet
from generator.toolchain import Bench, Tool, ToolUnavailable
from tests.support.toys import toy

JUNIT = """<testsuites><testsuite><testcase classname="tests.test_s3" name="test_a"
file="tests/test_s3.py"/></testsuite></testsuites>"""
#: A test command that leaves a report, as pytest does: whole, or cut off.
TEST = """eval set -- "$PYTEST_ADDOPTS"; printf %s '{text}' > "$2\""""


BENCH = Bench(
    Tool("sh", Path("/bin/sh"), "1", "PATH"), Path(sys.executable), {"PATH": "/usr/bin:/bin"}
)


@dataclass(frozen=True)
class Toy:
    manager: Manager
    answers: Answers
    project: Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    return tmp_path / "app"


@pytest.fixture(autouse=True)
def two_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The story, but short; and a bench for whoever asks."""
    acts = (story.Act("test", ("test",), story._test), story.Act("other", ("other",), _other))
    monkeypatch.setattr(story, "STORY", acts)
    monkeypatch.setattr(module, "set_up", lambda *_: BENCH)


def _other(scene: Scene, _: Answers) -> None:
    scene.verb("other")


def case(name: str, project: Path, text: str = JUNIT, other: str = "true") -> Case:
    commands = {"test": [["sh", "-c", TEST.format(text=text)]], "other": [["sh", "-c", other]]}
    return cast("Case", Toy(toy(name, commands).manager, toy(name).answers, project))


def told(report: Report, name: str) -> list[tuple[str, str]]:
    [one] = [one for one in report.cases if one.manager == name]
    return [(step.verb, step.status) for step in one.steps]


def written(report: Report) -> None:
    """Hold that all that is ever written of a report can be."""
    assert as_json(report)
    assert as_junit(report)
    assert list(summary(report))


FINE = [("test", "passed"), ("other", "passed")]


def test_what_is_fine_is_fine(project: Path, tmp_path: Path) -> None:
    report = check([case("a", project)], tmp_path / "work", Quiet())
    assert told(report, "a") == FINE
    assert report.ok
    assert not report.interrupted


@pytest.mark.parametrize("text", ["<testsuites><testsuite><testca", "", "no XML"])
def test_a_junit_file_that_is_cut_off(text: str, project: Path, tmp_path: Path) -> None:
    report = check([case("a", project), case("b", project, text)], tmp_path / "work", Quiet())
    assert told(report, "a") == FINE
    assert told(report, "b") == [("test", "unable"), ("other", "passed")]
    step = report.cases[1].steps[0]
    assert "junit.xml, which pytest wrote, cannot be read (" in step.reason
    assert not report.ok
    written(report)


def test_a_mistake_of_ours_is_one_act_s_and_is_told_with_its_traceback(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def test(scene: Scene, _: Answers) -> None:
        if scene.manager.name == "b":
            raise KeyError("oops")
        scene.test()

    acts = (story.Act("test", ("test",), test), story.Act("other", ("other",), _other))
    monkeypatch.setattr(story, "STORY", acts)
    report = check([case("a", project), case("b", project)], tmp_path / "work", Quiet())
    assert told(report, "a") == FINE
    assert told(report, "b") == [("test", "unable"), ("other", "passed")]
    step = report.cases[1].steps[0]
    assert step.reason.startswith("internal error (KeyError: 'oops'); ")
    assert "please report it with the traceback" in step.reason
    assert 'raise KeyError("oops")' in step.output
    assert 'raise KeyError("oops")' in "\n".join(summary(report))
    assert not report.ok
    written(report)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(28, "No space left on device", "/tmp/x"), "/tmp/x: No space left on device; see"),
        (ToolUnavailable("Toy", "it is not here", "get it"), "Toy cannot be used: it is not here"),
        (ZeroDivisionError("by zero"), "internal error (ZeroDivisionError: by zero)"),
    ],
)
def test_what_goes_wrong_before_the_first_step(
    error: Exception, says: str, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def set_up(manager: Manager, *_: Any) -> Bench:
        if manager.name == "b":
            raise error
        return BENCH

    monkeypatch.setattr(module, "set_up", set_up)
    report = check([case("a", project), case("b", project)], tmp_path / "work", Quiet())
    assert told(report, "a") == FINE
    assert told(report, "b") == [("provide", "unable")]
    assert report.cases[1].steps[0].reason.startswith(says)
    assert not report.ok
    written(report)


def test_a_full_disk_is_named(project: Path, tmp_path: Path) -> None:
    """The case's folder is where a file is: what a full disk is like, for root as well."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "b").touch()
    report = check([case("a", project), case("b", project)], tmp_path / "work", Quiet())
    assert told(report, "a") == FINE
    assert told(report, "b") == [("provide", "unable")]
    assert "see that there is room" in report.cases[1].steps[0].reason


def test_where_the_layouts_cannot_be_compared_each_is_told_and_nothing_is_green(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def differences(_: object) -> None:
        raise ValueError("no version: 'x'")

    monkeypatch.setattr(module, "differences", differences)
    report = check([case("a", project)], tmp_path / "work", Quiet())
    assert told(report, "a") == FINE
    assert report.problem.startswith("the layouts could not be compared: internal error (ValueErr")
    assert not report.ok
    assert report.problem in list(summary(report))
    written(report)


def test_control_characters_and_bytes_that_are_no_text_can_be_written(tmp_path: Path) -> None:
    from generator.check.model import CaseReport
    from generator.cli.show import write_text

    step = StepReport("lock", ("\udcff",), 1.0, 1, "zero", "failed", "\x1b[31mred", "", "\x00")
    report = Report((CaseReport("uv", "1", "PATH", {}, (step,)),))
    for number, text in enumerate((as_json(report), as_junit(report))):
        write_text(str(tmp_path / str(number)), text)
    assert "\x1b" not in (tmp_path / "1").read_text()
