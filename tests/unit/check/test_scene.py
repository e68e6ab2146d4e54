"""A step is judged by what happened: red is red, a lack of means is neither, and no test is red."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from generator.catalog import Manager
from generator.check.model import CaseReport, Report, StepReport
from generator.check.repeat import Repeats
from generator.check.scene import Broken, Scene, node_ids, set_up
from generator.check.story import STORY, _patched
from generator.toolchain import Bench, Tool


class Silent:
    def started(self, manager: str, verb: str, line: str) -> None:
        pass

    def finished(self, manager: str, step: StepReport) -> None:
        pass


def scene(tmp_path: Path, **commands: Any) -> Scene:
    text = {
        "title": "Toy", "homepage": "", "executable": "sh", "version": ["sh"], "manifest": ["m"],
        "lock": ["l"], "scope": "platform", "environment": ".venv", "files": [],
        "stale": {"exit": 1, "says": "stale"}, "commands": commands,
    }  # fmt: skip
    import json

    toy = Manager.load("toy", json.dumps(text))
    bench = Bench(
        Tool("sh", Path("/bin/sh"), "1", "PATH"), Path(sys.executable), {"PATH": "/usr/bin:/bin"}
    )
    names = {"PACKAGE": "pkg", "PROJECT": "app", "PLATFORM": "linux-64"}
    return Scene(toy, bench, tmp_path, tmp_path, names, Silent(), repeats=Repeats(tmp_path))


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have no real index asked (that is in the tests with real managers); it lists all but one."""
    packages: list[str] = []

    def answer(_: object, __: object, package: str, *___: object) -> str:
        packages.append(package)
        return "it does not give unknown" if package == "unknown" else ""

    monkeypatch.setattr("generator.check.scene.unanswered", answer)
    return packages


def test_each_argv_is_a_step_and_the_first_failure_ends_the_verb(tmp_path: Path) -> None:
    toy = scene(tmp_path, other=[["true"], ["false"], ["true"]])
    with pytest.raises(Broken):
        toy.verb("other")
    assert [(step.argv, step.status, step.exit_code) for step in toy.steps] == [
        (("true",), "passed", 0),
        (("false",), "failed", 1),
    ]
    script = tmp_path / "repeat-02-other.sh"
    assert [step.repeat for step in toy.steps] == ["", f"sh {script}"]
    assert subprocess.run(["sh", script], check=False).returncode == 1


def test_a_step_that_is_red_as_it_has_to_be_leaves_no_script(tmp_path: Path) -> None:
    toy = scene(tmp_path, **{"lock-check": [["false"]]})
    toy.red("lock-check", "the manifest changed", lambda _: True)
    assert list(tmp_path.iterdir()) == []


def test_output_is_kept_in_full_for_a_failure(tmp_path: Path) -> None:
    toy = scene(tmp_path, lock=[["sh", "-c", "echo one; echo two >&2; exit 3"]])
    with pytest.raises(Broken):
        toy.verb("lock")
    assert toy.steps[0].output == "one\ntwo\n"
    assert toy.steps[0].reason == "exit code 3, expected zero"


def test_a_passing_command_fails_when_its_effect_is_missing(tmp_path: Path) -> None:
    toy = scene(tmp_path, other=[["true"]])
    with pytest.raises(Broken):
        toy.verb("other", lambda: "it is still there")
    assert (toy.steps[0].status, toy.steps[0].reason) == ("failed", "it is still there")


def test_unsupported_comes_with_its_reason_and_starts_nothing(tmp_path: Path) -> None:
    toy = scene(tmp_path, add={"unsupported": "edit the file"})
    toy.verb("add")
    (step,) = toy.steps
    assert (step.status, step.reason, step.exit_code, step.argv) == (
        "unsupported",
        "edit the file",
        None,
        (),
    )


def test_a_red_step_that_stays_green_is_red(tmp_path: Path) -> None:
    toy = scene(tmp_path, **{"lock-check": [["true"], ["true"]]})
    with pytest.raises(Broken):
        toy.red("lock-check", "the manifest changed", lambda _: True)
    assert [step.status for step in toy.steps] == ["passed", "failed"]
    assert toy.steps[1].reason == "it stayed green although the manifest changed"


