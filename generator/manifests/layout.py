"""A user's dependencies in a manager's layout: its files, and the least that can be installed."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from generator.answers import Answers, resolve
from generator.manifests.match_spec import written
from generator.manifests.own import Own
from generator.render import render
from generator.tree import File, Tree

#: Verbs that are about a project's own sources, of which a layout here has none.
ABOUT_SOURCES = frozenset({"test", "lint", "typecheck", "run"})
#: Of what every rendered project has, that which installing one needs, and keeping an environment.
_KEPT = ("LICENSE", ".gitignore")


def layout(own: Own, manager: str) -> tuple[Answers, Tree]:
    """Render a project's dependencies in a manager's layout.

    The sources are stubs: a package, and the program that pyproject.toml names. Raises
    `UnknownName` for a manager that is none.
    """
    project = own.project
    answers = resolve(
        {
            "project_name": project.name,
            "description": f"The dependencies of {project.name}",
            "python_version": project.python,
            "manager": manager,
            "license": "Proprietary",  # its licence is not ours to give
            "ci": "none",
        }
    )
    # Settings of linters and test runners are our example's, not the user's.
    computed = {
        "dependencies": list(_entries(own)),
        "pythons": list(own.pythons),
        "tooling": False,
    }
    answers = Answers(answers.values, {**answers.context, **computed})
    rendered = render(answers.context, answers.values).files
    kept = {path: rendered[path] for path in (*answers.context["mgr"]["files"], *_KEPT)}
    return answers, Tree(dict(sorted({**kept, **_stubs(answers)}.items())))


def _stubs(answers: Answers) -> Mapping[str, File]:
    name, package = answers["project_name"], answers["package_name"]
    texts = {
        "README.md": f"# {name}\n\nIts dependencies, to compare layouts; not its sources.\n",
        f"src/{package}/__init__.py": f'"""Stands in for the sources of {name}."""\n',
        f"src/{package}/__main__.py": (
            f'"""Stands in for the program of {name}."""\n\n\n'
            'def main() -> None:\n    """Do nothing, successfully."""\n'
        ),
    }
    return {path: File(text.encode()) for path, text in texts.items()}


def _entries(own: Own) -> Iterator[Mapping[str, Any]]:
    """Yield the entries, with what those manifests need that cannot say all of it.

    here: whether it is wanted on this platform, by any of the supported Pythons;
    elsewhere: why it is not wanted on this platform by the lowest Python, or "";
    conda_spec, note: its versions as conda reads them, and what conda cannot say of it.
    """
    keys = [(canonicalize_name(one["name"]), one["group"]) for one in own.entries]
    now = [_holds(one["marker"], own.pythons[:1]) for one in own.entries]
    several = {key for key, number in Counter(keys).items() if number > 1}
    chosen = {key: number for number, key in reversed([*enumerate(keys)]) if now[number]}
    for number, (key, one) in enumerate(zip(keys, own.entries, strict=True)):
        rival = key in several and chosen.get(key) != number
        elsewhere = "" if now[number] else f"not for {sys.platform} and Python {own.pythons[0]}"
        extras = ",".join(one["extras"])
        yield {
            **one,
            "elsewhere": "another line counts" if rival and now[number] else elsewhere,
            "here": not rival and _holds(one["marker"], own.pythons),
            "conda_spec": written(SpecifierSet(one["spec"])),
            "note": f"without [{extras}]: conda has no extras" if extras else "",
        }


def _holds(marker: str, pythons: tuple[str, ...]) -> bool:
    """Say whether a marker holds on this platform, for any of some Pythons."""
    if not marker:
        return True
    found = Marker(marker)
    return any(
        found.evaluate({"python_version": version, "python_full_version": f"{version}.0"})
        for version in pythons
    )
