"""What each format may hold, and what becomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from generator.manifests import Own, match_spec, read_project

Files = dict[str, str]


def _read(folder: Path, files: Files) -> Own:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return read_project(folder)


def _said(own: Own) -> list[str]:
    return [f"{one.group} {one.requirement}" for one in own.project.dependencies]


def _reasons(own: Own) -> dict[str, str]:
    return {one.text: one.reason for one in own.project.left_out}


def _poetry(text: str) -> Files:
    return {"pyproject.toml": f'[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\n{text}\n'}


def _pipfile(text: str) -> Files:
    return {"Pipfile": f"[packages]\n{text}\n"}


def _conda(*specs: str) -> Files:
    return {"environment.yml": "dependencies:\n" + "".join(f"  - {one}\n" for one in specs)}


def _project(text: str) -> Files:
    return {"pyproject.toml": f'[project]\nname = "demo-x"\n{text}\n'}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (_poetry('a = "^1.2.3"'), "runtime a>=1.2.3,<2.0.0"),
        (_poetry('a = "^0.2.3"'), "runtime a>=0.2.3,<0.3.0"),
        (_poetry('a = "^0.0.3"'), "runtime a>=0.0.3,<0.0.4"),
        (_poetry('a = "^0"'), "runtime a>=0,<1"),
        (_poetry('a = "~1.2.3"'), "runtime a>=1.2.3,<1.3.0"),
        (_poetry('a = "~1"'), "runtime a>=1,<2"),
        (_poetry('a = "~=1.4"'), "runtime a~=1.4"),
        (_poetry('a = "1.2.*"'), "runtime a==1.2.*"),
        (_poetry('a = "1.x"'), "runtime a==1.*"),
        (_poetry('a = "*"'), "runtime a"),
        (_poetry('a = "1.2.3"'), "runtime a==1.2.3"),
        (_poetry('a = ">= 1.2, < 3"'), "runtime a>=1.2,<3"),
        (_poetry('a = ">=1 <3"'), "runtime a>=1,<3"),
        (_poetry('a = "^1.26 || ^2.0"'), "runtime a>=1.26,<3.0"),
        (_poetry('a = { version = "^1", python = "~3.12" }'), None),
        (_poetry('a = { version = "*", platform = "darwin" }'), None),
        (_pipfile('a = "*"'), "runtime a"),
        (_pipfile('a = "1.2"'), "runtime a==1.2"),
        (_pipfile('a = { version = ">=1", extras = ["q"] }'), "runtime a[q]>=1"),
        (_pipfile("a = { os_name = \"== 'nt'\" }"), "runtime a ; os_name == 'nt'"),
        (_pipfile('a = { version = "*", index = "internal" }'), "runtime a"),
        (_conda("a=1.2"), "runtime a==1.2.*"),
        (_conda("a==1.2"), "runtime a==1.2"),
        (_conda("a 1.2"), "runtime a==1.2"),
        (_conda("a 1.2.*"), "runtime a==1.2.*"),
        (_conda("a=1.2.*"), "runtime a==1.2.*"),
        (_conda("a=1.2=py311_0"), "runtime a==1.2"),
        (_conda("a 1.2 py311_0"), "runtime a==1.2"),
        (_conda("a=1.2.*=py311_0"), "runtime a==1.2.*"),
        (_conda("conda-forge::a>=1.2,<2,!=1.3.*"), "runtime a!=1.3.*,>=1.2,<2"),
        (_conda("conda-forge/linux-64::a >=1.2, <2"), "runtime a>=1.2,<2"),
        (_conda("\"a[version='>=1.2,<2']\""), "runtime a>=1.2,<2"),
        (_conda("'a[version=1.2]'"), "runtime a==1.2"),
        (_conda("pytorch>=2"), "runtime torch>=2"),
        (_project("dependencies = ['A_b.c >= 1 , < 2']"), "runtime A_b.c>=1,<2"),
        (_project("dependencies = ['a>=1', 'a<2', 'A[x]']"), "runtime a[x]>=1,<2"),
    ],
)
def test_versions(files: Files, said: str | None, tmp_path: Path) -> None:
    found = _said(_read(tmp_path, files))
    if said is not None:
        assert found == [said]
    assert len(found) == 1


@pytest.mark.parametrize(
    ("specifier", "said"),
    [("<2,>=1", ">=1,<2"), ("==1.*", "=1"), ("==1.2", "==1.2"), ("===1.2", "==1.2")],
)
def test_versions_as_conda_reads_them(specifier: str, said: str) -> None:
    assert match_spec.written(SpecifierSet(specifier)) == said


def test_markers_of_poetry_s_tables_are_joined(tmp_path: Path) -> None:
    text = """
    a.version = "^1"
    a.python = "~3.12"
    a.platform = "darwin"
    a.markers = "os_name == 'x' or os_name == 'y'"
    b = { version = "*", python = ">=3.11.4" }
    c = { version = "*", python = "<3.12 || >=3.14" }
    """
    assert _said(_read(tmp_path, _poetry(text))) == [
        "runtime a>=1,<2 ; (os_name == 'x' or os_name == 'y') and"
        " (python_version >= '3.12' and python_version < '3.13') and sys_platform == 'darwin'",
        "runtime b ; python_full_version >= '3.11.4'",
        "runtime c ; python_version < '3.12' or python_version >= '3.14'",
    ]


def test_what_no_layout_can_say_is_left_out_with_its_reason(tmp_path: Path) -> None:
    text = """
    kept = "*"
    either = "^1 || ^3"
    a = { git = "https://user:secret@example.org/a.git" }
    b = { path = "../b", develop = true }
    c = { url = "https://example.org/c-1.0.tar.gz" }
    d = { version = "*", optional = true }
    """
    own = _read(tmp_path, _poetry(text))
    assert _said(own) == ["runtime kept"]
    reasons = _reasons(own)
    assert len(reasons) == 5
    assert "secret" not in repr(own)
    assert any("***@example.org" in line for line in reasons)
    assert "`or`" in reasons['either = {"version": "^1 || ^3"}']


def test_old_dev_dependencies_and_extras_for_development_of_poetry(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": """
[tool.poetry]
name = "x"
[tool.poetry.dependencies]
python = "^3.11"
a = "*"
b = { version = "^1", optional = true }
[tool.poetry.extras]
test = ["b"]
[tool.poetry.dev-dependencies]
c = "^2"
[[tool.poetry.source]]
name = "internal"
url = "https://user:secret@example.org/simple"
"""
    }
    own = _read(tmp_path, files)
    assert _said(own) == ["runtime a", "dev b>=1,<2", "dev c>=2,<3"]
    assert set(_reasons(own)) == {'python = "^3.11"', "source internal"}
    assert "secret" not in repr(own)


def test_poetry_2_with_a_project_table(tmp_path: Path) -> None:
    text = """
