"""A tree is written whole or not at all, and never over what it should not touch."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from generator.errors import BadTemplate
from generator.tree import ASIDE, File, TargetError, Tree

TREE = Tree(
    {
        "pyproject.toml": File(b"[project]\n"),
        "src/demo/__init__.py": File(b'"""Demo."""\n'),
        "bin/run": File(b"#!/bin/sh\n", 0o755),
    }
)


def snapshot(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder: a file's bytes, None for a directory."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def files(folder: Path) -> dict[str, bytes | None]:
    return {path: data for path, data in snapshot(folder).items() if data is not None}


@pytest.mark.parametrize("target", ["demo", "deep/er/demo"])
def test_a_new_target_is_written(tmp_path: Path, target: str) -> None:
    TREE.write(tmp_path / target)
    assert files(tmp_path / target) == {path: file.data for path, file in TREE.files.items()}
    assert os.access(tmp_path / target / "bin" / "run", os.X_OK)
    assert not os.access(tmp_path / target / "pyproject.toml", os.X_OK)
    assert [path.name for path in (tmp_path / target).parent.iterdir()] == ["demo"]


def test_permissions_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        TREE.write(tmp_path / "demo")
    finally:
        after = os.umask(before)
    assert after == 0o027, "it is the whole process's"
    modes = {
        path: (tmp_path / "demo" / path).stat().st_mode & 0o777
        for path in ("", "src", "pyproject.toml", "bin/run")
    }
    assert modes == {"": 0o750, "src": 0o750, "pyproject.toml": 0o640, "bin/run": 0o750}


def test_an_empty_folder_is_filled_and_keeps_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "demo"
    target.mkdir(mode=0o700)
    TREE.write(target)
    assert (target / "pyproject.toml").exists()
    assert target.stat().st_mode & 0o777 == 0o700


def test_the_working_directory_stays_the_same_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "demo"
    target.mkdir()
    monkeypatch.chdir(target)
    inode = target.stat().st_ino
    TREE.write(Path())
    assert target.stat().st_ino == inode
    assert files(target) == {path: file.data for path, file in TREE.files.items()}


def test_a_link_to_a_folder_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "demo").symlink_to("real")
    TREE.write(tmp_path / "demo")
    assert (tmp_path / "demo").is_symlink()
    assert (tmp_path / "real" / "pyproject.toml").exists()


def test_a_linked_parent_is_fine(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    TREE.write(tmp_path / "link" / "demo")
    assert (tmp_path / "real" / "demo" / "pyproject.toml").exists()


@pytest.mark.parametrize("kind", ["file", "dangling", "below a file"])
def test_a_target_that_is_no_folder_is_refused(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "demo"
    if kind == "file":
        target.write_text("mine")
    elif kind == "dangling":
        target.symlink_to("nowhere")
    else:
        target.write_text("mine")
        target = target / "sub"
    before = snapshot(tmp_path)
    with pytest.raises(TargetError, match="choose another path"):
        TREE.write(target, force=True, overwrite=True)
    assert snapshot(tmp_path) == before


@pytest.fixture
def occupied(tmp_path: Path) -> Path:
    target = tmp_path / "demo"
    target.mkdir()
    (target / "mine.txt").write_text("mine")
    (target / "pyproject.toml").write_text("[mine]\n")
    return target


def test_a_folder_that_is_not_empty_is_refused(occupied: Path) -> None:
    before = snapshot(occupied)
    with pytest.raises(TargetError, match="--force"):
        TREE.write(occupied)
    with pytest.raises(TargetError, match=r"1 differing file\(s\): pyproject.toml.*--overwrite"):
        TREE.write(occupied, force=True)
    assert snapshot(occupied) == before


def test_force_adds_what_is_missing(occupied: Path) -> None:
    (occupied / "pyproject.toml").write_bytes(TREE.files["pyproject.toml"].data)
    TREE.write(occupied, force=True)
    expected = {path: file.data for path, file in TREE.files.items()}
    assert files(occupied) == {**expected, "mine.txt": b"mine"}


def test_overwrite_replaces_what_differs(occupied: Path) -> None:
    (occupied / "src" / "demo").mkdir(parents=True)
    (occupied / "src" / "demo" / "__init__.py").write_text("mine = 1\n")
    differing = [path for path, change in TREE.changes(occupied).items() if change == "replace"]
    assert differing == ["pyproject.toml", "src/demo/__init__.py"]
    TREE.write(occupied, force=True, overwrite=True)
    assert set(TREE.changes(occupied).values()) == {"same"}
    assert (occupied / "mine.txt").read_text() == "mine"
    assert not list(occupied.glob(f".*{ASIDE}"))


@pytest.mark.parametrize("obstacle", ["linked file", "linked folder", "folder", "file as folder"])
def test_overwrite_never_goes_through_a_link_or_over_a_folder(
    occupied: Path, tmp_path: Path, obstacle: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("theirs")
    if obstacle == "linked file":
        (occupied / "pyproject.toml").unlink()
        (occupied / "pyproject.toml").symlink_to(outside / "file")
    elif obstacle == "linked folder":
        (occupied / "src").symlink_to(outside)
    elif obstacle == "folder":
        (occupied / "bin" / "run").mkdir(parents=True)
    else:
        (occupied / "src").write_text("a file")
    before = snapshot(tmp_path)
    with pytest.raises(TargetError, match="move it away first"):
        TREE.write(occupied, force=True, overwrite=True)
    assert snapshot(tmp_path) == before


class _CtrlC:
    """A finder that is interrupted when a module is looked for."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "unicodedata":
            raise KeyboardInterrupt


