"""What is installed, and the order in which a lock lists it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.conda.errors import NotAnEnvironment
from generator.conda.prefix import Installed, dependencies_first, installed, pip_installed

NAMES = [f"p{number}" for number in range(8)]


def package(name: str, depends: tuple[str, ...] = ()) -> Installed:
    return Installed(
        name, "1", "0", f"file:///c/noarch/{name}-1-0.conda", "", "c", "noarch", depends
    )


#: Graphs, and the order in which conda 26.7's own PrefixGraph puts them.
CONDA_SAYS = [
    (
        {
            "python": ["pip"],
            "pip": ["python >=1"],
            "tzdata": [],
            "zlib": [],
            "flask": ["python", "click >=1", "blinker"],
            "click": ["python"],
            "blinker": ["python"],
            "a": ["b"],
            "b": ["a", "python"],
            "alone": ["nowhere"],
        },
        ["alone", "tzdata", "zlib", "python", "blinker", "click", "pip", "flask", "a", "b"],
    ),
    (
        {
            "p0": ["p9"],
            "p1": ["p5"],
            "p2": ["p10", "p9", "p1"],
            "p3": [],
            "p4": ["p4", "p8", "p3"],
            "p5": ["p11"],
            "p6": ["p8", "p11", "p7"],
            "p7": ["p10", "p2", "p3"],
            "p8": ["p8"],
            "p9": ["p11", "p0", "p1"],
            "p10": ["p9"],
            "p11": [],
        },
        ["p11", "p3", "p8", "p4", "p5", "p1", "p0", "p9", "p10", "p2", "p7", "p6"],
    ),
]


@pytest.mark.parametrize(("graph", "order"), CONDA_SAYS, ids=["named", "cycles"])
def test_packages_come_in_the_order_of_condas_own_list(
    graph: dict[str, list[str]], order: list[str]
) -> None:
    packages = [package(name, tuple(depends)) for name, depends in graph.items()]
    assert [one.name for one in dependencies_first(packages)] == order
    assert [one.name for one in dependencies_first(reversed(packages))] == order


@given(st.permutations(NAMES), st.data())
def test_dependencies_come_before_what_needs_them(order: list[str], data: st.DataObject) -> None:
    # Each may need only those after it, so there is no cycle.
    packages = []
    for position, name in enumerate(order):
        later = order[position + 1 :]
        needs = data.draw(st.sets(st.sampled_from(later))) if later else set()
        packages.append(package(name, tuple(f"{need} >=1" for need in needs)))
    place = {one.name: index for index, one in enumerate(dependencies_first(packages))}
    assert sorted(place) == NAMES
    for one in packages:
        for need in one.depends:
            assert place[need.partition(" ")[0]] < place[one.name]


def test_an_environment_is_what_has_a_history(tmp_path: Path) -> None:
    with pytest.raises(NotAnEnvironment, match="no conda environment"):
        installed(tmp_path)


def test_records_are_read_and_sorted(tmp_path: Path) -> None:
    meta = tmp_path / "conda-meta"
    meta.mkdir()
    (meta / "history").touch()
    for name in ("zlib", "attrs"):
        record = {"name": name, "version": "1.0", "build": "h0_0", "subdir": "linux-64"}
        record |= {"url": f"https://host/c/linux-64/{name}-1.0-h0_0.conda", "sha256": "ab" * 32}
        (meta / f"{name}-1.0-h0_0.json").write_text(json.dumps(record))
    found = installed(tmp_path)
    assert [one.name for one in found] == ["attrs", "zlib"]
    assert found[0].dist == "linux-64::attrs-1.0-h0_0"
    assert found[0].depends == ()


def test_what_pip_installed_is_told_from_condas(tmp_path: Path) -> None:
    site = tmp_path / "lib" / "python3.11" / "site-packages"
    for name, installer in (("demo", "pip"), ("attrs", "conda")):
        folder = site / f"{name}-1.0.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (folder / "INSTALLER").write_text(f"{installer}\n")
    assert pip_installed(tmp_path) == (("demo", "1.0"),)
