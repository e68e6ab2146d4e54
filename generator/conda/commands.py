"""The commands that change a prefix, each in few steps: read, solve, link, write the history."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rattler import RepoDataRecord

from generator.conda import history
from generator.conda.environment_file import read_environment_file, spec_name
from generator.conda.errors import BadLock, EnvironmentExists, NotInstalled
from generator.conda.explicit import parse_lock
from generator.conda.install import check, link, locked_records
from generator.conda.prefix import Installed, installed, is_environment
from generator.conda.solve import Request, platform, records_of, solve_frozen, solve_preferring

_EXACT = re.compile(r"==?[^=<>~!,|*]+(?:=|\s)[^=<>~!,|*]+$")


@dataclass(frozen=True)
class Change:
    """What a command did: how many packages were there, came and left."""

    total: int
    added: int
    removed: int

    def __str__(self) -> str:
        return f"{self.total} packages: {self.added} added, {self.removed} removed"


async def create_from_lock(
    prefix: Path, lock: Path, command: Sequence[str], *, yes: bool
) -> Change:
    """`conda create --prefix P --file LOCK --yes`: exactly what the lock lists, or an error."""
    try:
        text = lock.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadLock(lock, "cannot be read") from error
    locked = parse_lock(lock, text, platform())
    records = await locked_records(locked)
    specs = [f"{one.name} =={one.version} {one.build}" for one in locked]
    return await _create(prefix, records, specs, command, yes=yes)


async def create(prefix: Path, file: Path, command: Sequence[str], *, yes: bool) -> Change:
    """`conda env create --prefix P --file F --yes`: solve afresh, and replace what was there."""
    asked = read_environment_file(file)
    records = await solve_frozen(Request(asked.channels, asked.specs))
    return await _create(prefix, records, asked.specs, command, yes=yes)


async def update_from_file(
    prefix: Path, file: Path, command: Sequence[str], *, prune: bool
) -> Change:
    """`conda env update --prefix P --file F [--prune]`: add what the file asks for.

    What is installed stays as it is where it can; with `prune`, what the file does not need leaves.
    """
    asked = read_environment_file(file)
    specs = {spec_name(spec): spec for spec in asked.specs}
    if not prune and is_environment(prefix):
        names = [one.name for one in installed(prefix)]
        specs = {name: name for name in names} | history.requested(prefix, names) | specs
    request = Request(
        asked.channels, tuple(specs.values()), records_of(prefix), history.pins(prefix)
    )
    return await _apply(prefix, await solve_frozen(request), asked.specs, command)


async def update(
    prefix: Path, names: Sequence[str], channels: Sequence[str], command: Sequence[str]
) -> Change:
    """`conda update --prefix P --channel C NAME`: the newest of these; others move if they must."""
    present = [one.name for one in installed(prefix)]
    for name in names:
        if name not in present:
            raise NotInstalled(name, prefix)
    wanted = history.requested(prefix, present)
    # What a lock asked for is exact; like conda, let it go where it would stand in the way.
    ranges = {name: spec for name, spec in wanted.items() if not _EXACT.search(spec)}
    specs = {name: name for name in present} | ranges | {name: name for name in names}
    records = records_of(prefix)
    preferred = [one for one in records if one.name.normalized not in names]
    request = Request(tuple(channels), tuple(specs.values()), records, history.pins(prefix))
    return await _apply(prefix, await solve_preferring(request, preferred), names, command)


async def _create(
    prefix: Path,
    records: Sequence[RepoDataRecord],
    specs: Sequence[str],
    command: Sequence[str],
    *,
    yes: bool,
) -> Change:
    """Replace what is at `prefix`, once everything that could stop us has been looked at."""
    if is_environment(prefix) and not yes:
        raise EnvironmentExists(prefix)
    check(records, ())
    if is_environment(prefix):
        shutil.rmtree(prefix)
    return await _apply(prefix, records, specs, command)


async def _apply(
    prefix: Path, records: Sequence[RepoDataRecord], specs: Sequence[str], command: Sequence[str]
) -> Change:
    before = _by_name(prefix)
    check(records, before.values())
    await link(records, prefix, specs)
    (prefix / "conda-meta").mkdir(exist_ok=True)
    (prefix / "conda-meta" / "history").touch()
    after = _by_name(prefix)
    history.record(prefix, command, specs, before, after)
    return Change(
        total=len(after),
        added=sum(before.get(name) != one for name, one in after.items()),
        removed=sum(after.get(name) != one for name, one in before.items()),
    )


def _by_name(prefix: Path) -> dict[str, Installed]:
    return {one.name: one for one in installed(prefix)} if is_environment(prefix) else {}
