"""Measuring, with toy managers whose commands run for real; their log says what they met."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from generator.catalog import Manager, managers
from generator.check.model import StepReport
from generator.cli.progress import Quiet
from generator.compare.measure.figures import spread
from generator.compare.measure.plan import BY_NAME, plan
from generator.compare.measure.play import Played, play
from generator.compare.measure.record import Record
from generator.compare.measure.stage import Stage
from generator.compare.measure.work import Busy
from generator.compare.model import Figure, Spread
from generator.errors import BadFile, ScaffoldError
from generator.toolchain import Bench
from tests.support import toys
from tests.support.toys import argv, lines, outline, toy

FAIL = "import sys; print('no such thing'); sys.exit(3)"


@pytest.fixture(autouse=True)
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return toys.at_home(tmp_path, monkeypatch)


def run(tmp_path: Path, *candidates: toys.Toy, **options: Any) -> Played:
    return play(candidates, Quiet(), folder=tmp_path / "work", **options)


def figure(played: Played, verb: str, manager: str, cache: str | None = None) -> Figure:
    assert played.measurements
    [found] = [
        one
        for one in played.measurements.figures
        if (one.verb, one.manager, one.cache) == (verb, manager, cache)
    ]
    return found


class TestPlan:
    def test_managers_take_turns_at_each_verb_and_who_is_first_changes(self) -> None:
        slots = [one for one in plan(["a", "b", "c"], 3) if one.verb == "create" and one.run]
        assert [(one.kind, one.run, one.manager) for one in slots] == [
            *(("cold", 1, name) for name in "abc"),
            *(("warm", 1, name) for name in "abc"),
            *(("cold", 2, name) for name in "bca"),
            *(("warm", 2, name) for name in "bca"),
            *(("cold", 3, name) for name in "cab"),
            *(("warm", 3, name) for name in "cab"),
        ]

    def test_what_uses_no_cache_is_run_once_a_run(self) -> None:
        kinds = {one.kind for one in plan(["a"], 1) if one.verb == "test"}
        assert kinds == {"warm"}

    def test_without_runs_there_is_only_the_evidence(self) -> None:
        assert {(one.kind, one.run) for one in plan(["a", "b"], 0)} == {("evidence", 0)}

    def test_no_slot_is_there_twice(self) -> None:
        keys = [one.key for one in plan(["a", "b"], 3)]
        assert len(set(keys)) == len(keys)

    def test_every_verb_of_every_manager_has_its_place(self) -> None:
        for one in managers():
            assert {*one.commands, *one.unsupported} <= BY_NAME.keys(), one.name

    def test_what_a_verb_needs_comes_before_it(self) -> None:
        names = list(BY_NAME)
        for verb in BY_NAME.values():
            assert all(names.index(need) < names.index(verb.name) for need in verb.needs)


def test_one_at_a_time_in_turn_each_with_the_cache_it_is_to_have(tmp_path: Path) -> None:
    played = run(tmp_path, toy("a"), toy("b"), runs=2)
    log = lines(tmp_path)
    # The first pass fills each manager's own cache. The environment of install-locked is made anew,
    # which is no figure.
    evidence = ["create", "lock", "install-locked", "add"]
    again = ["create", "lock", "clean", "create", "install-locked", "add"]
    names = [line.split()[1] for line in log]
    for name, other in (("a", "b"), ("b", "a")):
        mine = [line.replace(f" {name} ", " ") for line in log if f" {name} " in line]
        first, cold, warm = mine[:4], mine[4:9], mine[9:15]
        assert [line.split()[0] for line in first] == evidence
        assert [line.split()[1] for line in first] == ["empty", "full", "full", "full"]
        again_full = ("create full", "install-locked empty", "add empty")
        assert cold == ["create empty", "lock empty", *again_full]
        assert warm == [f"{verb} full" for verb in again]
        assert mine[15:] == [*cold, *warm]
        assert other in names
    creates = [line.split()[1] for line in log if line.startswith("add ")]
    assert creates == ["a", "b", "a", "b", "a", "b", "b", "a", "b", "a"]
    assert played.measurements
    assert played.measurements.complete
    assert not list((tmp_path / "work").glob("*/cold"))


def test_figures_count_what_was_written(tmp_path: Path) -> None:
    played = run(tmp_path, toy("a"), runs=2)
    lock = figure(played, "lock", "a", "cold")
    assert lock.status == "passed"
    assert lock.runs == 2
    # The toy's second verb in a pass: its lock (6 bytes), one more file, one word more in `state`.
    assert lock.files == Spread(3, 3, 3, (3, 3))
    assert lock.disk_bytes == Spread(21, 21, 21, (21, 21))
    assert lock.cache_bytes == Spread(1000, 1000, 1000, (1000, 1000))
    assert figure(played, "lock", "a", "warm").cache_bytes is None
    assert lock.seconds
    assert lock.cpu_seconds
    assert lock.peak_bytes
    assert 0 < lock.seconds.low <= lock.seconds.median <= lock.seconds.high < 10
    assert 0 < lock.cpu_seconds.median < 10
    assert 5e6 < lock.peak_bytes.median < 30e6  # a bare Python, and not this process's size


def test_several_commands_are_one_figure(tmp_path: Path) -> None:
    slow = argv("lock", "a", "import time; time.sleep(0.2)")
    big = argv("lock", "a", "b = bytearray(80_000_000)")
    played = run(tmp_path, toy("a", {"lock": [slow, big, slow, argv("lock", "a")]}), runs=1)
    lock = figure(played, "lock", "a", "warm")
    assert lock.seconds
    assert lock.peak_bytes
    assert lock.cpu_seconds
    assert lock.seconds.median > 0.4
    assert 80e6 < lock.peak_bytes.median < 110e6
    assert lock.cpu_seconds.median < lock.seconds.median


def test_a_failing_verb_loses_no_other(tmp_path: Path) -> None:
    verbs = {
        "install": [argv("install", "b"), argv("install", "b", FAIL)],
        "test": [argv("test", "b")],
        "update": [["no-such"]],
    }
    played = run(tmp_path, toy("a", {"install": [argv("install", "a")]}), toy("b", verbs), runs=1)
    install = figure(played, "install", "b", "warm")
    assert (install.status, install.reason) == ("failed", "exit code 3, expected zero")
    assert install.runs == 0
    times = (install.seconds, install.cpu_seconds, install.peak_bytes)
    assert (*times, install.disk_bytes, install.files) == (None,) * 5
    test = figure(played, "test", "b")
    assert (test.status, test.reason) == ("not_run", "install did not succeed")
    assert not [line for line in lines(tmp_path) if line.startswith("test b")]
    update = figure(played, "update", "b", "cold")
    assert (update.status, update.reason) == ("unable", "no-such was not found")
    assert figure(played, "add", "b", "warm").status == "passed"
    assert figure(played, "install", "a", "cold").status == "passed"
    assert [(one.manager, one.verb) for one in played.problems] == [
        ("b", "install"),
        ("b", "update"),
    ]
    problem = played.problems[0]
    assert problem.words == "no such thing"
    assert problem.line.endswith("install b")


def test_what_failed_in_the_first_pass_is_not_tried_again(tmp_path: Path) -> None:
    played = run(tmp_path, toy("a", {"lock": [argv("lock", "a"), argv("lock", "a", FAIL)]}), runs=2)
    assert [line for line in lines(tmp_path) if line.startswith("lock")] == ["lock a full"]
    assert figure(played, "lock", "a", "cold").status == "failed"
    assert figure(played, "create", "a", "cold").runs == 2
    assert figure(played, "install-locked", "a", "warm").reason == "lock did not succeed"


def test_a_manager_that_is_not_there_is_said_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bench: Bench
) -> None:
    def set_up(manager: Manager, *_: object) -> Bench:
        if manager.name == "b":
            raise ScaffoldError("b cannot be used: it is not there")
        return bench

    monkeypatch.setattr("generator.compare.measure.stage.set_up", set_up)
    played = run(tmp_path, toy("a"), toy("b"), runs=1)
    create = figure(played, "create", "b", "cold")
    assert (create.status, create.reason) == ("unable", "b cannot be used: it is not there")
    assert figure(played, "add", "b", "warm").status == "not_run"
    assert figure(played, "add", "a", "warm").status == "passed"
    assert [one.manager for one in played.problems] == ["b"]
    assert [one.report.manager_version for one in played.evidence] == ["1.2.3", ""]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(28, "No space left on device"), "No space left on device; see that there is room"),
        (KeyError("oops"), "internal error (KeyError: 'oops'); "),
    ],
)
def test_what_nobody_expects_is_one_verb_s_and_the_others_go_on(
    error: Exception, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = Stage.act

    def failing(self: Stage, verb: str, **options: bool) -> Record:
        if (verb, self.manager.name) == ("add", "b"):
            raise error
        return act(self, verb, **options)

    monkeypatch.setattr(Stage, "act", failing)
    played = run(tmp_path, toy("a"), toy("b"), runs=1)
    add = figure(played, "add", "b", "warm")
    assert add.status == "unable"
    assert add.reason.startswith(says)
    assert figure(played, "add", "a", "warm").status == "passed"
    assert figure(played, "lock", "b", "warm").status == "passed"
    [problem] = played.problems
    assert (problem.manager, problem.verb) == ("b", "add")
    assert ("raise error" in problem.words) is (type(error) is KeyError)


def test_evidence_is_what_was_locked_installed_and_exported(tmp_path: Path) -> None:
    code = "open('requirements.txt', 'w').write('first==1'); open('.hidden', 'w').write('x')"
    played = run(tmp_path, toy("a", {"export": [argv("export", "a", code)]}))
    assert played.measurements is None
    [evidence] = played.evidence
    assert evidence.locks == {"toy.lock": b"locked"}
    assert evidence.exports == {"export": {"requirements.txt": b"first==1"}}
    assert evidence.report.manager == "a"
    assert evidence.report.engine == "on PATH"
    assert played.problems == ()


def test_a_verb_that_says_nothing_of_a_project_or_is_not_there(tmp_path: Path) -> None:
    commands = {"tree": {"unsupported": "it draws none"}, "lint": [argv("lint", "a")]}
    played = run(tmp_path, toy("a", commands, left_out=frozenset({"lint"})), runs=1)
    tree = figure(played, "tree", "a")
    assert (tree.status, tree.reason, tree.seconds) == ("unsupported", "it draws none", None)
    assert played.measurements
    assert {one.verb for one in played.measurements.figures} == {*toys.SMALL, "tree"}


def test_packages_are_the_probe_and_the_first_runtime_dependency(tmp_path: Path) -> None:
    commands = {verb: [[*argv(verb, "a PACKAGE")]] for verb in ("add", "remove", "update-one")}
    played = run(tmp_path, toy("a", commands), runs=1)
    asked = {" ".join(line.split()[:3]) for line in lines(tmp_path) if len(line.split()) == 4}
    assert asked == {"add a tomli-w", "remove a tomli-w", "update-one a first"}
    assert played.measurements
    assert played.measurements.package == "tomli-w (added, removed), first (updated)"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], None),
        ([2.0], Spread(2.0, 2.0, 2.0, (2.0,))),
        ([3.0, 1.0, 2.0], Spread(2.0, 1.0, 3.0, (3.0, 1.0, 2.0))),
        ([4.0, 1.0], Spread(2.5, 1.0, 4.0, (4.0, 1.0))),
    ],
)
def test_spread(values: list[float], expected: Spread | None) -> None:
    assert spread(values) == expected


@pytest.mark.parametrize(("mode", "least"), [("step", 26), ("entry", 28)])
def test_killed_at_every_step_it_goes_on_as_if_it_never_was(
    mode: str, least: int, tmp_path: Path
) -> None:
    code = [sys.executable, "-m", "tests.support.toys", str(tmp_path), mode]
    root = Path(__file__).parents[3]
    done = subprocess.run(code, cwd=root, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["kills"] >= least
    assert result["complete"]
    assert result["problems"] == []
    names = ("a", "b") if mode == "step" else ("a",)
    whole = run(tmp_path, *(toy(name) for name in names), runs=1)
    assert whole.measurements
    assert result["figures"] == json.loads(json.dumps(outline(whole.measurements.figures)))


class Stopping(Quiet):
    """Stops the run at its n-th finished step."""

    def __init__(self, steps: int, cancel: Event) -> None:
        self.left, self.cancel = steps, cancel

    def finished(self, manager: str, step: StepReport) -> None:
        self.left -= 1
        if not self.left:
            self.cancel.set()


def test_a_stopped_run_says_so_and_goes_on(tmp_path: Path) -> None:
    cancel = Event()
    watcher = Stopping(9, cancel)
    stopped = play([toy("a")], watcher, runs=2, folder=tmp_path / "work", cancel=cancel)
    assert stopped.measurements
    assert not stopped.measurements.complete
    assert len(stopped.measurements.figures) < 9
    before = lines(tmp_path)
    whole = run(tmp_path, toy("a"), runs=2, resume=True)
    assert whole.measurements
    assert whole.measurements.complete
    assert whole.measurements.started == stopped.measurements.started
    after = lines(tmp_path)
    assert after[: len(before)] == before
    assert len(after) == 4 + 2 * (5 + 6)  # nothing was run twice


def test_a_finished_run_resumes_to_the_same_result(tmp_path: Path) -> None:
    first = run(tmp_path, toy("a"), runs=1)
    log = lines(tmp_path)
    again = run(tmp_path, toy("a"), runs=1, resume=True)
    assert lines(tmp_path) == log
    assert first.measurements
    assert again.measurements
    assert again.measurements.figures == first.measurements.figures
    assert again.evidence == first.evidence


class TestAnotherQuestion:
    @pytest.fixture(autouse=True)
    def asked(self, tmp_path: Path) -> None:
        at_once = Event()
        at_once.set()
        run(tmp_path, toy("a"), runs=1, cancel=at_once)

    def test_other_managers(self, tmp_path: Path) -> None:
        with pytest.raises(ScaffoldError, match="had the managers a; leave --resume out"):
            run(tmp_path, toy("a"), toy("b"), runs=1, resume=True)

    def test_other_runs(self, tmp_path: Path) -> None:
        with pytest.raises(ScaffoldError, match="had runs 1, not 2"):
            run(tmp_path, toy("a"), runs=2, resume=True)

    def test_another_layout(self, tmp_path: Path) -> None:
        with pytest.raises(ScaffoldError, match="had another layout for a"):
            run(tmp_path, toy("a", {"test": [["true"]]}), runs=1, resume=True)

    def test_another_version_of_a_manager(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bench: Bench
    ) -> None:
        newer = replace(bench, tool=replace(bench.tool, version="2.0"))
        monkeypatch.setattr("generator.compare.measure.stage.set_up", lambda *_: newer)
        with pytest.raises(ScaffoldError, match=r"a was 1\.2\.3 and is 2\.0 now"):
            run(tmp_path, toy("a"), runs=1, resume=True)

    def test_a_spoiled_journal(self, tmp_path: Path) -> None:
        journal = tmp_path / "work" / "journal.jsonl"
        text = journal.read_text().splitlines(keepends=True)
        journal.write_text("".join([*text[:1], "not JSON\n", *text[1:]]))
        with pytest.raises(ScaffoldError, match=r"spoiled .*leave --resume out"):
            run(tmp_path, toy("a"), runs=1, resume=True)

    def test_anew_is_always_possible(self, tmp_path: Path) -> None:
        played = run(tmp_path, toy("b"), runs=1)
        assert played.measurements
        assert played.measurements.complete
        assert not (tmp_path / "work" / "a").exists()


def test_nothing_to_resume(tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError, match="no run with these settings was stopped"):
        run(tmp_path, toy("a"), runs=1, resume=True)


def test_a_folder_of_another_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "thesis").write_text("all of it")
    with pytest.raises(BadFile, match="not an empty directory"):
        run(tmp_path, toy("a"))
    assert (tmp_path / "work" / "thesis").read_text() == "all of it"


def test_two_at_once(tmp_path: Path) -> None:
    class Again(Quiet):
        def started(self, manager: str, verb: str, line: str) -> None:
            with pytest.raises(Busy, match=r"wait for its end"):
                run(tmp_path, toy("a"), runs=1, resume=True)
            seen.append(verb)

    seen: list[str] = []
    play([toy("a")], Again(), folder=tmp_path / "work")
    assert "lock" in seen
