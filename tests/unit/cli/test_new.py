"""`scaffold new`: what it writes, prints and reports."""

from __future__ import annotations

import io
import json
import marshal
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from generator import __version__
from generator.answers import visible_questions
from generator.catalog import manager, manager_names
from generator.cli.inputs import gather, presets
from generator.memo import Memo
from tests.conftest import Scaffold

PROGRAM = str(Path(sys.executable).with_name("scaffold"))
ALL = ["--description=", "--author-name=A", "--author-email=a@example.org", "--year=2001"]


def recorded(project: str = "demo") -> dict[str, object]:
    answers: dict[str, object] = yaml.safe_load(Path(project, ".scaffold.yml").read_text())
    return answers


def files(folder: str) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in Path(folder).rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


@pytest.mark.both
@pytest.mark.parametrize("name", manager_names())
def test_a_project_is_written_and_shown(scaffold: Scaffold, name: str) -> None:
    done = scaffold("new", "my-demo", "--manager", name, "--no-git")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    tree, _, rest = done.stdout.partition("\n\n")
    drawn = [line.split("── ")[-1] for line in tree.splitlines()]
    assert drawn[0] == "my-demo/"
    on_disk = [path.name + ("/" if path.is_dir() else "") for path in Path("my-demo").rglob("*")]
    assert sorted(drawn[1:]) == sorted(on_disk)
    assert set(manager(name).files) <= set(files("my-demo"))

    lines = [line.strip() for line in rest.splitlines()]
    assert lines[:2] == ["Next:", "cd my-demo"]
    assert lines[-1] in {str(*_commands(name, "run")).replace("PROJECT", "my-demo"), "make run"}
    assert len(lines) <= 5
    assert "PLATFORM" not in rest
    assert not re.search(r"\bPROJECT\b", rest)


def _commands(name: str, verb: str) -> list[str]:
    return [str(command) for command in manager(name).commands[verb]]


def test_help_shows_a_flag_with_choices_for_every_question(scaffold: Scaffold) -> None:
    done = scaffold("new", "--help")
    assert done.returncode == 0
    text = " ".join(done.stdout.split())
    for flag in (
        "--project-name TEXT",
        "--python-version [3.11|3.12|3.13|3.14]",
        "--license [MIT|Apache-2.0|BSD-3-Clause|GPL-3.0-or-later|MPL-2.0|Proprietary]",
        "--aws-client [aioboto3|aiobotocore]",
        "--ci [github|gitlab|none]",
        "scaffold new myproj --manager poetry",
    ):
        assert flag in text
    assert "--mgr" not in text


def test_flags_win_over_data_over_a_file(scaffold: Scaffold) -> None:
    Path("answers.toml").write_text(
        'manager = "pip"\nlicense = "MPL-2.0"\nci = "gitlab"\nyear = 1999\n'
    )
    done = scaffold(
        *("new", "demo", "--answers", "answers.toml", "--data", "license=Apache-2.0"),
        *("--data", "ci=none", "--ci", "github", "--no-git"),
    )
    assert done.returncode == 0, done.stderr
    answers = recorded()
    assert answers["manager"] == "pip"
    assert answers["license"] == "Apache-2.0"
    assert answers["ci"] == "github"
    assert answers["year"] == 1999


def test_recorded_answers_make_the_same_project(scaffold: Scaffold) -> None:
    scaffold("new", "demo", "--manager", "pip", "--license", "Proprietary", *ALL, "--no-git")
    done = scaffold("new", "again/demo", "--answers", "demo/.scaffold.yml", "--no-git")
    assert done.returncode == 0, done.stderr
    assert files("again/demo") == files("demo")
    assert recorded()["_scaffold_version"] == __version__
    assert str(Path.cwd()) not in Path("demo/.scaffold.yml").read_text()


def test_answers_come_from_standard_input(scaffold: Scaffold) -> None:
    text = io.StringIO("manager: pip\nlicense: MPL-2.0\n")
    done = scaffold("new", "demo", "--answers", "-", "--no-git", stdin=text)
    assert done.returncode == 0, done.stderr
    assert recorded()["license"] == "MPL-2.0"


