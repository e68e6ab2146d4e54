"""Why two layouts resolved the same dependencies differently.

A reason is only given where the installed metadata, or the channel's listing, bears it out; a
difference without one is unexplained, and red:

- brought: the layout brings the package (`brings` in manager.yml), or something it brings needs it;
- cap: an installed distribution's own requirement excludes the newer version;
- universal: one lock for all supported Pythons cannot take a version that drops the lowest;
- lag: the channel has nothing newer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from generator.catalog import manager
from generator.check.model import CaseReport, Difference


def differences(cases: Sequence[CaseReport]) -> tuple[Difference, ...]:
    """Return every package that not all layouts resolved alike, with a reason a layout."""
    compared = [case for case in cases if case.packages]
    if len(compared) < 2:
        return ()
    names = sorted({name for case in compared for name in case.packages})
    found = []
    for name in names:
        versions = {case.manager: _version(case, name) for case in compared}
        if len(set(versions.values())) > 1:
            found.append(Difference(name, versions, tuple(_reasons(name, compared))))
    return tuple(found)


def resolved(cases: Sequence[CaseReport]) -> dict[str, dict[str, str]]:
    """Return {package: {manager: version}} of everything that the locks installed."""
    table: dict[str, dict[str, str]] = {}
    for case in cases:
        for name, package in case.packages.items():
            table.setdefault(name, {})[case.manager] = package.version
    return dict(sorted(table.items()))


def _reasons(name: str, cases: Sequence[CaseReport]) -> Iterator[str]:
    having = [case for case in cases if name in case.packages]
    absent = [case for case in cases if name not in case.packages]
    brought = {case.manager: why for case in having if (why := _brought(name, case))}
    if absent:
        for case in having:
            yield f"{case.manager}: {brought.get(case.manager) or _needed(name, case, absent)}"
    chosen = [case for case in having if case.manager not in brought]
    newest = max(chosen, key=lambda case: Version(case.packages[name].version), default=None)
    for case in having:
        if newest is None or case.packages[name].version == newest.packages[name].version:
            continue
        why = brought.get(case.manager) or _older(name, case, newest)
        yield f"{case.manager}: {why}"


def _needed(name: str, case: CaseReport, absent: Sequence[CaseReport]) -> str:
    """Say which distribution needs a package here, and at another version does not elsewhere."""
    for parent, package in sorted(case.packages.items()):
        if name not in _requirements(package.requires):
            continue
        for other in absent:
            theirs = other.packages.get(parent)
            if theirs is None or name not in _requirements(theirs.requires):
                return f"needed by {parent} {package.version}, which {other.manager} has not"
    return "unexplained"


def _older(name: str, case: CaseReport, newest: CaseReport) -> str:
    version = newest.packages[name].version
    for parent, package in sorted(case.packages.items()):
        specifier = _requirements(package.requires).get(name)
        if specifier is not None and not specifier.contains(version, prereleases=True):
            return f"{parent} {package.version} asks for {name}{specifier}"
    lowest = str(case.answers["python_version"])
    requires = newest.packages[name].requires_python
    universal = manager(case.manager).scope == "universal"
    if universal and requires and not SpecifierSet(requires).contains(f"{lowest}.99"):
        return f"one lock for Python {lowest} and later: {version} needs {requires}"
    available = case.available.get(name, ())
    if available and max(map(Version, available)) < Version(version):
        return f"the channel's newest is {max(available, key=Version)}"
    return "unexplained"


def _brought(name: str, case: CaseReport) -> str:
    """Return why a layout has a package of its own accord, or nothing."""
    reasons = manager(case.manager).brings
    reached = {root: reason for root, reason in reasons.items() if root in case.packages}
    queue = list(reached)
    while queue:
        parent = queue.pop()
        for child in _requirements(case.packages[parent].requires):
            if child in case.packages and child not in reached:
                reached[child] = f"needed by {parent}, which {case.manager} brings"
                queue.append(child)
    return reached.get(name, "")


def _requirements(requires: Sequence[str]) -> Mapping[str, SpecifierSet]:
    """Return specifiers by normalised name, of the requirements that apply here without extras."""
    found: dict[str, SpecifierSet] = {}
    for text in requires:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            found[canonicalize_name(requirement.name)] = requirement.specifier
    return found


def _version(case: CaseReport, name: str) -> str | None:
    package = case.packages.get(name)
    return None if package is None else package.version
