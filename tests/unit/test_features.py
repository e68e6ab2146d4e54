"""Any set of features gives a coherent project: it speaks of nothing that is not there."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from generator.answers import resolve, visible_questions
from generator.catalog import load_yaml, templates_root
from generator.cli.inputs import presets
from generator.errors import InvalidAnswer
from generator.render import render

FEATURES = [choice.value for choice in visible_questions()["features"].choices]
SUBSETS = [
    list(chosen) for size in range(3) for chosen in itertools.combinations(FEATURES, size)
] + [FEATURES]


def facts(name: str) -> dict[str, Any]:
    path = templates_root() / "features" / name / "feature.yml"
    loaded: dict[str, Any] = load_yaml(path.read_text(encoding="utf-8"))
    return loaded


def rendered(features: list[str]) -> dict[str, str]:
    answers = resolve({"project_name": "app", "manager": "uv", "features": features})
    files = render(answers.context, answers.values).files
    return {path: file.data.decode() for path, file in files.items()}


@pytest.mark.parametrize("chosen", SUBSETS, ids=lambda chosen: "+".join(chosen) or "none")
def test_a_feature_leaves_no_trace_where_it_is_not_chosen(chosen: list[str]) -> None:
    files = rendered(chosen)
    manifest = files["pyproject.toml"]
    needed = {one["name"] for name in chosen for one in facts(name)["dependencies"]}
    for name in FEATURES:
        known = facts(name)
        targets = [
            (file["target"] if isinstance(file, dict) else file).replace("PACKAGE_NAME", "app")
            for file in known["files"]
        ]
        assert all((target in files) is (name in chosen) for target in targets)
        section = (templates_root() / "features" / name / "README.md.jinja").read_text()
        assert (section.splitlines()[0] in files["README.md"]) is (name in chosen)
        for one in known["dependencies"]:
            assert (f'"{one["name"]}>' in manifest) is (one["name"] in needed)
        commands = f"from .{name} import commands as {name}_commands"
        wanted = name in chosen and bool(known.get("commands"))
        assert (commands in files["src/app/cli.py"]) is wanted


def test_every_preset_is_made_of_features() -> None:
    assert set(presets()) == {"minimal", "standard", "full"}
    assert presets()["minimal"] == []
    assert presets()["full"] == FEATURES
    assert presets()["standard"] == visible_questions()["features"].default


@pytest.mark.parametrize(
    "client", sorted(path.name for path in (templates_root() / "clients").iterdir())
)
def test_a_client_narrows_what_features_depend_on(client: str) -> None:
    part = templates_root() / "clients" / client / "client.yml"
    specs = load_yaml(part.read_text(encoding="utf-8"))["specs"]
    given = {"project_name": "app", "aws_client": client, "features": FEATURES}
    found = {one["name"]: one["spec"] for one in resolve(given).context["dependencies"]}
    assert {name: found[name] for name in specs} == specs


AUTH = {
    choice.value: facts(f"api/auth/{choice.value}")
    for choice in visible_questions()["auth"].choices
}


@pytest.mark.parametrize("name", AUTH)
def test_a_way_to_authenticate_comes_with_what_it_builds_on_and_nothing_else(name: str) -> None:
    answers = resolve({"project_name": "app", "features": ["api"], "auth": [name]})
    files = set(render(answers.context, answers.values).files)
    every = {path.parent.name for path in (templates_root() / "features/api/auth").glob("*/*.yml")}
    for folder in every:
        wanted = folder in {name, *AUTH[name].get("builds_on", [])}
        targets = {
            one["target"].replace("PACKAGE_NAME", "app")
            for one in facts(f"api/auth/{folder}")["files"]
        }
        assert targets & files == (targets if wanted else set())


def test_an_open_api_is_chosen_by_name_and_alone() -> None:
    for auth in ([], ["none", "basic"]):
        with pytest.raises(InvalidAnswer, match="`none` leaves the API open"):
            resolve({"project_name": "app", "features": ["api"], "auth": auth})
