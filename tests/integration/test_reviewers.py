"""What third parties say of a generated project: nothing that the project itself does not explain.

The reviewers are installed in an environment of their own (`tests/support/reviewers`), and look at
projects as they are rendered. deptry is also told what is installed with which package, so that it
can say which module is whose. schemathesis asks the API as it is served.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from generator.answers import resolve, visible_questions
from generator.catalog import manager_names
from generator.cli.inputs import presets
from generator.render import render
from generator.run import Outcome, Step, run
from generator.toolchain.environment import cache_root, child_environment
from generator.toolchain.index import INDEX_URL, package_index
from tests.support.faults import everything
from tests.support.installed import installed
from tests.support.once import once
from tests.support.refresh_tools import REVIEWERS, folder

pytestmark = pytest.mark.integration

PYTHON = "{}.{}".format(*sys.version_info)
PRESETS = sorted(presets())
FEATURES = [choice.value for choice in visible_questions()["features"].choices]
#: What deptry is to see: nothing, each feature alone, every pair, all.
SETS = [list(chosen) for size in range(3) for chosen in itertools.combinations(FEATURES, size)] + [
    FEATURES
] * (len(FEATURES) > 2)


@dataclass(frozen=True)
class Desk:
    """Where the reviewers are: `programs`, and `packages`, all that a project may depend on."""

    programs: Path
    packages: Path

    def ask(
        self, name: str, *words: str, cwd: Path, env: Mapping[str, str] | None = None
    ) -> Outcome:
        """Run a reviewer in a project."""
        own = child_environment(cwd.parent / "scratch", env, programs=(self.programs,))
        return run(Step("review", (str(self.programs / name), *words), cwd, own), timeout=120)


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Install the reviewers, and the dependencies of a project with all features: once a run."""
    place = once(tmp_path_factory, "reviewers", _provide)
    return Desk(place / "env" / "bin", place / "project" / ".venv" / "lib" / f"python{PYTHON}")


def _provide(place: Path) -> None:
    _install_reviewers(place)
    installed({**everything("demo"), "python_version": PYTHON}, PYTHON, place)


def _install_reviewers(place: Path) -> None:
    import uv

    index = package_index().environment({"UV_DEFAULT_INDEX": INDEX_URL}, place)
    program, env = uv.find_uv_bin(), child_environment(cache_root(), index)
    listed = str(folder(REVIEWERS) / "tool.txt")
    python = str(place / "env" / "bin" / "python")
    for argv in (
        (program, "venv", "--quiet", "--python", sys.executable, str(place / "env")),
        (program, "pip", "install", "-q", "--require-hashes", "-r", listed, "--python", python),
    ):
        _succeed(run(Step("provide", argv, place, env), timeout=600))


def _render(
    project: Path, layout: str, features: list[str], *, ci: str = "github"
) -> dict[str, Any]:
    """Write a project; return the dependencies that it was rendered with, by name.

    All features are with every option of each.
    """
    given = everything("demo") if features == FEATURES else {"project_name": "demo"}
    own = {"manager": layout, "features": features, "python_version": PYTHON, "ci": ci}
    answers = resolve({**given, **own})
    render(answers.context, answers.values).write(project)
    return {one["name"]: one for one in answers.context["dependencies"]}


def _succeed(outcome: Outcome) -> str:
    assert outcome.ok, f"{outcome.step.line}: {outcome.reason}\n{outcome.output}"
    return outcome.output


@pytest.mark.parametrize(
    ("layout", "preset", "ci"),
    [(layout, "full", "github") for layout in manager_names()]
    + [("uv", "minimal", "github"), ("uv", "standard", "github")]
    + [("uv", "full", "gitlab"), ("uv", "full", "none")],
)
def test_the_manifest_and_the_repository(
    desk: Desk, layout: str, preset: str, ci: str, tmp_path: Path
) -> None:
    """The check VPP001 is validate-pyproject with all its schemas."""
    project = tmp_path / "app"
    _render(project, layout, presets()[preset], ci=ci)
    manifest = (project / "pyproject.toml").read_text(encoding="utf-8")
    assert all("#" in line for line in _ignored(manifest)), "an exception has its reason beside it"
    found = json.loads(_succeed(desk.ask("sp-repo-review", ".", "--format=json", cwd=project)))
    assert len(found["checks"]) > 40
    assert found["checks"]["VPP001"]["result"] is True


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("layout", manager_names())
def test_workflows_and_security(desk: Desk, layout: str, preset: str, tmp_path: Path) -> None:
    project = tmp_path / "app"
    _render(project, layout, presets()[preset])
    # `auditor` is its strictest; without the network, it does not ask whether pins are known.
    zizmor = ("--offline", "--persona=auditor", "--strict-collection", ".")
    _succeed(desk.ask("zizmor", *zizmor, cwd=project))
    # Of the tests only what is severe: they assert, and start the program.
    _succeed(desk.ask("bandit", "--quiet", "--recursive", "src", cwd=project))
    _succeed(desk.ask("bandit", "--quiet", "--recursive", "-ll", "tests", cwd=project))


