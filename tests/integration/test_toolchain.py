"""Managers are provided for real: from the pinned lists, once, whole, out of everybody's way."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import generator
from generator import catalog
from generator.catalog import manager, manager_names, templates_root
from generator.run import Outcome, Step, run
from generator.toolchain import (
    NoInterpreter,
    ToolUnavailable,
    find,
    interpreter,
    obtain,
    prepare,
)
from generator.toolchain.index import INDEX_URL, BadIndex, Index, forget_password, package_index
from tests.conftest import Scaffold
from tests.support import refresh_tools
from tests.support.private_index import default_index

pytestmark = pytest.mark.integration

NAMES = refresh_tools.names()
PYTHON = Path(sys.executable)
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture(autouse=True)
def nobody_has_anything(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pass by the managers of this machine; ask for the index and interpreters anew."""
    monkeypatch.setenv("SCAFFOLD_PROVIDED", "1")
    package_index.cache_clear()
    interpreter.cache_clear()
    yield
    package_index.cache_clear()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give us a cache in which nothing is provided yet; downloads are shared."""
    downloads = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "scaffold"
    root = tmp_path / "cache" / "scaffold"
    root.mkdir(parents=True)
    (downloads / "downloads").mkdir(parents=True, exist_ok=True)
    (root / "downloads").symlink_to(downloads / "downloads")
    monkeypatch.setenv("XDG_CACHE_HOME", str(root.parent))
    return root


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))


class TestProvide:
    @pytest.mark.parametrize("name", NAMES)
    def test_a_pinned_one_that_runs(self, name: str, cache: Path, tmp_path: Path) -> None:
        assert find(manager(name), PYTHON) is None
        tool = obtain(manager(name), PYTHON)
        assert (tool.name, tool.origin, tool.version) == (
            name,
            "provided",
            manager(name).pinned,
        )
        said = run(Step("version", (str(tool.executable), "--version"), tmp_path, {"PATH": "/bin"}))
        assert tool.version in said.output
        assert tool.executable.is_relative_to(cache / "tools")
        assert len(listing(cache / "tools")) == 1  # nothing is left aside

        def quiet(line: str) -> None:
            raise AssertionError(f"it was made again: {line}")

        assert obtain(manager(name), PYTHON, on_line=quiet) == tool

    def test_two_runs_at_once_make_one(self, cache: Path, tmp_path: Path) -> None:
        from concurrent.futures import ThreadPoolExecutor

        code = (
            "import sys; from pathlib import Path; from generator.catalog import manager\n"
            "from generator.toolchain import obtain\n"
            "print(obtain(manager('uv'), Path(sys.executable), on_line=print).executable)\n"
        )
        root = str(Path(generator.__file__).parent.parent)
        env = {**os.environ, "PYTHONPATH": root, "XDG_CACHE_HOME": str(cache.parent)}
        step = Step("obtain", (sys.executable, "-c", code), tmp_path, env)
        with ThreadPoolExecutor(3) as pool:
            outcomes = list(pool.map(run, [step] * 3))
        assert all(outcome.ok for outcome in outcomes), outcomes
        assert len({outcome.output.splitlines()[-1] for outcome in outcomes}) == 1
        assert sorted(len(outcome.output.splitlines()) > 1 for outcome in outcomes) == [
            False,
            False,
            True,
        ]

    def test_a_damaged_one_is_made_again(self, cache: Path) -> None:
        tool = obtain(manager("uv"), PYTHON)
        tool.executable.unlink()
        (cache / "tools" / f".{tool.executable.parent.parent.name}" / "rest").mkdir(parents=True)
        assert obtain(manager("uv"), PYTHON) == tool
        assert listing(cache / "tools") == [tool.executable.parent.parent.name]

    def test_killed_at_any_moment_it_is_made_by_the_next_run(self, cache: Path) -> None:
        code = (
            "from generator.catalog import manager; from generator.toolchain import provide\n"
            "provide.provide(manager('uv'))"
        )
        argv = [sys.executable, "-c", code]
        env = {**os.environ, "PYTHONPATH": str(Path(generator.__file__).parent.parent)}
        begin = time.monotonic()
        subprocess.run(argv, env=env, check=True)
        took = time.monotonic() - begin
        [name] = listing(cache / "tools")
        for moment in range(10):
            shutil.rmtree(cache / "tools" / name, ignore_errors=True)
            first = subprocess.Popen(argv, env=env)
            time.sleep(took * (moment + 0.5) / 10)
            first.kill()
            first.wait()
            tool = obtain(manager("uv"), PYTHON)
            assert tool.executable.parent.parent.name == name
            assert listing(cache / "tools") == [name]
            said = run(
                Step("version", (str(tool.executable), "--version"), cache, {"PATH": "/bin"})
            )
            assert said.ok, said.output

    def test_one_that_lost_a_file_is_made_anew(self, cache: Path) -> None:
        tool = obtain(manager("pipenv"), PYTHON)
        [lost] = tool.executable.parent.parent.glob("lib/*/site-packages/pipenv/cli/command.py")
        text = lost.read_bytes()
        lost.unlink()
        assert find(manager("pipenv"), PYTHON) is None
        assert obtain(manager("pipenv"), PYTHON) == tool
        assert lost.read_bytes() == text

    def test_another_hash_is_refused(
        self, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        uv = manager("uv")
        (tmp_path / "uv").mkdir()
        text = (templates_root() / "uv" / "tool.txt").read_text()
        forged = re.sub(r"sha256:[0-9a-f]{8}", "sha256:00000000", text)
        (tmp_path / "uv" / "tool.txt").write_text(forged)
        monkeypatch.setattr(catalog, "templates_root", lambda: tmp_path)
        with pytest.raises(ToolUnavailable, match=r"[Hh]ash mismatch .*check the connection"):
            obtain(uv, PYTHON)
        assert listing(cache / "tools") == []

    def test_no_index_is_one_line(self, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
        (cache / "downloads").unlink()
        with pytest.raises(
            ToolUnavailable, match="check the connection to the package index"
        ) as caught:
            obtain(manager("uv"), PYTHON)
        assert "\n" not in str(caught.value)
        assert listing(cache / "tools") == []

    @pytest.mark.parametrize("name", NAMES)
    def test_the_list_follows_from_what_was_asked(
        self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shutil.copytree(templates_root() / name, tmp_path / name)
        monkeypatch.setattr(refresh_tools, "templates_root", lambda: tmp_path)
        assert refresh_tools.refresh(name) == ""
        committed = (templates_root() / name / "tool.txt").read_text()
        assert (tmp_path / name / "tool.txt").read_text() == committed


class TestBench:
    def test_what_a_step_finds(self, tmp_path: Path) -> None:
        bench = prepare(manager("poetry"), VERSION, tmp_path / "bench")

        def say(*argv: str) -> Outcome:
            return run(Step("x", argv, tmp_path, bench.env))

        assert say("poetry", "--version").output == f"Poetry (version {bench.tool.version})\n"
        assert "poetry-plugin-export" in say("poetry", "self", "show", "plugins").output
        for name in ("python", "python3", f"python{VERSION}"):
            code = "import sys; print(sys.executable, sys.prefix == sys.base_prefix)"
            assert say(name, "-c", code).output == f"{bench.python} True\n"
        assert say("pipenv", "--version").exit_code is None
        assert say("sh", "-c", "echo $HOME").output == f"{tmp_path}/bench/home\n"

    def test_an_environment_outlives_the_bench(self, tmp_path: Path) -> None:
        bench = prepare(manager("uv"), VERSION, tmp_path / "bench")
        for line in ("python3 -m venv .venv", "uv venv -q .venv2"):
            assert run(Step("create", tuple(line.split()), tmp_path, bench.env)).ok
        shutil.rmtree(tmp_path / "bench")
        for name in (".venv", ".venv2"):
            argv = (f"{name}/bin/python", "-c", "import json, sys; print(sys.base_prefix)")
            outcome = run(Step("x", argv, tmp_path, {"PATH": "/bin"}))
            assert Path(outcome.output.strip()).is_dir(), outcome.output

    def test_poetry_is_told_its_own_default_where_the_user_has_set_no_index(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("PIP_INDEX_URL", raising=False)
        bench = prepare(manager("poetry"), VERSION, tmp_path)
        assert package_index().url == ""
        told = bench.env["POETRY_PYPI_MIRROR_URL"]
        assert told.rstrip("/") == default_index()
        files = (path for path in templates_root().rglob("*") if path.is_file())
        host = told.split("/")[2]
        assert [path for path in files if host.encode() in path.read_bytes()] == []

    @pytest.mark.parametrize("name", manager_names())
    def test_no_manager_sees_the_password_of_an_index(
        self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is in a file that only the user can read, after what they have in theirs."""
        obtain(manager(name), PYTHON)
        package_index.cache_clear()
        (tmp_path / "theirs").write_text("machine other.example login a password b\n")
        monkeypatch.setenv("NETRC", str(tmp_path / "theirs"))
        monkeypatch.setenv("PIP_INDEX_URL", "https://me:p%40ss@index.example/simple")
        bench = prepare(manager(name), VERSION, tmp_path / "bench")
        values = " ".join(bench.pip_env.values())
        assert "p%40ss" not in values
        assert "p@ss" not in values
        assert bench.pip_env["PIP_INDEX_URL"] == "https://index.example/simple"
        for variable in manager(name).index:
            assert bench.env[variable] == "https://index.example/simple"
        netrc = Path(bench.env["NETRC"])
        theirs = "machine other.example login a password b"
        if not manager(name).index:
            assert netrc == tmp_path / "theirs"
            return
        assert netrc.stat().st_mode & 0o777 == 0o600
        ours = "machine index.example login me password p@ss"
        assert netrc.read_text().split("\n") == [theirs, "", ours, ""]
        forget_password(tmp_path / "bench")
        assert not netrc.exists()

    @pytest.mark.parametrize("theirs", [b"machine a port 993 login b password c\n", b"caf\xe9"])
    def test_a_netrc_that_clients_cannot_read_is_left_out(
        self, theirs: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "theirs").write_bytes(theirs)
        monkeypatch.setenv("NETRC", str(tmp_path / "theirs"))
        index = Index("https://h/simple", "machine h login a password b\n")
        env = index.environment({"ANY": INDEX_URL}, tmp_path)
        assert Path(env["NETRC"]).read_text() == f"\n\n{index.netrc}"

    @pytest.mark.parametrize(
        "url",
        [
            "http://a:se[cret@host/simple",
            "http://a:secret\u2100@h/",
            "http://a:sec/ret@host/simple",
        ],
    )
    def test_a_url_that_is_none_is_not_shown(
        self, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PIP_INDEX_URL", url)
        with pytest.raises(BadIndex) as refused:
            package_index()
        assert "secret" not in f"{refused.value} {refused.value.__cause__}"

    def test_no_such_python(self, tmp_path: Path) -> None:
        with pytest.raises(
            NoInterpreter, match=r"no working Python 3\.98 .*uv python install 3\.98"
        ):
            prepare(manager("uv"), "3.98", tmp_path / "bench")
        assert not (tmp_path / "bench").exists()


class TestIndex:
    """Where a user's own index comes from; asked of the real pip and uv."""

    OWN = "https://user:secret@index.example/simple"
    CLEAN = "https://index.example/simple"
    NETRC = "machine index.example login user password secret\n"

    @pytest.fixture(autouse=True)
    def home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A home without settings, and no variable that says anything."""
        for name in os.environ:
            if name.startswith(("PIP_", "UV_", "XDG_CONFIG")):
                monkeypatch.delenv(name)
        monkeypatch.setenv("HOME", str(tmp_path))
        return tmp_path

    def test_where_the_user_has_set_none_none_is_handed_over(self, home: Path) -> None:
        index = package_index()
        assert (index.url, index.netrc) == ("", "")
        assert not {"ANY", "NETRC"} & index.environment({"ANY": INDEX_URL}, home).keys()

    @pytest.mark.parametrize("name", ["PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL"])
    def test_a_variable(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(name, f"own={self.OWN}" if name == "UV_DEFAULT_INDEX" else self.OWN)
        index = package_index()
        assert (index.url, index.netrc) == (self.CLEAN, self.NETRC)
        assert index.settings({"ANY": f"a {INDEX_URL}"}) == {"ANY": f"a {self.CLEAN}"}

    def test_pips_file(self, home: Path) -> None:
        (home / ".config" / "pip").mkdir(parents=True)
        file = home / ".config" / "pip" / "pip.conf"
        file.write_text(
            f"[global]\nindex-url = http://other.example/simple\ncert = {home}/ca.pem\n"
            f"trusted-host = a.example\n    b.example\n[install]\nindex-url = {self.OWN}\n"
        )
        index = package_index()
        assert index.url == self.CLEAN
        assert index.reach["PIP_CERT"] == f"{home}/ca.pem"
        assert index.reach["PIP_TRUSTED_HOST"] == "a.example b.example"

    @pytest.mark.parametrize(
        "text",
        [
            '[[index]]\nurl = "{}"\ndefault = true\n',
            'index-url = "{}"\n',
            '[pip]\nindex-url = "{}"\n',
        ],
    )
    def test_uvs_file(self, home: Path, text: str) -> None:
        (home / ".config" / "uv").mkdir(parents=True)
        (home / ".config" / "uv" / "uv.toml").write_text(text.format(self.OWN))
        assert package_index().url == self.CLEAN


class TestManagersCommand:
    def test_it_lists_and_installs_nothing(self, scaffold: Scaffold, cache: Path) -> None:
        result = scaffold("managers", "--json", "-", "--provided")
        assert result.returncode == 0, result.stderr
        listed = {entry["name"]: entry for entry in json.loads(result.stdout)["managers"]}
        for name in NAMES:
            assert listed[name]["found"] == "would be provided"
            assert listed[name]["version"] == manager(name).pinned
        assert not (cache / "tools").exists()

    def test_every_verb_is_there_or_has_its_reason(self, scaffold: Scaffold) -> None:
        result = scaffold("managers", "--json", "-")
        entries = json.loads(result.stdout)["managers"]
        always = {"create", "install", "install-locked", "test", "lock", "lock-check"}
        for entry in entries:
            assert always <= set(entry["verbs"])
            assert not set(entry["verbs"]) & set(entry["unsupported"])
            assert all(len(reason) > 20 for reason in entry["unsupported"].values())
        verbs = {verb for entry in entries for verb in (*entry["verbs"], *entry["unsupported"])}
        plain = scaffold("managers").stdout
        assert all(re.search(rf"\b{verb}\b", plain) for verb in verbs)

    def test_the_users_own(
        self, scaffold: Scaffold, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("SCAFFOLD_PROVIDED")
        (tmp_path / "poetry").write_text("#!/bin/sh\necho 'Poetry (version 9.9.9)'\n")
        (tmp_path / "poetry").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        plain = scaffold("managers").stdout
        assert f"poetry: on PATH, 9.9.9\n  executable: {tmp_path}/poetry\n" in plain
