"""Whatever printable text a person gives, every generated file stays valid and says that text."""

from __future__ import annotations

import ast
import email.headerregistry
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomlkit
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from packaging.licenses import canonicalize_license_expression
from packaging.metadata import Metadata
from packaging.specifiers import SpecifierSet
from validate_pyproject.api import Validator
from validate_pyproject.errors import ValidationError

from generator.answers import resolve, visible_questions
from generator.catalog import manager_names
from generator.errors import ScaffoldError
from generator.render import render

#: Characters that some format treats specially come up far more often than by chance.
TRICKY = "\"'\\`${}%#<>&|;:,=!*?[]()@^~-+/ {{}}{%%}"
PRINTABLE = st.characters(exclude_categories=("C", "Zl", "Zp")).filter(str.isprintable)
TEXT = st.text(st.one_of(st.sampled_from(TRICKY), PRINTABLE), max_size=60)
ATOM = st.text("abZ09!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=4)
LABEL = st.from_regex(r"[a-z0-9é漢](?:[a-z0-9é漢-]{0,3}[a-z0-9é漢])?", fullmatch=True)
#: Addresses as people have them, and such as only a machine of one's own has: without a dot.
ADDRESS = st.builds(
    "{}@{}".format,
    st.lists(ATOM, min_size=1, max_size=3).map(".".join),
    st.lists(LABEL, min_size=1, max_size=3).map(".".join),
)
#: What the standards ask of metadata, as `validate-pyproject` reads them.
VALIDATE = Validator(plugins=[])
CHOICES = {
    key: st.sampled_from([choice.value for choice in question.choices])
    for key, question in visible_questions().items()
    if question.choices and key != "manager"
}


@pytest.mark.parametrize("manager", manager_names())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(description=TEXT, author=TEXT, chosen=st.fixed_dictionaries(CHOICES))
@example('"\\', "'''", {})
@example('"""', "\\N{BULLET} \\x", {})
@example("{{ 7*7 }} {% raw %} {# x #}", "%(asctime)s ${X} $$", {})
@example("- : ! & * # | > @ ` , [] {}", " leading and trailing ", {})
@example("null", "2026-01-01", {})
@example("🎉 漢字 \u0301", 'O\'Neil, "Åsa" <a@b>', {})
@example("--- \u05d0", "*", {"license": "Proprietary"})
def test_every_file_stays_valid(
    manager: str, description: str, author: str, chosen: dict[str, str]
) -> None:
    answers = {"description": description, "author_name": author, "author_email": "a@example.org"}
    apply = {key: one for key, one in chosen.items() if visible_questions()[key].applies(chosen)}
    files = _files({"project_name": "demo", "manager": manager, **answers, **apply})

    for path, text in files.items():
        _parse(path, text)
    project = tomllib.loads(files["pyproject.toml"])["project"]
    assert project["description"] == description
    if author:
        name = author.replace("<", "(").replace(">", ")")
        assert [entry["name"] for entry in project["authors"]] == [name]
    assert yaml.safe_load(files[".scaffold.yml"])["description"] == description
    assert yaml.safe_load(files[".scaffold.yml"])["author_name"] == author
    _check_metadata(project)
    VALIDATE({"project": project})


@settings(max_examples=100, deadline=None)
@given(address=st.one_of(st.emails(), ADDRESS))
@example("o'neil@example.org")
@example("a@b")
def test_an_address_is_accepted_where_metadata_may_hold_it(address: str) -> None:
    assert _is_accepted(address) is _is_metadata(address)


@settings(max_examples=60, deadline=None)
@given(address=TEXT)
@example("a..b@example.org")
@example(".a@example.org")
@example("a.@example.org")
@example("a@-example.org")
@example("a@example.org\n")
@example("åsa@example.org")
def test_any_other_text_is_refused_or_an_address_that_every_reader_accepts(address: str) -> None:
    if address and _is_accepted(address):
        assert _is_metadata(address)
        assert email.headerregistry.Address(addr_spec=address).addr_spec == address


def _is_accepted(address: str) -> bool:
    try:
        return bool(visible_questions()["author_email"].check(address, {}) == address)
    except ScaffoldError:
        return False


def _is_metadata(address: str) -> bool:
    authors = [{"name": "Ada", "email": address}]
    try:
        VALIDATE({"project": {"name": "demo", "version": "1", "authors": authors}})
    except ValidationError:
        return False
    return True


@settings(max_examples=100, deadline=None)
@given(name=st.text(st.one_of(st.sampled_from("abzAZ019._- /"), PRINTABLE), max_size=70))
def test_a_name_is_refused_or_good_everywhere(name: str) -> None:
    try:
        settled = resolve({"project_name": name})
    except ScaffoldError:
        return
    assert Path(name).name == name
    assert settled["package_name"].isidentifier()
    Metadata.from_raw({"metadata_version": "2.4", "name": name, "version": "1"})


def _files(given: dict[str, Any]) -> dict[str, str]:
    resolved = resolve(given)
    tree = render(resolved.context, resolved.values)
    tree.validate()
    return {path: file.data.decode() for path, file in tree.files.items()}


def _parse(path: str, text: str) -> None:
    """Read a file with a reader that is not the one `Tree.validate` uses, where there is one."""
    suffix = Path(path).suffix
    if suffix == ".toml" or path == "Pipfile":
        tomlkit.parse(text)
    elif suffix in {".yml", ".yaml"}:
        yaml.safe_load(text)
    elif suffix == ".json":
        json.loads(text)
    elif suffix == ".py":
        ast.parse(text)
    elif path == "Makefile":
        assert all("\t" not in line.lstrip("\t") for line in text.splitlines())


def _check_metadata(project: dict[str, Any]) -> None:
    """Hold the metadata to what the standards, and so every build backend, ask for."""
    Metadata.from_raw(
        {
            "metadata_version": "2.4",
            "name": project["name"],
            "version": project["version"],
            "summary": project["description"],
            "requires_python": project["requires-python"],
            "license_expression": canonicalize_license_expression(project["license"]),
        }
    )
    bounds = {bound.operator for bound in SpecifierSet(project["requires-python"])}
    assert bounds == {">=", "<"}, "unbounded above, some managers refuse it or lock old packages"