def _ignored(manifest: str) -> list[str]:
    """Return the lines of repo-review's and deptry's exceptions; one reason may be for several."""
    lines: list[str] = []
    inside = False
    for line in manifest.splitlines():
        if line.startswith("["):
            inside = line.startswith(("[tool.repo-review", "[tool.deptry"))
        elif inside and line.startswith("    "):
            # Those of one kind stand together, and the first has the reason.
            lines.append(line if "#" in line else f"{line} {lines[-1]}")
    return lines


@pytest.mark.parametrize("layout", ["uv", "poetry", "pip"])
@pytest.mark.parametrize("preset", PRESETS)
def test_deptry_reads_the_manifest(desk: Desk, layout: str, preset: str, tmp_path: Path) -> None:
    """Those of Pipenv and conda it cannot read; what is in them is the same."""
    project = tmp_path / "app"
    _render(project, layout, presets()[preset])
    _succeed(_deptry(desk, project, "src"))


@pytest.mark.parametrize("features", SETS, ids=lambda chosen: "+".join(chosen) or "none")
def test_every_dependency_is_used_and_every_import_declared(
    desk: Desk, features: list[str], tmp_path: Path
) -> None:
    """Of the program, and of program and tests together with the development dependencies."""
    project = tmp_path / "app"
    dependencies = _render(project, "uv", features)
    _succeed(_deptry(desk, project, "src"))
    needed = [name for name, one in dependencies.items() if one.get("needed")]
    together = {
        "project": {"name": "app", "version": "0", "dependencies": list(dependencies)},
        "tool": {"deptry": {"per_rule_ignores": {"DEP002": needed}}},
    }
    (project / "together.toml").write_text(tomlkit.dumps(together), encoding="utf-8")
    # What it would pass by, by default, is the tests: here is something else that is not there.
    words = ("src", "tests", "--config", "together.toml", "--exclude", "nothing")
    _succeed(_deptry(desk, project, *words))


def _deptry(desk: Desk, project: Path, *words: str) -> Outcome:
    packages = str(desk.packages / "site-packages")
    return desk.ask("deptry", *words, cwd=project, env={"PYTHONPATH": packages})


def test_the_api_answers_as_it_says(desk: Desk, full_project: Path, tmp_path: Path) -> None:
    """schemathesis asks every route, wrongly too. What OpenAPI leaves to `default` is no answer."""
    served, app = tmp_path / "served", tmp_path / "app"
    served.mkdir()
    app.mkdir()
    with _serving(full_project, served) as url:
        with urllib.request.urlopen(f"{url}/openapi.json") as answer:
            described = json.load(answer)
        for path in described["paths"].values():
            for operation in path.values():
                del operation["responses"]["default"]
        (app / "openapi.json").write_text(json.dumps(described), encoding="utf-8")
        words = ("--no-color", "run", "openapi.json", f"--url={url}", "--checks=all")
        bounded = ("--max-examples=10", "--seed=1", "--continue-on-failure")
        key = f"X-API-Key: {(served / 'key').read_text(encoding='utf-8').strip()}"
        found = _succeed(desk.ask("schemathesis", *words, *bounded, "-H", key, cwd=app))
    assert "Tested: 14" in found


@contextmanager
def _serving(project: Path, place: Path) -> Iterator[str]:
    """Serve a project's API; yield its address."""
    script = Path(__file__).parents[1] / "support" / "served_api.py"
    python = project / ".venv" / "bin" / "python"
    argv = [str(word) for word in (python, "-B", script, "can_fail", place)]
    env = {"PATH": os.environ["PATH"], "TMPDIR": str(place)}
    with (
        (place / "log").open("w+", encoding="utf-8") as log,
        subprocess.Popen(argv, cwd=project, env=env, stdout=log, stderr=log) as server,
    ):
        try:
            for _ in range(600):
                if found := re.search(r'"port": (\d+)', (place / "log").read_text("utf-8")):
                    break
                time.sleep(0.1)
            assert found, (place / "log").read_text("utf-8")
            yield f"http://127.0.0.1:{found[1]}"
        finally:
            server.terminate()
