"""`scaffold compare`: the layouts side by side, as facts and as measurements."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from generator.answers import resolve
from generator.cli import Interrupted
from generator.cli.inputs import (
    MANAGER,
    NAME,
    chosen_managers,
    gather,
    need,
    question_options,
    refuse,
)
from generator.cli.show import check_report, write_all
from generator.cli.signals import unwinding
from generator.compare import Entrant, compare, example
from generator.compare.layouts import diff as diff_lines
from generator.compare.markdown import markdown
from generator.compare.model import Comparison, Project
from generator.compare.report import as_json, from_json
from generator.errors import BadFile, nearest
from generator.system import only_posix

EPILOG = """\b
Examples:
  scaffold compare                              all layouts: files and commands
  scaffold compare --diff poetry uv pyproject.toml
  scaffold compare --resolve --markdown pr.md   really lock and install each, once
  scaffold compare --measure --html page.html   really run every verb, and time it
  scaffold compare --project ~/shop --resolve   your own dependencies, in every layout

\b
Exit code: 0, 1 when a verb did not succeed with its manager (the report is written all the same), 2
for a mistake in the command. JSON: schema 1, described in docs/compare.schema.json.
"""

#: How often each verb is measured, unless told otherwise: the least that has a middle.
RUNS = 3


@click.command("compare", epilog=EPILOG)
@click.argument("managers", nargs=-1, metavar="[MANAGER]...")
@question_options(without=(MANAGER,))
@click.option("--data", multiple=True, metavar="KEY=VALUE", help="Answer any question.")
@click.option("--answers", metavar="FILE", help="Take answers from a YAML or TOML file.")
@click.option("--project", metavar="DIR", help="Compare with the dependencies of your own project.")
@click.option("--diff", is_flag=True, help="Show unified hunks: --diff A B [PATH].")
@click.option("--resolve", is_flag=True, help="Lock and install each layout for real, once.")
@click.option("--measure", is_flag=True, help="Run every verb for real, and measure it.")
@click.option(
    "--runs", type=click.IntRange(1), help=f"Measure each verb so often [default: {RUNS}]."
)
@click.option("--resume", is_flag=True, help="Go on with a measurement that was stopped.")
@click.option("--conda-channel", default="", metavar="URL", help="Take conda-forge from URL.")
@click.option("--json", "json_path", metavar="FILE", help="Write a report (- is stdout).")
@click.option("--markdown", "markdown_path", metavar="FILE", help="Write Markdown (- is stdout).")
@click.option("--html", "html_path", metavar="FILE", help="Write a page (- is stdout).")
@click.option("--from", "source", metavar="FILE", help="Show a report that --json wrote.")
def command(
    managers: tuple[str, ...],
    *,
    data: tuple[str, ...],
    answers: str | None,
    project: str | None,
    diff: bool,
    resolve: bool,
    measure: bool,
    runs: int | None,
    resume: bool,
    conda_channel: str,
    json_path: str | None,
    markdown_path: str | None,
    html_path: str | None,
    source: str | None,
    **flags: Any,
) -> None:
    """Hold the layouts of managers side by side: files, commands, locks, versions, measurements.

    Without MANAGER all are compared. Files and commands are known at once; --resolve and --measure
    run the real managers, in scratch directories and with caches of their own.
    """
    written = {"--json": json_path, "--markdown": markdown_path, "--html": html_path}
    _check_reports(written)
    given = gather(None, answers, data, flags)
    really = {"--resolve": resolve, "--measure": measure}
    for option, wanted in really.items():
        only_posix(option, wanted)
    reports = {option: path is not None for option, path in written.items()}
    refuse("--diff", diff, {**really, **reports, "--from": source is not None})
    facts = {"--project": project is not None, "MANAGER": bool(managers), "answers": bool(given)}
    refuse("--from", source, {**really, **facts})
    need("--resume", resume, "--measure", measure)
    need("--runs", runs, "--measure", measure)
    if diff:
        _diff(managers, given, project)
        return
    if source is not None:
        comparison = _read(source)
    else:
        about, entrants = _entrants(managers, given, project)
        comparison = compare(about, entrants)
        if resolve or measure:
            comparison = _play(
                comparison, entrants, (runs or RUNS) if measure else 0, conda_channel, resume=resume
            )
    write_all(
        [
            (json_path, lambda: as_json(comparison)),
            (markdown_path, lambda: markdown(comparison)),
            (html_path, lambda: _page(comparison)),
        ]
    )
    if "-" not in written.values():
        from generator.cli.draw import draw_comparison

        draw_comparison(comparison)
    sys.exit(1 if comparison.problems else 0)


def _page(comparison: Comparison) -> str:
    from generator.compare.page import page

    return page(comparison)


def _check_reports(paths: Mapping[str, str | None]) -> None:
    """Refuse what cannot be written before anything else is done."""
    if len(wanting := [option for option, path in paths.items() if path == "-"]) > 1:
        raise click.UsageError(f"{' and '.join(wanting)} want standard output; name a file")
    for option, path in paths.items():
        check_report(path, option)


def _diff(arguments: tuple[str, ...], given: Mapping[str, Any], project: str | None) -> None:
    from generator.cli.draw import draw_diff

    if len(arguments) not in (2, 3):
        raise click.UsageError("--diff wants two managers and at most one path: --diff A B [PATH]")
    one, other, *rest = arguments
    path = rest[0].rstrip("/") if rest else ""
    found = compare(*_entrants((one, other), given, project)).layouts
    if path and not any(f"{row.path}/".startswith(f"{path}/") for row in found.files):
        guess = nearest(path, [row.path for row in found.files])
        hint = f"did you mean {guess!r}?" if guess else "give one that `scaffold compare` lists"
        raise click.UsageError(f"neither layout has {path!r}; {hint}")
    draw_diff(diff_lines(found, one, other, path))


def _entrants(
    names: tuple[str, ...], given: Mapping[str, Any], project: str | None
) -> tuple[Project, list[Entrant]]:
    """Return what is compared: the user's own project's dependencies, or our example."""
    chosen = chosen_managers(names, given)
    if project is None:
        known = {NAME: "example-app", **given}
        entrants = [Entrant.example(resolve({**known, MANAGER: name})) for name in chosen]
        return example(entrants[0].answers), entrants
    from generator.manifests import ABOUT_SOURCES, layout, read_project

    if given:
        raise click.UsageError("--project has its own answers; leave the others out")
    own = read_project(Path(project))
    return own.project, [Entrant(*layout(own, name), ABOUT_SOURCES) for name in chosen]


def _play(
    comparison: Comparison, entrants: list[Entrant], runs: int, channel: str, *, resume: bool
) -> Comparison:
    """Run the managers; what they showed is in the comparison that is returned."""
    from generator.cli.progress import progress
    from generator.compare.evidence import with_evidence
    from generator.compare.measure.play import play

    try:
        with unwinding(), progress(sys.stderr) as watcher:
            played = play(entrants, watcher, runs=runs, channel=channel, resume=resume)
    except KeyboardInterrupt as error:
        raise Interrupted(
            "what was measured is kept; go on with the same command and --resume"
            if runs
            else "nothing is kept"
        ) from error
    return with_evidence(comparison, played)


def _read(source: str) -> Comparison:
    try:
        return from_json(Path(source).read_text(encoding="utf-8"))
    except OSError as error:
        raise BadFile(source, f"cannot be read ({error.strerror})", "give a report") from error
    except ValueError as error:
        remedy = "give what `scaffold compare --json` wrote"
        raise BadFile(source, f"is no report of ours ({error})", remedy) from error
