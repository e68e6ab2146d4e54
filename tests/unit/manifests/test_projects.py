"""Small projects as one meets them, read, rendered in every layout, and read again."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from generator.catalog import manager as load_manager
from generator.catalog import manager_names
from generator.manifests import Own, layout, read_project

PROJECTS = Path(__file__).parents[2] / "projects"
KINDS = sorted(path.name for path in PROJECTS.iterdir())


def _said(own: Own) -> set[tuple[str, str]]:
    return {(one.group, one.requirement) for one in own.project.dependencies}


def _left_out(own: Own) -> dict[str, str]:
    return {one.where: one.text for one in own.project.left_out}


def test_a_poetry_project() -> None:
    own = read_project(PROJECTS / "poetry")
    assert (own.project.name, own.project.python) == ("orchard", "3.11")
    assert own.project.source is not None
    assert (own.project.source.file, own.project.source.kind) == ("pyproject.toml", "Poetry")
    assert _said(own) == {
        ("runtime", "blinker"),
        ("runtime", "click>=8.1,<9"),
        ("runtime", "colorama>=0.4.6,<0.5.0 ; sys_platform == 'win32'"),
        ("runtime", "flask>=3.0,<4.0"),
        ("runtime", "itsdangerous==2.*"),
        ("runtime", "packaging>=23,<25 ; python_version < '3.12'"),
        ("runtime", "packaging>=24 ; python_version >= '3.12'"),
        ("runtime", "requests[socks]>=2.31,<3.0"),
        ("runtime", "sqlalchemy[asyncio]>=2.0.30,<2.1.0"),
        ("runtime", "tomli>=2.0,<3.0 ; python_version < '3.11'"),
        ("dev", "markdown>=3.6,<4.0"),
        ("dev", "pytest>=8.2,<9.0"),
        ("dev", "pytest-cov[toml]>=5.0,<6.0"),
    }
    assert [place.partition(":")[2] for place in _left_out(own)] == ["11", "24", "25"]


def test_a_pipfile_project_of_five_years_ago_is_not_run() -> None:
    own = read_project(PROJECTS / "pipfile")
    assert own.project.source is not None
    assert own.project.source.kind == "Pipfile"
    assert (own.project.name, own.pythons) == ("own-project", ("3.11",))
    assert _said(own) == {
        ("runtime", "colorama ; sys_platform == 'win32'"),
        ("runtime", "flask"),
        ("runtime", "importlib-metadata ; python_version < '3.8'"),
        ("runtime", "markupsafe>=1.1"),
        ("runtime", "python-dateutil~=2.8"),
        ("runtime", "requests[socks]>=2.22.0"),
        ("dev", "pytest"),
        ("dev", "zope.interface>=5"),
    }
    assert list(_left_out(own)) == ["Pipfile:21", "Pipfile:13", "Pipfile:14"]


def test_a_conda_project() -> None:
    own = read_project(PROJECTS / "conda")
    assert (own.project.name, own.pythons) == ("tide-tables", ("3.11",))
    assert _said(own) == {
        ("runtime", "matplotlib"),
        ("runtime", "numpy>=1.26,<3"),
        ("runtime", "pandas==2.2.*"),
        ("runtime", "python-dateutil==2.9.*"),
        ("runtime", "pyyaml==6.0.2"),
        ("runtime", "uptide[all]>=1.0"),
        ("runtime", "xarray"),
    }
    assert _left_out(own) == {
        "environment.yml:6": "python=3.11",
        "environment.yml:13": "nodejs=20",
        "environment.yml:14": "pip",
        "environment.yml:17": "git+https://example.org/tides.git",
    }


def test_a_requirements_project() -> None:
    own = read_project(PROJECTS / "requirements")
    assert own.project.source is not None
    assert own.project.source.file == "requirements.in, requirements-dev.txt"
    assert own.project.source.ignored == ("requirements.txt",)
    assert _said(own) == {
        ("runtime", "colorama ; sys_platform == 'win32'"),
        ("runtime", "flask>=3"),
        ("runtime", "python-dateutil~=2.8"),
        ("runtime", "requests[socks]>=2.31,<3"),
        ("dev", "pytest==8.3.4"),
    }
    assert "secret" not in repr(own)


def test_a_uv_project() -> None:
    own = read_project(PROJECTS / "uv")
    assert own.project.name == "Harbour_Master"
    assert _said(own) == {
        ("runtime", "click>=8.1"),
        ("runtime", "colorama>=0.4 ; sys_platform == 'win32'"),
        ("runtime", "python-dateutil~=2.9"),
        ("runtime", "requests[socks]>=2.32,<3"),
        ("runtime", "tomli>=2 ; python_version < '3.11'"),
        ("dev", "pathspec>=0.12"),
        ("dev", "pytest>=8"),
        ("dev", "tomli-w>=1.0"),
    }
    assert set(_left_out(own)) == {"pyproject.toml:6", "pyproject.toml:17", "pyproject.toml:28"}


@pytest.mark.parametrize("kind", KINDS)
def test_reading_and_rendering_change_nothing(kind: str, tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(PROJECTS / kind, project)

    def state() -> dict[str, tuple[bytes, int, int]]:
        return {
            path.relative_to(project).as_posix(): (
                path.read_bytes() if path.is_file() else b"",
                path.stat().st_mtime_ns,
                path.stat().st_mode,
            )
            for path in (project, *project.rglob("*"))
        }

    before = state()
    own = read_project(project)
    for manager in manager_names():
        layout(own, manager)
    assert state() == before
    assert str(tmp_path) not in repr(own), "a report must not tell where the project lies"


#: What is not for POSIX systems and Python 3.11: Pipenv would lock it in a way it cannot read.
ELSEWHERE = ("sys_platform == 'win32'", "python_version < '3.", "python_version >= '3.12'")
UNSAID = {"pipenv": ELSEWHERE}


@pytest.mark.parametrize("manager", [name for name in manager_names() if name != "conda"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_layout_says_the_same_as_the_project(kind: str, manager: str, tmp_path: Path) -> None:
    own = read_project(PROJECTS / kind)
    _, tree = layout(own, manager)
    made = load_manager(manager)
    tree.write(tmp_path / "made")  # which parses every file
    again = read_project(tmp_path / "made")
    unsaid = {
        (group, line)
        for group, line in _said(own)
        if any(marker in line for marker in UNSAID.get(manager, ())) and "< '3.12'" not in line
    }
    assert _said(again) == _said(own) - unsaid
    manifest = tree.files[again.project.source.file].data if again.project.source else b""
    assert manifest.count(f"# not for {sys.platform} and Python 3.11: ".encode()) == len(unsaid)
    assert (again.project.name, again.pythons) == (own.project.name, own.pythons)
    brought = {one.text for one in again.project.left_out}
    assert all(any(one.startswith(name) for name in made.brings) for one in brought)


@pytest.mark.parametrize("kind", KINDS)
def test_conda_says_it_as_far_as_it_can(kind: str, tmp_path: Path) -> None:
    own = read_project(PROJECTS / kind)
    _, tree = layout(own, "conda")
    tree.write(tmp_path / "made")
    again = read_project(tmp_path / "made")
    names = {(one.group, one.name.lower()) for one in again.project.dependencies}
    wanted = {
        (one.group, one.name.lower())
        for one in own.project.dependencies
        if "win32" not in one.requirement and "python_version < '3." not in one.requirement
    }
    assert names == wanted
    assert again.pythons == own.pythons
    comments = [
        line
        for name in ("environment.yml", "environment-dev.yml")
        for line in tree.files[name].data.decode().splitlines()
        if "conda has no extras" in line or "not here" in line
    ]
    extras = [one for one in own.project.dependencies if "[" in one.requirement]
    elsewhere = [one for one in own.project.dependencies if " ; " in one.requirement]
    assert len(comments) == len(extras) + len(elsewhere) - (kind == "poetry")


@pytest.mark.parametrize("manager", manager_names())
def test_a_layout_holds_the_manager_s_files_and_stubs_only(manager: str) -> None:
    own = read_project(PROJECTS / "poetry")
    answers, tree = layout(own, manager)
    stubs = {"README.md", "src/orchard/__init__.py", "src/orchard/__main__.py"}
    kept = {"LICENSE", ".gitignore"}
    assert set(tree.files) == {*answers.context["mgr"]["files"], *stubs, *kept}
    everything = b"".join(file.data for file in tree.files.values())
    assert b"boto" not in everything
    assert b"[tool.ruff]" not in everything
    assert b'"orchard.__main__:main"' in tree.files["pyproject.toml"].data
