"""`scaffold check`: prove layouts with the real managers."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click

from generator.answers import resolve
from generator.check import Case, Report, Stopped, check
from generator.check.report import as_json, as_junit
from generator.check.scene import TIMEOUT
from generator.cli.inputs import MANAGER, NAME, chosen_managers, gather
from generator.cli.progress import failures, progress
from generator.cli.show import check_report, write_all
from generator.cli.signals import unwinding
from generator.errors import BadFile
from generator.system import only_posix
from generator.toolchain.environment import check_runnable
from generator.toolchain.surroundings import groups

EPILOG = """\b
Examples:
  scaffold check                                 every layout
  scaffold check poetry uv --json -              two of them, the report on standard output
  scaffold check --project . --junit report.xml  the project here
  scaffold check conda --conda-channel URL       packages from another channel
  scaffold check pip --timeout 3600              on a slow machine, or a slow network

\b
Exit code: 0 when all that a layout claims was seen to be so, 1 when not, or when it could not be
tried (no network, no tool), 2 for a mistake in the command, 130 after Ctrl-C: the reports then tell
what was known. JSON (schema 1): {schema, ok, interrupted, problem, cases: [{manager,
manager_version, engine, channel, answers, ok, interrupted, tests, steps: [{verb, argv, seconds,
exit_code, expect, status, reason}]}], resolved, differences}.
"""


HELP = f"""Take layouts through everything they claim, with the real managers, in isolation.

Render, install, test, lint, run, lock, re-install from the lock, export, install the exports, add
and remove a package, see a stale lock and a broken source noticed, and do as a person would who
follows the README; then compare tests and resolved versions. No exit code is believed: what each
command left behind is looked at.

Taken over from your environment: {groups("taken")}.

Taken over in part, or in another form: {groups("read")}.

Left out: {groups("left")}; and all else. docs/environment.md has every name, and why.

A step that fails leaves its folder and a script that repeats it by hand.
"""


@click.command("check", epilog=EPILOG, help=HELP)
@click.argument("managers", nargs=-1, metavar="[MANAGER]...")
@click.option(
    "--project", metavar="DIR", help="Check an existing generated project (a copy of it)."
)
@click.option("--data", multiple=True, metavar="KEY=VALUE", help="Answer any question.")
@click.option("--answers", metavar="FILE", help="Take answers from a YAML or TOML file.")
@click.option("--keep", metavar="DIR", help="Work in DIR and leave everything there.")
@click.option("--jobs", type=click.IntRange(1), help="Layouts at once [default: one a core].")
@click.option("--json", "json_path", metavar="FILE", help="Write a report (- is stdout).")
@click.option("--junit", "junit_path", metavar="FILE", help="Write a JUnit report (- is stdout).")
@click.option(
    "--timeout",
    type=click.IntRange(1),
    default=int(TIMEOUT),
    metavar="SECONDS",
    help=f"Longest time for one step [default: {TIMEOUT:g}].",
)
@click.option("--conda-channel", default="", metavar="URL", help="Take conda-forge from URL.")
def command(
    managers: tuple[str, ...],
    *,
    project: str | None,
    data: tuple[str, ...],
    answers: str | None,
    keep: str | None,
    jobs: int | None,
    json_path: str | None,
    junit_path: str | None,
    timeout: int,
    conda_channel: str,
) -> None:
    """Check, print, and exit."""
    only_posix("scaffold check")
    if json_path == junit_path == "-":
        raise click.UsageError("--json - and --junit - both want standard output; name a file")
    for path in (json_path, junit_path):
        check_report(path)
    cases = _existing(managers, project) if project else _fresh(managers, data, answers)
    if project and (data or answers):
        raise click.UsageError("--project has its own answers; leave --data and --answers out")
    folder = _work_folder(keep)
    stop: BaseException | None = None
    try:
        with unwinding(), progress(sys.stderr) as watcher:
            report = check(
                cases,
                folder,
                watcher,
                jobs=min(jobs or os.cpu_count() or 1, len(cases)),
                channel=conda_channel,
                timeout=timeout,
            )
    except Stopped as stopped:
        report, stop = stopped.report, stopped.__cause__
    except BaseException:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    try:
        write_all([(json_path, lambda: as_json(report)), (junit_path, lambda: as_junit(report))])
    finally:
        for line in summary(report):
            click.echo(line, err=True)
        if keep is None:
            _tidy(report, folder)
    if stop is not None:
        raise stop
    sys.exit(0 if report.ok else 1)


def _fresh(managers: tuple[str, ...], data: tuple[str, ...], answers: str | None) -> list[Case]:
    given = {NAME: "example-app", **gather(None, answers, data, {})}
    names = chosen_managers(managers, given)
    return [Case(resolve({**given, MANAGER: name})) for name in names]


def _existing(managers: tuple[str, ...], directory: str) -> list[Case]:
    from generator.project import find_project

    found = find_project(Path(directory))
    answers = found.answers()
    if managers and set(managers) != {answers[MANAGER]}:
        was = answers[MANAGER]
        raise click.UsageError(f"the project in {directory} is a {was} one; leave the manager out")
    return [Case(answers, found.root)]


def _work_folder(keep: str | None) -> Path:
    if keep is None:
        check_runnable(Path(tempfile.gettempdir()), "name another directory in TMPDIR")
        return Path(tempfile.mkdtemp(prefix="scaffold-check-")).resolve()
    folder = Path(keep).resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadFile(keep, "is not an empty directory", "give --keep a new one")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadFile(keep, f"cannot be made ({error.strerror})", "give --keep another") from error
    check_runnable(folder, "give --keep another")
    return folder


def _tidy(report: Report, folder: Path) -> None:
    """Remove what succeeded; a failure's folder stays whole, for its scripts to repeat steps."""
    for case in report.cases:
        failed = any(step.status == "failed" for step in case.steps)
        if case.ok or (case.interrupted and not failed):
            shutil.rmtree(folder / case.manager, ignore_errors=True)
        elif case.kept:
            click.echo(f"{case.manager}: kept in {case.kept}; remove it afterwards", err=True)
    with suppress(OSError):  # something was kept
        folder.rmdir()


def summary(report: Report) -> Iterator[str]:
    """Yield what the run amounts to: failures in full, differences and reasons, a line a layout."""
    for case in report.cases:
        for line in failures(case.steps):
            yield f"{case.manager}: {line}" if line.startswith("---") else line
    if report.differences:
        yield "\nresolved differently:"
    for one in report.differences:
        versions = ", ".join(f"{name} {version or '-'}" for name, version in one.versions.items())
        yield f"  {one.package}: {versions}"
        yield from (f"    {reason}" for reason in one.reasons or ("unexplained",))
    yield ""
    for case in report.cases:
        seconds = sum(step.seconds for step in case.steps)
        verdict = "ok" if case.ok else "STOPPED" if case.interrupted else "FAILED"
        source = f", from {case.channel}" if case.channel else ""
        ran = f"{len(case.tests)} tests" if case.tests else "no test ran"
        unsupported = sum(step.status == "unsupported" for step in case.steps)
        yield (
            f"{case.manager:<8}{verdict:<8}{seconds:7.1f} s  {ran}, "
            f"{len(case.steps)} steps, {unsupported} unsupported"
            f"  ({case.manager_version} {case.engine}{source})"
        )
    if not report.same_tests:
        yield "the layouts did not run the same tests"
    if report.problem:
        yield report.problem
    yield "everything claimed is so" if report.ok else "not everything claimed is so"
