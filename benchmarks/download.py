"""How fast the generated `download` is beside aria2c and the plainest loop, as paired ratios.

    python -m benchmarks.download [--rounds 7] [--kills 50] [--memory] [--json FILE]

A project with this feature is rendered and installed with uv in a temporary folder. nginx serves
1 GiB of random bytes on 127.0.0.1, out of memory-backed storage and into it, so that neither a disk
nor a network is measured; it and aria2c have to be installed (`apt-get install nginx aria2`). Times
are those of whole processes, Python's start included. Every round runs each contender once, in a
changing order; a ratio is taken within a round, so that what else goes on on the machine meets
both. `--kills` ends downloads with SIGKILL at random moments, goes on with them, and compares every
byte. `--memory` takes the peak at 1 and at 4 GiB. This measures, and fails nothing but wrong bytes.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uv

from benchmarks.server import free_port, nginx
from generator.answers import resolve
from generator.render import render

SHARED = Path("/dev/shm")
ENGINES = ("threads", "asyncio", "aiohttp")
HTTP = """
    tcp_nopush on;
    root {folder}/www;
    ssl_certificate {folder}/cert.pem;
    ssl_certificate_key {folder}/key.pem;
    server {{ listen 127.0.0.1:{plain}; }}
    server {{ listen 127.0.0.1:{tls} ssl; }}
    server {{ listen 127.0.0.1:{limited}; limit_rate 64m; }}
"""
# What one finds when looking for how to do it: one connection, 4,096 bytes at a time.
LOOP = """
import asyncio, sys
import aiohttp

async def download_file(url, filename):
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as response:
            with open(filename, "wb") as f:
                while True:
                    chunk = await response.content.read(4096)
                    if not chunk:
                        break
                    f.write(chunk)