dependencies = ["a>=1", "b"]
[tool.poetry.dependencies]
b = { git = "https://example.org/b.git" }
[tool.poetry.group.dev.dependencies]
c = "^2"
"""
    own = _read(tmp_path, _project(text))
    assert _said(own) == ["runtime a>=1", "dev c>=2,<3"]
    assert _reasons(own) == {"b": "its source is git, not an index"}


def test_development_extras_groups_and_self_references(tmp_path: Path) -> None:
    text = """
dependencies = ["a"]
[project.optional-dependencies]
dev = ["demo_x[cli,test]", "a"]
test = ["b"]
cli = ["c"]
postgres = ["d"]
[dependency-groups]
lint = ["e", {include-group = "Type-Check"}]
type_check = ["f"]
[tool.uv]
dev-dependencies = ["g"]
constraint-dependencies = ["z<3"]
[tool.pdm.dev-dependencies]
old = ["h", "-e file:///${PROJECT_ROOT}/sub"]
"""
    own = _read(tmp_path, _project(text))
    assert _said(own) == ["runtime a", *[f"dev {name}" for name in "bcefgh"]]
    left_out = _reasons(own)
    assert "the project itself; its development extras are read" in left_out.values()
    assert any(line.startswith("postgres") for line in left_out)
    assert "tool.uv.constraint-dependencies" in left_out
    assert any(line.startswith("-e file") for line in left_out)


def test_setuptools_dynamic_dependencies_are_read_from_their_file(tmp_path: Path) -> None:
    text = """
