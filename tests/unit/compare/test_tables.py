"""What the terminal and Markdown say of a comparison, the made-up sample of the tests."""

from __future__ import annotations

import dataclasses
import re

import pytest
from markdown_it import MarkdownIt

from generator.compare.markdown import markdown
from generator.compare.model import Figure, Problem, Spread
from generator.compare.tables import QUANTITIES, Code, headline, missing, tables
from tests.support.comparison import sample

HOSTILE = "<script>alert(1)</script> | `x` *b* [l](http://h) @me #1 \\ ~~s~~\nnext"


def test_a_median_has_half_of_the_range() -> None:
    seconds = QUANTITIES[0]
    assert seconds.write(Spread(2.0, 1.5, 3.5, (1.5, 2.0, 3.5))) == "2.00 ±1.00"
    assert seconds.write(Spread(2.0, 2.0, 2.001, (2.0, 2.0, 2.001))) == "2.00"
    assert seconds.write(None) == ""


def test_a_figure_that_was_not_measured_is_not_a_number() -> None:
    comparison = sample()
    assert comparison.measurements is not None
    figure = Figure("lock", comparison.managers[0].name, "cold", "failed", "exit code 1")
    other = Figure("lock", comparison.managers[1].name, "cold", "passed", "", 1, _spread(7.0))
    only = dataclasses.replace(comparison.measurements, figures=(figure, other))
    [table] = [
        table
        for table in tables(dataclasses.replace(comparison, measurements=only))
        if table.title.startswith("Wall time")
    ]
    [row] = table.rows
    assert row[:4] == ("lock", "cold", "failed", "7.00")
    assert set(row[4:]) <= {""}


def _spread(value: float) -> Spread:
    return Spread(value, value, value, (value,))


def test_rows_are_as_long_as_their_header() -> None:
    for table in tables(sample()):
        assert {len(row) for row in table.rows} <= {len(table.columns)}, table.title


def test_what_was_not_looked_at_names_its_option() -> None:
    assert missing(sample()) == []
    bare = dataclasses.replace(sample(), locks=None, resolved=None, measurements=None)
    assert [line.split()[-1] for line in missing(bare)] == ["--resolve", "--measure"]


def test_markdown_has_every_table_with_every_row() -> None:
    comparison = sample()
    html = MarkdownIt("gfm-like", {"linkify": False}).render(markdown(comparison))
    shown = [table for table in tables(comparison) if table.rows]
    assert html.count("<table>") == len(shown)
    assert html.count("<tr>") == sum(len(table.rows) + 1 for table in shown)
    assert headline(comparison).split(":")[0] in html


def test_text_from_projects_stays_text_in_markdown() -> None:
    comparison = sample()
    project = dataclasses.replace(comparison.project, name=HOSTILE)
    problem = Problem("uv", "lock", HOSTILE, HOSTILE, f"````\n{HOSTILE}\n```")
    comparison = dataclasses.replace(comparison, project=project, problems=(problem,))
    html = MarkdownIt("gfm-like", {"linkify": False}).render(markdown(comparison))
    assert "<script" not in html
    for tag in ("<a ", "<em>", "<s>"):
        assert tag not in html
    title = re.search(r"<h1>(.*?)</h1>", html)
    assert title is not None
    assert "alert(1)&lt;/script&gt; | `x` *b* [l](http://h) @me #1 \\ ~~s~~ next" in title[1]
    assert html.count("<pre>") == 1


@pytest.mark.parametrize("text", ["a|b", "two\nlines", "`tick`"])
def test_a_cell_of_code_stays_one_cell(text: str) -> None:
    from generator.compare.markdown import _cell, _row

    line = _row(iter([_cell(Code(text)), "last"]))
    source = f"| a | b |\n| --- | --- |\n{line}\n"
    html = MarkdownIt("gfm-like", {"linkify": False}).render(source)
    assert html.count("<td>") == 2
    assert all(f"<code>{part}</code>" in html for part in text.split("\n"))
