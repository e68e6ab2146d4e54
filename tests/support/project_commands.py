"""What a generated project tells people to run, read out of its rendered files.

Nothing here looks at a manager.yml: the point is to run what a person would read.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from generator.catalog import load_yaml

#: The verbs in an order in which each finds what it needs; those not named come before the last.
ORDER = (
    "create",
    "install",
    "install-locked",
    "lock",
    "lock-check",
    "lint",
    "typecheck",
    "test",
    "run",
    "tree",
    "export",
    "export-pylock",
    "add",
    "update-one",
    "remove",
    "add-dev",
    "audit",
)
LAST = ("update", "clean")

_FENCE = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| `(?P<verb>[a-z][a-z-]*)` \|.*?(?<!\\)\|(?P<commands>.*)\|$", re.MULTILINE)
_REASON = re.compile(r"^- `(?P<verb>[a-z][a-z-]*)`: (?P<reason>.+)$", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")
_TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
_PINNED = re.compile(r"^\s*(?:- )?(?:uses|rev): (?P<what>\S+)(?: # (?P<tag>\S+))?$", re.MULTILINE)


@dataclass(frozen=True)
class Script:
    """One `run:` of a workflow: lines that bash executes, stopping at the first that fails."""

    job: str
    name: str
    text: str


@dataclass(frozen=True)
class Pinned:
    """One `uses:` or `rev:`, and the tag that the comment beside it names."""

    what: str
    tag: str


def readme_table(readme: str) -> dict[str, list[str]]:
    """Return the command lines of the table of commands, by verb, in its order."""
    section = readme.partition("\n## Commands\n")[2].partition("\n## ")[0]
    return {
        row["verb"]: [code.replace("\\|", "|") for code in _CODE.findall(row["commands"])]
        for row in _ROW.finditer(section)
    }


def readme_reasons(readme: str) -> dict[str, str]:
    """Return the verbs that the README calls not available, with the reasons."""
    return {row["verb"]: row["reason"] for row in _REASON.finditer(readme)}


def readme_blocks(readme: str) -> list[list[str]]:
    """Return the lines of each block of shell commands."""
    return [block.splitlines() for block in _FENCE.findall(readme)]


def readme_console(readme: str, heading: str) -> list[str]:
    """Return the commands shown in the section below this heading, whatever its case."""
    section = re.split(rf"^#+ {heading}$", readme, flags=re.MULTILINE | re.IGNORECASE)[1]
    return re.findall(r"^\$ (.+)$", section.partition("\n#")[0], re.MULTILINE)


def makefile_targets(makefile: str) -> list[str]:
    """Return the targets, in the file's order."""
    return _TARGET.findall(makefile)


def workflow_scripts(workflow: str) -> list[Script]:
    """Return every `run:` of a GitHub workflow, job by job."""
    jobs: dict[str, Any] = load_yaml(workflow)["jobs"]
    return [
        Script(job, step.get("name", ""), step["run"])
        for job, details in jobs.items()
        for step in details["steps"]
        if "run" in step
    ]


def workflow_settings(workflow: str) -> dict[str, str]:
    """Return the environment variables that every job of a GitHub workflow sets."""
    jobs: dict[str, Any] = load_yaml(workflow)["jobs"]
    first, *others = (job.get("env", {}) for job in jobs.values())
    assert all(one == first for one in others)
    return dict(first)


def gitlab_lines(pipeline: str) -> dict[str, list[str]]:
    """Return each GitLab job's script; jobs whose name starts with a dot are not run."""
    return {
        name: job["script"]
        for name, job in load_yaml(pipeline).items()
        if isinstance(job, dict) and "script" in job and not name.startswith(".")
    }


def pinned(text: str) -> list[Pinned]:
    """Return every `uses:` and `rev:` of a file."""
    return [Pinned(found["what"], found["tag"] or "") for found in _PINNED.finditer(text)]


def in_order(verbs: Sequence[str]) -> Iterator[str]:
    """Yield the verbs so that each finds what it needs."""
    yield from (verb for verb in ORDER if verb in verbs)
    yield from (verb for verb in verbs if verb not in ORDER + LAST)
    yield from (verb for verb in LAST if verb in verbs)


def same_words(line: str) -> str:
    """Return a command line in one spelling, so that quotes make no difference."""
    return shlex.join(shlex.split(line, comments=True))
