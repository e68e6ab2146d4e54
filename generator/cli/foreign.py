"""`scaffold new --template SRC`: any other Copier template, rendered under Copier's rules."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import copier
import jinja2
from copier.errors import (
    CopierAnswersInterrupt,
    CopierError,
    InteractiveSessionError,
    UnsafeTemplateError,
)
from plumbum.commands.processes import ProcessExecutionError

from generator import __version__
from generator.cli.show import Output, draw
from generator.credentials import without_credentials
from generator.errors import ScaffoldError
from generator.tree import beside, check_target, refusals


class TemplateRefused(ScaffoldError):
    """Copier did not render a template."""

    def __init__(self, source: str, why: str, remedy: str) -> None:
        said = without_credentials(f"template {source}: {' '.join(why.split())}")
        super().__init__(f"{said}; {remedy}")


def copy(
    source: str,
    path: str | None,
    given: Mapping[str, Any],
    output: Output,
    *,
    defaults: bool,
    trust: bool,
    dry_run: bool,
) -> dict[str, Any]:
    """Render `source` to `path`, whole or not at all; return the report.

    Raises `TargetError` for a target that is taken, `TemplateRefused` with Copier's reason.
    """
    if path is None:
        raise click.UsageError("--template needs a PATH to write to; give it")
    target = Path(path)
    check_target(target)
    with refusals(target), _refused(source), _workshop(target, keep=not dry_run) as folder:
        made = folder / target.name
        copier.run_copy(
            source,
            made,
            data=dict(given),
            defaults=defaults,
            unsafe=trust,
            skip_tasks=dry_run,
            quiet=True,
        )
        paths = sorted(
            file.relative_to(made).as_posix()
            for file in made.rglob("*")
            if not file.is_dir() or file.is_symlink()
        )
        if not dry_run:
            made.rename(target)
    for line in draw(str(target), paths):
        output.say(line)
    return {
        "schema": 1,
        "version": __version__,
        "target": str(target),
        "template": without_credentials(source),
        "files": [{"path": file, "change": "create"} for file in paths],
        "written": not dry_run,
    }


@contextmanager
def _workshop(target: Path, *, keep: bool) -> Iterator[Path]:
    """Give a folder to render in: next to the target where the result is to be kept."""
    if keep:
        with beside(target) as folder:
            yield folder
    else:
        with tempfile.TemporaryDirectory() as name:
            yield Path(name)


@contextmanager
def _refused(source: str) -> Iterator[None]:
    """Turn what Copier, or the template, objects to into a `TemplateRefused`."""
    try:
        yield
    except CopierAnswersInterrupt as error:
        raise KeyboardInterrupt from error
    except UnsafeTemplateError as error:
        raise TemplateRefused(source, str(error), "add --trust if you trust its authors") from error
    except InteractiveSessionError as error:
        remedy = "answer with --data KEY=VALUE or --defaults, or run in a terminal"
        raise TemplateRefused(source, "it has questions to ask", remedy) from error
    except (CopierError, ValueError, jinja2.TemplateError, ProcessExecutionError) as error:
        remedy = "check the template's address and your answers"
        raise TemplateRefused(source, str(error) or type(error).__name__, remedy) from error
