"""environment.yml of conda, and what is beside it for development.

Source: https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from generator.compare.model import LeftOut
from generator.manifests.document import Document, build_requirements
from generator.manifests.errors import BadManifest
from generator.manifests.items import Group, Item, Listing, Python, is_development, shown, wanted
from generator.manifests.match_spec import PYPI_NAMES, Unsayable, parse
from generator.manifests.requirements import Reader

if TYPE_CHECKING:
    from yaml.nodes import MappingNode, Node

KIND = "conda"
LOOKED_FOR = ("environment.yml", "environment.yaml")

#: Packages that one meets in such files and that are no Python distributions.
# fmt: off
_NOT_PYTHON = frozenset(
    [
        "bash", "binutils", "blas", "bzip2", "c-compiler", "clang", "compilers", "cuda",
        "cudatoolkit", "cudnn", "curl", "cxx-compiler", "ffmpeg", "fortran-compiler", "gcc",
        "gfortran", "git", "git-lfs", "go", "graphviz", "gxx", "imagemagick", "jq", "julia",
        "libgcc", "libstdcxx-ng", "make", "mamba", "mysql", "nodejs", "openjdk", "openssl",
        "pandoc", "perl", "pkg-config", "postgresql", "r-base", "redis-server", "rust", "sed",
        "sqlite", "tk", "vim", "wget", "yarn", "zlib",
    ]
)
# fmt: on


def files(directory: Path) -> tuple[str, ...]:
    """Return environment.yml, and then those with a word of development in their names."""
    main = [name for name in LOOKED_FOR if (directory / name).is_file()][:1]
    beside = sorted(
        path.name
        for pattern in ("environment*.yml", "environment*.yaml", "*environment.yml")
        for path in directory.glob(pattern)
        if path.is_file() and any(map(is_development, path.stem.replace("_", "-").split("-")))
    )
    return (*main, *dict.fromkeys(beside)) if main else ()


def read(directory: Path) -> Listing:
    """Read them; raise `BadManifest` for what conda would refuse, too."""
    names = files(directory)
    reader = _Reader(directory, build_requirements(directory))
    for number, name in enumerate(names):
        reader.read(Document.read(directory, directory / name), "dev" if number else "runtime")
    return Listing(names, tuple(reader.items), reader.name, reader.python)


class _Reader:
    def __init__(self, directory: Path, builders: frozenset[str]) -> None:
        self.directory = directory
        self.builders = builders
        self.items: list[Item] = []
        self.name = ""
        self.python: Python | None = None

    def read(self, document: Document, group: Group) -> None:
        for key, value in _root(document).value:
            if key.value == "name" and not self.name:
                self.name = str(value.value) if isinstance(value.value, str) else ""
            elif key.value == "dependencies":
                self._dependencies(document, value, group)
            elif key.value == "channels":
                for channel in _sequence(document, value, "channels"):
                    if channel.value not in {"conda-forge", "nodefaults", "defaults"}:
                        text, where = f"channel {channel.value}", _where(document, channel)
                        reason = "the layout's only channel is conda-forge"
                        self.items.append(LeftOut(text, where, reason))

    def _dependencies(self, document: Document, value: Node, group: Group) -> None:
        for node in _sequence(document, value, "dependencies"):
            where = _where(document, node)
            if _is(node, "scalar") and node.tag.endswith(":str"):
                self.items += self._spec(node.value, group, where)
                continue
            pairs = node.value if _is(node, "mapping") else []
            if len(pairs) != 1 or pairs[0][0].value != "pip":
                expected = "a match spec such as `numpy>=2`, or `pip:` with a list"
                raise BadManifest(where, "`dependencies` holds neither text nor `pip:`", expected)
            reader = Reader(self.directory)
            for line in _sequence(document, pairs[0][1], "pip"):
                where, path = _where(document, line), self.directory.resolve() / document.name
                if not _is(line, "scalar"):
                    raise BadManifest(where, "`pip` holds no text", "a requirement, name>=1.0")
                reader.line(line.value.strip(), group, where, path)
            self.items += reader.items()

    def _spec(self, spec: str, group: Group, where: str) -> Iterator[Item]:
        try:
            name, versions = parse(spec)
        except Unsayable as error:
            yield LeftOut(spec, where, str(error))
            return
        except ValueError as error:
            expected = "a match spec such as `numpy>=2`"
            raise BadManifest(where, f"{shown(spec)!r} is no match spec", expected) from error
        name = name.lower()
        if name == "python":
            self.python = self.python or Python(spec, where, (versions,), dependency=True)
        elif name == "pip":
            yield LeftOut(spec, where, "every layout brings an installer of its own")
        elif canonicalize_name(name) in self.builders:
            yield LeftOut(spec, where, "it builds the project itself ([build-system])")
        elif name in _NOT_PYTHON or name.startswith(("_", "r-")):
            yield LeftOut(spec, where, "no Python distribution: only conda has it")
        else:
            yield wanted(f"{PYPI_NAMES.get(name, name)}{versions}", group, where, conda=name)


def _root(document: Document) -> MappingNode:
    import yaml  # not before there is one to read

    try:  # with Python's loader: libyaml's crashes where a text is nested too deeply
        root = yaml.compose(document.text, Loader=yaml.SafeLoader)
    except RecursionError as error:
        raise BadManifest(document.name, "is nested too deeply", "an environment.yml") from error
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{document.name}:{mark.line + 1}" if mark else document.name
        why = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise BadManifest(where, f"is not valid YAML ({why})", "YAML") from error
    if not isinstance(root, yaml.MappingNode):
        raise BadManifest(document.name, "is no mapping", "`dependencies:` with a list")
    return root


def _sequence(document: Document, node: Node, key: str) -> list[Node]:
    if _is(node, "scalar") and node.tag.endswith(":null"):
        return []
    if not _is(node, "sequence"):
        raise BadManifest(_where(document, node), f"`{key}` is no list", f"`{key}:` with a list")
    nodes: list[Node] = node.value
    return nodes


def _is(node: Node, kind: str) -> bool:
    # PyYAML's stubs do not know it.
    return bool(getattr(node, "id", "") == kind)


def _where(document: Document, node: Node) -> str:
    return f"{document.name}:{node.start_mark.line + 1}"