def test_ctrl_c_in_the_parser_is_no_mistake_in_the_template(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "unicodedata", raising=False)
    monkeypatch.setattr(sys, "meta_path", [_CtrlC(), *sys.meta_path])
    with pytest.raises(KeyboardInterrupt):
        Tree({"euro.py": File(b'EURO = "\\N{EURO SIGN}"\n')}).validate()


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("a.toml", b"x ="),
        ("Pipfile", b"[x"),
        ("a.yml", b"a: b: c"),
        (".github/workflows/ci.yaml", b"{"),
        ("a.json", b"{,}"),
        ("a.py", b"def"),
        ("b.py", b"\xff"),
        ("c.py", b"x = '\x00'"),
    ],
)
def test_a_spoiled_file_is_noticed_before_anything_is_written(
    tmp_path: Path, path: str, data: bytes
) -> None:
    with pytest.raises(BadTemplate, match=path):
        Tree({"README.md": File(b"hello"), path: File(data)}).write(tmp_path / "demo")
    assert list(tmp_path.iterdir()) == []


def test_a_diff_is_one_that_patch_understands(occupied: Path) -> None:
    (occupied / "pyproject.toml").write_text("[mine]\nno newline at the end")
    lines = list(TREE.diff(occupied))
    assert "--- a/pyproject.toml" in lines
    assert "--- /dev/null" in lines
    patch = "\n".join(lines) + "\n"
    subprocess.run(["git", "apply", "-p1", "-"], input=patch.encode(), cwd=occupied, check=True)
    assert set(TREE.changes(occupied).values()) == {"same"}
    assert list(TREE.diff(occupied)) == []


# ------------------------------------------------------------------ what goes wrong midway


class Failing(Mapping[str, File]):
    """Files of which the last cannot be had: an error in the middle of writing."""

    def __init__(self, files: Mapping[str, File], error: BaseException) -> None:
        self._files, self._error = files, error

    def __getitem__(self, path: str) -> File:
        return self._files[path]

    def __len__(self) -> int:
        return len(self._files)

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def items(self) -> Iterator[tuple[str, File]]:  # type: ignore[override]
        yield from self._files.items()
        raise self._error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_an_error_midway_leaves_nothing_not_even_a_parent(
    tmp_path: Path, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tree, "validate", lambda self: None)
    before = snapshot(tmp_path)
    with pytest.raises((KeyboardInterrupt, TargetError)):
        Tree(Failing(TREE.files, error)).write(tmp_path / "deep" / "demo")
    assert snapshot(tmp_path) == before


