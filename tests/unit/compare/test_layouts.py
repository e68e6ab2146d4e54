from __future__ import annotations

import pytest

from generator.answers import resolve
from generator.catalog import manager_names
from generator.compare import Entrant, compare, example
from generator.compare.layouts import diff, layouts, variants
from generator.tree import File, Tree


def tree(**files: str) -> Tree:
    return Tree({path: File(text.encode()) for path, text in files.items()})


NO_NEWLINE = "\\ No newline at end of file"
TREES = {
    "one": tree(same="s\n", other="1\n", alone="x", some="y\n"),
    "two": tree(same="s\n", other="2\n", some="y\n"),
    "three": tree(same="s\n", other="1\n"),
}


def test_rows_are_aligned_by_path_and_marked() -> None:
    rows = {row.path: row for row in layouts(TREES).files}
    states = {path: row.state for path, row in rows.items()}
    assert states == {"alone": "only", "other": "differing", "same": "shared", "some": "only"}
    assert variants(rows["other"]) == {"one": "a", "two": "b", "three": "a"}
    assert set(rows["some"].digests) == {"one", "two"}


def test_every_text_is_there_once() -> None:
    found = layouts(TREES)
    assert sorted(found.texts.values()) == ["1\n", "2\n", "s\n", "x", "y\n"]
    assert {digest for row in found.files for digest in row.digests.values()} == set(found.texts)


def test_permissions_are_part_of_a_file() -> None:
    trees = {name: Tree({"run": File(b"#!", mode)}) for name, mode in (("a", 0o644), ("b", 0o755))}
    assert layouts(trees).files[0].state == "differing"


def test_what_is_no_text_is_shown_all_the_same() -> None:
    [text] = layouts({"a": Tree({"x": File(b"\xff\x00")})}).texts.values()
    assert text == "\ufffd\x00"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("other", ["--- one/other", "+++ two/other", "@@ -1 +1 @@", "-1", "+2"]),
        ("same", []),
        ("alone", ["--- one/alone", "+++ /dev/null", "@@ -1 +0,0 @@", "-x", NO_NEWLINE]),
    ],
)
def test_hunks_of_a_path(path: str, expected: list[str]) -> None:
    assert list(diff(layouts(TREES), "one", "two", path)) == expected


def test_hunks_of_a_folder_and_of_everything() -> None:
    trees = {"a": tree(**{"d/x": "1\n", "dd": "1\n"}), "b": tree(**{"d/x": "2\n", "dd": "2\n"})}
    heads = [line for line in diff(layouts(trees), "a", "b", "d") if line.startswith("+++")]
    assert heads == ["+++ b/d/x"]
    assert sum(line.startswith("+++") for line in diff(layouts(trees), "a", "b")) == 2


def test_every_layout_of_ours_is_there() -> None:
    entrants = [
        Entrant.example(resolve({"project_name": "app", "manager": name}))
        for name in manager_names()
    ]
    found = compare(example(entrants[0].answers), entrants)
    for one in entrants:
        name = one.manager.name
        paths = {row.path for row in found.layouts.files if name in row.digests}
        assert paths == set(one.tree.files)
        assert set(one.manager.files) <= paths
    sources = [row for row in found.layouts.files if row.path.startswith("src/")]
    assert sources
    assert all(row.state == "shared" for row in sources)
    assert any(one.name == "aioboto3" for one in found.project.dependencies)
