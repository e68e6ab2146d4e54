"""What nobody expects: one line, the right exit code, what is known told, nothing left running."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import generator

PROGRAM = str(Path(sys.executable).with_name("scaffold"))
ROOT = str(Path(generator.__file__).parent.parent)
WAYS = {"script": [PROGRAM], "module": [sys.executable, "-m", "generator"]}
#: Lines that need no manager, and print something, each in a way of its own.
COMMANDS = ("new demo --manager uv --no-git", "compare uv", "managers --provided", "--help")


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": ROOT, **more}


def shell(line: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which `scaffold` is our program."""
    script = f'scaffold() {{ "{PROGRAM}" "$@"; }}\n{line}'
    argv = ["bash", "-c", script]
    env = environment(**more)
    return subprocess.run(argv, capture_output=True, text=True, env=env, check=False)


def one_line(text: str) -> bool:
    return text.startswith("error: ") and text.count("\n") == 1 and len(text) < 400


class TestStreams:
    @pytest.mark.parametrize("command", COMMANDS)
    def test_a_full_standard_output(self, command: str) -> None:
        done = shell(f"scaffold {command} > /dev/full")
        assert done.returncode == 2
        assert one_line(done.stderr), done.stderr
        assert done.stderr.startswith("error: standard output")
        assert "cannot be written (No space left on device); " in done.stderr

    @pytest.mark.parametrize("command", COMMANDS)
    def test_a_reader_that_goes_away(self, command: str) -> None:
        done = shell(f"scaffold {command} | true; exit ${{PIPESTATUS[0]}}")
        assert done.stderr == ""
        assert done.returncode in {0, 1}

    @pytest.mark.parametrize(
        ("command", "closed"),
        [*zip(COMMANDS, ("<&- >&- 2>&-", ">&-", "<&- >&-", "2>&-"), strict=True)],
    )
    def test_closed_streams(self, command: str, closed: str) -> None:
        done = shell(f"scaffold {command} {closed}")
        assert (done.returncode, done.stderr) == (0, "")

    @pytest.mark.parametrize(
        ("command", "place"),
        [*zip(COMMANDS[:3], ("/dev/full", "-", "/dev/full"), strict=True), (COMMANDS[0], "-")],
    )
    def test_a_report_that_cannot_be_written(self, command: str, place: str) -> None:
        done = shell(f"scaffold {command} --json {place} > /dev/full")
        assert done.returncode == 2
        [said] = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
        assert "cannot be written (No space left on device)" in said
        assert "Traceback" not in done.stderr

    def test_a_report_that_cannot_be_written_keeps_no_other_from_being_written(self) -> None:
        done = shell("scaffold compare uv --json /dev/full --html page.html --markdown a.md")
        assert done.returncode == 2
        assert one_line(done.stderr)
        assert Path("page.html").exists()
        assert Path("a.md").exists()

    def test_a_mistake_of_the_user_s_with_nobody_to_tell(self) -> None:
        assert shell("scaffold new --manager zzz x 2> /dev/full").returncode == 2


@pytest.mark.parametrize("command", ["new demo --manager uv", "compare", "check uv", "managers"])
def test_a_working_directory_that_is_gone(command: str) -> None:
    done = shell(f"mkdir gone && cd gone && rmdir ../gone && scaffold {command}")
    assert done.returncode == 2
    assert one_line(done.stderr), done.stderr
    assert "the working directory is gone; change to one that exists" in done.stderr


@pytest.mark.parametrize("spoil", ["home", "engines", ""])
def test_a_cache_that_cannot_be_written(tmp_path: Path, spoil: str) -> None:
    """A file where a directory is to be is what even root cannot write to."""
    place = tmp_path / "cache" / "scaffold" / spoil
    place.parent.mkdir(parents=True)
    place.touch()
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = shell("scaffold managers", PATH="/usr/bin:/bin", **cache)
    assert done.returncode == 2, done
    assert one_line(done.stderr), done.stderr
    assert f"{tmp_path}/cache/scaffold" in done.stderr
    assert "XDG_CACHE_HOME" in done.stderr