def test_the_last_part_of_path_is_the_name_unless_another_is_given(
    scaffold: Scaffold, tmp_path: Path
) -> None:
    for path in ("../work2/first", f"{tmp_path}/second/", "./third//"):
        done = scaffold("new", path, "--manager", "uv", "--no-git", "-q")
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        assert recorded(path)["project_name"] == Path(path).name
    scaffold("new", "folder", "--manager", "uv", "--project-name", "Other", "--no-git")
    assert recorded("folder")["project_name"] == "Other"
    assert tomllib.loads(Path("folder/pyproject.toml").read_text())["project"]["name"] == "Other"
    done = scaffold("new", "--project-name", "alone", "--manager", "uv", "--no-git")
    assert recorded("alone")["project_name"] == "alone"


def test_the_last_part_of_path_is_the_name_with_another_separator_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "sep", "\\")
    given = gather("C:\\work/other\\first\\", None, (), {})
    assert given == {"project_name": "first"}


def test_the_current_directory_is_a_target_with_a_name(
    scaffold: Scaffold, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = scaffold("new", ".", "--project-name", "demo", "--manager", "uv", "--no-git")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "pyproject.toml").exists()
    assert "cd " not in done.stdout


def test_defaults_need_only_a_path(scaffold: Scaffold) -> None:
    done = scaffold("new", "demo", "--defaults", "--no-git")
    assert done.returncode == 0, done.stderr
    assert recorded()["manager"] == "uv"


# ------------------------------------------------------------------ what git and the clock know


def git(*words: str, cwd: str = ".") -> str:
    done = subprocess.run(["git", *words], cwd=cwd, capture_output=True, text=True, check=True)
    return done.stdout


