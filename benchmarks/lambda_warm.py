"""What a warm invocation of the generated Lambda function costs besides its work.

    python benchmarks/lambda_warm.py --project DIR [--rounds 300] [--json FILE]

DIR is a generated project with the feature `lambda`; where it does not exist, it is made there, and
uv installs it. In every round, in a changing order, the function is called with a batch of one
message, with a batch that speaks of no object, and its work alone is done: in the same loop, with
the same client, on the same object, which a process of its own serves on the loopback. The overhead
is the difference within a round. Once in ten rounds, the same work is also done by a function that
keeps nothing: with a new loop, session and client. This measures, and fails nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

CONTENT = bytes(64 * 1024)
PACKAGE = "warm"


def main() -> None:
    """Make the project where it is missing, and measure in its environment."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--project", type=Path, required=True, help="made where it does not exist")
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve()
    elif options.inside:
        with served() as url:
            found = measure(url, options.rounds)
        show(found)
        if options.json:
            options.json.write_text(json.dumps(found, indent=2) + "\n")
    else:
        project = options.project.resolve()
        prepare(project)
        python = project / ".venv" / "bin" / "python"
        argv = [str(python), __file__, "--inside", *sys.argv[1:]]
        sys.exit(subprocess.run(argv, check=False).returncode)


def prepare(project: Path) -> None:
    """Make and install the project, unless it is there."""
    if (project / ".venv").exists():
        return
    import uv

    words = ["new", project, "--package-name", PACKAGE, "--manager=uv", "--features=lambda"]
    scaffold = [sys.executable, "-m", "generator", *map(str, words), "--no-git", "--quiet"]
    subprocess.run(scaffold, check=True)
    subprocess.run([uv.find_uv_bin(), "sync", "--quiet"], cwd=project, check=True)


class _Objects(BaseHTTPRequestHandler):
    """Answers any GET with the content, on a connection that stays."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for head and body, or the kernel waits for an acknowledgement

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def serve() -> None:
    """Serve objects until standard input ends; print the port first."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Objects) as server:
        server.daemon_threads = True
        print(server.server_port, flush=True)
        Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()


@contextmanager
def served() -> Iterator[str]:
    """Run the server in a process of its own, so that it shares no interpreter with us."""
    argv = [sys.executable, __file__, "--serve", "--project", "."]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.communicate()


def measure(url: str, rounds: int) -> dict[str, Any]:
    """Return milliseconds: the medians, 95th percentiles, and those of the differences."""
    given = {"AWS_ENDPOINT_URL": url, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a"}
    os.environ.update(given, AWS_SECRET_ACCESS_KEY="b", AWS_EC2_METADATA_DISABLED="true")
    aws, events, work = (_part(name) for name in ("aws", "aws_lambda.events", "aws_lambda.work"))
    function, session = _part("aws_lambda.handler"), _part("session")
    container, handler = function.container, function.handler
    typing = importlib.import_module("aws_lambda_powertools.utilities.typing")

    # Lambda reads the log from a pipe; where this prints to must not count.
    sink = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - open until the end
    function.logger.registered_handler.setStream(sink)
    item = events.Item("uploads", "key")
    record = {"bucket": {"name": item.bucket}, "object": {"key": item.key}}
    context = typing.LambdaContext()
    facts = {"function_name": "f", "memory_limit_in_mb": 1, "function_version": "1"}
    for name, value in {**facts, "aws_request_id": "1", "invoked_function_arn": "arn"}.items():
        setattr(context, f"_{name}", value)
    context.get_remaining_time_in_millis = lambda: 60_000

    def batch(event: str) -> dict[str, Any]:
        body = json.dumps({"Records": [{"eventName": event, "s3": record}]})
        return {"Records": [{"messageId": "1", "eventSource": "aws:sqs", "body": body}]}

    def forgetful() -> None:
        async def once() -> None:
            async with aws.Aws(session=session.Session()).s3() as client:
                await work.read(client, item)

        asyncio.run(once())

    one, nothing = batch("ObjectCreated:Put"), batch("ObjectRemoved:Delete")
    calls: dict[str, Callable[[], Any]] = {
        "function": lambda: handler(one, context),
        "function, no object": lambda: handler(nothing, context),
        "work alone": lambda: container.run(lambda client: work.read(client, item)),
    }
    first = _milliseconds(calls["function"])
    times: dict[str, list[float]] = {name: [] for name in calls}
    kept_nothing = []
    for number in range(rounds):
        order = list(calls)
        random.Random(number).shuffle(order)
        for name in order:
            times[name].append(_milliseconds(calls[name]))
        if number % 10 == 0:
            kept_nothing.append(_milliseconds(forgetful))
    container.close()
    times["overhead"] = [
        whole - work for whole, work in zip(times["function"], times["work alone"], strict=True)
    ]
    rows = {**times, "new loop, session and client": kept_nothing}
    figures = {
        name: {"median": statistics.median(row), "p95": statistics.quantiles(row, n=20)[-1]}
        for name, row in rows.items()
    }
    return {"python": sys.version.split()[0], "rounds": rounds, "first": first, "ms": figures}


def _part(name: str) -> Any:
    """Import a module of the project's package."""
    return importlib.import_module(f"{PACKAGE}.{name}")


def _milliseconds(call: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    call()
    return (time.perf_counter() - begin) * 1000


def show(found: dict[str, Any]) -> None:
    """Print a table."""
    print(f"Python {found['python']}, {found['rounds']} rounds, milliseconds")
    print(f"{'':30} {'median':>8} {'p95':>8}")
    for name, row in found["ms"].items():
        print(f"{name:30} {row['median']:8.2f} {row['p95']:8.2f}")
    print(f"{'the first call':30} {found['first']:8.2f}")


if __name__ == "__main__":
    main()