dynamic = ["dependencies"]
[tool.setuptools.dynamic]
dependencies = { file = ["deps/base.txt"] }
"""
    own = _read(tmp_path, {**_project(text), "deps/base.txt": "a>=1\n"})
    assert _said(own) == ["runtime a>=1"]
    assert own.project.dependencies[0].name == "a"


def test_what_a_backend_computes_is_left_out(tmp_path: Path) -> None:
    text = "dynamic = ['dependencies']\n[dependency-groups]\ndev = ['a']"
    assert (
        "nothing of the project is run"
        in _reasons(_read(tmp_path, _project(text)))["dynamic dependencies"]
    )


def test_pipfile_categories_vcs_and_full_version(tmp_path: Path) -> None:
    text = """
[packages]
a = "*"
b = { git = "https://example.org/b.git", editable = true }
[dev-packages]
a = "*"
[docs]
c = "*"
[prereleases]
d = "*"
[requires]
python_full_version = "3.12.4"
"""
    own = _read(tmp_path, {"Pipfile": text, "pyproject.toml": '[project]\nname = "Named.It"\n'})
    assert _said(own) == ["runtime a", "dev c"]
    assert (own.project.name, own.pythons) == ("Named.It", ("3.12",))
    assert set(_reasons(own)) >= {"[prereleases]"}


def test_conda_files_for_development_and_build_requirements(tmp_path: Path) -> None:
    files = {
        "environment.yml": "name: x-env\nchannels: [conda-forge, https://u:secret@example.org/c]\n"
        "dependencies: [python>=3.12, a, hatchling, pip, r-ggplot2, 'b>=1|<0']\n",
        "environment-dev.yml": "name: other\ndependencies:\n- c\n- a\n- pip: [-r more.txt, -e .]\n",
        "more.txt": "d>=1\n",
        "pyproject.toml": '[build-system]\nrequires = ["hatchling>=1"]\n',
    }
    own = _read(tmp_path, files)
    assert _said(own) == ["runtime a", "dev c", "dev d>=1"]
    assert own.pythons == ("3.12", "3.13", "3.14")
    assert own.project.name == "x-env"
    assert set(_reasons(own)) >= {"hatchling", "pip", "r-ggplot2", "b>=1|<0", "-e ."}
    assert any(line.startswith("channel https://***@example.org") for line in _reasons(own))
    assert "secret" not in repr(own)
    assert own.project.source is not None
    assert own.project.source.file == "environment.yml, environment-dev.yml"


def test_requirements_as_pip_reads_them(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "\ufeff# a comment \\\n"
        "a[x] >= 1 ; python_version > '3' # because\n"
        "b==1 \\\n  --hash=sha256:00 \\\n  --hash=sha256:11\n"
        "c \\\n# in the middle\n\n"
        "-r more/deep.txt\n--requirement=more/deep.txt\n-i https://u:secret@example.org/simple\n"
        "d @ https://example.org/d.zip\n./local\ne.whl\n${NAME}==1\n-r https://example.org/r.txt\n"
        "git+ssh://git@example.org/e.git#egg=e\nf --config-settings=x=y",
        "more/deep.txt": "-c limits.txt\ng\n",
        "more/limits.txt": "g<3\nh<4\n",
    }
    own = _read(tmp_path, files)
    assert _said(own) == [
        "runtime a[x]>=1 ; python_version > '3'",
        "runtime b==1",
        "runtime c",
        "runtime f",
        "runtime g<3",
    ]
    assert {one.where for one in own.project.left_out} == {
        *(f"requirements.txt:{line}" for line in range(11, 18)),
        "more/limits.txt:2",
    }
    assert "secret" not in repr(own)


def test_what_pip_compile_wrote_is_not_taken_for_what_is_wanted(tmp_path: Path) -> None:
    files = {
        "requirements/base.in": "a\n",
        "requirements/base.txt": "a==1\nb==2\n",
        "requirements/dev.in": "-r base.txt\n-c base.txt\nc\n",
        "requirements/dev.txt": "a==1\nb==2\nc==3\n",
    }
    own = _read(tmp_path, files)
    assert _said(own) == ["runtime a", "dev c"]
    assert own.project.source is not None
    assert own.project.source.ignored == ("requirements/base.txt", "requirements/dev.txt")


def test_setup_cfg_is_read_and_setup_py_is_not_run(tmp_path: Path) -> None:
    text = """
