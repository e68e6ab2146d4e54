"""Every difference between layouts has a reason that the metadata bears out, or is unexplained."""

from __future__ import annotations

from collections.abc import Mapping

from generator.check.equivalence import differences, resolved
from generator.check.model import CaseReport, Package


def case(
    name: str,
    packages: Mapping[str, Package],
    available: Mapping[str, tuple[str, ...]] | None = None,
) -> CaseReport:
    answers = {"python_version": "3.11"}
    return CaseReport(name, "1", "PATH", answers, (), ("t",), packages, available or {})


def package(version: str, *requires: str, python: str = ">=3.9") -> Package:
    return Package(version, python, requires)


def test_equal_layouts_have_no_difference() -> None:
    packages = {"attrs": package("25.1")}
    assert differences([case("uv", packages), case("poetry", packages)]) == ()


def test_one_layout_alone_has_nothing_to_differ_from() -> None:
    cases = [case("uv", {"attrs": package("25.1")}), case("pip", {})]  # nothing was installed
    assert differences(cases) == ()


def test_another_version_without_a_reason_is_unexplained() -> None:
    cases = [case("uv", {"attrs": package("25.1")}), case("pip", {"attrs": package("25.2")})]
    (one,) = differences(cases)
    assert one.versions == {"uv": "25.1", "pip": "25.2"}
    assert one.reasons == ("uv: unexplained",)
    assert not one.explained


def test_a_cap_explains_the_older_version_only_if_it_excludes_the_newer() -> None:
    newer = case("pip", {"attrs": package("25.2")})
    capped = case("uv", {"attrs": package("25.1"), "old": package("1", "attrs<25.2")})
    loose = case("uv", {"attrs": package("25.1"), "old": package("1", "attrs<26")})
    (_, old) = found = differences([capped, newer])
    assert found[0].reasons == ("uv: old 1 asks for attrs<25.2",)
    assert old.package == "old"
    assert differences([loose, newer])[0].reasons == ("uv: unexplained",)
    early = case("pip", {"attrs": package("25.3b1")})
    assert differences([loose, early])[0].reasons == ("uv: unexplained",)


def test_a_requirement_of_an_extra_nobody_chose_caps_nothing() -> None:
    requires = "attrs<25.2; extra == 'legacy'"
    cases = [
        case("uv", {"attrs": package("25.1"), "old": package("1", requires)}),
        case("pip", {"attrs": package("25.2"), "old": package("1", requires)}),
    ]
    (one,) = differences(cases)
    assert one.reasons == ("uv: unexplained",)


def test_a_universal_lock_cannot_take_what_the_oldest_python_cannot_run() -> None:
    newer = case("pip", {"networkx": package("3.7", python=">=3.12")})
    (one,) = differences([case("uv", {"networkx": package("3.6")}), newer])
    assert one.reasons == ("uv: one lock for Python 3.11 and later: 3.7 needs >=3.12",)
    assert one.explained


def test_a_lock_for_one_platform_has_no_such_excuse() -> None:
    newer = case("uv", {"networkx": package("3.7", python=">=3.12")})
    (one,) = differences([case("pip", {"networkx": package("3.6")}), newer])
    assert one.reasons == ("pip: unexplained",)


def test_a_channel_lags_only_while_it_has_nothing_newer() -> None:
    newer = case("uv", {"attrs": package("25.2")})
    behind = case("conda", {"attrs": package("25.1")}, {"attrs": ("9.1", "25.1")})
    level = case("conda", {"attrs": package("25.1")}, {"attrs": ("25.1", "25.2")})
    assert differences([behind, newer])[0].reasons == ("conda: the channel's newest is 25.1",)
    assert differences([level, newer])[0].reasons == ("conda: unexplained",)


def test_what_a_layout_brings_is_explained_with_all_that_it_needs() -> None:
    pip_tools = {
        "pip-tools": package("7", "build"),
        "build": package("1", "wheel"),
        "wheel": package("1", "build", "absent"),
    }
    found = differences(
        [case("pip", {"attrs": package("1"), **pip_tools}), case("uv", {"attrs": package("1")})]
    )
    assert {one.package: one.explained for one in found} == {
        "build": True,
        "pip-tools": True,
        "wheel": True,
    }
    assert found[2].reasons == ("pip: needed by build, which pip brings",)


def test_what_a_layout_brings_makes_no_other_one_old() -> None:
    pip = {"pip-tools": package("7", "build"), "build": package("2")}
    found = differences([case("pip", pip), case("uv", {"build": package("1")})])
    assert found[0].reasons == ("pip: needed by pip-tools, which pip brings",)


def test_a_package_that_only_one_layout_has_for_no_reason_is_unexplained() -> None:
    (one,) = differences(
        [
            case("uv", {"attrs": package("1")}),
            case("poetry", {"attrs": package("1"), "extra": package("1")}),
        ]
    )
    assert one.reasons == ("poetry: unexplained",)
    assert not one.explained
    asks = {"app": package("1", "extra")}
    (one,) = differences([case("uv", asks), case("poetry", {**asks, "extra": package("1")})])
    assert one.reasons == ("poetry: unexplained",)


def test_a_package_that_another_version_of_its_parent_needs_is_explained() -> None:
    cases = [
        case("uv", {"a": package("1"), "app": package("2", "new-dep"), "new-dep": package("1")}),
        case("conda", {"a": package("1"), "app": package("1")}, {"app": ("1",)}),
    ]
    found = {one.package: one.reasons for one in differences(cases)}
    assert found == {
        "app": ("conda: the channel's newest is 1",),
        "new-dep": ("uv: needed by app 2, which conda has not",),
    }


def test_resolved_is_a_table_by_package_and_manager() -> None:
    cases = [case("uv", {"b": package("1"), "a": package("2")}), case("pip", {"a": package("3")})]
    assert resolved(cases) == {"a": {"uv": "2", "pip": "3"}, "b": {"uv": "1"}}
