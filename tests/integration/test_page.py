"""The page in a real browser: it does what it says, for everyone, and asks nobody for anything."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # it has none
from playwright.sync_api import Browser, Page, ViewportSize, expect

from generator.compare.model import Spread
from generator.compare.page import page as document_of
from tests.support.browser import Opened, chromium, opened, until
from tests.support.comparison import HOSTILE, HOSTILE_PATH, sample

pytestmark = pytest.mark.integration

PHONE: ViewportSize = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests; each opens the page in a context of its own."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a comparison with everything in it, on disk."""
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(document_of(sample()), encoding="utf-8")
    return path


@pytest.fixture
def found(browser: Browser, document: Path) -> Iterator[Opened]:
    """The page, open, with its charts drawn; whatever a test does, nothing is loaded or run."""
    with opened(browser, document) as one:
        one.page.wait_for_selector("#charts svg")
        yield one
        assert one.complaints == []
        assert one.requests == [document.as_uri()]
        assert one.value("window.hostile") is None


def _sideways(page: Page) -> int:
    """Return how many pixels the page can be scrolled sideways."""
    return int(page.evaluate("document.scrollingElement.scrollWidth - innerWidth"))


# ---- layouts


def test_two_chosen_managers_show_their_difference(found: Opened) -> None:
    found.page.select_option("#diff-from", "pip")
    found.page.select_option("#diff-to", "uv")
    files = {row.path: row.digests for row in sample().layouts.files}
    differing = [path for path, one in files.items() if one.get("pip") != one.get("uv")]
    assert found.texts("#diff summary code") == differing
    assert f"{len(differing)} files of pip and uv differ" in found.texts("#diff-count")[0]


def test_the_difference_is_the_right_one(found: Opened) -> None:
    found.page.select_option("#diff-from", "pip")
    found.page.select_option("#diff-to", "uv")
    place = found.page.locator("#diff details", has_text=HOSTILE_PATH)
    rows = [row.all_inner_texts() for row in _rows(place.locator("tr.removed, tr.added"))]
    # HOSTILE is on the second line, and the same in both: only the third line differs.
    assert rows == [["3", "", "-", "of pip"], ["", "3", "+", "of uv"]]
    assert HOSTILE in place.inner_text()


def test_a_difference_can_be_applied(found: Opened) -> None:
    """What a table of differences shows, put in place, gives the other file."""
    layouts = sample().layouts
    [row] = [row for row in layouts.files if row.path == "Makefile"]
    old = layouts.texts[row.digests["conda"]].split("\n")
    new = layouts.texts[row.digests["uv"]].split("\n")
    found.page.select_option("#diff-from", "conda")
    found.page.select_option("#diff-to", "uv")
    shown = found.value(
        """[...document.querySelectorAll("#diff details")]
            .find((one) => one.querySelector("code").textContent === "Makefile")
            .querySelectorAll("tr.removed, tr.added, tr.same").values()
            .map((row) => [...row.cells].map((cell) => cell.textContent)).toArray()"""
    )
    removed = {
        int(one) for one, _, sign, text in shown if sign == "-" and text == old[int(one) - 1]
    }
    added = {int(other): text for _, other, sign, text in shown if sign == "+"}
    kept = iter([line for number, line in enumerate(old, 1) if number not in removed])
    assert added
    assert len(removed) == sum(sign == "-" for _, _, sign, _ in shown)
    assert [
        added[number] if number in added else next(kept) for number in range(1, len(new) + 1)
    ] == new


def test_differences_that_cannot_be_seen_are_said(found: Opened) -> None:
    place = found.page.locator("#diff details", has_text="crlf.txt")
    assert "they differ in line ends" in place.inner_text()
    found.page.select_option("#diff-from", "pip")
    found.page.select_option("#diff-to", "pip")
    assert found.texts("#diff details") == []
    assert found.texts("#diff-count") == ["Choose two different managers."]


