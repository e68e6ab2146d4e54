"""A user's own project as the comparison takes it: read, named, and its dependencies joined."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from generator.answers import resolve, visible_questions
from generator.compare.model import Dependency, LeftOut, Project
from generator.errors import ScaffoldError
from generator.manifests.choose import choose
from generator.manifests.items import Group, Listing, Python, Wanted, shown
from generator.manifests.match_spec import CONDA_NAMES

#: What a project is called that has no name, or none that the questionnaire takes.
NAMELESS = "own-project"


@dataclass(frozen=True)
class Own:
    """A user's project.

    `entries` are the templates' `dependencies`: name, extras, spec, marker, group, and `conda`, the
    names on conda-forge. `pythons` are the supported versions, lowest first.
    """

    project: Project
    entries: tuple[Mapping[str, Any], ...]
    pythons: tuple[str, ...]


def read_project(directory: Path) -> Own:
    """Read the dependencies of the project in `directory`, which is not changed.

    Raises `NoDirectory`, `NoManifest`, `NoDependencies`, or `BadManifest` with file and line.
    """
    listing, source = choose(directory)
    name = project_name(listing.name)
    pythons, note = supported(listing.python)
    wanted = _joined(item for item in listing.items if isinstance(item, Wanted))
    own = canonicalize_name(listing.name or name)
    kept = [one for one in wanted if canonicalize_name(one.requirement.name) != own]
    return Own(
        Project(
            name=name,
            python=pythons[0],
            dependencies=tuple(
                Dependency(one.requirement.name, _text(one.requirement), one.group) for one in kept
            ),
            source=source,
            left_out=tuple(
                replace(one, text=shown(one.text)) for one in (*note, *_left_out(listing, own))
            ),
        ),
        tuple(map(_entry, kept)),
        pythons,
    )


def project_name(name: str) -> str:
    """Return a project's name in a form that the questionnaire takes, or `NAMELESS`."""
    cleaned = re.sub(r"[^a-z0-9._-]+", "-", name.strip().lower())[:64].strip("-._")
    for candidate in dict.fromkeys([name, cleaned]):
        try:
            resolve({"project_name": candidate})
        except ScaffoldError:
            continue
        return candidate
    return NAMELESS


def supported(python: Python | None) -> tuple[tuple[str, ...], tuple[LeftOut, ...]]:
    """Return the questionnaire's Pythons that a project supports, and a note where they differ."""
    ours = tuple(choice.value for choice in visible_questions()["python_version"].choices)
    if python is None:
        return ours, ()
    allowed = [version for version in ours if _allows(python, version)]
    older = [version for version in _OLDER if _allows(python, version)]
    pythons = tuple(allowed[:1] and ours[ours.index(allowed[0]) : ours.index(allowed[-1]) + 1])
    if pythons and not older:
        said = f"said by requires-python, {pythons[0]} to {pythons[-1]}"
        note = (LeftOut(python.text, python.where, said),) if python.dependency else ()
        return pythons, note
    pythons = pythons or (ours[0] if older else ours[-1],)
    reason = f"the layouts support Python {ours[0]} to {ours[-1]}: {pythons[0]} is the lowest here"
    return pythons, (LeftOut(python.text, python.where, reason),)


_OLDER = ("2.7", *(f"3.{minor}" for minor in range(11)))


def _allows(python: Python, version: str) -> bool:
    """Say whether any release of a minor version is allowed: `>=3.11.4` does allow 3.11."""
    return any(
        one.contains(f"{version}.{patch}") for one in python.alternatives for patch in range(40)
    )


def _joined(wanted: Iterable[Wanted]) -> list[Wanted]:
    """Make one of several lines that say something of a package in the same group and marker.

    A line for development that says nothing new is dropped.
    """
    found: dict[tuple[str, Group, str], Wanted] = {}
    for one in wanted:
        name = str(canonicalize_name(one.requirement.name))
        key = (name, one.group, str(one.requirement.marker or ""))
        found[key] = _both(found[key], one) if key in found else one
    for key in list(found):
        runtime = found.get((key[0], "runtime", key[2]))
        if key[1] == "dev" and runtime and _adds_nothing(found[key], runtime):
            del found[key]
    return [found[key] for key in sorted(found)]


def _both(one: Wanted, other: Wanted) -> Wanted:
    both = Requirement(str(one.requirement))
    both.specifier &= other.requirement.specifier
    both.extras = one.requirement.extras | other.requirement.extras
    return replace(one, requirement=both)


def _adds_nothing(dev: Wanted, runtime: Wanted) -> bool:
    more, said = dev.requirement, runtime.requirement
    return set(more.specifier) <= set(said.specifier) and more.extras <= said.extras


def _left_out(listing: Listing, own: str) -> Iterable[LeftOut]:
    for item in listing.items:
        if isinstance(item, LeftOut):
            yield item
        elif canonicalize_name(item.requirement.name) == own:
            reason = "the project itself; its development extras are read"
            yield LeftOut(str(item.requirement), item.where, reason)


def _entry(wanted: Wanted) -> Mapping[str, Any]:
    requirement = wanted.requirement
    name = canonicalize_name(requirement.name)
    return {
        "name": requirement.name,
        "extras": sorted(requirement.extras),
        "spec": _specifier(requirement.specifier),
        "marker": _marker(requirement),
        "group": wanted.group,
        "conda": [wanted.conda or CONDA_NAMES.get(name, requirement.name.lower())],
    }


def _text(requirement: Requirement) -> str:
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    marker = _marker(requirement)
    together = f"{requirement.name}{extras}{_specifier(requirement.specifier)}"
    return together + (f" ; {marker}" if marker else "")


def _specifier(specifiers: SpecifierSet) -> str:
    """Write lower bounds first, as people do."""
    return ",".join(sorted({*map(str, specifiers)}, key=lambda one: (one[0] == "<", one)))


def _marker(requirement: Requirement) -> str:
    """Write a marker with the quotes that need no escape in TOML."""
    marker = str(requirement.marker or "")
    return marker if "'" in marker else marker.replace('"', "'")
