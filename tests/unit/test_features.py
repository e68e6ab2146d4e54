"""Any set of features gives a coherent project: it speaks of nothing that is not there."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest

from generator.answers import resolve, visible_questions
from generator.catalog import load_yaml, manager, manager_names, templates_root
from generator.cli.inputs import presets
from generator.errors import InvalidAnswer
from generator.render import render
from tests.support.faults import caught_by

FEATURES = [choice.value for choice in visible_questions()["features"].choices]
SUBSETS = [
    list(chosen) for size in range(3) for chosen in itertools.combinations(FEATURES, size)
] + [FEATURES]


def facts(name: str) -> dict[str, Any]:
    path = templates_root() / "features" / name / "feature.yml"
    loaded: dict[str, Any] = load_yaml(path.read_text(encoding="utf-8"))
    return loaded


def rendered(features: list[str], **given: str) -> dict[str, str]:
    answers = resolve({"project_name": "app", "manager": "uv", **given, "features": features})
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
        heading = f"\n{section.splitlines()[0]}\n"
        assert (heading in files["README.md"]) is (name in chosen)
        for one in known["dependencies"]:
            assert (f'"{one["name"]}>' in manifest) is (one["name"] in needed)
        if folder := known.get("commands", "").rpartition(".")[0]:
            commands = f"from .{folder} import commands as {folder}_commands\n"
            assert (commands in files["src/app/cli.py"]) is (name in chosen)


DEPLOYS = {"none": [], "zip": ["zip"], "sam": ["zip", "sam"], "chalice": ["zip", "chalice"]}


@pytest.mark.parametrize("deploy", DEPLOYS)
def test_an_answer_s_part_comes_with_what_it_builds_on(deploy: str) -> None:
    files = rendered(["lambda"], deploy=deploy, package_name="ours")
    for name in DEPLOYS:
        there = name in DEPLOYS[deploy]
        if facts(f"lambda/deploy/{name}").get("readme", True):
            section = templates_root() / "features" / "lambda" / "deploy" / name / "README.md.jinja"
            heading = section.read_text(encoding="utf-8").partition("\n")[0]
            assert (heading in files["README.md"]) is there
        for file in facts(f"lambda/deploy/{name}")["files"]:
            assert (file["target"].replace("PACKAGE_NAME", "ours") in files) is there
    commands = "from .aws_lambda import commands as aws_lambda_commands\n"
    assert (commands in files["src/ours/cli.py"]) is (deploy != "none")
    assert ("\nbundle:" in files["Makefile"]) is (deploy != "none")


def test_a_package_that_chalice_would_hide_is_refused() -> None:
    with pytest.raises(InvalidAnswer, match="would hide the package app"):
        rendered(["lambda"], deploy="chalice", package_name="app")


def test_without_its_feature_a_question_s_answer_changes_nothing() -> None:
    assert rendered([], deploy="zip") == rendered([])
    with pytest.raises(InvalidAnswer, match="lambda"):
        rendered([], deploy="sam")


@pytest.mark.parametrize("name", manager_names())
def test_a_feature_s_verb_comes_after_the_manager_s_own(name: str) -> None:
    tool = manager(name)
    files = rendered(["lambda"], manager=name, deploy="zip")
    before = [str(command) for command in tool.commands.get("export", ())]
    recipe = re.search(r"^bundle:.*\n((?:\t.*\n)+)", files["Makefile"], re.MULTILINE)
    row = re.search(r"^\| `bundle` \| .+ \|$", files["README.md"], re.MULTILINE)
    assert bool(recipe) == bool(row) == bool(before)
    assert ("\n- `bundle`: " in files["README.md"]) is (not before)
    if recipe and row:
        *first, last = recipe[1].replace("\t", "").splitlines()
        assert first == before
        assert last.endswith("app bundle")
        assert all(f"`{line}`" in row[0] for line in (*first, last))


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


@pytest.mark.parametrize("name", [name for name in AUTH if name != "none"])
def test_a_way_to_authenticate_has_tests_of_its_own_which_catch_faults(name: str) -> None:
    folder = templates_root() / "features" / "api" / "auth" / name
    own = {path.name.removesuffix(".jinja") for path in folder.glob("test_api_*.py.jinja")}
    assert own
    assert own & {caught.partition("::")[0] for caught in caught_by().values()}


def test_an_open_api_s_readme_speaks_of_no_refusals() -> None:
    said = {}
    for name in ("none", "basic", "token"):
        answers = resolve({"project_name": "app", "features": ["api"], "auth": [name]})
        readme = render(answers.context, answers.values).files["README.md"].data.decode()
        said[name] = [
            word for word in ("401", "422", "API_FAILURE", "one of them") if word in readme
        ]
    assert said == {
        "none": [],
        "basic": ["401", "API_FAILURE", "one of them"],
        "token": ["401", "422", "API_FAILURE", "one of them"],
    }


@pytest.mark.parametrize("ci", ["github", "gitlab", "none"])
def test_comments_speak_of_the_ci_that_is_there(ci: str) -> None:
    files = rendered([], ci=ci)
    said = files["pyproject.toml"] + files[".pre-commit-config.yaml"]
    assert ("in CI" in said) is (ci != "none")
    assert ("zizmor" in said) is (ci == "github")


def test_an_open_api_is_chosen_by_name_and_alone() -> None:
    for auth in ([], ["none", "basic"]):
        with pytest.raises(InvalidAnswer, match="`none` leaves the API open"):
            resolve({"project_name": "app", "features": ["api"], "auth": auth})