def test_a_path_opens_to_its_text(found: Opened) -> None:
    assert found.texts(".texts") == []
    button = found.page.get_by_role("button", name="Pipfile", exact=True)
    button.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    assert "[packages]" in found.texts(".texts")[0]
    button.press("Enter")
    assert found.texts(".texts") == []


def test_shared_files_can_be_hidden(found: Opened) -> None:
    states = [row.state for row in sample().layouts.files]
    differing = len(states) - states.count("shared")
    found.page.check("#hide-shared")
    assert len(found.texts(".files .open")) == differing
    assert found.texts("#files-shown") == [f"{differing} of {len(states)} files"]


# ---- versions and figures


def test_versions_are_filtered(found: Opened) -> None:
    rows = ".versions tbody tr"
    packages = [one.package for one in sample().resolved or ()]
    assert len(found.texts(rows)) == len(packages)
    assert found.texts(f"{rows} th")[:2] == ["<script>alert(1)</script>", "urllib3"]
    found.page.fill("#versions-filter", "PACKAGE-01")
    assert found.texts(f"{rows} th") == [one for one in packages if "package-01" in one]
    assert found.texts("#versions-shown") == [f"10 of {len(packages)} packages"]
    found.page.check("#versions-differing")
    assert found.texts(rows) == []
    found.page.fill("#versions-filter", "")
    assert found.texts(f"{rows} th") == ["<script>alert(1)</script>", "urllib3"]


@pytest.mark.parametrize(
    ("column", "cell"), [("Wall time", 3), ("Disk", 6), ("Files written", 8), ("Manager", 1)]
)
def test_figures_are_sorted(found: Opened, column: str, cell: int) -> None:
    head = found.page.locator(".figures thead th", has_text=column)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    up = _column(found, cell)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    down = _column(found, cell)
    known = [value for value in up if value is not None]
    # What was not measured is last both ways.
    assert up == sorted(known) + [None] * (len(up) - len(known))
    assert down == sorted(known, reverse=True) + [None] * (len(up) - len(known))
    assert found.page.locator("[aria-sort]").count() == 1


def _column(found: Opened, cell: int) -> list[Any]:
    return list(
        found.value(
            f"""[...document.querySelectorAll(".figures tbody tr")].map(({{cells}}) => {{
            const one = cells[{cell}];
            if (one.querySelector(".none")) return null;
            return one.dataset.value ? +one.dataset.value : one.textContent.toLowerCase();
        }})"""
        )
    )


# ---- charts


def _ticks(found: Opened) -> list[str]:
    chart = found.page.locator("figure", has_text="install-locked").locator("svg")
    return chart.locator('[aria-label="x-axis tick label"] text').all_text_contents()


def _widths(found: Opened, verb: str) -> list[float]:
    """Return the widths of the bars of a chart, cold ones first, from top to bottom."""
    chart = found.page.locator("figure", has=found.page.get_by_text(verb, exact=True))
    bars = chart.locator('[aria-label="bar"] rect').all()
    return [float(bar.get_attribute("width") or 0) for bar in bars]


def test_bars_are_as_long_as_their_figures(found: Opened) -> None:
    measurements = sample().measurements
    assert measurements is not None
    cold = {
        one.manager: one.seconds.median
        for one in measurements.figures
        if one.verb == "lock" and one.cache == "cold" and one.seconds
    }
    widths = _widths(found, "lock")
    assert len(widths) == 2 * len(cold)
    for width, seconds in zip(widths, cold.values(), strict=False):
        assert width / max(widths) == pytest.approx(seconds / max(cold.values()), abs=0.01)


def test_logarithmic_scale_changes_the_axis(found: Opened) -> None:
    linear, widths = _ticks(found), _widths(found, "lock")
    assert linear[0] == "0"
    found.page.check("#log")
    assert _ticks(found) != linear
    assert "0" not in _ticks(found)
    logarithmic = _widths(found, "lock")
    assert logarithmic.index(max(logarithmic)) == widths.index(max(widths))
    assert min(logarithmic) / max(logarithmic) > 3 * min(widths) / max(widths)
    found.page.uncheck("#log")
    assert _ticks(found) == linear


