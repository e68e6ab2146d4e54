"""What the document carries besides text: our style and script, and the libraries in `vendor/`.

The libraries are half a megabyte as they are. They travel compressed, and our script puts them
into an inline script of the page, which the content security policy lets run because of its hash.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from functools import cache
from pathlib import Path

from markupsafe import Markup

HERE = Path(__file__).parent

#: In the order in which they need each other: Observable Plot draws with D3.
VENDOR = ("d3/d3.min.js", "plot/plot.umd.min.js", "diff/diff.min.js")

#: The parts of our script; `start.js` runs what the others declare.
SCRIPT = ("basics", "theme", "copying", "tables", "files", "differences", "charts", "start")

#: Runs before the page is drawn, so that neither theme nor layout jumps. Storage is out of reach
#: where a browser denies it to files.
EARLY = Markup(
    'document.documentElement.classList.add("js");'
    'try{document.documentElement.dataset.theme=localStorage.getItem("scaffold-theme")||"auto"}'
    "catch{}"
)


def style() -> Markup:
    """Return our style sheet."""
    return Markup(_read("page.css"))  # noqa: S704 - our own file


@cache
def script() -> Markup:
    """Return our script: its parts, in a scope of their own."""
    parts = "\n".join(_read(f"script/{name}.js") for name in SCRIPT)
    return Markup(f'"use strict";\n(() => {{\n{parts}}})();\n')  # noqa: S704 - our own files


@cache
def libraries() -> str:
    """Return the libraries as one script, compressed by gzip and written in base64."""
    packed = gzip.compress(_libraries().encode(), compresslevel=9, mtime=0)
    return base64.b64encode(packed).decode()


def licences() -> tuple[tuple[str, str], ...]:
    """Return each library's name with its licence, which must go where the library goes."""
    names = (path.partition("/")[0] for path in VENDOR)
    return tuple((name, _read(f"vendor/{name}/LICENSE")) for name in names)


@cache
def policy() -> str:
    """Return the content security policy: our scripts by their hashes, and nothing from outside.

    Styles may be inline because Observable Plot writes some into its charts.
    """
    hashes = " ".join(f"'sha256-{_digest(text)}'" for text in (EARLY, script(), _libraries()))
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "base-uri 'none'; form-action 'none'"
    )


def _libraries() -> str:
    return "\n".join(_read(f"vendor/{path}") for path in VENDOR)


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
