"""`scaffold compare` with real managers, on projects that are not ours."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from packaging.utils import canonicalize_name

from generator import conda_channel
from generator.catalog import manager, manager_names
from generator.compare.measure.plan import VERBS
from generator.toolchain.environment import cache_root
from tests.support.refresh_docs import DOCS

pytestmark = pytest.mark.integration

PROJECTS = Path(__file__).parents[1] / "projects"
#: What is about a project's own code, of which a comparison takes nothing.
OWN_CODE = {"test", "lint", "typecheck", "run"}
#: Verbs that need a service which cannot be reached everywhere.
MAY_FAIL = {"audit"}


def compare(
    *words: str | Path, cwd: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command in a work folder, with our cache of managers and a home of its own."""
    home = cwd / "home"
    home.mkdir(exist_ok=True)
    surroundings = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(cache_root().parent)}
    return subprocess.run(
        [sys.executable, "-m", "generator", "compare", *map(str, words)],
        cwd=cwd,
        env={**surroundings, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return every file's time of change and bytes."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def validated(text: str) -> dict[str, Any]:
    """Return a report that has the documented shape, and names no place of this machine."""
    report: dict[str, Any] = json.loads(text)
    schema = json.loads((DOCS / "compare.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(report)
    told = {**report, "layouts": None, "managers": None, "project": None}
    for place in (str(Path.home()), str(cache_root()), sys.prefix, r"://(?!\.\.\.)"):
        assert re.search(place, json.dumps(told)) is None, place
    return report


def test_a_poetry_project_is_measured(tmp_path: Path) -> None:
    """In the quickest layouts: all five take ten minutes, and `--resolve` below has the others."""
    wanted = {"conda", "poetry", "uv"}
    project = tmp_path / "theirs"
    shutil.copytree(PROJECTS / "poetry", project)
    before = snapshot(project)
    channel = conda_channel.build(cache_root() / "tests" / "conda")
    ran = compare(
        *wanted,
        *("--project", project, "--measure", "--runs", "1", "--conda-channel", channel),
        *("--json", "report.json", "--html", "page.html", "--markdown", "report.md"),
        cwd=tmp_path,
    )
    print(ran.stdout, ran.stderr)
    assert snapshot(project) == before
    report = validated((tmp_path / "report.json").read_text())
    names = wanted_here(report)
    assert "aioboto3" not in names
    assert names
    # The offline channel has not everything: conda says so in its own words, the others go on.
    problems = {one["manager"] for one in report["problems"] if one["verb"] not in MAY_FAIL}
    assert problems <= {one for one in manager_names() if manager(one).engine}
    assert all(one["words"] or one["reason"] for one in report["problems"])
    assert ran.returncode == (1 if report["problems"] else 0)
    _measured(report, wanted - problems)
    _resolved(report, wanted - problems, names)
    assert len((tmp_path / "page.html").read_bytes()) < 1_000_000
    assert "## Wall time, s" in (tmp_path / "report.md").read_text()


def wanted_here(report: dict[str, Any]) -> set[str]:
    """Return the names of dependencies that are wanted whatever the platform."""
    dependencies = report["project"]["dependencies"]
    return {canonicalize_name(one["name"]) for one in dependencies if ";" not in one["requirement"]}


def _measured(report: dict[str, Any], names: set[str]) -> None:
    found = report["measurements"]
    assert found["complete"]
    assert found["runs"] == 1
    figures = {(one["manager"], one["verb"], one["cache"]): one for one in found["figures"]}
    for name in names:
        for verb in VERBS:
            if verb.name in OWN_CODE or verb.name in MAY_FAIL:
                continue
            for cache in ("cold", "warm") if verb.cached else (None,):
                if verb.name not in manager(name).commands:
                    continue
                figure = figures[name, verb.name, cache]
                assert figure["status"] == "passed", figure
                assert figure["runs"] == 1
                assert figure["seconds"]["median"] > 0
                assert figure["peak_bytes"]["median"] > 1e6
                assert (figure["cache_bytes"] is None) is (cache != "cold")
    assert not OWN_CODE & {verb for _, verb, _ in figures}


def _resolved(report: dict[str, Any], managers: set[str], names: set[str]) -> None:
    locks = {one["manager"]: one for one in report["locks"]}
    for name in managers:
        assert locks[name]["files"]
        assert all(one["entries"] >= len(names) for one in locks[name]["files"][-1:])
        assert all(export["files"] or export["unsupported"] for export in locks[name]["exports"])
    by_package = {one["package"]: one for one in report["resolved"]}
    for name in names:
        versions = by_package[name]["versions"]
        assert all(versions[one] for one in managers), name


def test_a_pipfile_project_resolves_everywhere(tmp_path: Path) -> None:
    project = tmp_path / "theirs"
    shutil.copytree(PROJECTS / "pipfile", project)
    before = snapshot(project)
    wanted = [one for one in manager_names() if not manager(one).engine]
    ran = compare(*wanted, "--project", project, "--resolve", "--json", "-", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert snapshot(project) == before
    report = validated(ran.stdout)
    assert report["project"]["source"]["file"] == "Pipfile"
    _resolved(report, set(wanted), wanted_here(report))
    assert report["measurements"] is None


def test_what_cannot_be_resolved_is_said_in_the_managers_words(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("iniconfig>=2\nscaffold-has-no-such-package>=99\n")
    ran = compare("uv", "pip", "--project", ".", "--resolve", "--json", "-", cwd=tmp_path)
    assert ran.returncode == 1, ran.stderr
    report = validated(ran.stdout)
    words = {one["manager"]: one["words"] for one in report["problems"] if one["verb"] == "lock"}
    assert set(words) == {"uv", "pip"}
    assert all("scaffold-has-no-such-package" in text for text in words.values())
    assert all(lock["files"] == [] for lock in report["locks"])