def test_quantity_and_order_are_chosen(found: Opened) -> None:
    found.page.select_option("#quantity", "peak_bytes")
    chart = found.page.locator("figure", has_text="install-locked")
    assert "MB" in chart.inner_text()
    assert "seconds" not in chart.inner_text()
    found.page.select_option("#order", "least")
    names = chart.locator('[aria-label="y-axis tick label"] text').all_text_contents()
    assert names == ["uv", "Poetry", "pip", "conda", "Pipenv"]


def test_a_missing_figure_says_why(found: Opened) -> None:
    add, update = (
        found.page.locator("figure", has=found.page.get_by_text(verb, exact=True))
        for verb in ("add", "update")
    )
    assert (add.text_content() or "").count("unsupported") == 2
    # Cold it was measured, warm it failed: both are said, and nothing is drawn for the latter.
    assert update.locator('[aria-label="bar"] rect').count() == 1
    assert (update.text_content() or "").count("failed") == 1
    assert "table below" in (add.get_by_role("img").get_attribute("aria-label") or "")


@pytest.mark.parametrize("value", [0.0, -5e6])
def test_charts_of_nothing_and_of_less(browser: Browser, tmp_path: Path, value: float) -> None:
    """A folder can shrink, and a logarithm knows neither zero nor less."""
    comparison = sample(("pip", "uv"))
    assert comparison.measurements is not None
    spread = Spread(value, value, value, (value,))
    figures = tuple(
        dataclasses.replace(figure, disk_bytes=spread) if figure.manager == "pip" else figure
        for figure in comparison.measurements.figures
    )
    for names in ({"pip", "uv"}, {"pip"}):
        chosen = tuple(figure for figure in figures if figure.manager in names)
        measurements = dataclasses.replace(comparison.measurements, figures=chosen)
        path = tmp_path / "page.html"
        html = document_of(dataclasses.replace(comparison, measurements=measurements))
        path.write_text(html, encoding="utf-8")
        with opened(browser, path) as found:
            found.page.select_option("#quantity", "disk_bytes")
            for check in (True, False):
                found.page.set_checked("#log", check)
                assert f">{value / 1e6:.1f} MB<" in found.page.locator("#charts").inner_html()
                assert "NaN" not in found.page.locator("#charts").inner_html()
            assert found.complaints == []


# ---- copying, theme, widths


@pytest.mark.parametrize(("clipboard", "verb"), [(True, "add"), (False, "remove")])
def test_copy_button_copies(found: Opened, clipboard: bool, verb: str) -> None:
    """Also where a browser keeps its clipboard from files; pasting shows what was copied."""
    if not clipboard:
        found.page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    [row] = [row for row in sample().commands if row.verb == verb]
    button = found.page.get_by_role("button", name=f"Copy: {verb} with uv", exact=True)
    button.click()
    expect(found.page.locator("#said")).to_have_text("Copied")
    assert button.evaluate("one => one === document.activeElement")
    found.page.focus("#versions-filter")
    found.page.keyboard.press("Control+V")
    assert found.page.input_value("#versions-filter") == "\n".join(row.managers["uv"].lines)


def test_theme_follows_the_system_and_the_button(browser: Browser, document: Path) -> None:
    def background(page: Page) -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    with opened(browser, document, color_scheme="dark") as found:
        dark = background(found.page)
        found.page.emulate_media(color_scheme="light")
        light = background(found.page)
        assert dark != light
        button = found.page.locator("#theme")
        seen = []
        for _ in range(3):
            button.click()
            seen.append((button.inner_text(), background(found.page)))
        assert seen == [
            ("Theme: light", light),
            ("Theme: dark", dark),
            ("Theme: automatic", light),
        ]
        button.click()
        button.click()
        found.page.reload()
        assert background(found.page) == dark
        assert found.complaints == []


