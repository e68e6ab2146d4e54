"""What the folders of `templates/` hold, and what each says of itself, agree."""

from __future__ import annotations

import keyword
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from generator.answers import resolve, visible_questions
from generator.catalog import load_yaml, manager_names, templates_root
from generator.cli.inputs import presets
from generator.render import render

ROOT = templates_root()
#: Every part that brings files of its own: its folder, and the file that says which.
PARTS = sorted(
    path
    for pattern in (
        "*/manager.yml",
        "clients/*/client.yml",
        "ci/*/ci.yml",
        "features/*/feature.yml",
        "features/*/*/*/feature.yml",
    )
    for path in ROOT.glob(pattern)
)
#: Beside its files, a folder holds these: facts, and the pinned list that provides a manager.
NOT_RENDERED = {"manager.yml", "client.yml", "ci.yml", "feature.yml", "tool.in", "tool.txt"}
#: The project's README includes a feature's own section.
SECTION = "README.md.jinja"


def _name(path: Path) -> str:
    return path.parent.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("part", PARTS, ids=_name)
def test_a_part_lists_exactly_what_is_on_disk(part: Path) -> None:
    facts = load_yaml(part.read_text(encoding="utf-8"))
    listed = [entry["source"] if isinstance(entry, dict) else entry for entry in facts["files"]]
    on_disk = {
        path.relative_to(part.parent).as_posix()
        for path in part.parent.rglob("*")
        if path.is_file() and path.name not in NOT_RENDERED and "__pycache__" not in path.parts
        if not any(one.parent in path.parents for one in PARTS if part.parent in one.parent.parents)
    }
    if part.name == "feature.yml" and facts.get("readme", True):
        on_disk.remove(SECTION)
    assert sorted(f"{path}.jinja" for path in listed) == sorted(on_disk)


def test_every_choice_is_a_folder_and_every_folder_a_choice() -> None:
    def choices(key: str) -> list[str]:
        return sorted(choice.value for choice in visible_questions()[key].choices)

    def folders(pattern: str) -> list[str]:
        return sorted(path.parent.name for path in ROOT.glob(pattern))

    assert choices("manager") == folders("*/manager.yml") == list(manager_names())
    assert choices("aws_client") == folders("clients/*/client.yml")
    assert choices("ci") == folders("ci/*/ci.yml")
    assert choices("features") == folders("features/*/feature.yml")
    assert presets()["full"] == [choice.value for choice in visible_questions()["features"].choices]
    assert choices("license") == sorted(
        path.name.removesuffix(".txt.jinja") for path in (ROOT / "licenses").glob("*.txt.jinja")
    )


@pytest.mark.parametrize("part", sorted(ROOT.glob("features/*/feature.yml")), ids=_name)
def test_what_a_feature_asks_has_a_folder_for_each_answer(part: Path) -> None:
    question = load_yaml(part.read_text(encoding="utf-8")).get("asks", "")
    below = {path.parent for path in part.parent.glob("*/*/feature.yml")}
    answers = visible_questions()[question].choices if question else ()
    chosen = {part.parent / question / answer.value for answer in answers}
    assert chosen <= below
    built_on = set()
    for folder in below:
        facts = load_yaml((folder / "feature.yml").read_text(encoding="utf-8"))
        built_on |= {folder.with_name(name) for name in facts.get("builds_on", [])}
    assert built_on <= below
    assert below - chosen <= built_on, "nobody can choose these, and nothing builds on them"


def test_no_manager_is_named_in_what_all_share() -> None:
    """The answers file and the prompts may: they hold what was chosen."""
    named = {
        path.name: name
        for folder in ("common", "partials", "clients", "features")
        for path in (ROOT / folder).rglob("*.jinja")
        for name in manager_names()
        if f"manager == '{name}'" in path.read_text(encoding="utf-8")
        or f'manager == "{name}"' in path.read_text(encoding="utf-8")
    }
    assert named == {}


def _reserved() -> dict[str, list[str]]:
    context = resolve({"project_name": "demo"}).context
    reserved: dict[str, list[str]] = context["reserved"]
    return reserved


def test_reserved_names_hold_every_module_and_keyword_of_this_python() -> None:
    modules = {name for name in sys.stdlib_module_names if not name.startswith("_")}
    words = {*keyword.kwlist, *keyword.softkwlist} - {"_"}
    missing = {name.lower() for name in modules | words} - set(_reserved()["modules"])
    assert missing == set()


def _dependencies(given: dict[str, Any]) -> list[dict[str, Any]]:
    context = resolve({"project_name": "demo", **given}).context
    dependencies: list[dict[str, Any]] = context["dependencies"]
    return dependencies


@pytest.mark.parametrize("client", ["aioboto3", "aiobotocore"])
def test_a_project_cannot_have_a_dependency_s_name(client: str) -> None:
    given = {"aws_client": client, "features": presets()["full"]}
    names = {canonicalize_name(entry["name"]) for entry in _dependencies(given)}
    assert len(names) > 5
    assert names <= set(_reserved()["distributions"])


@pytest.mark.parametrize("client", ["aioboto3", "aiobotocore"])
def test_dependencies_are_requirements(client: str) -> None:
    for entry in _dependencies({"aws_client": client}):
        extras = f"[{','.join(entry['extras'])}]" if entry.get("extras") else ""
        requirement = Requirement(f"{entry['name']}{extras}{entry['spec']}")
        assert requirement.specifier, f"{entry['name']} has no lower bound"
        assert entry["group"] in {"runtime", "dev"}


@pytest.mark.parametrize("manager", manager_names())
def test_a_project_holds_its_manager_s_files(manager: str) -> None:
    resolved = resolve({"project_name": "demo", "manager": manager})
    files = render(resolved.context, resolved.values).files
    assert set(resolved.context["mgr"]["files"]) <= set(files)
    assert set(resolved.context["mgr"]["manifest"]) <= set(files)
    assert not set(resolved.context["mgr"]["lock"]) & set(files), "locks are made by the manager"