def test_author_and_year_are_filled_in_as_answers(
    scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("config", "--global", "user.name", 'Ann "X" Author')
    git("config", "--global", "user.email", "ann@example.org")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    scaffold("new", "demo", "--manager", "uv", "--no-git")
    answers = recorded()
    assert answers["author_name"] == 'Ann "X" Author'
    assert answers["author_email"] == "ann@example.org"
    assert answers["year"] == 2001
    assert 'Copyright (c) 2001 Ann "X" Author' in Path("demo/LICENSE").read_text()

    scaffold("new", "other", "--manager", "uv", "--author-name", "Bob", "--year=1999", "--no-git")
    assert recorded("other")["author_name"] == "Bob"
    assert recorded("other")["author_email"] == "", "hers is not his"
    assert recorded("other")["year"] == 1999


@pytest.mark.parametrize("epoch", ["", "soon", "9" * 40])
def test_a_clock_that_makes_no_sense_is_not_used(
    scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch, epoch: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    scaffold("new", "demo", "--manager", "uv", "--no-git")
    assert recorded()["year"] == time.localtime().tm_year


def test_settings_of_git_s_that_are_no_answers_are_left_out(scaffold: Scaffold) -> None:
    git("config", "--global", "user.name", "two\nlines")
    git("config", "--global", "user.email", "root@(none)")
    done = scaffold("new", "demo", "--manager", "uv", "--no-git")
    assert done.returncode == 0, done.stderr
    assert (recorded()["author_name"], recorded()["author_email"]) == ("", "")


def test_without_git_all_is_well(scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    done = scaffold("new", "demo", "--manager", "uv")
    assert done.returncode == 0, done.stderr
    assert not Path("demo/.git").exists()
    done = scaffold("new", "other", "--manager", "uv", "--git")
    assert done.returncode == 2
    assert "leave --git out" in done.stderr
    assert not Path("other").exists()


def test_a_repository_is_started_and_everything_staged(scaffold: Scaffold) -> None:
    settings = Path(os.environ["GIT_CONFIG_GLOBAL"])
    before = settings.read_bytes()
    done = scaffold("new", "demo", "--manager", "uv")
    assert "git init" not in done.stdout
    staged = git("diff", "--cached", "--name-only", "-z", cwd="demo").split("\0")[:-1]
    assert sorted(staged) == sorted(files("demo"))
    assert git("status", "--porcelain", "--ignored", cwd="demo").count("A  ") == len(staged)
    assert settings.read_bytes() == before


def test_no_repository_in_a_repository(scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch) -> None:
    git("init", "--quiet", "outer")
    monkeypatch.chdir("outer")
    done = scaffold("new", "packages/demo", "--manager", "uv")
    assert not Path("packages/demo/.git").exists()
    assert "git init" not in done.stdout
    scaffold("new", "own", "--manager", "uv", "--git")
    assert Path("own/.git").exists()
    scaffold("new", "none", "--manager", "uv", "--no-git")
    assert not Path("none/.git").exists()


def test_beside_a_repository_is_not_in_it(
    scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("init", "--quiet", "clone")
    monkeypatch.chdir("clone")
    scaffold("new", "../demo", "--manager", "uv")
    assert Path("../demo/.git").exists()


def test_a_hook_s_repository_is_left_alone(
    scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("init", "--quiet", "hooked")
    monkeypatch.setenv("GIT_DIR", str(Path("hooked/.git").absolute()))
    monkeypatch.setenv("GIT_INDEX_FILE", str(Path("hooked/.git/index").absolute()))
    done = scaffold("new", "demo", "--manager", "uv")
    assert done.returncode == 0, done.stderr
    assert Path("demo/.git/index").exists()
    assert not Path("hooked/.git/index").exists()


@pytest.mark.parametrize("word", ["init", "add"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_what_comes_while_git_works_leaves_a_project_and_no_half_repository(
    tmp_path: Path, number: signal.Signals, word: str
) -> None:
    real = shutil.which("git")
    stop = f'if [ "$1" = {word} ]; then kill -{number} $PPID; sleep 1; fi'
    (tmp_path / "git").write_text(f'#!/bin/sh\n{real} "$@"\n{stop}\n')
    (tmp_path / "git").chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    argv = [PROGRAM, "new", "demo", "--manager=uv", *ALL, "-q", "--json=report.json"]
    done = subprocess.run(argv, capture_output=True, text=True, env=env, check=False)
    assert Path("demo/pyproject.toml").exists()
    assert not Path("demo/.git").exists()
    if number == signal.SIGKILL:
        return
    assert [path for path in Path.cwd().rglob("*") if "aside" in path.name] == []
    report = json.loads(Path("report.json").read_text())
    assert (report["written"], report["repository"]) == (True, False)
    if number == signal.SIGINT:
        said = "error: interrupted; the project is written, without a repository\n"
        assert (done.returncode, done.stderr) == (130, said)
    else:
        assert (done.returncode, done.stderr) == (143, "")


def test_a_repository_that_is_there_is_not_made_again(scaffold: Scaffold) -> None:
    git("init", "--quiet", "demo")
    git("config", "demo.mine", "yes", cwd="demo")
    done = scaffold("new", "demo", "--manager", "uv", "--force", "--git")
    assert done.returncode == 0, done.stderr
    assert git("config", "demo.mine", cwd="demo") == "yes\n"
    assert "A  pyproject.toml" in git("status", "--porcelain", cwd="demo")


def test_the_branch_is_the_workflow_s(scaffold: Scaffold) -> None:
    git("config", "--global", "init.defaultBranch", "trunk")
    scaffold("new", "demo", "--manager", "uv")
    assert git("symbolic-ref", "HEAD", cwd="demo") == "refs/heads/main\n"
    assert "branches: [main]" in Path("demo/.github/workflows/ci.yml").read_text()


def test_a_fresh_clone_is_as_good_as_empty(
    scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("init", "--quiet", "clone")
    monkeypatch.chdir("clone")
    Path("README.md").write_text("# the host's\n")
    done = scaffold("new", ".", "--manager", "uv")
    assert done.returncode == 2  # not committed: it would be lost
    assert Path("README.md").read_text() == "# the host's\n"
    git("add", ".")
    git("-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "--quiet", "-m", "x")
    done = scaffold("new", ".", "--manager", "uv")
    assert done.returncode == 0, done.stderr
    assert "git keeps its README.md" in done.stdout
    assert 'name = "clone"' in Path("pyproject.toml").read_text()
    assert " M README.md" in git("status", "--porcelain")
    done = scaffold("new", ".", "--manager", "uv")
    assert done.returncode == 2
    assert "is not empty" in done.stderr


def test_an_empty_clone(scaffold: Scaffold) -> None:
    git("init", "--quiet", "empty")
    done = scaffold("new", "empty", "--manager", "uv")
    assert done.returncode == 0, done.stderr
    assert Path("empty/pyproject.toml").is_file()


def test_what_followed_from_a_recorded_answer_follows_anew(scaffold: Scaffold) -> None:
    scaffold("new", "app", "--manager", "uv", "--no-git")
    done = scaffold("new", "other", "--answers", "app/.scaffold.yml", "--no-git")
    assert done.returncode == 0, done.stderr
    assert Path("other/src/other").is_dir()
    scaffold("new", "own", "--manager", "uv", "--no-git", "--data", "package_name=mine")
    scaffold("new", "third", "--answers", "own/.scaffold.yml", "--no-git")
    assert Path("third/src/mine").is_dir()


def test_git_s_refusal_leaves_a_report(scaffold: Scaffold, tmp_path: Path) -> None:
    (tmp_path / "git").write_text(
        "#!/bin/sh\n[ $1 = add ] && { echo no; exit 9; }\nmkdir -p .git\n"
    )
    (tmp_path / "git").chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path}:/usr/bin:/bin"}
    words = ("new", "--manager=uv", *ALL, "--json=report.json")
    done = scaffold(*words, "demo", "--git", env=env)
    assert done.returncode == 2
    assert done.stderr.startswith("error: git add failed (no); the project is written")
    assert json.loads(Path("report.json").read_text())["repository"] is False
    assert not Path("demo/.git").exists()
    done = scaffold(*words, "other", env=env)
    assert done.returncode == 0
    assert done.stderr.startswith("warning: git add failed")


# ------------------------------------------------------------------ looking without touching


def test_a_dry_run_prints_the_tree_and_writes_nothing(scaffold: Scaffold) -> None:
    done = scaffold("new", "deep/demo", "--manager", "uv", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("deep/demo/\n")
    assert "pyproject.toml" in done.stdout
    assert "Next:" not in done.stdout
    assert list(Path.cwd().iterdir()) == []


def test_a_diff_shows_hunks_and_writes_nothing(scaffold: Scaffold) -> None:
    words = ("new", "demo", "--manager", "uv", *ALL, "--no-git")
    scaffold(*words)
    before = files("demo")
    Path("demo/Makefile").unlink()
    done = scaffold(*words, "--license", "Proprietary", "--diff")
    assert done.returncode == 0, done.stderr
    assert "--- a/LICENSE\n+++ b/LICENSE\n@@ -1," in done.stdout
    assert "--- /dev/null\n+++ b/Makefile\n" in done.stdout
    assert "a/README.md" in done.stdout
    assert files("demo") == {path: data for path, data in before.items() if path != "Makefile"}
    done = scaffold(*words, "--diff")
    assert done.stdout.count("+++ b/") == 1
    assert scaffold("new", "other", *words[2:], "--diff").stdout.count("--- /dev/null") > 20
    assert not Path("other").exists()


@pytest.mark.both
def test_a_report_for_programs(scaffold: Scaffold) -> None:
    done = scaffold("new", "demo", "--manager", "pip", *ALL, "--json", "-")
    report = json.loads(done.stdout)
    assert "Next:" in done.stderr
    assert report["schema"] == 1
    assert report["written"] is True
    assert report["target"] == "demo"
    assert report["answers"]["manager"] == "pip"
    assert sorted(file["path"] for file in report["files"]) == sorted(files("demo"))
    assert {file["change"] for file in report["files"]} == {"create"}
    assert report["next"][0] == "cd demo"
    assert report["install"] is None
    assert report["repository"] is True

    words = ("new", "demo", "--manager", "pip", *ALL, "--force", "--overwrite", "--no-git")
    Path("demo/LICENSE").write_text("changed")
    done = scaffold(*words, "--json", "report.json", "--quiet")
    assert (done.stdout, done.stderr) == ("", "")
    report = json.loads(Path("report.json").read_text())
    changed = {file["path"] for file in report["files"] if file["change"] == "replace"}
    assert changed == {"LICENSE"}


def test_the_report_of_a_dry_run(scaffold: Scaffold) -> None:
    done = scaffold("new", "demo", "--manager", "pip", "--dry-run", "--json", "-", "-q")
    assert json.loads(done.stdout)["written"] is False
    assert done.stderr == ""


# ------------------------------------------------------------------ the process


def test_a_terminal_that_lacks_our_characters_is_no_reason_to_fail() -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    argv = [PROGRAM, "new", "demo", "--manager", "uv", "--no-git"]
    done = subprocess.run(argv, capture_output=True, env=env, check=False)
    assert done.returncode == 0, done.stderr
    assert b"\n|-- src/\n|   `-- demo/\n" in done.stdout
    assert done.stdout.isascii()
    assert b"\\u" not in done.stdout


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    argv = [PROGRAM, "new", "demo", "--manager", "uv", "--no-git"]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    errors = process.stderr.read()
    process.wait(timeout=30)
    process.stderr.close()
    assert b"Traceback" not in errors
    assert Path("demo/pyproject.toml").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_at_any_time_leaves_all_or_nothing(number: signal.Signals) -> None:
    argv = ["--manager", "uv", *ALL, "--no-git", "-q"]
    whole = None
    for attempt in range(8):
        name = f"demo{attempt}"
        process = subprocess.Popen([PROGRAM, "new", name, *argv], stderr=subprocess.PIPE)
        time.sleep(0.03 * attempt)
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
        left = sorted(path.name for path in Path.cwd().iterdir())
        if Path(name).exists():
            found = len(files(name))
            assert found == (whole or found) > 20
            whole = found
        elif number != signal.SIGKILL:
            assert left == [path for path in left if path.startswith("demo")]
        starting = b"import site" in errors or b"<frozen" in errors  # Python itself, not yet we
        assert process.returncode in {0, 130, 143, -number} or starting, errors


def test_it_does_without_a_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "file")}
    argv = [PROGRAM, "new", "demo", "--manager", "uv", "--no-git"]
    done = subprocess.run(argv, capture_output=True, env=env, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("spoil", ["half", "other", "empty", "entries"])
def test_a_spoiled_cache_is_not_used(tmp_path: Path, spoil: str) -> None:
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    argv = [PROGRAM, "new", "--manager", "uv", "--no-git", "-q", "--project-name=demo", *ALL]
    subprocess.run([*argv, "first"], env=env, check=True)
    [cached] = [path for path in tmp_path.rglob("*") if path.is_file()]
    data = cached.read_bytes()
    cached.write_bytes(
        {
            "half": data[: len(data) // 2],
            "other": b"something else",
            "empty": b"",
            "entries": marshal.dumps({b"key": b"dspoiled"}),
        }[spoil]
    )
    subprocess.run([*argv, "second"], env=env, check=True)
    assert files("first") == files("second")
    assert len(Memo(cached)._entries) > 50, "it was mended"


def test_the_module_runs_as_a_program() -> None:
    argv = [sys.executable, "-m", "generator", "--version"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert done.stdout == f"scaffold, version {__version__}\n"


def test_help_imports_nothing_but_click() -> None:
    code = (
        "import sys; before = set(sys.modules); sys.argv = ['scaffold', '--help']\n"
        "from generator.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))\n"
    )
    argv = [sys.executable, "-c", code]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    imported = set(done.stdout.splitlines()[-1].split())
    assert "click" in imported
    assert imported - {"click", "generator", "__future__"} <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "standard"),
        (["--preset", "full"], "full"),
        (["--preset", "minimal"], "minimal"),
        (["--data", "features="], "minimal"),
        (["--features", "[]"], "minimal"),
    ],
)
def test_features_are_chosen_by_preset(scaffold: Scaffold, words: list[str], expected: str) -> None:
    assert scaffold("new", "app", "--manager", "uv", "--no-git", *words).returncode == 0
    recorded = yaml.safe_load(Path("app/.scaffold.yml").read_text())
    assert recorded["features"] == presets()[expected]


def test_features_are_added_and_taken_away(scaffold: Scaffold) -> None:
    words = ("new", "--manager", "uv", "--no-git")
    scaffold(*words, "more", "--preset", "minimal", "--with", "mocking")
    scaffold(*words, "fewer", "--preset", "full", "--without", "mocking")
    assert Path("more/tests/test_mocking.py").is_file()
    assert not Path("fewer/tests/test_mocking.py").exists()
    recorded = yaml.safe_load(Path("fewer/.scaffold.yml").read_text())
    assert recorded["features"] == [one for one in presets()["full"] if one != "mocking"]


def test_features_are_listed_a_line_each(scaffold: Scaffold) -> None:
    lines = scaffold("new", "--list-features").stdout.splitlines()
    for choice in visible_questions()["features"].choices:
        assert choice.label in lines
    assert "--preset minimal: aws" in lines
    assert "--preset standard: aws, concurrency, download, mocking" in lines


def test_what_every_project_has_is_listed_first(scaffold: Scaffold) -> None:
    first, second, *_ = scaffold("new", "--list-features").stdout.splitlines()
    assert first.split()[:2] == ["aws", "S3"]
    assert first.endswith(": in every project")
    assert second.index("FastAPI") == first.index("S3")


def test_what_every_project_has_can_be_named_but_not_left_out(scaffold: Scaffold) -> None:
    words = ("new", "app", "--manager", "uv", "--no-git", "--preset", "minimal")
    refused = scaffold(*words, "--without", "aws")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "error: every project has aws; leave --without aws out\n"
    assert not Path("app").exists()
    assert scaffold(*words, "--with", "aws").returncode == 0
    assert yaml.safe_load(Path("app/.scaffold.yml").read_text())["features"] == []


# ------------------------------------------------------------------ what git passes by


def test_files_that_a_host_reads_only_at_the_top_are_named(scaffold: Scaffold) -> None:
    subprocess.run(["git", "init", "--quiet"], check=True)
    done = scaffold("new", "sub/demo", "--manager=uv", *ALL)
    assert done.returncode == 0, done.stderr
    assert ".github/workflows/ci.yml" in done.stderr
    assert f"move what you need to {Path.cwd().resolve()}" in done.stderr
    assert "note" not in scaffold("new", "other", "--manager=uv", *ALL, "--ci", "none").stderr
    assert "note" not in scaffold("new", "third", "--manager=uv", *ALL, "--git").stderr


def test_files_that_the_users_git_ignores_are_named(scaffold: Scaffold, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text(f"[core]\nexcludesFile={tmp_path}/ignore\n")
    (tmp_path / "ignore").write_text("Makefile\n*.nothing\n")
    env = {**os.environ, "HOME": str(tmp_path / "home")}
    env.pop("GIT_CONFIG_GLOBAL", None)
    done = scaffold("new", "demo", "--manager=uv", *ALL, env=env)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == [
        f"note: git ignores Makefile, by {tmp_path}/ignore:1:Makefile; "
        "to keep: git add --force Makefile"
    ]


def test_nothing_is_written_where_no_program_may_run(
    scaffold: Scaffold, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = os.statvfs(".")
    flags = SimpleNamespace(f_flag=here.f_flag | os.ST_NOEXEC)
    monkeypatch.setattr(os, "statvfs", lambda _: flags)
    done = scaffold("new", "demo", "--manager=uv", *ALL, "--install")
    assert done.returncode == 2
    assert "mounted noexec; name another directory in TMPDIR" in done.stderr
    assert not Path("demo").exists()
    done = scaffold("check", "uv")
    assert done.returncode == 2
    assert "mounted noexec; name another directory in TMPDIR" in done.stderr