def test_no_sideways_scrolling_on_a_phone(browser: Browser, document: Path) -> None:
    with opened(browser, document, viewport=PHONE) as found:
        found.page.wait_for_selector("#charts svg")
        assert _sideways(found.page) == 0
        for details in found.page.locator("summary:visible").all()[:3]:
            details.click()
        found.page.get_by_role("button", name="README.md").click()
        found.page.locator(".texts summary:visible").first.click()
        assert _sideways(found.page) == 0
        commands = found.page.locator(".commands")
        assert commands.evaluate("one => one.scrollWidth <= one.clientWidth")


def test_charts_follow_the_window(found: Opened) -> None:
    found.page.set_viewport_size(PHONE)
    until(found.page, "document.querySelector('#charts svg').getBoundingClientRect().width < 330")
    assert _sideways(found.page) == 0


def test_print_has_no_controls(found: Opened) -> None:
    found.page.emulate_media(media="print", color_scheme="dark")
    assert found.texts(":is(button.copy, #theme, nav, select)") == []
    assert found.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert found.page.locator("#charts svg").first.is_visible()


# ---- everyone can read it


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, tmp_path: Path, scheme: str) -> None:
    """With two managers, which have every kind of element and a fifth of their number."""
    path = tmp_path / "page.html"
    path.write_text(document_of(sample(("pip", "uv"))), encoding="utf-8")
    with opened(browser, path, color_scheme=scheme) as one:
        one.page.wait_for_selector("#charts svg")
        one.page.get_by_role("button", name="pyproject.toml").click()
        one.page.locator(".texts summary:visible").first.click()
        found = Axe().run(one.page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []


def test_keyboard_finds_the_content_first(found: Opened) -> None:
    found.page.keyboard.press("Tab")
    assert found.value("document.activeElement.textContent") == "Skip to the content"
    found.page.keyboard.press("Enter")
    assert found.value("document.activeElement.id") == "main"


def test_without_javascript_everything_can_be_read(browser: Browser, document: Path) -> None:
    with opened(browser, document, java_script_enabled=False, viewport=PHONE) as found:
        page = found.page
        paths = [row.path for row in sample().layouts.files]
        assert page.locator(".files th code:visible").all_inner_texts() == paths
        assert page.locator(".js-only:visible").count() == 0
        page.locator(".texts summary", has_text="Pipenv").first.click()
        assert page.locator(".texts pre:visible").first.inner_text()
        for table in (".commands", ".locks", ".versions", ".figures"):
            assert page.locator(f"{table} tbody tr:visible").count() > 10
        assert "needs JavaScript" in page.inner_text("#layouts")
        assert found.complaints == []


def test_hostile_text_is_shown_and_not_run(browser: Browser, document: Path) -> None:
    with opened(browser, document) as found:
        found.page.on("dialog", lambda dialog: pytest.fail("a script of the data ran"))
        found.page.wait_for_selector("#charts svg")
        for place in ("#summary", "#commands", "#locks", "#versions", "#measurements", "#problems"):
            assert HOSTILE in found.page.inner_text(place)
        assert HOSTILE_PATH in found.texts(".files .open")
        assert found.page.locator("img").count() == 0
        assert found.value("window.hostile") is None


def test_policy_stops_what_escaping_would_let_through(browser: Browser, tmp_path: Path) -> None:
    """A second lock: even a script that got into the document does not run."""
    broken = tmp_path / "broken.html"
    script = "<script>window.hostile = 1</script><img src='x.png' onerror='window.hostile = 2'>"
    text = document_of(sample(("uv",))).replace("</main>", f"{script}</main>")
    broken.write_text(text, encoding="utf-8")
    with opened(browser, broken) as found:
        found.page.wait_for_selector("#charts svg")
        assert found.value("window.hostile") is None
        assert any("Content Security Policy" in one for one in found.complaints)


def test_a_page_with_less_in_it(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "bare.html"
    for names in (("uv",), ("pip", "uv")):
        bare = document_of(sample(names, resolved=False, measured=False))
        path.write_text(bare, encoding="utf-8")
        with opened(browser, path) as found:
            until(found.page, "window.Diff !== undefined")
            assert len(found.texts(".missing")) == 3
            assert found.complaints == []


def _rows(rows: Any) -> list[Any]:
    return [row.locator("td") for row in rows.all()]
