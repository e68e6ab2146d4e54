"""`scaffold new`: write a project."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from generator import __version__
from generator.answers import Answers, known_keys, resolve, visible_questions
from generator.catalog import manager as load_manager
from generator.catalog import metavariables
from generator.cli import Interrupted
from generator.cli.inputs import (
    FEATURES,
    MANAGER,
    NAME,
    core,
    flag,
    gather,
    need,
    presets,
    question_options,
    refuse,
    suggestions,
)
from generator.cli.next import next_commands
from generator.cli.show import Output, check_report, write_report
from generator.cli.signals import unwinding
from generator.errors import MissingAnswers
from generator.render import render
from generator.system import only_posix
from generator.tree import Tree, check_target

EPILOG = """\b
Examples:
  scaffold new                                   ask for everything
  scaffold new myproj --manager poetry           ask for nothing
  scaffold new myproj --manager pip --license Apache-2.0 --ci gitlab --install
  scaffold new myproj --manager uv --data aws_region=eu-central-1 --dry-run
  scaffold new myproj --answers myproj/.scaffold.yml --python-version 3.12 --diff
  scaffold new myproj --manager uv --preset minimal --with mocking
  scaffold new other --template gh:OWNER/REPOSITORY --data KEY=VALUE
"""


@click.command("new", epilog=EPILOG)
@click.argument("path", required=False)
@question_options()
@click.option("--list-features", is_flag=True, help="Explain each feature in a line, and exit.")
@click.option("--defaults", is_flag=True, help="Ask nothing: defaults for what is not given.")
@click.option("--data", multiple=True, metavar="KEY=VALUE", help="Answer any question.")
@click.option(
    "--answers", metavar="FILE", help="Take answers from a YAML or TOML file (- is stdin)."
)
@click.option("--dry-run", is_flag=True, help="Print the tree and write nothing.")
@click.option("--diff", is_flag=True, help="Show what would change in PATH; write nothing.")
@click.option("--json", "report_path", metavar="FILE", help="Write a report (- is stdout).")
@click.option("--install", is_flag=True, help="Create the environment, lock and test.")
@click.option(
    "--git/--no-git",
    default=None,
    help="Make a repository; by default unless in one.",
)
@click.option("--force", is_flag=True, help="Write into a PATH that is not empty.")
@click.option("--overwrite", is_flag=True, help="With --force: replace files that differ.")
@click.option(
    "--template", metavar="SRC", help="Render another Copier template; no --git by default."
)
@click.option("--vcs-ref", metavar="REF", help="With --template: its branch, tag or commit.")
@click.option("--trust", is_flag=True, help="With --template: let it run code.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def command(
    path: str | None,
    *,
    list_features: bool,
    defaults: bool,
    data: tuple[str, ...],
    answers: str | None,
    dry_run: bool,
    diff: bool,
    report_path: str | None,
    install: bool,
    git: bool | None,
    force: bool,
    overwrite: bool,
    template: str | None,
    vcs_ref: str | None,
    trust: bool,
    quiet: bool,
    **flags: Any,
) -> None:
    """Write a new project to PATH, in the layout of a manager.

    Without PATH or --manager it asks, if it runs in a terminal; with both, the rest are defaults.
    Flags win over --data, and --data over --answers.
    """
    if list_features:
        _list_features()
        return
    told = [flag(key) for key, value in flags.items() if value not in (None, ())]
    refuse("--dry-run", dry_run, {"--diff": diff, "--install": install, "--git": git})
    refuse("--diff", diff, {"--install": install, "--git": git})
    refuse("--template", template, dict.fromkeys(told, "answer its questions with --data"))
    refuse("--template", template, {"--diff": diff, "--install": install, "--force": force})
    need("--overwrite", overwrite, "--force", force)
    need("--trust", trust, "--template", template)
    need("--vcs-ref", vcs_ref, "--template", template)
    only_posix("--install", install)
    check_report(report_path)
    output = Output(sys.stderr if report_path == "-" else sys.stdout, quiet)

    if template is not None:
        from generator.cli.foreign import copy

        if not path:
            raise click.UsageError("--template needs a PATH to write to; give it")
        given, target = gather(None, answers, data, {}), Path(path)
        repository = bool(git) and _repository(target, wanted=git)
        with _by_then("nothing was written"):
            report = copy(
                template,
                target,
                given,
                output,
                vcs_ref=vcs_ref,
                defaults=defaults,
                trust=trust,
                dry_run=dry_run,
            )
        if repository:
            _start_repository(target, required=True)
        write_report(report_path, report)
        return

    given = gather(path, answers, data, flags)
    with _by_then("nothing was written"):
        known_keys(given)
        if path is not None and not diff:
            force, overwrite = _check(Path(path), output, force=force, overwrite=overwrite)
        settled = _settle(given, output, defaults=defaults)
        target = Path(path if path is not None else settled[NAME])
        if path is None and not diff:
            force, overwrite = _check(target, output, force=force, overwrite=overwrite)
        tree = render(settled.context, settled.values)
        report = _report(settled, target, tree)
        if diff:
            for line in tree.diff(target):
                output.always(line)
        elif dry_run:
            tree.validate()
        else:
            repository = _repository(target, wanted=git)
            if install:
                _check_runnable(target)
            _write(tree, target, force=force, overwrite=overwrite)
    if diff or dry_run:
        if dry_run:
            output.tree(str(target), tree.files)
        write_report(report_path, report)
        return
    report |= {"written": True, "repository": False, "install": None, "next": []}
    try:
        with _by_then("the project is written"):
            output.tree(str(target), tree.files)
            if repository:
                report["repository"] = _start_repository(target, required=git is True)
            _note_what_git_passes_by(target, tree)
            _finish(settled, target, output, report, install=install)
    finally:
        write_report(report_path, report)
    if install and not report["install"]["ok"]:
        raise click.exceptions.Exit(1)


def _check(target: Path, output: Output, *, force: bool, overwrite: bool) -> tuple[bool, bool]:
    """Raise `TargetError` where nothing may be written; return whether to merge and to replace.

    A fresh clone is as good as empty: git has what is replaced there.
    """
    from generator import git

    if not force and target.is_dir() and git.is_fresh_clone(target):
        if replaced := sorted(path.name for path in target.iterdir() if path.name != ".git"):
            output.say(f"{target} is a fresh clone: git keeps its {', '.join(replaced)}")
        return True, True
    check_target(target, force=force)
    return force, overwrite


def _check_runnable(target: Path) -> None:
    """Raise `NothingRunsIn` where an environment, or what makes it, could not be run."""
    import tempfile

    from generator.toolchain.environment import check_runnable

    check_runnable(Path(tempfile.gettempdir()), "name another directory in TMPDIR")
    there = next(folder for folder in (target, *target.absolute().parents) if folder.exists())
    check_runnable(there, "choose another PATH")


def _list_features() -> None:
    for label in (*core(), *(choice.label for choice in visible_questions()[FEATURES].choices)):
        click.echo(label)
    for name, features in presets().items():
        click.echo(f"--preset {name}: {', '.join([*core().values(), *features])}")


def _settle(given: Mapping[str, Any], output: Output, *, defaults: bool) -> Answers:
    """Ask, or take defaults, or say what is missing."""
    missing = [key for key in (NAME, MANAGER) if key not in given]
    if defaults and MANAGER in missing:
        missing.remove(MANAGER)  # the questionnaire has a default for it
    if not missing or defaults:
        if missing:
            raise MissingAnswers(["PATH"])
        return resolve(given, suggested=suggestions(given))
    if not (sys.stdin.isatty() and output.stream.isatty()):
        words = {NAME: "PATH", MANAGER: f"{flag(MANAGER)} {_choices(MANAGER)}"}
        raise MissingAnswers([words[key] for key in missing])
    from generator.cli.wizard import asker

    return resolve(given, ask=asker(output.stream), suggested=suggestions(given))


def _write(tree: Tree, target: Path, *, force: bool, overwrite: bool) -> None:
    """Write; Ctrl-C in the last step of it comes too late, and that is what it says then."""
    try:
        tree.write(target, force=force, overwrite=overwrite)
    except KeyboardInterrupt as error:
        if set(tree.changes(target).values()) != {"same"}:
            raise
        raise Interrupted("the project is written") from error


def _start_repository(target: Path, *, required: bool) -> bool:
    """Make a repository; return whether there is one, where it is not required."""
    from generator import git

    try:
        with _by_then("the project is written, without a repository"):
            git.start_repository(target)
    except git.GitFailed as error:
        if required:
            raise
        click.echo(f"warning: {error}", err=True)
        return False
    return True


#: What a host reads in the top folder of a repository, and nowhere else.
_AT_THE_TOP = (".github/", ".gitlab-ci.yml")


def _note_what_git_passes_by(target: Path, tree: Tree) -> None:
    """Say which files do nothing where they are, and which the user's git ignores."""
    from generator import git

    top = git.repository_of(target)
    if top is None or not git.available():
        return
    moved = [path for path in tree.files if path.startswith(_AT_THE_TOP)]
    if moved and top != target.resolve():
        why = "read only in the top folder of a repository"
        click.echo(f"note: {', '.join(moved)}: {why}; move what you need to {top}", err=True)
    by_rule: dict[str, list[str]] = {}
    for path, rule in git.ignored(target, tree.files):
        by_rule.setdefault(rule, []).append(path)
    for rule, paths in by_rule.items():
        remedy = f"git add --force {shlex.join(paths)}"
        click.echo(f"note: git ignores {', '.join(paths)}, by {rule}; to keep: {remedy}", err=True)