def test_a_red_step_is_the_first_that_fails_with_proof(tmp_path: Path) -> None:
    toy = scene(tmp_path, **{"lock-check": [["true"], ["false"], ["true"]]})
    toy.red("lock-check", "the manifest changed", lambda one: one.exit_code == 1)
    assert [(step.expect, step.exit_code, step.status) for step in toy.steps] == [
        ("zero", 0, "passed"),
        ("nonzero", 1, "passed"),
    ]


def test_a_missing_executable_is_unable(tmp_path: Path) -> None:
    toy = scene(tmp_path, lock=[["no-such-program-anywhere"]])
    with pytest.raises(Broken):
        toy.verb("lock")
    assert (toy.steps[0].status, toy.steps[0].exit_code) == ("unable", None)


@pytest.mark.parametrize(
    ("package", "status", "reason"),
    [
        ("aiohttp>=3", "unable", "the package index did not list aiohttp then, and does now"),
        ("unknown>=3", "failed", "exit code 1, expected zero"),
    ],
)
def test_a_listing_that_pip_could_not_read_is_asked_for_again(
    tmp_path: Path, asked: list[str], package: str, status: str, reason: str
) -> None:
    said = f"ERROR: Could not find a version that satisfies the requirement {package} (from"
    toy = scene(tmp_path, lock=[["sh", "-c", f"echo '{said}'; echo 'versions: none)'; exit 1"]])
    with pytest.raises(Broken):
        toy.verb("lock")
    assert (toy.steps[0].status, toy.steps[0].reason) == (status, reason)
    assert asked == ["tomli-w", package.partition(">")[0]]


def test_a_manager_that_was_passed_by_is_in_the_first_steps_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim = "/opt/shims/it does not work: exit 3"
    tool = Tool("it", Path("/opt/it"), "1.2", "provided", (shim,))
    bench = Bench(tool, Path(sys.executable), {})
    monkeypatch.setattr("generator.check.scene.prepare", lambda *_: bench)
    told: list[StepReport] = []
    watcher = Silent()
    monkeypatch.setattr(watcher, "finished", lambda _, step: told.append(step))
    set_up(scene(tmp_path).manager, ["3.11"], tmp_path, watcher)
    assert [step.reason for step in told] == [f"it 1.2, provided; {shim}"]


JUNIT = """<testsuites><testsuite>
<testcase classname="tests.test_s3" name="test_a[x.y]" file="tests/test_s3.py"/>
<testcase classname="tests.test_s3.TestB" name="test_c" file="tests/test_s3.py"/>
<testcase classname="tests.test_s3" name="test_no" file="tests/test_s3.py"><skipped/></testcase>
</testsuite></testsuites>"""


def test_node_ids_are_read_from_junit_without_the_skipped(tmp_path: Path) -> None:
    path = tmp_path / "junit.xml"
    path.write_text(JUNIT)
    assert node_ids(path) == (
        "tests/test_s3.py::TestB::test_c",
        "tests/test_s3.py::test_a[x.y]",
    )
    assert node_ids(tmp_path / "none.xml") == ()


def test_a_test_command_that_runs_no_test_is_red(tmp_path: Path) -> None:
    toy = scene(tmp_path, test=[["true"]])
    with pytest.raises(Broken):
        toy.test()
    assert toy.steps[0].reason == "no test ran"


def report(status: Any = "passed", tests: tuple[str, ...] = ("t",), name: str = "uv") -> CaseReport:
    return CaseReport(
        name, "1", "PATH", {}, (StepReport("lock", ("x",), 1.0, 0, "zero", status),), tests
    )


@pytest.mark.parametrize("status", ["failed", "unable", "not_run"])
def test_nothing_but_passed_and_unsupported_is_ok(status: str) -> None:
    assert Report((report(),)).ok
    assert Report((report("unsupported"),)).ok
    assert not Report((report(status),)).ok


def test_no_case_no_tests_and_other_tests_are_not_ok() -> None:
    assert not Report(()).ok
    assert not Report((report(tests=()),)).ok
    assert not Report((report(), report(tests=("u",), name="pip"))).ok


def test_a_line_is_inserted_where_the_template_would_have_it_in_an_edited_manifest() -> None:
    before, after = ["a\n", "b\n", "c\n"], ["a\n", "b\n", "new\n", "c\n"]
    assert _patched("# mine\na\nb\nmine\n", before, after) == "# mine\na\nb\nnew\nmine\n"


def test_every_act_needs_only_acts_before_it() -> None:
    seen: set[str] = set()
    for act in STORY:
        assert set(act.needs) <= seen
        seen.add(act.name)
