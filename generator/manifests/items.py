"""What a manifest says, one item a dependency: wanted, or left out with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from packaging.markers import UndefinedComparison
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from generator.compare.model import LeftOut
from generator.credentials import without_credentials
from generator.manifests.errors import BadManifest

Group = Literal["runtime", "dev"]

#: What extras for development are called by convention, in their normalised form.
# fmt: off
DEVELOPMENT = frozenset(
    [
        "dev", "devel", "develop", "development", "test", "tests", "testing", "lint", "linting",
        "linters", "format", "typing", "types", "typecheck", "type-checking", "mypy", "check",
        "checks", "quality", "doc", "docs", "documentation", "ci", "cov", "coverage", "pre-commit",
        "bench", "benchmark", "benchmarks", "nox", "tox",
    ]
)
# fmt: on


@dataclass(frozen=True)
class Wanted:
    """A dependency; `conda` is its name on conda-forge where the manifest gave that one."""

    requirement: Requirement
    group: Group
    where: str
    conda: str = ""


@dataclass(frozen=True)
class Python:
    """The Pythons that a manifest allows: any of `alternatives`. `dependency`: listed as one."""

    text: str
    where: str
    alternatives: tuple[SpecifierSet, ...]
    dependency: bool = False


Item: TypeAlias = Wanted | LeftOut


@dataclass(frozen=True)
class Listing:
    """All that one manifest says.

    `files` were read for it, `passed` are others of its format that were not; `name` may be empty.
    """

    files: tuple[str, ...]
    items: tuple[Item, ...]
    name: str = ""
    python: Python | None = None
    passed: tuple[str, ...] = ()

    def lists(self, *groups: Group) -> bool:
        """Say whether a dependency of these groups is in it."""
        wanted = (item for item in self.items if isinstance(item, Wanted))
        return any(item.group in groups for item in wanted)


def wanted(text: str, group: Group, where: str, *, conda: str = "") -> Item:
    """Read a PEP 508 requirement; raise `BadManifest` where it is none."""
    expected = 'a requirement such as name[extra]>=1.0; python_version < "3.13"'
    if not text.isprintable():  # it could end a comment that quotes it
        raise BadManifest(where, f"{shown(text)!r} holds a control character", expected)
    try:
        found = Requirement(text)
        if found.marker:
            found.marker.evaluate()
            Requirement(str(found))  # a quote in a value is more than some versions can write
    except (InvalidRequirement, UndefinedComparison, RecursionError) as error:
        why = shown(str(error).partition("\n")[0])
        raise BadManifest(where, f"{shown(text)!r} is no requirement ({why})", expected) from error
    if found.url:
        return LeftOut(text, where, "a layout of ours takes packages from an index, no URL")
    return Wanted(found, group, where, conda)


def shown(text: str) -> str:
    """Return a line of a manifest as a report may show it: one line, no credentials, not long."""
    text = "".join(one if one.isprintable() else " " for one in text)
    text = without_credentials(text)
    return text if len(text) <= 200 else text[:200] + " ..."


def is_development(extra: str) -> bool:
    """Say whether an extra is one that only a project's own developers install."""
    return canonicalize_name(extra) in DEVELOPMENT


def specifiers(text: str, where: str) -> SpecifierSet:
    """Read a PEP 440 specifier; raise `BadManifest` where it is none."""
    try:
        return SpecifierSet(text)
    except ValueError as error:
        raise BadManifest(
            where, f"{text!r} is no version specifier", "one such as >=3.11"
        ) from error
