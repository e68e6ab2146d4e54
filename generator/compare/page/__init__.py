"""A comparison as one self-contained HTML document: nothing is loaded from anywhere.

All text of projects goes through jinja2's autoescaping, and only the scripts whose hash is in the
document's content security policy run: a file named `<script>` is shown, not run.
"""

from __future__ import annotations

from functools import cache

import jinja2

from generator.compare.model import Comparison
from generator.compare.page import assets, formats
from generator.compare.page.files import file_views
from generator.compare.page.highlight import markup
from generator.compare.page.view import (
    chart_data,
    facts,
    headlines,
    lock_rows,
    odd_ones,
    overview,
    speed,
)
from generator.compare.tables import QUANTITIES, SINGLE, caveats


def page(comparison: Comparison) -> str:
    """Return the whole document; the same comparison gives the same bytes."""
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            c=comparison,
            titles={subject.name: subject.title for subject in comparison.managers},
            files=file_views(comparison),
            facts=facts(comparison),
            speed=speed(comparison),
            caveats=caveats(comparison),
            single=SINGLE,
            headlines=headlines(comparison),
            overview=overview(comparison),
            data=chart_data(comparison),
            early=assets.EARLY,
            style=assets.style(),
            script=assets.script(),
            libraries=assets.libraries(),
            licences=assets.licences(),
            policy=assets.policy(),
        )
    )


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(assets.HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "amount": formats.amount,
        "size": formats.size,
        "count": formats.count,
        "when": formats.when,
        "names": formats.names,
        "markup": markup,
        "lock_rows": lock_rows,
        "odd_ones": odd_ones,
        "title_of": _title_of,
    }
    environment.globals |= {"quantities": QUANTITIES, "short": formats.SHORT}
    return environment


@jinja2.pass_context
def _title_of(context: jinja2.runtime.Context, name: str) -> str:
    """Return what people call a manager, by its name."""
    titles: dict[str, str] = context["titles"]
    return titles.get(name, name)
