"""A package index on 127.0.0.1 that hands on the real one, and fails on demand.

    python -m tests.support.faulty_index FAULT [AFTER]

prints its URL and serves until Ctrl-C; AFTER files are handed on before the fault begins. What was
downloaded once is kept in our cache directory, so that a fault costs no download.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit
from urllib.request import Request, urlopen

from packaging.utils import canonicalize_name

from generator.toolchain.environment import cache_root

#: The longest that a stalled answer waits for its end, in seconds.
LONGEST_STALL = 60.0
_ASK_PIP = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"


@dataclass
class Answer:
    """What is sent: a status, the content's type, and the content; None sends nothing at all."""

    status: int
    kind: str = "text/plain"
    content: bytes = b""
    #: How many bytes are sent of what was announced; None: all.
    sent: int | None = None
    #: Whether the connection then stays open, without a word.
    stalls: bool = False


#: A fault changes an answer; it is told what was asked for: a package's name, or a file's.
Fault = Callable[[str, Answer], Answer]


def answers(status: int) -> Fault:
    """Return the fault that everything is answered with a status."""
    return lambda _, __: Answer(status, content=HTTPStatus(status).phrase.encode())


def truncated(name: str, answer: Answer) -> Answer:
    """Send half of a distribution's bytes, then hang up."""
    return _half(name, answer, stalls=False)


def stalled(name: str, answer: Answer) -> Answer:
    """Send half of a distribution's bytes, then nothing."""
    return _half(name, answer, stalls=True)


def wrong_bytes(name: str, answer: Answer) -> Answer:
    """Send another byte in the midst of a distribution, as many bytes as before."""
    if not _is_distribution(name):
        return answer
    content = bytearray(answer.content)
    content[len(content) // 2] ^= 0xFF
    return Answer(answer.status, answer.kind, bytes(content))


def vanished(package: str) -> Fault:
    """Return the fault that a package has no version and no file any more."""

    def gone(name: str, answer: Answer) -> Answer:
        if canonicalize_name(name.partition("-")[0]) != package and name != package:
            return answer
        if name != package:
            return Answer(404, content=b"Not Found")
        empty = {"meta": {"api-version": "1.0"}, "name": package, "files": [], "versions": []}
        if answer.kind.endswith("json"):
            return Answer(200, answer.kind, json.dumps(empty).encode())
        return Answer(200, answer.kind, b"<!DOCTYPE html><html><body></body></html>")

    return gone


def _half(name: str, answer: Answer, *, stalls: bool) -> Answer:
    if not _is_distribution(name):
        return answer
    half = len(answer.content) // 2
    return Answer(answer.status, answer.kind, answer.content, half, stalls)


def _is_distribution(name: str) -> bool:
    return name.endswith((".whl", ".tar.gz", ".zip"))


class FaultyIndex:
    """The index: `url` to install from; `fault` may be set at any time, None is a good index.

    With `after`, that many distributions are handed on before the fault begins; with `closes`, the
    fault is that connections are refused. `served` tells which files were asked for.
    """

    def __init__(self, fault: Fault | None = None, after: int = 0) -> None:
        self.fault, self.after, self.closes = fault, after, False
        self._kept = cache_root() / "tests" / "index"
        _upstream()  # now: later, the settings may name this very index
        self.served: list[str] = []
        self.released = threading.Event()
        self._open = True
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/simple/"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Refuse connections from now on, and end the answers that stall."""
        self.released.set()
        if self._open:
            self._open = False
            self._server.shutdown()
            self._server.server_close()

    def answer(self, path: str, accept: str) -> Answer:
        """Return what the upstream answers, with our own links in it, changed by the fault."""
        kind, _, rest = unquote(path).strip("/").partition("/")
        begun = len(self.served) >= self.after
        if begun and self.closes:
            self.close()
            raise ConnectionError
        if kind == "simple":
            name, whole = rest, _listing(rest, accept)
        elif kind == "files":
            token, _, name = rest.partition("/")
            whole = _file(token, name, self._kept)
            if _is_distribution(name):
                self.served.append(name)
        else:
            return Answer(404)
        return self.fault(name, whole) if self.fault and begun else whole


@contextmanager
def faulty_index(fault: Fault | None = None, after: int = 0) -> Iterator[FaultyIndex]:
    """Serve an index for as long as the block lasts."""
    index = FaultyIndex(fault, after)
    try:
        yield index
    finally:
        index.close()


def _handler(index: FaultyIndex) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(ConnectionError):
                self._send(index.answer(self.path, self.headers.get("Accept", "")))

        def do_HEAD(self) -> None:
            with suppress(ConnectionError):
                answer = index.answer(self.path, self.headers.get("Accept", ""))
                self._send(replace(answer, sent=0))

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.content)))
            # So that a fault that begins later is met: nobody may take an older answer for it.
            self.send_header("Cache-Control", "no-cache")
            self.end_headers()
            self.wfile.write(answer.content[: answer.sent])
            if answer.stalls:
                index.released.wait(LONGEST_STALL)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


