"""`scaffold new --template SRC`: any other Copier template, rendered under Copier's rules."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import copier
import jinja2
from copier.errors import (
    CopierAnswersInterrupt,
    CopierError,
    ExtensionNotFoundError,
    InteractiveSessionError,
    TaskError,
    UnsafeTemplateError,
)
from plumbum.commands.processes import ProcessExecutionError

from generator import __version__, git
from generator.cli.show import Output
from generator.credentials import without_credentials
from generator.errors import ScaffoldError, printable
from generator.system import undisturbed
from generator.tree import check_target, refusals


class TemplateRefused(ScaffoldError):
    """Copier did not render a template."""

    def __init__(self, source: str, why: str, remedy: str) -> None:
        said = without_credentials(f"template {source}: {' '.join(why.split())}")
        super().__init__(f"{said}; {remedy}")


def copy(
    source: str,
    target: Path,
    given: Mapping[str, Any],
    output: Output,
    *,
    vcs_ref: str | None,
    defaults: bool,
    trust: bool,
    dry_run: bool,
) -> dict[str, Any]:
    """Render `source` to `target`, whole or not at all; return the report.

    In place, since a template's tasks may write down where they run. Raises `TargetError` for a
    target that is taken, `TemplateRefused` with Copier's reason.
    """
    check_target(target, force=_is_empty_clone(target))
    aside = tempfile.TemporaryDirectory() if dry_run else nullcontext("")
    with refusals(target), _refused(source), aside as folder:
        place = Path(folder) / target.name if dry_run else target
        with nullcontext() if dry_run else _whole_or_none(target), _printing(output):
            worker = copier.run_copy(
                source,
                place,
                data=dict(given),
                vcs_ref=vcs_ref,
                defaults=defaults,
                unsafe=trust,
                skip_tasks=dry_run,
                quiet=True,
            )
            # Copier prints it itself only together with a line for each file.
            message = worker._render_string(worker.template.message_after_copy)
        paths = sorted(
            file.relative_to(place).as_posix()
            for file in place.rglob("*")
            if (not file.is_dir() or file.is_symlink())
            and ".git" not in file.relative_to(place).parts
        )
    output.tree(str(target), paths)
    if message and not dry_run:
        output.say("\n" + "\n".join(map(printable, message.splitlines())))
    return {
        "schema": 1,
        "version": __version__,
        "target": str(target),
        "template": without_credentials(source),
        "files": [{"path": file, "change": "create"} for file in paths],
        "written": not dry_run,
    }


def _is_empty_clone(target: Path) -> bool:
    return git.is_fresh_clone(target) and all(path.name == ".git" for path in target.iterdir())


@contextmanager
def _whole_or_none(target: Path) -> Iterator[None]:
    """Where the body fails, remove what it made in `target` and above it.

    What others put there meanwhile goes with it, as where `git clone` fails.
    """
    missing = [folder for folder in (target, *target.parents) if not folder.exists()]
    before = set(target.iterdir()) if target.is_dir() else set()
    try:
        yield
    except BaseException:
        with undisturbed():  # a second Ctrl-C would leave the rest of it
            for path in set(target.iterdir()) - before if target.is_dir() else ():
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink()
            for folder in missing:
                with suppress(OSError):  # Copier has removed it, or it holds what is somebody's
                    folder.rmdir()
        raise


@contextmanager
def _printing(output: Output) -> Iterator[None]:
    """Send what Copier and a template's tasks print to where text for people goes."""
    if output.stream is sys.stdout:
        yield
        return
    sys.stdout.flush()
    stdout = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(stdout, 1)
        os.close(stdout)


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
    except ExtensionNotFoundError as error:
        remedy = f"install it beside scaffold: {sys.executable} -m pip install PACKAGE"
        raise TemplateRefused(source, str(error), remedy) from error
    except (TaskError, ProcessExecutionError) as error:
        remedy = "see what it printed, and the template's documentation"
        raise TemplateRefused(source, str(error), remedy) from error
    except (CopierError, ValueError, jinja2.TemplateError) as error:
        remedy = "check the template's address and your answers"
        raise TemplateRefused(source, str(error) or type(error).__name__, remedy) from error
