"""Make a prefix hold exactly some packages, having checked that each is what the index promises."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rattler import Channel, MatchSpec, RepoDataRecord, Subdir
from rattler import install as rattler_install
from rattler.exceptions import InstallerError, TransactionError

from generator.conda.channels import cache_root
from generator.conda.errors import HashMismatch, InstallFailed, PackageMissing
from generator.conda.explicit import Locked
from generator.conda.prefix import Installed
from generator.conda.solve import asking, client, gateway


def check(records: Iterable[RepoDataRecord], before: Iterable[Installed]) -> None:
    """Check what is not installed yet; raise `HashMismatch` or `PackageMissing`."""
    present = {(one.url, one.sha256) for one in before}
    for record in records:
        if (record.url, sha256_of(record)) not in present:
            check_local(record)


async def link(records: Sequence[RepoDataRecord], prefix: Path, specs: Iterable[str]) -> None:
    """Install, upgrade and remove until `prefix` holds `records`; raise `InstallFailed`.

    `specs` are what the user asked for, noted beside each package.
    """
    cache = cache_root() / "pkgs"
    cache.mkdir(parents=True, exist_ok=True)
    prefix.mkdir(parents=True, exist_ok=True)
    try:
        await rattler_install(
            list(records),
            prefix,
            cache_dir=cache,
            client=client(),
            show_progress=False,
            # The wrapper hands the list on as it is, and the library wants its own objects.
            requested_specs=[MatchSpec(spec)._match_spec for spec in specs],
        )
    except (InstallerError, TransactionError, OSError) as error:
        raise InstallFailed(prefix, " ".join(str(error).split())) from error


def check_local(record: RepoDataRecord) -> None:
    """Compare a `file://` package with its promised sha256: neither rattler nor conda does.

    (What comes over http is checked by rattler while it is downloaded.) Raises `HashMismatch`.
    """
    parts = urlsplit(record.url)
    if parts.scheme != "file":
        return
    path = Path(unquote(parts.path))
    if not path.is_file():
        raise PackageMissing(record.url)
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256_of(record):
        raise HashMismatch(record.url, sha256_of(record), found)


def sha256_of(record: RepoDataRecord) -> str:
    """Return a record's sha256 as hexadecimal digits, or nothing."""
    return record.sha256.hex() if record.sha256 else ""


async def locked_records(lock: Sequence[Locked]) -> list[RepoDataRecord]:
    """Find the index's record of each locked package, without solving.

    Raises `PackageMissing` for one that its channel no longer has, `HashMismatch` for one that the
    channel now promises with another sha256.
    """
    channels = sorted({one.channel for one in lock})
    with asking():
        found = await gateway().query(
            [Channel(url) for url in channels],
            [Subdir.current(), Subdir("noarch")],
            sorted({one.name for one in lock}),
            recursive=False,
        )
    records = {unquote(record.url): record for channel in found for record in channel}
    result = []
    for one in lock:
        record = records.get(unquote(one.url))
        if record is None:
            raise PackageMissing(one.url)
        if sha256_of(record) != one.sha256:
            raise HashMismatch(one.url, one.sha256, sha256_of(record))
        result.append(record)
    return result
