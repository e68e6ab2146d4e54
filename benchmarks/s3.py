"""The generated project's S3 code against one boto3 call after the other, at +25 ms a request.

    python -m benchmarks.s3 [--rounds 3] [--objects 500] [--json FILE]

A project with the feature `concurrency` is rendered and installed by uv. nginx with its Lua module
(Debian's nginx-light and libnginx-mod-http-lua) stands in for S3 on loopback: a listing in pages of
1,000 and objects of 64 KiB, every answer 25 ms late. In each round every way lists the bucket and
reads all objects once, in changing order; the figures are medians of the rounds' ratios. Then one
process reads 500, another 50,000 objects of 1 KiB without delay: the most memory each had.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from uv import find_uv_bin

from benchmarks.server import free_port, nginx
from generator.answers import resolve
from generator.render import render

INSIDE = Path(__file__).parent / "inside" / "s3.py"
MODULES = """\
load_module /usr/lib/nginx/modules/ndk_http_module.so;
load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;"""
HTTP = """
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        root {folder}/served;
        default_type application/octet-stream;
        location ~ ^/(?<size>small|large)-(?<count>[0-9]+)/?$ {{
            access_by_lua_block {{ ngx.sleep({delay}) }}
            content_by_lua_block {{
                local token = ngx.req.get_uri_args()["continuation-token"] or "0"
                ngx.exec("/pages/" .. ngx.var.size .. "-" .. ngx.var.count .. "/" .. token)
            }}
        }}
        location /pages/ {{ internal; default_type application/xml; }}
        location ~ ^/(?<size>small|large)-[0-9]+/. {{
            access_by_lua_block {{ ngx.sleep({delay}) }}
            try_files /$size =404;
        }}
    }}
"""
SIZES = {"large": 64 * 1024, "small": 1024}
#: A way, and how many objects it reads at a time.
WAYS = (("boto3", 1), ("asyncio", 16), ("asyncio", 64), ("threads", 16), ("processes", 2))
NS = "http://s3.amazonaws.com/doc/2006-03-01/"


def write_bucket(served: Path, size: str, count: int) -> str:
    """Write the listing of a bucket, page by page, and return the bucket's name."""
    name = f"{size}-{count}"
    pages = served / "pages" / name
    pages.mkdir(parents=True)
    for start in range(0, count, 1000):
        keys = range(start, min(start + 1000, count))
        more = keys.stop < count
        token = f"<NextContinuationToken>{keys.stop}</NextContinuationToken>" if more else ""
        entries = "".join(
            f"<Contents><Key>key-{key:06}</Key><Size>{SIZES[size]}</Size></Contents>"
            for key in keys
        )
        (pages / str(start)).write_text(
            f'<?xml version="1.0"?><ListBucketResult xmlns="{NS}"><Name>{name}</Name>'
            f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{entries}</ListBucketResult>"
        )
    return name


def install(folder: Path) -> Path:
    """Render the project and install it; return its interpreter."""
    given = {"project_name": "bench-app", "manager": "uv", "features": ["concurrency"]}
    answers = resolve(given)
    render(answers.context, answers.values).write(folder)
    uv = find_uv_bin()
    subprocess.run([uv, "sync", "--quiet", "--python", sys.executable], cwd=folder, check=True)
    return folder / ".venv" / "bin" / "python"


def run(python: Path, port: int, bucket: str, way: str, workers: int) -> dict[str, float]:
    """Let a fresh process do one way; return what it printed."""
    argv = [str(python), str(INSIDE), f"http://127.0.0.1:{port}", bucket, way, str(workers)]
    ran = subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(ran.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--objects", type=int, default=500)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    report: dict[str, object] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/dev/shm")))
        served = folder / "served"
        bucket = write_bucket(served, "large", arguments.objects)
        buckets = [write_bucket(served, "small", count) for count in (500, 50_000)]
        for name, size in SIZES.items():
            (served / name).write_bytes(random.randbytes(size))
        folder.chmod(0o755)  # nginx's worker is another user where root starts it
        python = install(folder / "app")
        late, prompt = free_port(), free_port()
        stack.enter_context(
            nginx(
                folder,
                late,
                HTTP.format(port=late, folder=folder, delay=0.025)
                + HTTP.format(port=prompt, folder=folder, delay=0),
                modules=MODULES,
            )
        )
        report["ways"] = compare(python, late, bucket, arguments.rounds)
        report["memory"] = memory(python, prompt, buckets)
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1) + "\n")


def compare(python: Path, port: int, bucket: str, rounds: int) -> dict[str, object]:
    """Run every way in every round; print and return seconds, ratios and live tasks."""
    runs: dict[tuple[str, int], list[dict[str, float]]] = {way: [] for way in WAYS}
    for number in range(rounds):
        for way in random.sample(WAYS, len(WAYS)):
            print(f"\rround {number + 1} of {rounds}: {way[0]:<10}", end="", file=sys.stderr)
            runs[way].append(run(python, port, bucket, *way))
    print(file=sys.stderr)
    print(f"{'way':<10} {'at once':>7} {'seconds':>8} {'x boto3':>8} {'live tasks':>11}")
    found: dict[str, object] = {}
    base = [one["seconds"] for one in runs["boto3", 1]]
    for (name, workers), several in runs.items():
        seconds = [one["seconds"] for one in several]
        ratio = statistics.median(b / s for b, s in zip(base, seconds, strict=True))
        live = max(one["tasks"] for one in several)
        median = statistics.median(seconds)
        print(f"{name:<10} {workers:>7} {median:>8.2f} {ratio:>8.1f} {live or '':>11}")
        found[f"{name} {workers}"] = {"seconds": seconds, "ratio": ratio, "tasks": live}
    return found


def memory(python: Path, port: int, buckets: list[str]) -> dict[str, float]:
    """Read each bucket with 64 tasks; print and return the most memory each process had."""
    found = {}
    for bucket in buckets:
        one = run(python, port, bucket, "asyncio", 64)
        found[bucket] = one["peak_mib"]
        print(f"{bucket.partition('-')[2]:>7} objects: {one['peak_mib']:.1f} MiB at most")
    return found


if __name__ == "__main__":
    main()
