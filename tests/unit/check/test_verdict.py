"""A failure is the layout's, or the surroundings': told by what happened, by words only at last."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from generator.catalog import Stale, managers
from generator.check.verdict import SIGNS, judge, judge_red, sign, stale_proof
from generator.errors import BadTemplate
from generator.run import Outcome, Step


def outcome(verb: str, code: int | None, output: str = "", reason: str = "") -> Outcome:
    return Outcome(Step(verb, ("x",), Path("/x"), {}), code, 1.0, 1.0, 1, output, reason)


#: What the real ones said to an index that fails: see tests/integration/test_faulty_index.py.
SAID = {
    "uv, 500": (
        "error: Request failed after 3 retries in 9.7s\n  cause: HTTP status server error"
        " (500 Internal Server Error) for url (http://127.0.0.1:1/simple/pluggy/)",
        "answered 500 Internal Server Error",
    ),
    "uv, 403": (
        "error: No solution found when resolving dependencies\n\n"
        "hint: An index (http://127.0.0.1:1/simple/) returned a 403 Forbidden error.",
        "answered 403 Forbidden",
    ),
    "uv, 429": (
        "HTTP status client error (429 Too Many Requests) for url (x)",
        "answered 429 Too Many Requests",
    ),
    "uv, cut off": (
        "cause: error decoding response body\n  cause: end of file before message length reached",
        "a download broke off",
    ),
    "uv, cut off as it is read": (
        "hint: The structure of `iniconfig` (v2.3.1) was invalid:\n  Failed to read from zip file",
        "it was damaged or cut off",
    ),
    "uv, other bytes": (
        "Failed to extract archive: x.whl\n  cause: Bad uncompressed size (got 0, expected 1)",
        "it was damaged or cut off",
    ),
    "uv, gone": (
        "cause: tcp connect error\n  cause: Connection refused (os error 111)",
        "could not be reached",
    ),
    "uv, no answer": (
        "cause: Failed to download distribution due to network timeout.",
        "took too long",
    ),
    "uv, a file less": (
        "cause: HTTP status client error (404 Not Found) for url (http://127.0.0.1:1/files/x)",
        "a file that the index or the lock named is not there",
    ),
    "pip, 403": ("ERROR: HTTP error 403 while getting http://127.0.0.1:1/x", "answered 403"),
    "pip, cut off": (
        "error: incomplete-download\n× Download failed after 6 attempts because not enough bytes"
        " were received (39 kB/78 kB)",
        "a download broke off",
    ),
    "pip, other bytes": (
        "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
        "was not what the index or the lock announced",
    ),
    "pip, gone": (
        'NewConnectionError("Failed to establish a new connection: [Errno 111] ...")\n'
        "ERROR: No matching distribution found for hatchling>=1.27",
        "could not be reached",
    ),
    "Poetry, 500": (
        "500 Server Error: Internal Server Error for url: http://127.0.0.1:1/simple/pluggy/",
        "answered 500 Server Error",
    ),
    "Poetry, 403": (
        "Source (PyPI): Authorization error accessing http://127.0.0.1:1/simple/pluggy/",
        "refused access",
    ),
    "Poetry, cut off": (
        "('Connection broken: IncompleteRead(13541 bytes read, 13541 more expected)')",
        "a download broke off",
    ),
    "Poetry, other bytes": (
        "Hash for pluggy (1.7.0) from archive pluggy-1.7.0-py3-none-any.whl not found in"
        " known hashes (was: sha256:05)",
        "was not what the index or the lock announced",
    ),
    "Poetry, gone": ("All attempts to connect to 127.0.0.1:1 failed.", "could not be reached"),
    "Pipenv, cut off": ("<IncompleteDownloadError: incomplete-download>", "broke off"),
    "the system": ("OSError: [Errno 28] No space left on device", "the disk is full"),
}


@pytest.mark.parametrize("seen", SAID)
def test_words_about_the_surroundings_are_unable(seen: str) -> None:
    output, means = SAID[seen]
    status, reason = judge(outcome("install", 1, output))
    assert status == "unable"
    assert means in reason
    assert "127.0.0.1" not in reason  # an address may hold credentials
    wrapped = output.replace(" ", "\n")  # Pipenv breaks lines anywhere
    assert sign(wrapped, "install") == reason


def test_every_sign_of_the_table_was_seen_and_says_where() -> None:
    for one in SIGNS:
        assert one.seen
        assert one.verbs or any(one.words.search(output) for output, _ in SAID.values()), one.means


@pytest.mark.parametrize(
    "output",
    [
        "error: Failed to parse `pyproject.toml`",
        "No solution found: because aiohttp>=99 was not found, your project is unsatisfiable.",
        "ERROR: No matching distribution found for aiohttp==99",
        "Resolved 500 packages in 4 ms; (501 files)",
    ],
)
def test_a_layout_that_asks_for_what_is_not_there_has_failed(output: str) -> None:
    assert judge(outcome("install", 1, output)) == ("failed", "exit code 1, expected zero")


def test_a_locked_version_that_is_gone_is_unable() -> None:
    output = "ERROR: No matching distribution found for\naiohttp==3.13.2"
    assert judge(outcome("install-locked", 1, output))[0] == "unable"


def test_a_failing_test_that_speaks_of_the_network_has_failed() -> None:
    text = "error: Failed to establish a new connection: Name or service not known"
    assert judge(outcome("lock", 1, text))[0] == "unable"
    assert judge(outcome("test", 1, text), lambda _: "the index is gone")[0] == "failed"
    assert judge(outcome("lock", 0, text)) == ("passed", "")


def test_the_index_is_asked_before_words_are_read_and_only_after_a_failure() -> None:
    asked: list[str] = []

    def ask(one: Outcome) -> str:
        asked.append(one.step.verb)
        return "the index answered 500"

    assert judge(outcome("lock", 0), ask) == ("passed", "")
    assert asked == []
    no_words = "ERROR: No matching distribution found for hatchling>=1.27"
    assert judge(outcome("lock", 1, no_words), ask) == ("unable", "the index answered 500")
    assert asked == ["lock"]


@pytest.mark.parametrize("verb", ["lock", "test"])
@pytest.mark.parametrize(
    ("code", "reason", "status"),
    [
        (None, "x was not found", "unable"),
        (-15, "ended after 5 s, the time it was given", "unable"),
        (-15, "interrupted", "unable"),
        (-9, "killed by signal 9 (Killed)", "unable"),
        (137, "", "unable"),
        (-11, "killed by signal 11 (Segmentation fault)", "failed"),
        (-6, "killed by signal 6 (Aborted)", "failed"),
    ],
)
def test_what_ended_a_step_counts_more_than_its_words(
    verb: str, code: int | None, reason: str, status: str
) -> None:
    found, why = judge(outcome(verb, code, "Connection refused", reason), lambda _: "index gone")
    assert found == status
    assert reason in why
    assert why


STALE = Stale(1, "lock is stale")


def red(code: int | None, output: str, reason: str = "", index: str = "") -> tuple[str, str]:
    one = outcome("lock-check", code, output, reason)
    one = dataclasses.replace(one, step=dataclasses.replace(one.step, expect="nonzero"))
    proof = stale_proof(STALE, "tomli-w")
    return judge_red(one, lambda _: index, proof=proof, what="the manifest changed")


def test_only_the_managers_own_words_and_code_prove_a_stale_lock() -> None:
    assert red(1, "the lock is stale") == ("passed", "")
    assert red(0, "the lock is stale")[0] == "failed"
    assert red(1, "HTTP status server error (500 Internal Server Error)")[0] == "unable"
    assert red(1, "no versions", index="the index answered 503")[0] == "unable"
    assert red(1, "something else")[0] == "failed"
    assert red(2, "the lock is stale")[0] == "failed"
    assert red(-11, "the lock is stale", "killed by signal 11 (Segmentation fault)")[0] == "failed"
    assert red(-9, "the lock is stale", "killed by signal 9 (Killed)")[0] == "unable"
    assert red(-15, "the lock is stale", "ended after 1 s, the time it was given")[0] == "unable"
    assert "not because the manifest changed" in red(1, "something else")[1]


#: What each real manager said of a lock to which a dependency was missing, and of anything else.
REAL = {
    "uv": "error: The lockfile at `uv.lock` needs to be updated, but `--check` was provided.",
    "poetry": "Error: pyproject.toml changed significantly since poetry.lock was last generated."
    " Run `poetry lock` to fix the lock file.",
    "pipenv": "Pipfile.lock is out-of-date. Run $ pipenv lock to update.",
    "pip": "684a685,688\n> tomli-w==1.2.0 \\\n>     --hash=sha256:188306098d",
    "conda": "60a61\n> file:///x/noarch/tomli-w-1.2.0-pypi_0.conda#188306098d",
}
ELSE = (
    "diff: requirements.txt: No such file or directory",
    "684a685\n> aiohttp==3.13.2 \\",
    "error: Failed to parse: `uv.lock`",
    "Error: poetry.lock was not found",
    "HTTP status server error (500 Internal Server Error)",
    "Traceback (most recent call last):",
)


def test_every_manager_has_words_of_its_own_for_a_stale_lock() -> None:
    for manager in managers():
        assert manager.stale, manager.name
        assert manager.stale.said(REAL[manager.name], "tomli-w"), manager.name
        assert not any(manager.stale.said(other, "tomli-w") for other in ELSE), manager.name


@pytest.mark.parametrize(
    "facts",
    ["", "stale: {exit: 1}", "stale: {exit: 0, says: x}", "stale: {exit: 139, says: x}",
     "stale: {exit: true, says: x}", "stale: {exit: 1, says: '.*'}", "stale: {exit: 1, says: '('}"],
)  # fmt: skip
def test_a_manager_whose_stale_lock_cannot_be_told_is_refused(facts: str) -> None:
    from generator.catalog import Manager

    text = (
        "title: A\nhomepage: a\nexecutable: a\nversion: [a]\nmanifest: []\nlock: []\nfiles: []\n"
        f"scope: universal\nenvironment: .venv\ncommands: {{lock-check: [[a]]}}\n{facts}\n"
    )
    with pytest.raises(BadTemplate, match="stale"):
        Manager.load("a", text)
