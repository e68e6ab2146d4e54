"""environment.yml: what is read, what is refused, and that the templates' own files can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.answers import resolve
from generator.conda.environment_file import EnvironmentFile, read_environment_file, spec_name
from generator.conda.errors import BadEnvironmentFile
from generator.render import render

GOOD = "channels: [conda-forge]\ndependencies: [pip]\n"


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("python >=3.11,<3.15", "python"),
        ("aiohttp>=3.12", "aiohttp"),
        ("typing_extensions", "typing_extensions"),
        ("types-aiobotocore-s3>=2.25,<2.26", "types-aiobotocore-s3"),
        ("ruamel.yaml=0.18", "ruamel.yaml"),
        ("conda-forge::pip=26", "pip"),
        ("conda-forge/noarch::pip==26.3=pyhd_0", "pip"),
        ("file:///srv/conda-forge::pip", "pip"),
        ("hatchling[version='>=1.27']", "hatchling"),
        ("__glibc >=2.17", "__glibc"),
        ("Flask~=3.1", "flask"),
    ],
)
def test_a_match_spec_names_its_package(spec: str, name: str) -> None:
    assert spec_name(spec) == name


def test_a_file_gives_channels_and_specs_without_nodefaults(tmp_path: Path) -> None:
    path = tmp_path / "environment.yml"
    path.write_text(
        "name: demo\nchannels:\n  - conda-forge\n  - nodefaults\n"
        "dependencies:\n  - python>=3.11\n  - pip\n"
    )
    assert read_environment_file(path) == EnvironmentFile(("conda-forge",), ("python>=3.11", "pip"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("channels: [conda-forge\n", "not valid YAML"),
        ("- python\n", "not a mapping"),
        ("dependencies: [python]\n", "names no channel"),
        ("channels: [nodefaults]\n", "names no channel"),
        ("channels: conda-forge\n", "`channels` is not a list"),
        (GOOD + "variables: {A: b}\n", "does not know variables"),
        (GOOD + "prefix: /srv/env\n", "does not know prefix"),
        ("channels: [conda-forge]\ndependencies: [{pip: [demo]}]\n", "nothing with pip"),
        ("channels: [conda-forge]\ndependencies: [3]\n", "holds 3"),
        ("channels: [conda-forge]\ndependencies: ['>=3']\n", "names no package"),
    ],
)
def test_a_file_that_cannot_be_honoured_is_refused(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "environment.yml"
    path.write_text(text)
    with pytest.raises(BadEnvironmentFile, match=why) as caught:
        read_environment_file(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadEnvironmentFile, match="cannot be read"):
        read_environment_file(tmp_path / "environment.yml")


@pytest.mark.parametrize("python_version", ["3.11", "3.14"])
@pytest.mark.parametrize("aws_client", ["aioboto3", "aiobotocore"])
def test_the_rendered_files_name_every_dependency_once(
    tmp_path: Path, aws_client: str, python_version: str
) -> None:
    given = {"project_name": "demo", "manager": "conda", "aws_client": aws_client}
    answers = resolve({**given, "python_version": python_version})
    render(answers.context, answers.values).write(tmp_path / "demo")
    names: dict[str, list[str]] = {}
    for group, file in (("runtime", "environment.yml"), ("dev", "environment-dev.yml")):
        content = read_environment_file(tmp_path / "demo" / file)
        assert content.channels == ("conda-forge",)
        names[group] = [spec_name(spec) for spec in content.specs]
    assert names["runtime"][:3] == ["python", "hatchling", "pip"]
    for dependency in answers.context["dependencies"]:
        found = names[dependency["group"]].count(dependency["name"])
        assert found == 1, dependency
    everything = [*names["runtime"], *names["dev"]]
    assert len(everything) == len(set(everything))
    first = (tmp_path / "demo" / "environment.yml").read_text()
    assert f"python>={python_version},<3.15\n" in first
