"""The page as text: complete in one file, escaped, and honest about what it does not know."""

from __future__ import annotations

import base64
import dataclasses
import gzip
import hashlib
import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from generator.compare.model import Comparison, Figure, Resolved
from generator.compare.page import assets, page
from generator.compare.page.formats import names, seconds, size
from generator.compare.page.highlight import markup
from generator.compare.page.view import facts, headlines, odd_ones, overview, speed
from tests.support.comparison import HOSTILE, HOSTILE_PATH, sample


class _Elements(HTMLParser):
    """Collects start tags with their attributes, and the text of scripts."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in_script = tag == "script"
        if self._in_script:
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False


@pytest.fixture(scope="module")
def full() -> str:
    """The page of a comparison with everything in it."""
    return page(sample())


def test_stays_below_a_megabyte(full: str) -> None:
    assert len(full.encode()) < 800_000


def test_stays_below_a_megabyte_with_every_verb_and_many_packages() -> None:
    found = sample()
    measurements, resolved = found.measurements, found.resolved
    assert measurements
    assert resolved
    [first] = [one for one in measurements.figures if one.verb == "install" and one.seconds][:1]
    figures = tuple(
        dataclasses.replace(first, verb=row.verb, manager=one.name, cache=cache)
        for row in found.commands
        for one in found.managers
        for cache in ("cold", "warm")
    )
    measurements = dataclasses.replace(measurements, figures=figures)
    large = dataclasses.replace(found, measurements=measurements, resolved=resolved * 4)
    assert len(page(large).encode()) < 1_000_000


@pytest.mark.parametrize("runs", [1, 3])
def test_a_single_run_is_marked_where_its_figures_are(runs: int) -> None:
    found = sample()
    assert found.measurements
    measured = dataclasses.replace(found.measurements, runs=runs)
    text = page(dataclasses.replace(found, measurements=measured))
    section = text[text.index('<section id="measurements"') :].partition("</section>")[0]
    summary = text[text.index('<section id="summary"') :].partition("</section>")[0]
    assert ("<b>One run:</b> these are figures of a single run" in section) is (runs == 1)
    assert ("each was measured in a single run" in summary) is (runs == 1)
    assert ("the median is shown" in section) is (runs > 1)
    assert ("Medians" in section) is (runs > 1)


def test_same_comparison_same_bytes(full: str) -> None:
    assert page(sample()) == full


def test_loads_nothing(full: str) -> None:
    elements = _Elements(full)
    loading = {"src", "srcset", "data", "poster", "background", "action", "formaction", "ping"}
    assert [tag for tag, attributes in elements.tags if loading & attributes.keys()] == []
    assert {tag for tag, _ in elements.tags} & {"link", "img", "iframe", "object", "base"} == set()
    assert "url(" not in assets.style()
    assert "@import" not in assets.style()
    assert "default-src 'none'" in assets.policy()


def test_only_our_scripts_may_run(full: str) -> None:
    hashes = set(re.findall(r"'sha256-([^']+)'", html.unescape(full.split("</head>")[0])))
    early, data, libraries, ours = _Elements(full).scripts
    unpacked = gzip.decompress(base64.b64decode(libraries)).decode()
    digests = [hashlib.sha256(text.encode()).digest() for text in (early, ours, unpacked)]
    assert hashes == {base64.b64encode(digest).decode() for digest in digests}
    assert json.loads(data)["managers"]
    # Unpacked, the libraries become an inline script; the parser must not meet the end of one.
    assert "</script" not in assets.script()


def test_hostile_text_is_text(full: str) -> None:
    assert HOSTILE not in full
    assert "<script>alert" not in full
    assert full.count(html.escape(HOSTILE).replace("&quot;", "&#34;")) > 10
    assert html.escape(HOSTILE_PATH) in full
    assert len(_Elements(full).scripts) == 4


def test_every_text_is_there_once_and_whole_but_for_large_ones_that_all_share(full: str) -> None:
    found = re.findall(r'<code id="(file\d+)-\w">(.*?)</code></pre>', full, re.DOTALL)
    texts = [html.unescape(re.sub(r"</?b[^>]*>", "", text)) for _, text in found]
    layouts = sample().layouts
    shown = {name for name, _ in found}
    wanted, left_out, small = [], [], []
    for number, row in enumerate(layouts.files):
        contents = [layouts.texts[digest] for digest in dict.fromkeys(row.digests.values())]
        if f"file{number}" in shown:
            wanted += contents
            small += contents if row.state == "shared" else []
        else:
            assert row.state == "shared"
            left_out += contents
    assert texts == wanted
    assert full.count("Left out to keep this page small") == len(left_out) > 0
    assert max(len(text.encode()) for text in small) <= min(len(t.encode()) for t in left_out)


@pytest.mark.parametrize("path", ["a.py", "b.toml", "c.md", "Makefile", "d.unknown", "e.yml", ""])
@pytest.mark.parametrize(
    "text",
    ["", "\n", "\n\nx = '''<b>\n</b>'''\n", "a: [1]\r\nb: &c\n", "# <b>\u2028x", "\t\x0c"],
)
def test_colours_change_no_text(path: str, text: str) -> None:
    marked = markup(text, path)
    assert html.unescape(re.sub(r"</?b[^>]*>", "", marked)) == text
    assert "<script" not in marked


def test_a_colour_never_spans_two_lines() -> None:
    for line in markup('"""one\ntwo\n\nthree"""\n', "a.py").split("\n"):
        assert line.count("<b ") == line.count("</b>")


def test_what_was_not_looked_at_says_how_to_fill_it() -> None:
    bare = page(sample(("pip", "uv"), resolved=False, measured=False))
    assert bare.count("scaffold compare --resolve") == 2
    assert bare.count("scaffold compare --measure") == 1
    assert 'id="charts"' not in bare
    assert 'id="problems"' not in bare


def test_looked_at_and_empty_is_not_the_same_as_not_looked_at() -> None:
    bare = sample(("pip", "uv"), resolved=False, measured=False)
    empty = dataclasses.replace(bare, locks=(), resolved=())
    assert "scaffold compare --resolve" not in page(empty)


@pytest.mark.parametrize("resolved", [True, False])
@pytest.mark.parametrize("measured", [True, False])
def test_one_manager_alone(resolved: bool, measured: bool) -> None:
    alone = page(sample(("uv",), resolved=resolved, measured=measured))
    assert 'id="diff-form"' not in alone
    assert "fastest" not in alone


def test_summary_is_read_off_the_figures() -> None:
    cold, warm = speed(sample())
    assert (cold.value, cold.name) == ("uv, 0.60 s", "fastest install-locked, cold cache")
    assert (warm.value, warm.name) == ("uv, 0.15 s", "fastest install-locked, warm cache")
    assert cold.detail == "slowest: Pipenv, 30.0 s (50.0×)"
    states = [row.state for row in sample().layouts.files]
    counts = [str(states.count(state)) for state in ("shared", "differing", "only")]
    assert [fact.value for fact in facts(sample())] == [*counts, "2"]


def test_summary_turns_with_the_figures() -> None:
    found = _only(sample(), lambda figure: figure.manager != "uv" and figure.verb != "lock")
    assert speed(found)[0].value == "Poetry, 12.0 s"
    without = _only(sample(), lambda figure: figure.verb == "lock")
    assert headlines(without) == {"cold": "lock", "warm": "lock"}
    assert speed(_only(sample(), lambda figure: figure.manager == "pip")) == ()
    assert headlines(_only(sample(), lambda figure: False)) == {}


def test_overview_has_only_what_is_known() -> None:
    by_name = {row.manager: row for row in overview(sample(measured=False))}
    assert by_name["pip"].times == {"cold": None, "warm": None}
    assert by_name["pip"].packages == 43
    assert 0 < by_name["pip"].verbs < by_name["pip"].all_verbs
    assert overview(sample(resolved=False))[0].packages is None


def test_what_most_do_not_have_is_odd() -> None:
    versions = {"a": "1", "b": "1", "c": "2", "d": None}
    assert odd_ones(Resolved("one", versions, same=False)) == {"c", "d"}
    assert odd_ones(Resolved("one", {"a": "1", "b": "1"}, same=True)) == set()


def test_figures_as_people_write_them() -> None:
    assert [seconds(value) for value in (0.456, 45.67, 456.7)] == ["0.46 s", "45.7 s", "457 s"]
    written = [size(value) for value in (0, 999, 1000, 12_345, 999_600, 182e6, 1.5e9)]
    assert written == ["0 B", "999 B", "1.0 kB", "12 kB", "1.0 MB", "182 MB", "1.5 GB"]
    assert names(["pip"]) == "pip"
    assert names(["pip", "Poetry", "uv"]) == "pip, Poetry and uv"


def test_libraries_are_the_releases_that_the_readme_names() -> None:
    vendor = Path(assets.__file__).parent / "vendor"
    rows = re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})`", (vendor / "README.md").read_text(), re.M)
    assert [name for name, _ in rows] == list(assets.VENDOR)
    for name, digest in rows:
        assert hashlib.sha256((vendor / name).read_bytes()).hexdigest() == digest
    files = {path.relative_to(vendor).as_posix() for path in vendor.glob("*/*")}
    licences = {f"{name.partition('/')[0]}/LICENSE" for name in assets.VENDOR}
    assert files == {*assets.VENDOR, *licences}


def _only(comparison: Comparison, keep: object) -> Comparison:
    assert comparison.measurements
    assert callable(keep)
    figures: tuple[Figure, ...] = tuple(filter(keep, comparison.measurements.figures))
    measurements = dataclasses.replace(comparison.measurements, figures=figures)
    return dataclasses.replace(comparison, measurements=measurements)
