"""A package index that wants a password: the simple pages of the ordinary one, on 127.0.0.1.

    with private_index() as url:  # http://user:secret@127.0.0.1:PORT/simple
        ...

A folder may be served beside it, below /channel.

Pages come from the index that pip uses by default, whose address pip itself is asked for. A file's
link leads here, too, and from here on to where the file is.
"""

from __future__ import annotations

import base64
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote, unquote, urljoin
from urllib.request import urlopen

#: Nothing that anybody would write by chance: found in a file, it got there from the settings.
USER, PASSWORD = "planted-user", "planted-secret-7c1f"  # not a real one
MARKS = (USER.encode(), PASSWORD.encode())
#: The variables that name an index, a mirror of it, or more of them.
VARIABLES = (
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIPENV_PYPI_MIRROR",
    "POETRY_PYPI_MIRROR_URL",
    "UV_DEFAULT_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_INDEX",
    "UV_INDEX_URL",
)
_LINK = re.compile(rb'(<a\b[^>]*?\bhref=")([^"#]+)')
#: Files of pre-releases: Pipenv 2026.10.3 takes those of 1.0rc1 for 1.0's where it reads a page.
_EARLY = re.compile(rb"<a\b[^>]*?\d(?:a|b|rc)\d+[-.][^>]*>[^<]*</a>")
_WANTED = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


@contextmanager
def private_index(channel: Path | None = None) -> Iterator[str]:
    """Serve the index until the end of the block; yield its URL, password included."""
    handler = type("Handler", (_Handler,), {"channel": channel})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{USER}:{PASSWORD}@127.0.0.1:{server.server_port}/simple"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@cache
def default_index() -> str:
    """Return the simple index that pip uses where nobody says otherwise, without a final slash."""
    code = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
    argv = [sys.executable, "-I", "-c", code]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()


@cache
def _page(name: str) -> tuple[int, bytes]:
    address = f"{default_index()}/{name}/"
    try:
        with urlopen(address, timeout=60) as answer:
            page: bytes = answer.read()
    except HTTPError as error:
        return error.code, b""

    def here(found: re.Match[bytes]) -> bytes:
        target = urljoin(address, found[2].decode())
        file = quote(target.rpartition("/")[2])
        return found[1] + f"/files/{quote(target, safe='')}/{file}".encode()

    return 200, _LINK.sub(here, _EARLY.sub(b"", page))


@cache
def _facts(name: str) -> tuple[int, bytes]:
    """Return what is known of all releases: without it, pip-compile downloads them for hashes."""
    try:
        with urlopen(urljoin(default_index(), f"pypi/{name}/json"), timeout=60) as answer:
            return 200, answer.read()
    except HTTPError as error:
        return error.code, b""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    channel: Path | None = None

    def do_GET(self) -> None:
        """Answer a page or lead on to a file; without the password, ask for it."""
        _, kind, *rest = self.path.rstrip("/").split("/")
        if self.headers["Authorization"] != _WANTED:
            self._answer(401, b"", **{"WWW-Authenticate": 'Basic realm="private"'})
        elif kind == "simple" and not rest:
            self._answer(200, b"", **{"Content-Type": "text/html"})  # as a page of links to files
        elif kind == "simple" and len(rest) == 1:
            code, page = _page(rest[0])
            self._answer(code, page, **{"Content-Type": "text/html"})
        elif kind == "files":
            suffix = ".metadata" if rest[-1].endswith(".metadata") else ""
            self._answer(302, b"", Location=unquote(rest[0]) + suffix)
        elif kind == "pypi" and rest[1:] == ["json"]:
            self._answer(*_facts(rest[0]))
        elif kind == "channel" and self.channel and self.channel.joinpath(*rest).is_file():
            self._answer(200, self.channel.joinpath(*rest).read_bytes())
        else:
            self._answer(404, b"")

    do_HEAD = do_GET  # noqa: N815 - http.server's own spelling

    def _answer(self, code: int, body: bytes, **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def planted(url: str, home: Path) -> dict[str, str]:
    """Name the index, password included, wherever a user may: in variables, and in files at home.

    Returns the variables.
    """
    files = {
        ".config/pip/pip.conf": f"[global]\nindex-url = {url}\nextra-index-url = {url}\n",
        ".config/uv/uv.toml": f'[[index]]\nurl = "{url}"\ndefault = true\n',
        ".config/pypoetry/config.toml": f'[plugins.pypi_mirror]\nurl = "{url}"\n',
    }
    for name, text in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
    return dict.fromkeys(VARIABLES, url)


def leaks(*places: Path) -> list[str]:
    """Return the files, in these folders or themselves these, that hold the password or user."""
    files = (file for place in places for file in [place, *place.rglob("*")] if file.is_file())
    return [str(file) for file in files if any(mark in file.read_bytes() for mark in MARKS)]