class TestMistakesOfOurs:
    def scaffold(self, raising: str, **more: str) -> subprocess.CompletedProcess[str]:
        code = (
            "import generator.cli.managers as module, sys\n"
            f"def managers(): raise {raising}\n"
            "module.managers = managers; sys.argv = ['scaffold', 'managers']\n"
            "from generator.cli import main; main()"
        )
        argv = [sys.executable, "-c", code]
        env = environment(**more)
        return subprocess.run(argv, capture_output=True, text=True, env=env, check=False)

    def test_it_is_one_line_with_a_way_to_report_it(self, tmp_path: Path) -> None:
        done = self.scaffold("KeyError('what')", TMPDIR=str(tmp_path))
        assert done.returncode == 70
        assert done.stdout == ""
        assert one_line(done.stderr), done.stderr
        assert done.stderr.startswith("error: internal error (KeyError: 'what'); ")
        [kept] = tmp_path.iterdir()
        assert done.stderr.endswith(f"please report it with the traceback in {kept}\n")
        text = kept.read_text()
        assert text.startswith(f"scaffold {generator.__version__}, Python 3.")
        assert "in managers\nKeyError: 'what'\n" in text
        assert kept.stat().st_mode & 0o77 == 0

    def test_it_can_be_shown(self, tmp_path: Path) -> None:
        done = self.scaffold("KeyError('what')", TMPDIR=str(tmp_path), SCAFFOLD_TRACEBACK="1")
        assert done.returncode == 70
        assert done.stderr.startswith("Traceback (most recent call last):")
        assert done.stderr.endswith("please report it with the traceback above\n")
        assert list(tmp_path.iterdir()) == []

    def test_what_the_system_refuses_is_no_mistake_of_ours(self) -> None:
        done = self.scaffold("OSError(28, 'No space left on device', '/some/file')")
        assert done.returncode == 2
        assert one_line(done.stderr)
        assert "/some/file: No space left on device; see that there is room" in done.stderr


#: Has Ctrl-C come when a module is imported.
HOOK = """
import os, signal, sys
class Hook:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["AT"]:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Hook())
"""


