"""Requirements files, as pip reads them: includes, constraints, hashes, continued lines, options.

Source: https://pip.pypa.io/en/stable/reference/requirements-file-format/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from packaging.utils import canonicalize_name

from generator.compare.model import LeftOut
from generator.manifests.document import Document, relative
from generator.manifests.errors import BadManifest
from generator.manifests.items import Group, Item, Listing, Wanted, is_development, wanted

KIND = "requirements"
LOOKED_FOR = ("requirements.in", "requirements.txt", "requirements/base.txt")

#: Stems that hold what is needed to run; the first that is there is taken.
_RUNTIME = (
    "requirements",
    "requirements/base",
    "requirements/common",
    "requirements/main",
    "requirements/prod",
    "requirements/production",
    "requirements/requirements",
)
#: A later one counts where a `.in` and a `.txt` have the same stem.
_NAMES = ("*requirements*.txt", "requirements/*.txt", "*requirements*.in", "requirements/*.in")
_INCLUDE = re.compile(r"(?:-r|--requirement|-c|--constraint)(?:\s*=\s*|\s*)(?P<file>\S.*)")
#: Longer than any chain of files that include one another, and short of Python's own limit.
_DEEPEST = 100
_EDITABLE = re.compile(r"(?:-e|--editable)(?:\s*=\s*|\s+)(?P<what>\S.*)")
#: No name of a distribution: a URL, a path, an archive.
_PLACE = re.compile(
    r"(?:[\w+.-]+:)?//|[a-z+]+\+\w+:|file:|[.~/\\]|.*[/\\]|.*\.(?:whl|zip|tar\.gz|tgz)$"
)


def files(directory: Path) -> tuple[str, ...]:
    """Return the files for running, then those for development, a `.in` before its `.txt`."""
    found = {
        relative(directory, path).removesuffix(path.suffix): relative(directory, path)
        for pattern in _NAMES
        for path in sorted(directory.glob(pattern))
        if path.is_file()
    }
    runtime = [found[stem] for stem in _RUNTIME if stem in found][:1]
    return (*runtime, *(found[stem] for stem in sorted(found) if _is_development(stem)))


def read(directory: Path) -> Listing:
    """Read them; raise `BadManifest` for what pip would refuse, too."""
    names = files(directory)
    dev = [name for name in names if _is_development(name.rpartition(".")[0])]
    runtime = [name for name in names if name not in dev]
    items = read_files(directory, {"runtime": runtime, "dev": dev})
    compiled = (f"{name.removesuffix('.in')}.txt" for name in names if name.endswith(".in"))
    passed = tuple(name for name in compiled if (directory / name).is_file())
    return Listing(names, tuple(items), passed=passed)


def read_files(
    directory: Path, names: Mapping[Group, Sequence[str]], asked_at: str = ""
) -> list[Item]:
    """Read files by group; what one of them includes belongs to its group."""
    reader = Reader(directory)
    for group, some in names.items():
        for name in some:
            reader.file(directory / name, group, asked_at or name)
    return reader.items()


@dataclass
class Reader:
    """Reads files one after another; a file that was read before adds nothing the second time."""

    directory: Path
    _found: list[Item] = field(default_factory=list)
    _constraints: list[Wanted] = field(default_factory=list)
    _read: set[tuple[Path, bool]] = field(default_factory=set)
    _open: list[Path] = field(default_factory=list)

    def file(self, path: Path, group: Group, where: str, *, constraints: bool = False) -> None:
        """Read a file that is asked for at `where`."""
        path = path.parent.resolve() / path.name
        source = path.with_suffix(".in")
        if path.suffix == ".txt" and source.is_file() and source not in self._open:
            # pip-compile made it of the .in: a lock, with everything that those packages need.
            path = source
        if path in self._open:
            cycle = [*self._open[self._open.index(path) :], path]
            names = " -> ".join(relative(self.directory.resolve(), one) for one in cycle)
            expected = "files that do not come back to themselves"
            raise BadManifest(where, f"files include each other: {names}", expected)
        if len(self._open) == _DEEPEST:
            expected = f"at most {_DEEPEST} files that include one another"
            raise BadManifest(where, "one file too many in a row of included files", expected)
        if (path, constraints) in self._read:
            return
        self._read.add((path, constraints))
        if not path.is_file():
            name = relative(self.directory.resolve(), path)
            raise BadManifest(where, f"asks for {name}, which is no file", "a file that is there")
        document = Document.read(self.directory.resolve(), path)
        self._open.append(path)
        for number, line in _lines(document.text):
            self.line(line, group, f"{document.name}:{number}", path, constraints=constraints)
        self._open.pop()

    def line(
        self, line: str, group: Group, where: str, path: Path, *, constraints: bool = False
    ) -> None:
        """Read one line of the file `path`."""
        if include := _INCLUDE.fullmatch(line):
            name = include["file"].strip("\"'")
            if "://" in name:
                self._leave(line, where, "a file from the network, which is not fetched")
            else:
                only = constraints or line.startswith(("-c", "--constraint"))
                self.file(path.parent / name, group, where, constraints=only)
        elif editable := _EDITABLE.fullmatch(line):
            self._leave(f"-e {editable['what']}", where, "an editable path, which no index has")
        elif line.startswith("-"):
            # The option's name only: its value may be an index with a password in it.
            option = re.split(r"[\s=]", line, maxsplit=1)[0]
            self._leave(option, where, "an option, which is a setting of each manager's own")
        elif _PLACE.match(line.partition(";")[0]):
            self._leave(line, where, "a path or URL, which no index has")
        elif "${" in line:
            self._leave(line, where, "an environment variable decides it")
        else:
            text = re.split(r"\s+--?[a-z]", line, maxsplit=1)[0]
            try:
                item = wanted(text, group, where)
            except BadManifest:
                if len(self._open) < 2:
                    raise
                # An included file may be any file: what is in it is not shown.
                raise BadManifest(where, "is no requirement", "name[extra]>=1.0") from None
            self._take(item, constraints=constraints)

    def items(self) -> list[Item]:
        """Return what was found, narrowed by the constraints."""
        by_name: dict[str, list[Wanted]] = {}
        for item in self._found:
            if isinstance(item, Wanted):
                by_name.setdefault(canonicalize_name(item.requirement.name), []).append(item)
        unused: dict[str, list[str]] = {}
        for constraint in self._constraints:
            narrowed = by_name.get(canonicalize_name(constraint.requirement.name), [])
            if constraint.requirement.marker or not narrowed:
                file = constraint.where.rpartition(":")[0]
                unused.setdefault(file, []).append(constraint.where)
                continue
            for item in narrowed:
                item.requirement.specifier &= constraint.requirement.specifier
        for file, places in unused.items():
            reason = (
                "no layout has constraints on what is not a dependency itself, or with a marker"
            )
            many = f"{len(places)} constraint{'s' * (len(places) > 1)} of {file}"
            self._found.append(LeftOut(many, places[0], reason))
        return self._found

    def _take(self, item: Item, *, constraints: bool) -> None:
        if not constraints:
            self._found.append(item)
        elif isinstance(item, Wanted):
            self._constraints.append(item)

    def _leave(self, text: str, where: str, reason: str) -> None:
        if self._open and not self._open[-1].is_relative_to(self.directory.resolve()):
            text = "a line"  # a file elsewhere may be any file: what is in it is not shown
        self._found.append(LeftOut(text, where, reason))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield lines with the number that each starts at: joined, without comments and hashes."""
    joined, begin = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        begin = begin or number
        if line.lstrip().startswith("#"):
            line = ""  # a comment ends a continued line, whatever it ends with itself
        if line.endswith("\\"):
            joined += line[:-1]
            continue
        if done := re.sub(r"(^|\s+)#.*$", "", joined + line).strip():
            yield begin, done
        joined, begin = "", 0
    if done := re.sub(r"(^|\s+)#.*$", "", joined).strip():
        yield begin, done


def _is_development(stem: str) -> bool:
    """Say whether a file's name has a word of development in it: `dev-requirements`, `docs`."""
    if stem in _RUNTIME:
        return False
    return any(map(is_development, re.split(r"[/_.-]", stem)))
