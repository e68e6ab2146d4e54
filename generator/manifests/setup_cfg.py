"""setup.cfg of setuptools: install_requires, and the extras for development."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from pathlib import Path

from generator.compare.model import LeftOut
from generator.manifests.document import Document
from generator.manifests.errors import BadManifest
from generator.manifests.items import (
    Group,
    Item,
    Listing,
    Python,
    is_development,
    specifiers,
    wanted,
)

KIND = "setup.cfg"
LOOKED_FOR = ("setup.cfg",)


def files(directory: Path) -> tuple[str, ...]:
    """Return setup.cfg where it lists dependencies; most hold settings of other tools only."""
    path = directory / "setup.cfg"
    if not path.is_file():
        return ()
    text = Document.read(directory, path).text
    return (
        LOOKED_FOR
        if re.search(r"(?m)^(install_requires\b|\[options\.extras_require\])", text)
        else ()
    )


def read(directory: Path) -> Listing:
    """Read it; raise `BadManifest` for what setuptools would refuse, too."""
    document = Document.read(directory, directory / "setup.cfg")
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(document.text)
    except configparser.Error as error:
        line = getattr(error, "lineno", None) or (getattr(error, "errors", None) or [(1,)])[0][0]
        why = str(error).partition("\n")[0]
        raise BadManifest(f"setup.cfg:{line}", f"is not valid ({why})", "[section]s") from error
    items = [*_list(document, parser, "options", "install_requires", "runtime")]
    section = "options.extras_require"
    for extra in parser.options(section) if parser.has_section(section) else ():
        if is_development(extra):
            items += _list(document, parser, "options.extras_require", extra, "dev")
        else:
            where = document.where("[options.extras_require]", extra)
            reason = "an extra that users choose; the layouts have runtime and dev only"
            items.append(LeftOut(extra, where, reason))
    stated = parser.get("options", "python_requires", fallback="").strip()
    where = document.where("[options]", "python_requires")
    python = (
        Python(f"python_requires = {stated}", where, (specifiers(stated, where),))
        if stated
        else None
    )
    name = parser.get("metadata", "name", fallback="").strip()
    return Listing(LOOKED_FOR, tuple(items), name, python)


def _list(
    document: Document, parser: configparser.ConfigParser, section: str, key: str, group: Group
) -> Iterator[Item]:
    value = parser.get(section, key, fallback="")
    if value.strip().startswith("file:"):
        where = document.where(f"[{section}]", key)
        raise BadManifest(where, f"`{key}` is {value.strip()!r}", "the requirements themselves")
    for line in value.splitlines() if "\n" in value else value.split(";"):
        if text := line.strip():
            where = document.where(f"[{section}]", key, text.partition(";")[0].strip())
            yield wanted(text, group, where)