def _finish(
    settled: Answers, target: Path, output: Output, report: dict[str, Any], *, install: bool
) -> None:
    """Do what comes after writing, and say what is left to do; both are in the report as well."""
    manager = load_manager(settled[MANAGER])
    names = metavariables(settled[NAME])
    if install:
        from generator.cli.install import install as run_steps

        with _by_then("the project is written, but not ready: go on by hand"):
            report["install"] = run_steps(manager, settled, target, names, output)
        if report["repository"]:
            from generator import git

            git.stage(target)
    report["next"] = next_commands(
        manager, target, names, installed=install and report["install"]["ok"]
    )
    output.say("\nNext:")
    for line in report["next"]:
        output.say(f"  {line}")


def _report(settled: Answers, target: Path, tree: Tree) -> dict[str, Any]:
    return {
        "schema": 1,
        "version": __version__,
        "target": str(target),
        "answers": dict(settled.values),
        "files": [
            {"path": path, "change": change} for path, change in tree.changes(target).items()
        ],
        "written": False,
    }


def _repository(target: Path, *, wanted: bool | None) -> bool:
    """Say whether to make a repository: as asked, else where there is git and none yet."""
    from generator import git

    if wanted is False:
        return False
    if wanted and not git.available():
        raise click.UsageError("git was not found; install it, or leave --git out")
    return bool(wanted) or (git.available() and git.repository_of(target) is None)


def _choices(key: str) -> str:
    return "|".join(choice.value for choice in visible_questions()[key].choices)


@contextmanager
def _by_then(what: str) -> Iterator[None]:
    """Say what was and was not done where Ctrl-C comes; a polite kill unwinds as it does."""
    try:
        with unwinding():
            yield
    except (KeyboardInterrupt, EOFError) as error:
        raise Interrupted(what) from error
