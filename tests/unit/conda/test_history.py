"""The history and the pins of a prefix, as conda itself writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.conda import history
from generator.conda.prefix import Installed

#: Blocks that conda 26.7 wrote, shortened.
REAL = """\
==> 2026-11-23 04:42:04 <==
# cmd: conda env create --prefix ./.conda --file environment.yml --yes
# conda version: 26.7.2
+conda-forge/linux-64::python-3.11.7-repackaged_0_cp311
+conda-forge/noarch::aioboto3-15.5.0-pyhd8ed1ab_0
# update specs: ['pip', "python[version='>=3.11,<3.15']", "aioboto3[version='>=15.5']"]
==> 2026-11-23 04:42:30 <==
# cmd: conda create --prefix ./.conda --file conda-linux-64.lock --yes
# conda version: 26.7.2
# update specs: ['conda-forge/noarch::pip==26.3=pyhd8ed1ab_0']
# neutered specs: ['certifi']
"""


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    (tmp_path / "conda-meta").mkdir()
    (tmp_path / "conda-meta" / "history").write_text(REAL)
    return tmp_path


def package(name: str, version: str) -> Installed:
    return Installed(name, version, "0", f"file:///c/noarch/{name}", "", "c", "noarch", ())


def test_the_last_word_on_each_installed_package_counts(prefix: Path) -> None:
    assert history.requested(prefix, ["python", "pip"]) == {
        "python": "python[version='>=3.11,<3.15']",
        "pip": "conda-forge/noarch::pip==26.3=pyhd8ed1ab_0",
    }


def test_a_block_says_what_came_what_left_and_what_was_asked_for(prefix: Path) -> None:
    before = {"pip": package("pip", "26.2"), "six": package("six", "1.17")}
    after = {"pip": package("pip", "26.3"), "flask": package("flask", "3.1")}
    history.record(prefix, ["env", "update"], ["flask>=3.1"], before, after)
    block = (prefix / "conda-meta" / "history").read_text().removeprefix(REAL).splitlines()
    assert block[0].startswith("==> ")
    assert block[1:] == [
        "# cmd: conda env update",
        "-noarch::pip-26.2-0",
        "-noarch::six-1.17-0",
        "+noarch::flask-3.1-0",
        "+noarch::pip-26.3-0",
        "# update specs: ['flask>=3.1']",
    ]
    assert history.requested(prefix, ["flask"]) == {"flask": "flask>=3.1"}


def test_pins_are_exact_where_they_give_a_build(prefix: Path) -> None:
    assert history.pins(prefix) == ()
    pinned = "# made by conda list --export\npip=26.3=pyhd8ed1ab_0\n\nflask <4  # soon\nsix=1.17\n"
    (prefix / "conda-meta" / "pinned").write_text(pinned)
    assert history.pins(prefix) == ("pip ==26.3 pyhd8ed1ab_0", "flask <4", "six=1.17")
