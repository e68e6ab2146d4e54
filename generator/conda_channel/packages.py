"""A conda package: its files and metadata, written as an archive into a channel.

Layout (`info/index.json`, `info/paths.json`, `info/link.json`, `site-packages/` where it is
`noarch: python`): conda-build's package specification.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

#: What an installer replaces by the prefix; as long as conda-build's, so that any prefix fits.
PLACEHOLDER = "/placehold" * 25 + "_pad"

#: One moment for every package (milliseconds): the same wheels give the same bytes.
TIMESTAMP = 1_767_225_600_000
COMPRESSION = 3

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
PYTHON_SPEC = f"python >={PYTHON},<3.{sys.version_info.minor + 1}.0a0"


@dataclass(frozen=True)
class Entry:
    """One file of a package: its bytes, or the target when it is a symbolic link."""

    content: bytes = b""
    executable: bool = False
    link: str | None = None
    mtime: int = TIMESTAMP // 1000
    has_placeholder: bool = False


@dataclass(frozen=True)
class Package:
    """A conda package: where it goes in the channel, and everything in it."""

    name: str
    version: str
    build: str
    subdir: str
    depends: tuple[str, ...]
    files: Mapping[str, Entry]
    noarch: bool = False
    entry_points: tuple[str, ...] = field(default=())

    @property
    def filename(self) -> str:
        """Return the archive's name in its subdir."""
        return f"{self.name}-{self.version}-{self.build}.conda"

    @property
    def index(self) -> dict[str, object]:
        """Return `info/index.json`: what the solver is told."""
        facts: dict[str, object] = {
            "name": self.name,
            "version": self.version,
            "build": self.build,
            "build_number": 0,
            "depends": list(self.depends),
            "constrains": [],
            "subdir": self.subdir,
            "timestamp": TIMESTAMP,
        }
        if self.noarch:
            facts["noarch"] = "python"
        else:
            facts["platform"], facts["arch"] = self.subdir.split("-")
        return facts

    def write(self, channel: Path) -> dict[str, object]:
        """Write the archive into `channel`; return its record for `repodata.json`."""
        from conda_package_streaming.create import conda_builder

        folder = channel / self.subdir
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / self.filename
        target.unlink(missing_ok=True)
        stem = self.filename.removesuffix(".conda")
        with conda_builder(stem, folder, compression_level=COMPRESSION) as archive:
            for path, entry in {**dict(self._info()), **self.files}.items():
                archive.addfile(_tarinfo(path, entry), io.BytesIO(entry.content))
        _forget_time(target)
        data = target.read_bytes()
        hashes = {name: hashlib.new(name, data).hexdigest() for name in ("sha256", "md5")}
        return {**self.index, **hashes, "size": len(data)}

    def _info(self) -> Iterator[tuple[str, Entry]]:
        paths = [_path_record(path, entry) for path, entry in self.files.items()]
        link = {
            "noarch": {"type": "python", "entry_points": list(self.entry_points)},
            "package_metadata_version": 1,
        }
        yield "info/index.json", Entry(_json(self.index))
        yield "info/paths.json", Entry(_json({"paths": paths, "paths_version": 1}))
        yield "info/files", Entry("".join(f"{path}\n" for path in self.files).encode())
        if self.noarch:
            yield "info/link.json", Entry(_json(link))


def _forget_time(archive: Path) -> None:
    """Write a zip archive again without the time: the same input then gives the same sha256."""
    with zipfile.ZipFile(archive) as old:
        members = [(zipfile.ZipInfo(one.filename), old.read(one)) for one in old.infolist()]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as new:
        for info, content in members:
            new.writestr(info, content)


def _path_record(path: str, entry: Entry) -> dict[str, object]:
    if entry.link is not None:
        return {"_path": path, "path_type": "softlink", "size_in_bytes": 0}
    record: dict[str, object] = {
        "_path": path,
        "path_type": "hardlink",
        "sha256": hashlib.sha256(entry.content).hexdigest(),
        "size_in_bytes": len(entry.content),
    }
    if entry.has_placeholder:
        record |= {"file_mode": "text", "prefix_placeholder": PLACEHOLDER}
    return record


def _tarinfo(path: str, entry: Entry) -> tarfile.TarInfo:
    info = tarfile.TarInfo(path)
    info.mtime = entry.mtime
    info.mode = 0o755 if entry.executable else 0o644
    if entry.link is None:
        info.size = len(entry.content)
    else:
        info.type, info.linkname = tarfile.SYMTYPE, entry.link
    return info


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True).encode()