@pytest.mark.parametrize(
    ("way", "at"),
    [
        ("script", "generator.cli"),
        ("script", "generator.cli.new"),
        ("module", "click"),
        ("module", "jinja2"),
    ],
)
def test_ctrl_c_while_it_starts_is_no_traceback(way: str, at: str, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(HOOK)
    env = environment(PYTHONPATH=f"{tmp_path}:{ROOT}", AT=at)
    argv = [*WAYS[way], "new", "demo", "--manager", "uv"]
    done = subprocess.run(argv, capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 130
    assert done.stderr.strip() in {"error: interrupted", "error: interrupted; nothing was written"}
    assert not Path("demo").exists()


# ------------------------------------------------------------------ what runs, ends

#: A manager that does not answer, and shows by a growing file that it lives, for a minute.
HANGING = """#!/bin/sh
trap '' INT
(for n in $(seq 3000); do echo x; sleep 0.02; done > {heart}) &
sleep 60; true
"""


class Running:
    """`scaffold` with something that it started."""

    def __init__(self, argv: list[str], heart: Path, env: dict[str, str]) -> None:
        # As a terminal has it: a group of its own, of which only the first gets the signal.
        self.process = subprocess.Popen(
            argv, env=env, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.heart = heart
        deadline = time.monotonic() + 30
        while not (heart.exists() and heart.stat().st_size):
            assert time.monotonic() < deadline
            assert self.process.poll() is None, self.process.communicate()
            time.sleep(0.02)

    def stop(self, number: signal.Signals) -> tuple[int, str]:
        """Send a signal; hold that all ends within two seconds; return exit code and errors."""
        begin = time.monotonic()
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=30)
        took = time.monotonic() - begin
        time.sleep(0.1)
        size = self.heart.stat().st_size
        time.sleep(0.2)
        assert self.heart.stat().st_size == size, "what it started still runs"
        assert took < 10, "two seconds, on a machine that has nothing else to do"
        return self.process.returncode, errors


@pytest.fixture
def hanging(tmp_path: Path) -> dict[str, str]:
    """An environment in which Poetry never answers."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "poetry"
    program.write_text(HANGING.format(heart=tmp_path / "heart"))
    program.chmod(0o755)
    (tmp_path / "temporary").mkdir()
    return environment(
        PATH=f"{tmp_path}/bin:/usr/bin:/bin",
        XDG_CACHE_HOME=str(tmp_path / "cache"),
        TMPDIR=str(tmp_path / "temporary"),
        SCAFFOLD_PROVIDED="0",
    )


class TestLooking:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
    def test_managers(
        self, number: signal.Signals, hanging: dict[str, str], tmp_path: Path
    ) -> None:
        running = Running([PROGRAM, "managers"], tmp_path / "heart", hanging)
        code, errors = running.stop(number)
        said = {signal.SIGINT: (130, "error: interrupted"), signal.SIGTERM: (143, "")}
        assert (code, errors.strip()) == said.get(number, (-number, ""))

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
    def test_check(self, number: signal.Signals, hanging: dict[str, str], tmp_path: Path) -> None:
        python = "{}.{}".format(*sys.version_info)
        argv = [PROGRAM, "check", "poetry", "--data", f"python_version={python}"]
        argv += ["--json", "report.json"]
        code, errors = Running(argv, tmp_path / "heart", hanging).stop(number)
        if number == signal.SIGKILL:
            return
        assert code == 128 + number
        assert "Traceback" not in errors
        report = json.loads(Path("report.json").read_text())
        assert (report["ok"], report["interrupted"]) == (False, True)
        [step] = report["cases"][0]["steps"]
        assert (step["verb"], step["status"], step["reason"]) == (
            "provide",
            "unable",
            "interrupted",
        )
        assert list((tmp_path / "temporary").iterdir()) == []


#: A check of toys, one at a time: what the second does is the first argument.
CHECK = """
import sys
from pathlib import Path
import generator.check as module
from generator.check import story
from generator.check.scene import Scene
from generator.cli import main
from generator.toolchain import Bench, Tool
from tests.support.toys import toy

line = sys.argv.pop(1)

def set_up(self):
    name = self.case.manager.name
    project = self._place / "app"
    project.mkdir(parents=True)
    command = ["sh", "-c", line if name == "poetry" else "echo done"]
    one = toy(name, {"first": [command], "then": [["true"]]}).manager
    env = {"PATH": "/usr/bin:/bin"}
    bench = Bench(Tool(name, Path("/bin/sh"), "1", "PATH"), Path(sys.executable), env)
    self.scene = Scene(one, bench, project, project, {}, self._watcher, self._cancel)

module._Play._set_up = set_up
story.STORY = tuple(story.Act(verb, (verb,), story._verb(verb)) for verb in ("first", "then"))
sys.argv[1:1] = ["check", "pip", "poetry", "uv", "--jobs", "1"]
main()
"""


class TestCheck:
    @pytest.fixture
    def running(self, tmp_path: Path) -> Callable[..., Running]:
        (tmp_path / "temporary").mkdir()

        def start(*words: str) -> Running:
            heart = tmp_path / "heart"
            beat = "for n in $(seq 3000); do echo x; sleep 0.02; done"
            line = f"({beat} > {heart}) & sleep 60; true"
            argv = [sys.executable, "-c", CHECK, line, *words]
            return Running(argv, heart, environment(TMPDIR=str(tmp_path / "temporary")))

        return start

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_stopped_it_tells_what_is_known(
        self, number: signal.Signals, running: Callable[..., Running], tmp_path: Path
    ) -> None:
        words = ("--json", "report.json", "--junit", "report.xml")
        code, errors = running(*words).stop(number)
        assert code == 128 + number
        assert "Traceback" not in errors
        report = json.loads(Path("report.json").read_text())
        assert (report["ok"], report["interrupted"], report["problem"]) == (False, True, "")
        told = {
            case["manager"]: [
                (step["verb"], step["status"], step["reason"]) for step in case["steps"]
            ]
            for case in report["cases"]
        }
        assert told == {
            "pip": [("first", "passed", ""), ("then", "passed", "")],
            "poetry": [("first", "unable", "interrupted"), ("then", "not_run", "interrupted")],
            "uv": [("provide", "not_run", "interrupted")],
        }
        assert [case["interrupted"] for case in report["cases"]] == [False, True, True]
        assert Path("report.xml").read_text().count("interrupted") == 3
        verdicts = [line.split()[:2] for line in errors.splitlines()]
        assert ["poetry", "STOPPED"] in verdicts
        assert ["uv", "STOPPED"] in verdicts
        left = [path.name for path in (tmp_path / "temporary").glob("*/*")]
        assert left == ["pip"]  # its tests did not run: that is red, and kept

    def test_killed_it_leaves_nothing_that_runs(self, running: Callable[..., Running]) -> None:
        running().stop(signal.SIGKILL)

    def test_a_report_that_cannot_be_written_keeps_nothing_else_from_being_told(self) -> None:
        argv = [sys.executable, "-c", CHECK, "true", "--json", "/dev/full", "--junit", "report.xml"]
        done = subprocess.run(argv, capture_output=True, text=True, env=environment(), check=False)
        assert done.returncode == 2
        assert Path("report.xml").read_text().count("<testcase") > 6
        assert "not everything claimed is so" in done.stderr
        assert done.stderr.splitlines()[-1].startswith("error: /dev/full cannot be written")

    def test_a_log_that_is_full_changes_no_result(self) -> None:
        argv = [sys.executable, "-c", CHECK, "true", "--json", "report.json"]
        with Path("/dev/full").open("w") as full:
            subprocess.run(argv, stderr=full, env=environment(), check=False)
        report = json.loads(Path("report.json").read_text())
        statuses = {step["status"] for case in report["cases"] for step in case["steps"]}
        assert statuses == {"passed"}
