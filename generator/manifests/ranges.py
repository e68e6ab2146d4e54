"""Poetry's version constraints (`^1.2`, `~1.2`, `1.*`, `||`) as PEP 440 specifiers.

Source: https://python-poetry.org/docs/dependency-specification/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from packaging.specifiers import Specifier, SpecifierSet
from packaging.version import Version

_PART = re.compile(r"(?P<operator>\^|~(?!=)|[<>=!~]*)\s*(?P<version>.*)")


def alternatives(constraint: str) -> tuple[SpecifierSet, ...]:
    """Return the ranges of a constraint, any of which will do; raise `ValueError` for none."""
    texts = re.split(r"\s*\|\|?\s*", constraint.strip())
    if not all(texts):
        raise ValueError(f"{constraint!r} is no version constraint")
    found = tuple(
        SpecifierSet(",".join(filter(None, map(_pep440, _parts(text))))) for text in texts
    )
    return _joined(found)


def _parts(alternative: str) -> list[str]:
    # A blank after an operator is none between two parts.
    return re.sub(r"([<>=!~^,])\s+", r"\1", alternative).replace(",", " ").split()


def _pep440(part: str) -> str:
    found = _PART.fullmatch(part)
    if not found or not found["version"]:
        raise ValueError(f"{part!r} is no version constraint")
    operator, version = found["operator"], re.sub(r"\.[xX](?=\.|$)", ".*", found["version"])
    if version in {"*", "x", "X"}:
        return ""
    if operator in _BUMPS:
        base = Version(version.removesuffix(".*"))
        bumped = _bump(base.release, *_BUMPS[operator](base.release))
        epoch = f"{base.epoch}!" if base.epoch else ""
        return f">={base},<{epoch}{bumped}"
    return f"{operator if operator not in {'', '='} else '=='}{version}"


def _caret(release: tuple[int, ...]) -> tuple[int, int]:
    """The leftmost number that is not zero is kept: bump that one, or the last of all zeros."""
    place = next((n for n, part in enumerate(release) if part), len(release) - 1)
    return place, max(len(release), place + 1)


def _tilde(release: tuple[int, ...]) -> tuple[int, int]:
    """The minor number is kept where there is one, else the major."""
    return min(len(release), 2) - 1, len(release)


_BUMPS = {"^": _caret, "~": _tilde}


def _bump(release: tuple[int, ...], place: int, length: int) -> str:
    bumped = (*release[:place], release[place] + 1, *([0] * (length - place - 1)))
    return ".".join(map(str, bumped))


def _joined(ranges: tuple[SpecifierSet, ...]) -> tuple[SpecifierSet, ...]:
    """Make one range of several that follow on each other, as `^1.2 || ^2.0` do."""
    bounds = []
    for one in ranges:
        ends = {specifier.operator: Version(specifier.version) for specifier in _plain(one)}
        if len(one) != 2 or set(ends) != {">=", "<"}:
            return ranges
        bounds.append((ends[">="], ends["<"]))
    bounds.sort()
    if any(low > high for (_, high), (low, _) in pairwise(bounds)):
        return ranges
    return (SpecifierSet(f">={bounds[0][0]},<{max(high for _, high in bounds)}"),)


def _plain(one: SpecifierSet) -> Iterator[Specifier]:
    return (part for part in one if part.operator in {">=", "<"})


def marker(constraint: str) -> str:
    """Return the environment marker that says the same of the interpreter; "" for any."""
    return " or ".join(
        " and ".join(sorted(map(_python, one), reverse=True)) for one in alternatives(constraint)
    )


def _python(specifier: Specifier) -> str:
    operator, version = specifier.operator, specifier.version
    if version.endswith(".*"):
        return f'python_version {operator} "{version.removesuffix(".*")}"'
    # python_version has two numbers: it can say neither 3.11.4 nor that 3.11.1 is above 3.11.0.
    if version.count(".") > 1 or operator in {">", "<="}:
        full = version if version.count(".") > 1 else f"{version}.0"
        return f'python_full_version {operator} "{full}"'
    return f'python_version {operator} "{version}"'