_pages: dict[tuple[str, str], Answer] = {}


def _listing(package: str, accept: str) -> Answer:
    base = f"{_upstream()[0].rstrip('/')}/{package}/"
    kinds = "application/vnd.pypi.simple.v1+json" if "json" in accept else "text/html"
    if (base, kinds) not in _pages:
        _pages[base, kinds] = _page(base, kinds)
    return _pages[base, kinds]


def _page(base: str, kinds: str) -> Answer:
    try:
        kind, content = _get(base, kinds)
    except HTTPError as error:
        return Answer(error.code, content=error.reason.encode())
    if kind.endswith("json"):
        facts = json.loads(content)
        for file in facts["files"]:
            file["url"] = _own(urljoin(base, file["url"]))
        return Answer(200, kind, json.dumps(facts).encode())
    text = re.sub(
        r'href="([^"]+)"',
        lambda found: f'href="{_own(urljoin(base, found[1]))}"',
        content.decode(),
    )
    return Answer(200, kind, text.encode())


def _own(url: str) -> str:
    """Return our own path for a file's URL, with its fragment: its hash."""
    plain, _, fragment = url.partition("#")
    token = base64.urlsafe_b64encode(plain.encode()).decode()
    name = plain.rpartition("/")[2]
    return f"/files/{token}/{name}" + (f"#{fragment}" if fragment else "")


def _file(token: str, name: str, folder: Path) -> Answer:
    url = base64.urlsafe_b64decode(token).decode()
    if name.endswith(".metadata"):
        url += ".metadata"
    kept = folder / hashlib.sha256(url.encode()).hexdigest()
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        aside = kept.with_suffix(f".{threading.get_ident()}-{os.getpid()}")
        try:
            aside.write_bytes(_get(url, "*/*")[1])
        except HTTPError as error:
            return Answer(error.code, content=error.reason.encode())
        aside.replace(kept)
    return Answer(200, "application/octet-stream", kept.read_bytes())


def _get(url: str, accept: str) -> tuple[str, bytes]:
    headers = {"Accept": accept, **_upstream()[1]}
    context = ssl.create_default_context(cafile=os.environ.get("PIP_CERT"))
    with urlopen(Request(url, headers=headers), timeout=60, context=context) as got:
        return got.headers.get_content_type(), got.read()


@cache
def _upstream() -> tuple[str, dict[str, str]]:
    """Return the index that this user installs from, and the headers that its credentials make."""
    url = os.environ.get("PIP_INDEX_URL") or _pips_default()
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    plain = urlunsplit(parts._replace(netloc=host))
    if not user:
        return plain, {}
    return plain, {"Authorization": f"Basic {base64.b64encode(unquote(user).encode()).decode()}"}


def _pips_default() -> str:
    from uv import find_uv_bin

    argv = [find_uv_bin(), "run", "--quiet", "--no-project", "--with", "pip", "python", "-c"]
    done = subprocess.run([*argv, _ASK_PIP], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def main(fault: str, after: str = "0") -> None:
    """Serve until Ctrl-C."""
    known: dict[str, Fault] = {
        "500": answers(500),
        "403": answers(403),
        "truncated": truncated,
        "stalled": stalled,
        "wrong-bytes": wrong_bytes,
    }
    with faulty_index(known.get(fault), int(after)) as index, suppress(KeyboardInterrupt):
        print(index.url, flush=True)
        while True:
            time.sleep(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
