"""The system's Chromium, driven by Playwright: a document opened from disk, and what it did."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Request, sync_playwright

#: What the browser is called on one system or another.
NAMES = ("chromium", "chromium-browser", "google-chrome")
#: No sandbox, because a container's root has none; no traffic of the browser's own.
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


@dataclass
class Opened:
    """An open page; `complaints` are console warnings and errors, `requests` what it loaded."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def value(self, expression: str) -> Any:
        """Return what an expression gives inside the page."""
        return self.page.evaluate(expression)

    def texts(self, selector: str) -> list[str]:
        """Return the texts of all visible elements that the selector finds."""
        return self.page.locator(f"{selector}:visible").all_inner_texts()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser; fail, and do not skip, where there is none."""
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    assert executable, f"none of {NAMES} is on PATH: `apt-get install chromium`, or its like"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, document: Path, **options: Any) -> Iterator[Opened]:
    """Open a document from disk; `options` are those of Playwright's `new_context`."""
    context = browser.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(5_000)
    found = Opened(page)

    def note(request: Request) -> None:
        found.requests.append(request.url)

    page.on("request", note)
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            found.complaints.append(message.text) if message.type in {"warning", "error"} else None
        ),
    )
    page.goto(document.as_uri())
    yield found
    context.close()


def until(page: Page, expression: str, seconds: float = 10) -> None:
    """Wait until an expression is true in the page; raise AssertionError where it never is.

    Playwright's own `wait_for_function` evaluates text inside the page, which its policy forbids.
    """
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, f"never true: {expression}"
        page.wait_for_timeout(50)
