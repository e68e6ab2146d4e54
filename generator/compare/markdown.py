"""A comparison as GitHub-flavoured Markdown, for a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.compare.model import Comparison, Problem
from generator.compare.tables import Code, Table, headline, missing, tables

#: Longer tables are folded away below their title.
LONGEST = 12


def markdown(comparison: Comparison) -> str:
    """Return the whole comparison; text that comes from projects stays text."""
    return "\n".join(_document(comparison)).rstrip() + "\n"


def _document(comparison: Comparison) -> Iterator[str]:
    yield from ("# " + _text(f"Layouts of {comparison.project.name}"), "")
    yield from (_text(headline(comparison)) + ".", "")
    for table in tables(comparison):
        yield from _section(table)
    for problem in comparison.problems:
        yield from _problem(problem)
    for line in missing(comparison):
        yield f"- Not looked at: {_text(line)}"
    yield from ("", f"scaffold {_text(comparison.scaffold)}, {_text(comparison.created)}")


def _section(table: Table) -> Iterator[str]:
    folded = len(table.rows) > LONGEST
    yield from ("## " + _text(table.title), "")
    if folded:
        yield from ("<details>", f"<summary>{len(table.rows)} rows</summary>", "")
    if table.rows:
        yield _row(map(_text, table.columns))
        yield _row("---" for _ in table.columns)
        yield from (_row(map(_cell, row)) for row in table.rows)
        yield ""
    if folded:
        yield from ("</details>", "")
    for note in table.notes:
        yield from (_text(note), "")


def _problem(problem: Problem) -> Iterator[str]:
    yield from (f"## {_text(f'{problem.manager} {problem.verb}: {problem.reason}')}", "")
    # A fence longer than any in the text cannot be ended by it.
    ticks = max(map(len, re.findall(r"`+", problem.words)), default=0)
    fence = "`" * max(3, ticks + 1)
    yield from (f"{fence}text", f"$ {problem.line}", problem.words.rstrip(), fence, "")


def _row(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    lines = text.split("\n")
    if not isinstance(text, Code):
        return "<br>".join(map(_text, lines))
    # In `<code>`, unlike between backticks, everything can be escaped.
    return "<br>".join(f"<code>{_text(line)}</code>" for line in lines if line)


def _text(text: str) -> str:
    """Return text that reads as it is, in a paragraph, a heading or a table's cell."""
    # What would be a mark, a table's bar, a mention or an issue's number, as a character reference.
    return re.sub(r"[&<>\\`*_\[\]|~@]|#(?=\d)", lambda found: f"&#{ord(found[0])};", text).replace(
        "\n", " "
    )
