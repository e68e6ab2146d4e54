"""Any dependencies: what is read, rendered and read again stays the same."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from rattler import Version as CondaVersion
from rattler import VersionSpec

from generator.catalog import manager_names
from generator.manifests import BadManifest, layout, read_project
from generator.manifests.match_spec import parse, written
from generator.manifests.ranges import alternatives, marker

_NAME = st.from_regex(r"\A[A-Za-z][A-Za-z0-9]{0,6}([._-][a-z0-9]{1,4})?\Z")
_VERSION = st.lists(st.integers(0, 30), min_size=1, max_size=3).map(lambda v: ".".join(map(str, v)))
_PART = st.one_of(
    st.builds("{}{}".format, st.sampled_from([">=", "<", "!=", "==", "<=", ">"]), _VERSION),
    st.builds("~={}.{}".format, st.integers(0, 9), st.integers(0, 9)),
    st.builds("=={}.*".format, _VERSION),
)
_SPEC = st.lists(_PART, max_size=2, unique_by=lambda part: part[:2]).map(",".join)
_EXTRAS = st.lists(st.sampled_from(["x", "y-z", "A_b"]), max_size=2, unique=True)
#: True here, whatever the Python: no layout leaves such a line out.
_MARKER = st.sampled_from(
    ["", "os_name == 'posix'", "python_version >= '3.11' and os_name != 'nt'"]
)


@st.composite
def _requirement(draw: st.DrawFn) -> str:
    extras = draw(_EXTRAS)
    after = draw(_MARKER)
    return (
        draw(_NAME)
        + (f"[{','.join(extras)}]" if extras else "")
        + draw(_SPEC)
        + (f" ; {after}" if after else "")
    )


_REQUIREMENTS = st.lists(
    _requirement(), min_size=1, max_size=6, unique_by=lambda one: Requirement(one).name.lower()
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(runtime=_REQUIREMENTS, dev=_REQUIREMENTS)
@pytest.mark.parametrize("manager", [name for name in manager_names() if name != "conda"])
def test_every_layout_says_the_same(manager: str, runtime: list[str], dev: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        (project / "requirements.txt").write_text("\n".join(runtime))
        (project / "requirements-dev.txt").write_text("\n".join(dev))
        own = read_project(project)
        layout(own, manager)[1].write(project / "made")
        again = read_project(project / "made")
    assert set(again.project.dependencies) == set(own.project.dependencies)


def test_a_quote_in_a_marker_is_said_right_or_refused(tmp_path: Path) -> None:
    """It depends on the version of `packaging` whether it can be written."""
    line = "a ; os_name != '\"'"
    (tmp_path / "requirements.txt").write_text(line)
    found = line
    with suppress(BadManifest):
        [found] = [one.requirement for one in read_project(tmp_path).project.dependencies]
        tree = layout(read_project(tmp_path), "uv")[1]
        tree.write(tmp_path / "made")
        assert read_project(tmp_path / "made").project.dependencies[0].requirement == line
    assert found == line


@example(spec="==1.2.*", versions=["1.2.3"])  # in conda, `==1.2.*` is the one version 1.2
@given(spec=_SPEC, versions=st.lists(_VERSION, min_size=1, max_size=8))
def test_conda_s_words_mean_the_same(spec: str, versions: list[str]) -> None:
    said = written(SpecifierSet(spec))
    name, back = parse(f"name{said}")
    assert name == "name"
    for version in versions:
        wanted = SpecifierSet(spec).contains(version)
        assert VersionSpec(said or "*").matches(CondaVersion(version)) == wanted
        assert back.contains(version) == wanted


@given(release=st.lists(st.integers(0, 5), min_size=1, max_size=3))
def test_a_caret_allows_what_does_not_change_the_leftmost_number(release: list[int]) -> None:
    text = ".".join(map(str, release))
    [found] = alternatives(f"^{text}")
    place = next((n for n, part in enumerate(release) if part), len(release) - 1)
    breaking = [*release[:place], release[place] + 1]
    assert found.contains(text)
    assert found.contains(f"{text}.9" if place < len(release) - 1 or len(release) < 3 else text)
    assert not found.contains(".".join(map(str, breaking)))
    assert Version(text) in found


@pytest.mark.parametrize(
    ("constraint", "said"),
    [
        ("^1!2.3", ">=1!2.3,<1!3.0"),
        ("~1!2.3.4", ">=1!2.3.4,<1!2.4.0"),
        ("^1.X", ">=1,<2"),
        ("1.x", "==1.*"),
        ("X", ""),
        ("^1.2 || ^2.0", ">=1.2,<3.0"),
        ("^1 || ^3", ">=1,<2 || >=3,<4"),
        (">=1,<2,!=1.5 || ^2", ">=1,<2,!=1.5 || >=2,<3"),
        (">=1,!=1.5 || ^2", ">=1,!=1.5 || >=2,<3"),
    ],
)
def test_a_constraint_as_a_specifier(constraint: str, said: str) -> None:
    assert alternatives(constraint) == tuple(map(SpecifierSet, said.split("||")))


@pytest.mark.parametrize("bad", ["^", "~", "^x.y", ">=", "1.2.3 ||", "one", "^1.2.three"])
def test_no_constraint(bad: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        alternatives(bad)
    assert bad.split()[0].strip("^~>=") in str(caught.value)


@pytest.mark.parametrize(
    ("constraint", "said"),
    [
        ("*", ""),
        ("^3.9", 'python_version >= "3.9" and python_version < "4.0"'),
        ("3.11.*", 'python_version == "3.11"'),
        (">3.11", 'python_full_version > "3.11.0"'),
        ("<=3.11", 'python_full_version <= "3.11.0"'),
        ("3.11", 'python_version == "3.11"'),
        ("<3.9 || >=3.12", 'python_version < "3.9" or python_version >= "3.12"'),
    ],
)
def test_python_as_a_marker(constraint: str, said: str) -> None:
    assert marker(constraint) == said