asyncio.run(download_file(*sys.argv[1:]))
"""
PEAK = """
import re, sys
from bench.cli import main
code = main(sys.argv[1:])
print(re.search(r"VmHWM:\\s+([0-9]+)", open("/proc/self/status").read())[1])
sys.exit(code)
"""


@dataclass(frozen=True)
class Place:
    """Where everything is, and the addresses of the three servers."""

    folder: Path
    python: Path
    servers: dict[str, str]

    @property
    def env(self) -> dict[str, str]:
        """The environment of every contender."""
        left_out = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}
        kept = {name: value for name, value in os.environ.items() if name not in left_out}
        return kept | {"SSL_CERT_FILE": str(self.folder / "cert.pem")}

    @property
    def target(self) -> Path:
        """Where downloads go."""
        return self.folder / "target" / "file"

    def clean(self) -> None:
        """Remove what a download has left."""
        shutil.rmtree(self.target.parent, ignore_errors=True)
        self.target.parent.mkdir()


def install(folder: Path) -> Path:
    """Render a project with the feature and install it; return its Python."""
    answers = resolve({"project_name": "bench", "manager": "uv", "features": ["download"]})
    render(answers.context, answers.values).write(folder)
    words = ["sync", "--quiet", "--no-dev", "--compile-bytecode"]
    env = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    subprocess.run([uv.find_uv_bin(), *words], cwd=folder, env=env, check=True)
    python = folder / ".venv" / "bin" / "python"
    subprocess.run([python, "-m", "compileall", "-q", "src"], cwd=folder, check=True)
    return python


def make_file(path: Path, gib: int) -> None:
    """Write random bytes."""
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        for _ in range(64 * gib):
            file.write(random.randbytes(2**24))


@contextmanager
def serving(folder: Path, python: Path) -> Iterator[Place]:
    """Run nginx."""
    if not shutil.which("aria2c"):
        sys.exit("aria2c is needed")
    certificate = ["-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(
        ["openssl", "req", *certificate, *names, *files], check=True, stderr=subprocess.DEVNULL
    )
    plain, tls, limited = free_port(), free_port(), free_port()
    http = HTTP.format(folder=folder, plain=plain, tls=tls, limited=limited)
    servers = {
        "plain": f"http://127.0.0.1:{plain}",
        "TLS": f"https://127.0.0.1:{tls}",
        "64 MiB/s a connection": f"http://127.0.0.1:{limited}",
    }
    with nginx(folder, plain, http, workers=2):
        yield Place(folder, python, servers)


def contenders(place: Place, url: str, *, limited: bool) -> dict[str, list[str]]:
    """Return the command lines; the first is what the others are compared with."""
    target = place.target
    aria2 = ["aria2c", "--quiet", "-x16", "-s16", f"--ca-certificate={place.folder}/cert.pem"]
    found = {"aria2c": [*aria2, "-d", str(target.parent), "-o", target.name, url]}
    for engine in ENGINES:
        found[engine] = ours(place, url, "--engine", engine)
    if not limited:  # one connection would take as long as that takes
        found["the plain loop"] = [str(place.python), "-c", LOOP, url, str(target)]
    return found


def ours(place: Place, url: str, *options: str) -> list[str]:
    """Return our command line."""
    program = str(place.python.with_name("bench"))
    return [program, "download", url, "-o", str(place.target), *options]


def timed(place: Place, argv: list[str]) -> float:
    """Run a contender; return its wall seconds."""
    place.clean()
    begin = time.perf_counter()
    subprocess.run(argv, env=place.env, check=True, capture_output=True)
    seconds = time.perf_counter() - begin
    size = place.target.stat().st_size
    if size != (place.folder / "www" / "1").stat().st_size:
        sys.exit(f"{argv[0]} left {size:,} bytes")
    return seconds


def compare(place: Place, setting: str, rounds: int) -> list[dict[str, float | str]]:
    """Measure one setting; return a row for each contender."""
    url = f"{place.servers[setting]}/1"
    runs = contenders(place, url, limited=setting.startswith("64"))
    times: dict[str, list[float]] = {name: [] for name in runs}
    names = list(runs)
    for number in range(rounds + 1):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            seconds = timed(place, runs[name])
            if number:  # the first round fills caches
                times[name].append(seconds)
    return [_row(setting, name, times) for name in names]


def _row(setting: str, name: str, times: dict[str, list[float]]) -> dict[str, float | str]:
    row: dict[str, float | str] = {
        "setting": setting,
        "name": name,
        "seconds": statistics.median(times[name]),
        "best": min(times[name]),
    }
    for other in ("aria2c", "the plain loop"):
        if other in times and other != name:
            ratios = [a / b for a, b in zip(times[other], times[name], strict=True)]
            row[f"against {other}"] = statistics.median(ratios)
    return row


def peak(place: Place, engine: str, gib: int) -> float:
    """Return the peak memory of a download, in MiB."""
    place.clean()
    url = f"{place.servers['plain']}/{gib}"
    argv = [str(place.python), "-c", PEAK, *ours(place, url, "--engine", engine)[1:]]
    done = subprocess.run(argv, env=place.env, check=True, capture_output=True, text=True)
    return int(done.stdout.split()[-1]) / 1024


def kill(place: Place, kills: int) -> dict[str, int]:
    """End downloads at random moments until there were `kills`; exit where a byte is wrong."""
    url = f"{place.servers['plain']}/1"
    found = {"kills": 0, "resumed": 0, "complete": 0}
    whole = timed(place, ours(place, url))
    place.clean()
    while found["kills"] < kills or not place.target.exists():
        engine = random.choice(ENGINES)
        last = found["kills"] >= kills
        with subprocess.Popen(
            ours(place, url, "--engine", engine),
            env=place.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as child:
            try:
                _, words = child.communicate(
                    timeout=None if last else random.uniform(0.1, 0.9) * whole
                )
            except subprocess.TimeoutExpired:
                child.kill()
                child.communicate()
                found["kills"] += 1
                words = ""
        if child.returncode not in {0, -signal.SIGKILL}:
            sys.exit(f"exit code {child.returncode}: {words}")
        if not place.target.exists():
            continue
        found["complete"] += 1
        found["resumed"] += "were there" in words
        if not filecmp.cmp(place.target, place.folder / "www" / "1", shallow=False):
            sys.exit("a byte is wrong")
        if found["kills"] < kills:
            place.clean()
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7, help="0 to measure no times")
    parser.add_argument("--kills", type=int, default=0, metavar="N")
    parser.add_argument("--memory", action="store_true", help="peaks at 1 and 4 GiB")
    parser.add_argument("--json", type=Path, help="write what was measured here, too")
    options = parser.parse_args()
    report: dict[str, object] = {}
    with (
        tempfile.TemporaryDirectory() as work,
        tempfile.TemporaryDirectory(dir=SHARED) as shared,
    ):
        python = install(Path(work) / "bench")
        make_file(Path(shared) / "www" / "1", 1)
        Path(shared).chmod(0o755)  # nginx's workers are someone else
        with serving(Path(shared), python) as place:
            for setting in place.servers if options.rounds else ():
                rows = compare(place, setting, options.rounds)
                report[setting] = rows
                _print_rows(rows)
            if options.memory:
                make_file(Path(shared) / "www" / "4", 4)
                peaks = {f"{e}, {g} GiB": peak(place, e, g) for e in ENGINES for g in (1, 4)}
                report["peak MiB"] = peaks
                print("peak MiB:", ", ".join(f"{name}: {mib:.0f}" for name, mib in peaks.items()))
            if options.kills:
                report["kills"] = kill(place, options.kills)
                print(report["kills"])
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")


def _print_rows(rows: list[dict[str, float | str]]) -> None:
    for row in rows:
        ratios = [
            f"{value:5.2f}x {name.removeprefix('against ')}"
            for name, value in row.items()
            if name.startswith("against ")
        ]
        seconds = f"{row['seconds']:6.2f} s, best {row['best']:5.2f}"
        print(f"{row['setting']:22} {row['name']:15} {seconds} ", *ratios, flush=True)


if __name__ == "__main__":
    main()
