"""conda's match specs (`channel::name=1.2=build`), read as PEP 440, and PEP 440 written as theirs.

Source: https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/pkg-specs.html.
"""

from __future__ import annotations

import re

from packaging.specifiers import SpecifierSet

_SPEC = re.compile(
    r"(?:[^\s\[\]]+::)?(?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]*)"
    r"(?P<rest>[^\[\]]*)(?:\[(?P<brackets>.*)\])?"
)
_VERSION = re.compile(r"version\s*=\s*(?:'(?P<a>[^']*)'|\"(?P<b>[^\"]*)\"|(?P<c>[^,\s]+))")

#: Distributions whose package on conda-forge is called otherwise.
#: Source: conda/grayskull, grayskull/strategy/config.yaml (those that one meets).
CONDA_NAMES = {
    "annoy": "python-annoy",
    "build": "python-build",
    "confluent-kafka": "python-confluent-kafka",
    "dask": "dask-core",
    "docker": "docker-py",
    "fastjsonschema": "python-fastjsonschema",
    "flatbuffers": "python-flatbuffers",
    "graphviz": "python-graphviz",
    "installer": "python-installer",
    "kubernetes": "python-kubernetes",
    "matplotlib": "matplotlib-base",
    "msgpack": "msgpack-python",
    "neo4j": "neo4j-python-driver",
    "opencv-python": "opencv",
    "ortools": "ortools-python",
    "pvlib": "pvlib-python",
    "redis": "redis-py",
    "symengine": "python-symengine",
    "tables": "pytables",
    "torch": "pytorch",
    "xxhash": "python-xxhash",
}
PYPI_NAMES = {conda: name for name, conda in CONDA_NAMES.items()}


class Unsayable(ValueError):
    """A match spec that conda reads, and PEP 440 has no words for."""


def parse(spec: str) -> tuple[str, SpecifierSet]:
    """Return name and versions; raise `ValueError` for no match spec, `Unsayable` for some."""
    found = _SPEC.fullmatch(spec.strip())
    if not found:
        raise ValueError(f"{spec!r} is no match spec")
    version = found["rest"].strip()
    if found["brackets"] and (inner := _VERSION.search(found["brackets"])):
        version = inner["a"] or inner["b"] or inner["c"] or ""
    if "|" in version:
        raise Unsayable("PEP 440 has no word for `or` (|) between versions")
    build = re.fullmatch(r"(=|==|)\s*([\w*][\w.!+*-]*)(?:\s*=\s*|\s+)([\w.*]+)", version)
    try:
        if build and build[1] != "==":
            # With a build behind it, one `=` means exactly that version.
            return found["name"], SpecifierSet(_pep440(build[2]))
        parts = re.sub(r"\s+", "", version).split(",")
        return found["name"], SpecifierSet(",".join(filter(None, map(_pep440, parts))))
    except ValueError as error:
        raise Unsayable(f"{version!r} is no version of PEP 440") from error


def _pep440(part: str) -> str:
    operator, version = re.match(r"([<>=!~]*)(.*)", part, re.DOTALL).groups()  # type: ignore[union-attr] # it matches anything
    if version in {"", "*"}:
        return ""
    plain = re.sub(r"\.?\*$", "", version)
    if operator == "=" or (plain != version and operator in {"", "=="}):
        return f"=={plain}.*"
    if plain != version:
        return f"!={plain}.*" if operator == "!=" else f"{operator}{plain}"
    return f"{operator or '=='}{version}"


def written(specifier: SpecifierSet) -> str:
    """Return a specifier as conda reads it: there, `==1.*` would be the one version 1."""
    parts = []
    for part in specifier:
        if part.operator == "==" and part.version.endswith(".*"):
            parts.append("=" + part.version.removesuffix(".*"))
        else:
            parts.append(("==" if part.operator == "===" else part.operator) + part.version)
    return ",".join(sorted({*parts}, key=lambda one: (one[0] == "<", one)))
