"""Verdict: what the end of a step says, and whether the layout or its surroundings are to blame.

What happened comes first: nothing started, the time was up, a signal. Then the index or channel is
asked (see `reach`). Only where it answers, the manager's own words are read, by one table.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

from generator.catalog import Stale
from generator.check.model import Status
from generator.run import Outcome

#: Verbs that never need a network: what they print says nothing about it.
LOCAL = frozenset({"test", "lint", "typecheck", "run", "clean", "inspect", "version"})
#: Verbs that install what a lock names: a version that is not found was there a moment ago.
_LOCKED = frozenset({"install-locked", "export", "export-pylock"})
#: Signals of a program's own crash, by their numbers in POSIX; others come from outside.
_CRASHES = re.compile(r"killed by signal (?:4|6|7|8|10|11)\b")
#: 128 + SIGHUP, SIGINT, SIGKILL, SIGTERM: how a launcher tells of a program that a signal ended.
_SIGNALLED = frozenset({129, 130, 137, 143})


@dataclass(frozen=True)
class Sign:
    """Words that tell of the surroundings, what they mean, and who was seen to use them.

    In `means`, {0} is what the first group matched. Without `verbs`, it counts for every verb.
    """

    words: re.Pattern[str]
    means: str
    seen: str
    verbs: frozenset[str] = field(default_factory=frozenset)


def _sign(words: str, means: str, seen: str, verbs: frozenset[str] = frozenset()) -> Sign:
    return Sign(re.compile(words, re.IGNORECASE), means, seen, verbs)


#: What a server says that will not, or cannot, answer now: 404 is about one file, not about it.
_REFUSALS = "|".join(
    f"{one.value} {re.escape(one.phrase)}"
    for one in HTTPStatus
    if one in {401, 403, 407, 429, 451} or one >= HTTPStatus.INTERNAL_SERVER_ERROR
)
UNREACHED = "the package index or channel could not be reached"

#: The last resort. The first that matches counts, so that a cause comes before its consequences.
SIGNS = (
    _sign(
        r"network timeout|operation timed out|read timed out",
        "the package index or channel took too long",
        "uv 0.13.9, pip",
    ),
    _sign(
        r"hash mismatch|do not match the hashes|not found in known hashes",
        "a download was not what the index or the lock announced: its hash differs",
        "uv 0.13.9, pip 26.3, Poetry 2.5.1, Pipenv 2026.10.3",
    ),
    _sign(
        r"incomplete-download|incompleteread|not enough bytes were received"
        r"|end of file before message length|error decoding response body",
        "a download broke off",
        "uv 0.13.9, pip 26.3, Poetry 2.5.1, Pipenv 2026.10.3",
    ),
    _sign(
        r"invalid package format|failed to read from zip file|bad uncompressed size"
        r"|deflate decompression error|failed to extract archive",
        "a download was no package: it was damaged or cut off",
        "uv 0.13.9",
    ),
    _sign(
        rf"\b({_REFUSALS}|(?:40[137]|429|5\d\d) (?:server|client) error)\b",
        "the package index or channel answered {0}",
        "uv 0.13.9, Poetry 2.5.1",
    ),
    _sign(
        r"\bhttp error (40[137]|429|5\d\d)\b",
        "the package index or channel answered {0}",
        "pip 26.3",
    ),
    _sign(r"authorization error accessing", "the package index refused access", "Poetry 2.5.1"),
    _sign(
        r"dns error|name or service not known|temporary failure in name resolution"
        r"|nodename nor servname|failed to establish a new connection|network is unreachable"
        r"|connection refused|connection reset|error sending request|could not resolve host"
        r"|max retries exceeded|all attempts to connect|remote end closed connection",
        UNREACHED,
        "uv 0.13.9, pip 26.3, Poetry 2.5.1, Pipenv 2026.10.3, built-in conda engine",
    ),
    _sign(
        r"\(404 not found\)|404 client error",
        "a file that the index or the lock named is not there",
        "uv 0.13.9, pip 26.3, Poetry 2.5.1",
    ),
    _sign(
        r"no matching distribution found for [\w.\[\]-]+==|unable to find installation candidates",
        "a version that the lock names is not on the index any more",
        "pip 26.3, Poetry 2.5.1",
        _LOCKED,
    ),
    _sign(r"no space left on device", "the disk is full", "the system's own words"),
)


#: Tells what is wrong with the package index or channel right now, "" where it answers.
Ask = Callable[[Outcome], str]


def judge(outcome: Outcome, ask: Ask = lambda _: "") -> tuple[Status, str]:
    """Return a step's status and, unless it passed, why.

    `ask` is called only for a failure of a verb that may need the index.
    """
    if outcome.exit_code is None:
        return "unable", outcome.reason
    if _CRASHES.match(outcome.reason):
        return "failed", f"it crashed: {outcome.reason}"
    if outcome.reason:
        return "unable", outcome.reason
    if outcome.exit_code == 0:
        return "passed", ""
    if outcome.exit_code in _SIGNALLED:
        return "unable", f"exit code {outcome.exit_code}: a signal ended it"
    if why := blamed(outcome, ask):
        return "unable", why
    return "failed", f"exit code {outcome.exit_code}, expected zero"


def judge_red(
    outcome: Outcome, ask: Ask, *, proof: Callable[[Outcome], bool], what: str
) -> tuple[Status, str]:
    """Judge a step that has to fail because of `what`; `proof` tells that it failed because of it.

    Any other failure is judged as ever, and never passes: it shows nothing.
    """
    status, reason = judge(outcome)
    if status == "passed":
        return "failed", f"it stayed green although {what}"
    if status == "failed" and not outcome.reason and proof(outcome):
        return "passed", ""
    status, reason = judge(outcome, ask)
    if status == "failed" and not outcome.reason:
        reason = f"exit code {outcome.exit_code}, but not because {what}: it does not say so"
    return status, reason


def stale_proof(stale: Stale | None, package: str) -> Callable[[Outcome], bool]:
    """Return what tells that a lock-check failed for a stale lock, as its manager.yml has it."""
    return lambda outcome: (
        stale is not None
        and outcome.exit_code == stale.exit
        and stale.said(outcome.output, package)
    )


def blamed(outcome: Outcome, ask: Ask) -> str:
    """Return what of the surroundings made a step fail, "" where nothing is known to have."""
    verb = outcome.step.verb
    if verb in LOCAL:
        return ""
    return ask(outcome) or sign(outcome.output, verb)


def sign(output: str, verb: str = "") -> str:
    """Return what a manager's words tell of the surroundings, by the table; "" where nothing."""
    text = " ".join(output.split())  # Pipenv breaks lines wherever the terminal would end
    for one in SIGNS:
        if one.verbs and verb not in one.verbs:
            continue
        if found := one.words.search(text):
            return one.means.format(*found.groups(default=""))
    return ""