WRITE = """
import os, resource, signal, sys
from pathlib import Path
from generator.tree import File, Tree
if sys.argv[2] == "full":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
many = {f"folder{n % 7}/file{n}.txt": File(b"x" * 400) for n in range(400)}
many["zz-big.bin"] = File(b"y" * 90_000)
tree = Tree(many)
if sys.argv[2] == "merge-killed":
    moved = 0
    rename = Path.rename
    def slow(self, to):
        global moved
        moved += 1
        if moved == 150:
            os.kill(os.getpid(), signal.SIGKILL)
        return rename(self, to)
    Path.rename = slow
print("ready", flush=True)
try:
    tree.write(Path(sys.argv[1]), force=True, overwrite=True)
except Exception as error:
    print(error)
    sys.exit(3)
"""


def writer(target: Path, mode: str) -> subprocess.Popen[str]:
    """Start a process that writes a large tree."""
    argv = [sys.executable, "-c", textwrap.dedent(WRITE), str(target), mode]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("merge", [False, True])
def test_a_write_that_the_system_refuses_is_taken_back(tmp_path: Path, merge: bool) -> None:
    """A file size limit fails a real write in a real process, as a full disk does."""
    target = tmp_path / "demo"
    if merge:
        target.mkdir()
        (target / "mine.txt").write_text("mine")
        (target / "folder1").mkdir()
        (target / "folder1" / "file1.txt").write_text("old")
    before = snapshot(tmp_path)
    process = writer(target, "full")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "cannot be written (File too large)" in output
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("step", range(1, 6))
@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(5, "Input/output error")])
def test_a_merge_that_fails_midway_is_taken_back(
    occupied: Path, monkeypatch: pytest.MonkeyPatch, step: int, error: BaseException
) -> None:
    before = snapshot(occupied)
    renames = 0
    rename = Path.rename

    def failing(self: Path, to: Path) -> Path:
        nonlocal renames
        renames += 1
        if renames == step:
            raise error
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises((KeyboardInterrupt, TargetError)):
        TREE.write(occupied, force=True, overwrite=True)
    assert renames >= step, "taking back renames, too"
    assert snapshot(occupied) == before


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_kill_at_any_time_leaves_all_or_nothing(tmp_path: Path, number: signal.Signals) -> None:
    seen = set()
    for attempt in range(12):
        target = tmp_path / f"demo{attempt}"
        process = writer(target, "new")
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.004 * attempt)
        process.send_signal(number)
        process.communicate(timeout=60)
        if number == signal.SIGINT:
            assert not list(tmp_path.glob(f".*{ASIDE}"))
        count = len(files(target)) if target.exists() else 0
        assert count in {0, 401}
        seen.add(count)
        TREE.write(tmp_path / f"demo{attempt}", force=True)
        assert not list(tmp_path.glob(f".demo{attempt}-*")), "the next run clears up"
    assert 0 in seen


def test_a_merge_killed_midway_is_taken_back_by_the_next_run(tmp_path: Path) -> None:
    target = tmp_path / "demo"
    (target / "folder1").mkdir(parents=True)
    (target / "folder1" / "file1.txt").write_text("old")
    (target / "mine.txt").write_text("mine")
    before = snapshot(target)
    process = writer(target, "merge-killed")
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert len(files(target)) > len(before), "it was really in the middle"
    TREE.write(target, force=True)
    for path in TREE.files:
        (target / path).unlink()
    for folder in ("src/demo", "src", "bin"):
        (target / folder).rmdir()
    assert snapshot(target) == before


AS_NOBODY = """
import os, shutil, signal, sys, tempfile
from pathlib import Path
from generator.tree import File, TargetError, Tree
if os.getuid() == 0:  # no permission stops root
    os.setgid(65534)
    os.setuid(65534)
try:
    Tree({"a": File(b"a")}).write(Path(sys.argv[1]))
except TargetError as error:
    print(error)
    sys.exit(3)
"""


@pytest.mark.parametrize("target", ["demo", "deep/demo", "."])
def test_a_folder_that_may_not_be_written_is_refused(target: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        closed = Path(name) / "closed"
        closed.mkdir()
        closed.chmod(0o555)
        closed.parent.chmod(0o755)
        argv = [sys.executable, "-c", AS_NOBODY, str(closed / target)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert done.returncode == 3, done.stderr
        assert "cannot be written (Permission denied); choose a path" in done.stdout
        assert list(closed.iterdir()) == []
