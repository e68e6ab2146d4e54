"""Manifests that cannot be read: the message says where, why, and what was expected."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.compare.model import LeftOut
from generator.errors import InvalidAnswer, ScaffoldError
from generator.manifests import (
    BadManifest,
    NoDependencies,
    NoDirectory,
    NoManifest,
    items,
    layout,
    read_project,
    requirements,
)
from generator.manifests.document import Document

PROJECT = "[project]\nname = 'x'\n"
POETRY = "[tool.poetry.dependencies]\n"


def _message(folder: Path, name: str, text: str | bytes) -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ScaffoldError) as caught:
        read_project(folder)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("name", "text", "where", "why", "expected"),
    [
        ("pyproject.toml", "[project\n", "pyproject.toml:1", "not valid TOML", "TOML"),
        ("pyproject.toml", PROJECT + "a = [", "pyproject.toml:3", "not valid TOML", "TOML"),
        ("pyproject.toml", "project = 3", "pyproject.toml:1", "`project` is no table", "[project]"),
        (
            "pyproject.toml",
            PROJECT + "dependencies = 'a'",
            "pyproject.toml:3",
            "`project.dependencies` is no list of texts",
            'dependencies = ["name>=1.0"]',
        ),
        (
            "pyproject.toml",
            PROJECT + "dependencies = [\n  'a',\n  'b >> 2',\n]",
            "pyproject.toml:5",
            "'b >> 2' is no requirement",
            "name[extra]>=1.0",
        ),
        (
            "pyproject.toml",
            PROJECT + "dependencies = [\"a; os_name == 'x\\n- evil'\"]",
            "pyproject.toml:3",
            "holds a control character",
            "name[extra]>=1.0",
        ),
        (
            "pyproject.toml",
            PROJECT + "requires-python = '3.11 or so'\ndependencies = ['a']",
            "pyproject.toml:3",
            "'3.11 or so' is no version specifier",
            ">=3.11",
        ),
        (
            "pyproject.toml",
            "[project]\nname = 3\ndependencies = ['a']",
            "pyproject.toml:2",
            "`name` is no text",
            'name = "..."',
        ),
        (
            "pyproject.toml",
            "[dependency-groups]\na = [{include-group = 'b'}]\nb = [{include-group = 'a'}]",
            "pyproject.toml:",
            "include each other: ",
            "do not come back",
        ),
        (
            "pyproject.toml",
            "[dependency-groups]\na = []\nb = [{include-group = 'c'}]",
            "pyproject.toml:3",
            "includes `c`, which does not exist",
            "one of a, b",
        ),
        (
            "pyproject.toml",
            "[dependency-groups]\na = [{path = 'x'}]",
            "pyproject.toml:2",
            "group `a` holds",
            "include-group",
        ),
        (
            "pyproject.toml",
            "[dependency-groups]\na = 'b'",
            "pyproject.toml:2",
            "group `a` is no list",
            'a = ["name>=1.0"]',
        ),
        (
            "pyproject.toml",
            POETRY + "python = '^3'\na = '^one'",
            "pyproject.toml:3",
            'a = {"version": "^one"}` is no constraint',
            "^1.2",
        ),
        (
            "pyproject.toml",
            POETRY + "a = 3",
            "pyproject.toml:2",
            "is no dependency",
            '{ version = "^1.0"',
        ),
        (
            "pyproject.toml",
            POETRY + "python = '^^3'\na = '*'",
            "pyproject.toml:2",
            "`python = '^^3'` is no constraint",
            'python = "^3.11"',
        ),
        ("Pipfile", "[packages]\na = 3", "Pipfile:2", "is no dependency", '{ version = ">=1.0"'),
        (
            "Pipfile",
            "[packages]\na = '>>3'",
            "Pipfile:2",
            "'a>>3' is no requirement",
            "a requirement",
        ),
        (
            "Pipfile",
            "[requires]\npython_version = 'old'\n[packages]\na = '*'",
            "Pipfile:2",
            "'old' is no version specifier",
            ">=3.11",
        ),
        ("environment.yml", "a: [1", "environment.yml:", "is not valid YAML", "YAML"),
        ("environment.yml", "a: 1\nb: 2: 3\n", "environment.yml:2", "not valid YAML", "YAML"),
        ("environment.yml", "- a", "environment.yml", "is no mapping", "`dependencies:`"),
        ("environment.yml", "", "environment.yml", "is no mapping", "`dependencies:`"),
        (
            "environment.yml",
            "dependencies: a",
            "environment.yml:1",
            "`dependencies` is no list",
            "with a list",
        ),
        (
            "environment.yml",
            "dependencies:\n- a\n- 3\n",
            "environment.yml:3",
            "holds neither text nor `pip:`",
            "numpy>=2",
        ),
        (
            "environment.yml",
            "dependencies:\n- a\n- '>=3'\n",
            "environment.yml:3",
            "'>=3' is no match spec",
            "numpy>=2",
        ),
        (
            "environment.yml",
            "dependencies:\n- pip:\n  - a\n  - 'b >> 1'\n",
            "environment.yml:4",
            "'b >> 1' is no requirement",
            "a requirement",
        ),
        (
            "environment.yml",
            "dependencies:\n- pip:\n  - [a]\n",
            "environment.yml:3",
            "`pip` holds no text",
            "name>=1.0",
        ),
        (
            "requirements.txt",
            "a\n\nb >> 2\n",
            "requirements.txt:3",
            "'b >> 2' is no requirement",
            "a requirement",
        ),
        (
            "requirements.txt",
            "a\nb; sys_platform ~= 'linux'\n",
            "requirements.txt:2",
            "is no requirement (Undefined",
            "a requirement",
        ),
        (
            "requirements.txt",
            "a\n-r gone.txt\n",
            "requirements.txt:2",
            "asks for gone.txt, which is no file",
            "a file that is there",
        ),
        (
            "requirements.txt",
            "a\n-r requirements.txt\n",
            "requirements.txt:2",
            "include each other: requirements.txt -> requirements.txt",
            "do not come back",
        ),
        ("requirements.txt", b"a\nb\xff\n", "requirements.txt:2", "is not UTF-8", "text in UTF-8"),
        ("pyproject.toml", b"# \xe9", "pyproject.toml:1", "is not UTF-8", "text in UTF-8"),
        (
            "requirements.txt",
            b"#" * 5_000_001,
            "requirements.txt",
            "5,000,000 bytes",
            "ordinary file",
        ),
        (
            "environment.yml",
            "[" * 200_000,
            "environment.yml",
            "nested too deeply",
            "environment.yml",
        ),
        (
            "setup.cfg",
            "install_requires\n[options]\n",
            "setup.cfg:1",
            "is not valid",
            "[section]s",
        ),
        (
            "setup.cfg",
            "[options]\ninstall_requires = file: r.txt\n",
            "setup.cfg:2",
            "is 'file: r.txt'",
            "themselves",
        ),
    ],
)
def test_a_broken_manifest(
    name: str, text: str | bytes, where: str, why: str, expected: str, tmp_path: Path
) -> None:
    message = _message(tmp_path, name, text)
    assert message.startswith(where)
    assert why in message
    assert expected in message.rpartition("expected ")[2]
    assert str(tmp_path) not in message


def test_requirements_that_include_each_other(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "b.txt").write_text("-r ../requirements.txt\n")
    message = _message(tmp_path, "requirements.txt", "-c more/b.txt\n")
    assert message.startswith("more/b.txt:1: ")
    assert "requirements.txt -> more/b.txt -> requirements.txt" in message


@pytest.mark.parametrize("text", ["[" * 20_000, "a:\n" + "- " * 20_000])
def test_deep_nesting(text: str, tmp_path: Path) -> None:
    assert _message(tmp_path, "environment.yml", text).startswith("environment.yml")


def test_deep_nesting_in_toml(tmp_path: Path) -> None:
    text = "a = " + "[" * 20_000
    assert _message(tmp_path, "pyproject.toml", text).startswith("pyproject.toml: is nested")


def test_no_directory(tmp_path: Path) -> None:
    with pytest.raises(NoDirectory, match=r"gone does not exist; give the project's directory"):
        read_project(tmp_path / "gone")
    (tmp_path / "file").touch()
    with pytest.raises(NoDirectory, match=r"file is a file; give"):
        read_project(tmp_path / "file")


def test_no_manifest(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").mkdir()
    with pytest.raises(NoManifest) as caught:
        read_project(tmp_path)
    for name in ("pyproject.toml", "Pipfile", "environment.yml", "requirements.txt", "setup.cfg"):
        assert name in str(caught.value)


@pytest.mark.parametrize("beside", ["", "[build-system]\nrequires = []\n"])
def test_setup_py_alone_is_not_run(beside: str, tmp_path: Path) -> None:
    (tmp_path / "setup.py").write_text("raise SystemExit('it was run')\n")
    if beside:
        (tmp_path / "pyproject.toml").write_text(beside)
    with pytest.raises(NoManifest, match=r"setup\.py only, a program, which is not run here"):
        read_project(tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", PROJECT),
        ("pyproject.toml", PROJECT + "dependencies = []"),
        ("pyproject.toml", POETRY + "python = '^3.11'"),
        ("Pipfile", "[packages]\n"),
        ("environment.yml", "name: x\ndependencies:\n"),
        ("environment.yml", "dependencies: [python=3.11, pip]"),
        ("requirements.txt", "# nothing\n"),
    ],
)
def test_a_manifest_that_lists_nothing(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(NoDependencies, match=rf"^{name} in .* lists no dependencies"):
        read_project(tmp_path)


def test_a_manifest_of_which_all_is_left_out_says_why(tmp_path: Path) -> None:
    message = _message(tmp_path, "requirements.txt", "-e .\n")
    assert "requirements.txt:1: an editable path" in message


NAMES = ["pyproject.toml", "Pipfile", "environment.yml", "requirements.txt", "setup.cfg"]
SCRAPS = st.sampled_from(
    [
        "[project]\n", "dependencies = ", "['a']", "[tool.poetry.dependencies]\n", "a", "=",
        "'*'", "[packages]\n", "dependencies:\n", "- ", "pip:\n", "  ", "\n", "-r ",
        "requirements.txt", "[dependency-groups]\n", "{", "}", "[", "]", "\"", "\\", "#", ">=1",
        "; os_name == 'x'", "^1", "name", ": ", "*x ", "&x ", "[options]\n", "install_requires",
        "\x00", "\ufeff", "🎉", "[[a]]", "[tool.uv.sources]\n", "optional-dependencies", ".dev",
        "requires-python", "${A}", "file:",
    ]
)  # fmt: skip


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.sampled_from(NAMES),
    data=st.one_of(st.binary(max_size=60), st.lists(SCRAPS, max_size=14).map("".join)),
)
def test_whatever_a_manifest_holds_it_is_read_or_refused(
    name: str, data: bytes | str, tmp_path: Path
) -> None:
    for other in NAMES:
        (tmp_path / other).unlink(missing_ok=True)
    (tmp_path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    refused = None
    try:
        own = read_project(tmp_path)
    except ScaffoldError as error:
        refused = str(error)
    if refused is not None:
        assert re.fullmatch(r".+; .+", refused), "one line, with the remedy"
        return
    for manager in ("uv", "pipenv", "conda"):
        layout(own, manager)[1].validate()


def test_bad_manifest_is_an_error_of_ours() -> None:
    assert issubclass(BadManifest, ScaffoldError)


def test_a_long_chain_of_included_files(tmp_path: Path) -> None:
    for number in range(200):
        (tmp_path / f"r{number}.txt").write_text(f"-r r{number + 1}.txt\n")
    message = _message(tmp_path, "requirements.txt", "-r r0.txt\n")
    assert message.startswith("r98.txt:1: one file too many in a row")


def test_what_is_in_an_included_file_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "hidden").write_text("a\nroot:x:0:0 secret words\n")
    message = _message(tmp_path, "requirements.txt", "-r hidden\n")
    assert message == "hidden:2: is no requirement; expected name[extra]>=1.0"


@pytest.mark.parametrize(
    ("shown", "hidden"),
    [
        ("a @ https://***@host/a.whl", "a @ https://user:p@ss@host/a.whl"),
        ("https://host/a.whl?***", "https://host/a.whl?X-Amz-Signature=abc&x=1"),
        ("https://host/a.whl#***", "https://host/a.whl#token=abc"),
        ("https://host/a.whl#sha256=0123", "https://host/a.whl#sha256=0123"),
    ],
)
def test_credentials_are_not_shown(shown: str, hidden: str) -> None:
    assert items.shown(hidden) == shown
    assert repr(shown) in str(InvalidAnswer("key", hidden, "no"))


def test_where_something_is_said_does_not_go_through_everything() -> None:
    """One pass over 20,000 lines for each of their names would be 200 million lines looked at."""
    count = 20_000
    lines = [f'  "name-{number}>=1.0",' for number in range(count)]
    document = Document("pyproject.toml", "\n".join(["[project]", "dependencies = [", *lines, "]"]))
    looked_at = 0

    class Lines(list[str]):
        def __getitem__(self, at: Any) -> Any:
            nonlocal looked_at
            looked_at += 1
            return super().__getitem__(at)

    document.__dict__["_lines"] = Lines(document.text.splitlines())
    for number in range(count):
        assert document.where("[project]", f"name-{number}>=1.0").endswith(f":{number + 3}")
    assert looked_at <= 3 * count


def test_what_is_in_a_file_elsewhere_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("root:x:0:0:root:/root:/bin/sh\n-e /home/me\n")
    project = tmp_path / "project"
    project.mkdir()
    (project / "requirements.txt").write_text("-r ../secrets\n-r more.txt\n")
    (project / "more.txt").write_text("./libs/own\n")
    listing = requirements.read(project)
    told = [(item.text, item.where) for item in listing.items if isinstance(item, LeftOut)]
    assert [text for text, _ in told] == ["a line", "a line", "./libs/own"]
    assert "secrets:1" in told[0][1]
