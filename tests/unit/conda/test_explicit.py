"""The explicit lock: written as conda writes it, and read with distrust."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.conda.errors import BadLock
from generator.conda.explicit import parse_lock, write_lock
from generator.conda.prefix import Installed

SHA = "0123456789abcdef" * 4
URL = "https://conda.anaconda.org/conda-forge/noarch/python-dateutil-2.9.0.post0-pyhe01879c_2.conda"
LOCK = Path("conda-linux-64.lock")


def installed(url: str) -> Installed:
    name, version, build = url.rpartition("/")[2].removesuffix(".conda").rsplit("-", 2)
    return Installed(name, version, build, url, SHA, "conda-forge", url.split("/")[-2], ())


def test_what_is_written_is_what_conda_prints_and_can_be_read_again() -> None:
    text = write_lock([installed(URL)], "linux-64", created_by="conda 26.7.2")
    assert text == (
        "# This file may be used to create an environment using:\n"
        "# $ conda create --name <env> --file <this file>\n"
        "# platform: linux-64\n"
        "# created-by: conda 26.7.2\n"
        "@EXPLICIT\n"
        f"{URL}#{SHA}\n"
    )
    [locked] = parse_lock(LOCK, text, "linux-64")
    assert (locked.name, locked.version, locked.build) == (
        "python-dateutil",
        "2.9.0.post0",
        "pyhe01879c_2",
    )
    assert locked.channel == "https://conda.anaconda.org/conda-forge"
    assert (locked.subdir, locked.url, locked.sha256) == ("noarch", URL, SHA)


@pytest.mark.parametrize("prefix", ["", "sha256:"])
def test_both_spellings_of_a_sha256_are_read(prefix: str) -> None:
    [locked] = parse_lock(LOCK, f"@EXPLICIT\n{URL}#{prefix}{SHA}\n", "linux-64")
    assert locked.sha256 == SHA


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no explicit lock"),
        (f"{URL}#{SHA}\n", "no explicit lock"),
        ("{}", "no explicit lock"),
        ("@EXPLICIT\npython-dateutil-2.9.0-0.conda\n", "no package URL"),
        ("@EXPLICIT\nhttps://host/c/noarch/demo-1-0.zip\n", "no package URL"),
        (f"@EXPLICIT\n{URL}\n", "has no sha256"),
        (f"@EXPLICIT\n{URL}#{SHA[:32]}\n", "no package URL"),
        (f"@EXPLICIT\n{URL.replace('noarch', 'osx-arm64')}#{SHA}\n", "is for osx-arm64"),
    ],
)
def test_a_lock_that_cannot_be_trusted_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadLock, match=why):
        parse_lock(LOCK, text, "linux-64")
