"""Every action and hook that a project or our own CI uses is in the one table, by its commit."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generator.answers import resolve
from generator.catalog import load_yaml, manager_names, templates_root
from generator.render import render
from tests.support.project_commands import Pinned, pinned

TABLE = templates_root() / "pins.yml"
PINS: dict[str, dict[str, Any]] = load_yaml(TABLE.read_text(encoding="utf-8"))
OURS = Path(__file__).parents[2] / ".github"
SERVICES = ("github", "gitlab", "none")


def _rendered(manager: str, service: str) -> dict[str, str]:
    answers = resolve({"project_name": "my-app", "manager": manager, "ci": service})
    files = render(answers.context, answers.values).files
    texts = {path: file.data.decode() for path, file in files.items()}
    return {path: text for path, text in texts.items() if path.endswith((".yml", ".yaml"))}


def _uses(manager: str) -> Iterator[tuple[str, Pinned]]:
    for service in SERVICES:
        for text in _rendered(manager, service).values():
            yield from ((found.what, found) for found in pinned(text))


def _entry(found: Pinned) -> dict[str, Any]:
    """Return the entry that a `uses: owner/repository@sha` or a `rev: sha` names."""
    repository, _, sha = found.what.rpartition("@")
    for entry in PINS.values():
        if entry["sha"] == sha and repository in {"", entry["repository"]}:
            return entry
    pytest.fail(f"{found.what} is not in pins.yml")


@pytest.mark.parametrize("key", PINS)
def test_an_entry_says_what_was_checked_and_when(key: str) -> None:
    entry = PINS[key]
    assert entry["repository"].split("/")[1] == key
    assert re.fullmatch(r"[0-9a-f]{40}", entry["sha"])
    assert re.fullmatch(r"v\d+\.\d+\.\d+", entry["tag"])
    assert datetime.date(2025, 1, 1) < entry["released"] <= entry["copied"] <= entry["checked"]


@pytest.mark.parametrize("manager", manager_names())
def test_what_a_project_uses_is_in_the_table(manager: str) -> None:
    found = [pin for _, pin in _uses(manager)]
    assert len(found) >= 4  # two actions in the workflow at least, and a hook with each service
    for pin in found:
        assert _entry(pin)["tag"] == pin.tag


@pytest.mark.parametrize("manager", manager_names())
def test_a_hook_repository_has_its_own_commit(manager: str) -> None:
    for service in SERVICES:
        config = load_yaml(_rendered(manager, service)[".pre-commit-config.yaml"])
        remote = [repo for repo in config["repos"] if repo["repo"] != "local"]
        assert remote
        for repo in remote:
            entry = PINS[repo["repo"].rsplit("/", 1)[1]]
            assert repo["repo"].endswith(f"/{entry['repository']}")
            assert repo["rev"] == entry["sha"]


def test_every_entry_is_used() -> None:
    used = {_entry(pin)["repository"] for manager in manager_names() for _, pin in _uses(manager)}
    assert used == {entry["repository"] for entry in PINS.values()}


@pytest.mark.parametrize("path", sorted(OURS.rglob("*.yml")), ids=lambda path: path.name)
def test_our_own_ci_uses_the_same_pins(path: Path) -> None:
    for pin in pinned(path.read_text(encoding="utf-8")):
        assert _entry(pin)["tag"] == pin.tag


@pytest.mark.parametrize("manager", manager_names())
def test_ci_installs_the_version_that_we_provide(manager: str) -> None:
    """What a project's CI uses is what `scaffold check` proved."""
    provided = templates_root() / manager / "tool.txt"
    ci = load_yaml((templates_root() / manager / "manager.yml").read_text(encoding="utf-8"))["ci"]
    options = [step.get("with", {}) for step in ci["github"]]
    versions = {option["version"] for option in options if "version" in option}
    versions |= set(re.findall(rf"\b{manager}==([\w.]+)", str(ci)))
    if provided.is_file():
        ours = re.search(rf"^{manager}==([\w.]+)", provided.read_text(encoding="utf-8"), re.M)
        assert ours is not None
        assert versions == {ours[1]}
    else:
        assert not versions
