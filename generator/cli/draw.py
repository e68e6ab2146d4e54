"""Draw a comparison in the terminal: tables that also read well at 80 columns and in a pipe."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator

from rich.cells import cell_len
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table as RichTable
from rich.text import Text

from generator.compare.model import Comparison
from generator.compare.tables import Code, Table, headline, missing, tables

#: Space between two columns.
_GAP = 2
_NUMBER = re.compile(r"[\d.]+( ±[\d.]+)?|")
_STYLES = {"=": "dim", "-": "dim", "+": "cyan", "failed": "red", "unable": "red"}


def draw_comparison(comparison: Comparison) -> None:
    """Print every table, what failed, and what was not looked at."""
    console = _console()
    console.print(Text(headline(comparison), style="bold"))
    for table in tables(comparison):
        console.print()
        _draw(console, table)
    for problem in comparison.problems:
        console.print()
        title = f"{problem.manager} {problem.verb}: {problem.reason}"
        console.print(Text(title, style="bold red"))
        console.print(Text(f"$ {problem.line}\n{problem.words}".rstrip()), soft_wrap=True)
    if left := missing(comparison):
        console.print()
    for line in left:
        console.print(Text(f"not looked at: {line}", style="dim"))


def draw_diff(lines: Iterable[str]) -> None:
    """Print unified hunks, coloured where there are colours."""
    console = _console()
    for line in lines:
        if console.color_system is None:
            console.print(Text(line), soft_wrap=True)
        else:
            console.print(
                Syntax(line, "diff", background_color="default", word_wrap=True), soft_wrap=True
            )


def _console() -> Console:
    return Console(file=sys.stdout, highlight=False)


def _draw(console: Console, table: Table) -> None:
    console.print(Text(table.title, style="bold underline"))
    if table.rows:
        fits = sum(_widths(table)) + _GAP * len(table.columns) <= console.width
        shape = _stack(table) if table.lines and not fits else _grid(table)
        console.print(shape)
    for note in table.notes:
        console.print(Text(note, style="dim"))


def _widths(table: Table) -> Iterator[int]:
    """Yield the width that each column would like to have."""
    for cells in zip(table.columns, *table.rows, strict=True):
        yield max(cell_len(line) for cell in cells for line in cell.split("\n"))


def _grid(table: Table) -> RichTable:
    """Return the table as it is: a row a row."""
    grid = _table(table.columns)
    for number, column in enumerate(grid.columns):
        if all(_NUMBER.fullmatch(row[number]) for row in table.rows):
            column.justify = "right"
    for row in table.rows:
        grid.add_row(*map(_cell, row))
    return grid


def _stack(table: Table) -> RichTable:
    """Return the table with a line a cell: row, column, content."""
    first, *names = table.columns
    grid = _table((first, "", ""))
    grid.columns[2].overflow = "fold"
    for head, *cells in table.rows:
        shown = head
        for name, cell in zip(names, cells, strict=True):
            if cell:
                grid.add_row(Text(shown, style="bold"), Text(name), _prompts(cell))
                shown = ""
        grid.add_section()
    return grid


def _prompts(cell: str) -> Text:
    """Mark where each line of code begins: it may be too long for one line of the terminal."""
    lines = (f"$ {line}" for line in cell.split("\n"))
    return Text("\n".join(lines)) if isinstance(cell, Code) else Text(cell, style="dim")


def _table(columns: Iterable[str]) -> RichTable:
    grid = RichTable(box=None, header_style="dim", pad_edge=False, padding=(0, _GAP, 0, 0))
    for column in columns:
        grid.add_column(Text(column), overflow="fold")
    return grid


def _cell(text: str) -> Text:
    return Text(text, style=_STYLES.get(text, ""))
