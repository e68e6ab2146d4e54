"""Reach: does the package index, or the channel, answer right now? Asked after a failed step.

It is asked for the package that `add` is tried with, in the step's own environment: through the
same proxy, certificates and credentials, from the same index.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from generator.catalog import Manager
from generator.check.verdict import sign
from generator.run import Outcome, Step, run

#: Seconds that an answer may take in all, and those without a byte after which uv gives up.
LONGEST, SILENCE = 30.0, 10
#: pip says so, too, of a listing that it could not read: a server's error is a warning to it.
_UNLISTED = re.compile(r"satisfies the requirement ([\w.-]+)[^()]* \(from versions: none\)")


def unanswered(
    manager: Manager, step: Step, package: str, folder: Path, cancel: Event | None = None
) -> str:
    """Return what is wrong with the index or channel that `step` used; "" where it answers.

    Writes below `folder` only, and leaves nothing there.
    """
    commands = manager.commands.get("versions")
    with TemporaryDirectory(prefix="ask-", dir=folder) as aside:
        if commands:
            filled = commands[-1].replace({"PACKAGE": package})
            asking = replace(step, argv=filled.argv, stdout=None, cwd=Path(aside))
        elif manager.engine:
            return ""
        else:
            asking = _question(step, package, Path(aside))
        outcome = run(asking, timeout=LONGEST, cancel=cancel)
    return "" if outcome.exit_code == 0 else _told(outcome, package)


def unlisted(output: str) -> str:
    """Return the package of which pip, or Pipenv's pip, says that the index lists no version."""
    found = _UNLISTED.search(" ".join(output.split()))
    return found[1] if found else ""


def _question(step: Step, package: str, folder: Path) -> Step:
    """Ask for one small package with uv, which takes its index from the step's environment."""
    from uv import find_uv_bin

    wanted = folder / "wanted.in"
    wanted.write_text(f"{package}\n", encoding="utf-8")
    argv = (find_uv_bin(), "pip", "compile", "--quiet", "--no-cache", "--no-deps", str(wanted))
    env = {**step.env, **_index(step.env), "UV_HTTP_RETRIES": "0", "UV_HTTP_TIMEOUT": str(SILENCE)}
    return Step("ask", argv, folder, env)


def _index(env: Mapping[str, str]) -> dict[str, str]:
    """Hand uv the index that the step was given for pip."""
    url = env.get("PIP_INDEX_URL", "")
    return {"UV_INDEX_URL": url} if url else {}


def _told(outcome: Outcome, package: str) -> str:
    if outcome.exit_code is None:
        return ""  # it could not be asked: nothing is known of it
    if outcome.reason:
        return f"the package index or channel did not answer: {outcome.reason}"
    return sign(outcome.output) or f"the package index or channel does not give {package}"
