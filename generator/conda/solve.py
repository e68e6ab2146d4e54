"""Which packages an environment should hold: rattler's solver, asked the way conda asks its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rattler import (
    Channel,
    Client,
    Gateway,
    MatchSpec,
    PrefixRecord,
    RepoDataRecord,
    Subdir,
    VirtualPackage,
)
from rattler import solve as rattler_solve
from rattler.exceptions import GatewayError, InvalidMatchSpecError, SolverError

from generator.conda.channels import authorization, cache_root, channel_url
from generator.conda.errors import ChannelUnread, Unsolvable


@dataclass(frozen=True)
class Request:
    """What to solve: match specs in channels (names or URLs), beside what is there already.

    `pins` restrict a package only where it is needed at all (conda-meta/pinned).
    """

    channels: tuple[str, ...]
    specs: tuple[str, ...]
    installed: tuple[PrefixRecord, ...] = ()
    pins: tuple[str, ...] = ()


def platform() -> str:
    """Return conda's name of this machine, such as `linux-64`."""
    return str(Subdir.current())


def gateway() -> Gateway:
    """Return what fetches and caches the channels' indexes."""
    folder = cache_root() / "index"
    folder.mkdir(parents=True, exist_ok=True)
    return Gateway(cache_dir=folder, client=client())


def client() -> Client:
    """Return what asks the channels' servers: as rattler's own does, and as the alias wants it."""
    from rattler.networking import middleware as use

    host, header = authorization()

    def logged_in(asked: str, _: str) -> dict[str, str] | None:
        return {"Authorization": header} if header and asked == host else None

    return Client(
        [
            use.RetryMiddleware(3),
            use.AddHeadersMiddleware(logged_in),
            use.AuthenticationMiddleware(),
            use.OciMiddleware(),
            use.GCSMiddleware(),
            use.S3Middleware(),
        ]
    )


@contextmanager
def asking() -> Iterator[None]:
    """Turn what a channel, or what it is asked for, comes to into an error of the engine."""
    try:
        yield
    except GatewayError as error:
        raise ChannelUnread(" ".join(str(error).split())) from error
    except InvalidMatchSpecError as error:
        raise Unsolvable(" ".join(str(error).split())) from error


async def available(channel: str, name: str) -> list[str]:
    """Return the versions of a package that a channel has for this machine, in no order."""
    with asking():
        found = await gateway().query(
            sources=[Channel(channel_url(channel))],
            platforms=[Subdir.current(), Subdir("noarch")],
            specs=[MatchSpec(name)],
            recursive=False,
        )
    return sorted({str(record.version) for records in found for record in records})


def records_of(prefix: Path) -> tuple[PrefixRecord, ...]:
    """Return rattler's own view of what is installed."""
    return tuple(
        PrefixRecord.from_path(path) for path in sorted((prefix / "conda-meta").glob("*.json"))
    )


async def solve_frozen(request: Request) -> list[RepoDataRecord]:
    """Keep everything installed exactly as it is if that is possible, else change what must change.

    That is what `conda env update` does (conda/env/installers/conda.py). Raises `Unsolvable`.
    """
    if request.installed:
        try:
            return await _solve(request, frozen=request.installed)
        except SolverError:
            pass
    return await solve_preferring(request, request.installed)


async def solve_preferring(
    request: Request, preferred: Iterable[PrefixRecord]
) -> list[RepoDataRecord]:
    """Choose the newest packages, but the preferred where they fit. Raises `Unsolvable`."""
    try:
        return await _solve(request, preferred=tuple(preferred))
    except SolverError as error:
        raise Unsolvable(" ".join(str(error).split())) from error


async def _solve(
    request: Request,
    *,
    frozen: Sequence[PrefixRecord] = (),
    preferred: Sequence[PrefixRecord] = (),
) -> list[RepoDataRecord]:
    with asking():
        specs = [MatchSpec(spec) for spec in request.specs]
        constraints = [MatchSpec(pin) for pin in request.pins]
        return await rattler_solve(
            sources=[Channel(channel_url(name)) for name in request.channels],
            specs=specs,
            gateway=gateway(),
            pinned_packages=list(frozen),
            locked_packages=list(preferred),
            virtual_packages=VirtualPackage.detect(),
            constraints=constraints,
        )