[metadata]
name = old-one
[options]
python_requires = >=3.12
install_requires =
    a>=1
    b; python_version < "3"
[options.extras_require]
test = c; d
fancy = e
"""
    own = _read(tmp_path, {"setup.cfg": text, "setup.py": "raise SystemExit(3)\n"})
    assert _said(own) == ["runtime a>=1", "runtime b ; python_version < '3'", "dev c", "dev d"]
    assert (own.project.name, own.project.python) == ("old-one", "3.12")
    assert set(_reasons(own)) == {"fancy"}


LISTING = _project("dependencies = ['a']")
EMPTY = _project("")
PIPFILE = _pipfile("b = '*'")
CONDA = _conda("c")
REQUIREMENTS = {"requirements.txt": "d\n"}
ONLY_DEV = _project("[dependency-groups]\ndev = ['e']")


@pytest.mark.parametrize(
    ("files", "kind", "ignored"),
    [
        (LISTING | PIPFILE | CONDA | REQUIREMENTS, "PEP 621", "Pipfile environment requirements"),
        (EMPTY | PIPFILE | CONDA | REQUIREMENTS, "Pipfile", "pyproject environment requirements"),
        (_poetry("z = '*'") | PIPFILE, "Poetry", "Pipfile"),
        (EMPTY | CONDA | REQUIREMENTS, "conda", "pyproject requirements"),
        (EMPTY | REQUIREMENTS, "requirements", "pyproject"),
        (ONLY_DEV | REQUIREMENTS, "requirements", "pyproject"),
        (ONLY_DEV, "PEP 621", ""),
        (LISTING | {"Pipfile": "not [ toml"}, "PEP 621", "Pipfile"),
    ],
)
def test_which_manifest_counts(files: Files, kind: str, ignored: str, tmp_path: Path) -> None:
    source = _read(tmp_path, files).project.source
    assert source is not None
    assert source.kind == kind
    assert [name.partition(".")[0] for name in source.ignored] == ignored.split()


@pytest.mark.parametrize(
    ("requires", "pythons", "noted"),
    [
        (">=3.11", ("3.11", "3.12", "3.13", "3.14"), False),
        (">=3.12,<3.14", ("3.12", "3.13"), False),
        (">=3.12.3", ("3.12", "3.13", "3.14"), False),
        (">=3.8", ("3.11", "3.12", "3.13", "3.14"), True),
        (">=3.8,<3.11", ("3.11",), True),
        ("==3.9.*", ("3.11",), True),
        (">=3.20", ("3.14",), True),
    ],
)
def test_pythons(requires: str, pythons: tuple[str, ...], noted: bool, tmp_path: Path) -> None:
    own = _read(tmp_path, _project(f"requires-python = '{requires}'\ndependencies = ['a']"))
    assert own.pythons == pythons
    assert own.project.python == pythons[0]
    assert [one.where for one in own.project.left_out] == (["pyproject.toml:3"] if noted else [])


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("my-app", "my-app"),
        ("My App!", "my-app"),
        ("", "own-project"),
        ("asyncio", "own-project"),
        ("aiohttp", "own-project"),
        ("123", "own-project"),
        ("漢字", "own-project"),
        ("x" * 80, "x" * 64),
    ],
)
def test_names(name: str, taken: str, tmp_path: Path) -> None:
    files = {"environment.yml": f'name: "{name}"\ndependencies: [a]\n'}
    assert _read(tmp_path, files).project.name == taken
