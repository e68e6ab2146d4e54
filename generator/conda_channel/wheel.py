"""A wheel as a conda package: other names, other places, and dependencies without extras."""

from __future__ import annotations

import configparser
import stat
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from functools import cached_property
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from generator.conda_channel.packages import PLACEHOLDER, PYTHON, PYTHON_SPEC, Entry, Package

#: Projects whose package on conda-forge has another name.
CONDA_NAMES = {
    "antlr4-python3-runtime": "antlr-python-runtime",
    "docker": "docker-py",
    "jsonpath-ng": "jsonpath-ng",
    "msgpack": "msgpack-python",
    "typing-extensions": "typing_extensions",
}


@dataclass(frozen=True)
class Wheel:
    """A wheel on disk and its metadata."""

    path: Path

    @cached_property
    def name(self) -> str:
        """Return the normalised project name."""
        return str(parse_wheel_filename(self.path.name)[0])

    @cached_property
    def version(self) -> str:
        """Return the version."""
        return str(parse_wheel_filename(self.path.name)[1])

    @cached_property
    def is_pure(self) -> bool:
        """Tell whether one archive serves every platform."""
        tags = parse_wheel_filename(self.path.name)[3]
        return all(tag.platform == "any" and tag.abi == "none" for tag in tags)

    @cached_property
    def metadata(self) -> Mapping[str, Sequence[str]]:
        """Return the headers of METADATA that name requirements."""
        with zipfile.ZipFile(self.path) as archive:
            name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
            message = HeaderParser().parsestr(archive.read(name).decode())
        return {key: message.get_all(key, []) for key in ("Requires-Dist", "Requires-Python")}

    def requirements(self, extra: str = "") -> Iterator[Requirement]:
        """Yield what an installation here needs, with one extra or none."""
        for line in self.metadata["Requires-Dist"]:
            requirement = Requirement(line)
            if requirement.marker is None:
                if not extra:
                    yield requirement
            elif requirement.marker.evaluate({"extra": extra}) and not (
                extra and requirement.marker.evaluate({"extra": ""})
            ):
                yield requirement


def conda_name(project: str) -> str:
    """Return a project's name on conda-forge."""
    name = canonicalize_name(project)
    return CONDA_NAMES.get(name, name)


def from_wheel(wheel: Wheel, wheels: Mapping[str, Wheel], subdir: str) -> Package:
    """Convert a wheel; `wheels` finds the wheel whose extra is asked for, by project name.

    conda has no extras, so a dependency on `name[extra]` becomes one on `name` and one on each
    requirement that the extra adds.
    """
    site = "site-packages" if wheel.is_pure else f"lib/python{PYTHON}/site-packages"
    files: dict[str, Entry] = {}
    entry_points: tuple[str, ...] = ()
    with zipfile.ZipFile(wheel.path) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            content = archive.read(info)
            executable = bool(info.external_attr >> 16 & stat.S_IXUSR)
            if info.filename.endswith(".dist-info/entry_points.txt"):
                entry_points = tuple(_console_scripts(content.decode()))
            target = _target(info.filename, site, pure=wheel.is_pure)
            files[target] = (
                _script(content)
                if "/scripts/" in info.filename.partition(".data")[2]
                else Entry(content, executable)
            )
    dist_info = next(path for path in files if path.endswith(".dist-info/METADATA"))
    files[dist_info.replace("METADATA", "INSTALLER")] = Entry(b"conda\n")
    if not wheel.is_pure:
        files |= {f"bin/{line.partition(' = ')[0]}": _launcher(line) for line in entry_points}
    requires_python = ",".join(wheel.metadata["Requires-Python"]).replace(" ", "")
    python = f"python {requires_python}".strip() if wheel.is_pure else PYTHON_SPEC
    return Package(
        name=conda_name(wheel.name),
        version=wheel.version,
        build="pyhd8ed1ab_0" if wheel.is_pure else f"py{PYTHON.replace('.', '')}h0000000_0",
        subdir="noarch" if wheel.is_pure else subdir,
        depends=(python, *dict.fromkeys(_depends(wheel.requirements(), wheels))),
        files=files,
        noarch=wheel.is_pure,
        entry_points=entry_points if wheel.is_pure else (),
    )


def _depends(requirements: Iterator[Requirement], wheels: Mapping[str, Wheel]) -> Iterator[str]:
    for requirement in requirements:
        specifier = str(requirement.specifier).replace(" ", "")
        yield f"{conda_name(requirement.name)} {specifier}".strip()
        provider = wheels.get(canonicalize_name(requirement.name))
        for extra in requirement.extras if provider else ():
            yield from _depends(provider.requirements(extra), wheels)  # type: ignore[union-attr] # looked at above


def _target(name: str, site: str, *, pure: bool) -> str:
    """Return where a wheel's member goes (`.data/` holds what is not for site-packages)."""
    top, _, rest = name.partition("/")
    if not top.endswith(".data"):
        return f"{site}/{name}"
    kind, _, path = rest.partition("/")
    scripts = "python-scripts" if pure else "bin"
    return {"scripts": f"{scripts}/{path}", "data": path}.get(kind, f"{site}/{path}")


def _script(content: bytes) -> Entry:
    """Give a wheel's script the prefix's interpreter (`#!python` is what a wheel says)."""
    first, _, rest = content.partition(b"\n")
    if not first.startswith(b"#!python"):
        return Entry(content, executable=True)
    shebang = f"#!{PLACEHOLDER}/bin/python\n".encode()
    return Entry(shebang + rest, executable=True, has_placeholder=True)


def _console_scripts(text: str) -> Iterator[str]:
    parser = configparser.ConfigParser(delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign] # keep the case; typeshed has no word for it
    parser.read_string(text)
    if parser.has_section("console_scripts"):
        for name, value in parser.items("console_scripts"):
            yield f"{name} = {value.partition('[')[0].strip()}"


def _launcher(line: str) -> Entry:
    """Write the script that calls an entry point, as an installer would."""
    module, _, function = line.partition(" = ")[2].partition(":")
    body = (
        f"#!{PLACEHOLDER}/bin/python\nimport sys\n"
        f"from {module} import {function.partition('.')[0]}\n"
        f"if __name__ == '__main__':\n    sys.exit({function}())\n"
    )
    return Entry(body.encode(), executable=True, has_placeholder=True)
