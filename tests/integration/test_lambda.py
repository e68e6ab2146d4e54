"""The feature `lambda`: its archive from a lock, and a stack that works."""

from __future__ import annotations

import hashlib
import json
import shlex
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import pytest
import uv

from generator.answers import resolve
from generator.catalog import manager
from generator.cli.inputs import presets
from generator.render import render
from generator.run import Outcome, Step, run
from generator.toolchain import Bench, prepare
from tests.support import lambda_archive, lambda_caller
from tests.support import project_commands as told

pytestmark = pytest.mark.integration

PYTHON = "{}.{}".format(*sys.version_info)
UV = uv.find_uv_bin()
#: A local AWS, and what deploys; cfn-lint comes with that. One environment, of the Python that the
#: project has: the local AWS runs functions with its own interpreter.
TOOLS = ("ministack==1.5.33", "aws-sam-cli==1.167.0")


@dataclass(frozen=True)
class Project:
    """A generated project with the feature, and what runs in it."""

    folder: Path
    bench: Bench
    #: What `make bundle` runs, as the README tells it.
    bundle: list[str]

    @property
    def archive(self) -> Path:
        return self.folder / "dist" / "lambda.zip"

    def run(self, *words: str | Path, env: Mapping[str, str] | None = None) -> Outcome:
        step = Step("test", tuple(map(str, words)), self.folder, env or self.bench.env)
        outcome = run(step, timeout=400)
        assert outcome.ok, f"{step.line}: {outcome.exit_code} {outcome.reason}\n{outcome.output}"
        return outcome

    def tell(self, *lines: str) -> None:
        for line in lines:
            self.run("bash", "-euc", line)

    def build(self, *options: str, env: Mapping[str, str] | None = None) -> bytes:
        """Build the archive from what is exported; return its bytes."""
        self.run("bash", "-euc", shlex.join([*shlex.split(self.bundle[-1]), *options]), env=env)
        return self.archive.read_bytes()

    def install(self, requirements: str) -> None:
        """Put what is exported and the project into its environment: as the manager, but fast."""
        python = self.folder / ".venv" / "bin" / "python"
        options = ["--quiet", "--python", str(python), "--requirement", requirements]
        self.run(UV, "pip", "install", *options)
        self.run(
            UV, "pip", "install", "--quiet", "--python", python, "--no-deps", "--editable", "."
        )


def project(
    name: str,
    folder: Path,
    features: Sequence[str] = ("lambda",),
    deploy: str = "zip",
    requirements: str = "requirements.txt",
) -> Project:
    """Render a project, lock it and export the lock."""
    tool = manager(name)
    given = {"project_name": "demo", "manager": name, "python_version": PYTHON, "deploy": deploy}
    answers = resolve({**given, "features": list(features)})
    render(answers.context, answers.values).write(folder / "demo")
    table = told.readme_table((folder / "demo" / "README.md").read_text(encoding="utf-8"))
    made = Project(folder / "demo", prepare(tool, PYTHON, folder), table["bundle"])
    # A line that ran is not run again: where the lock is what is exported, exporting takes as long.
    made.tell(*dict.fromkeys([*table["create"], *table["lock"], *made.bundle[:-1]]))
    made.install(requirements)
    return made


def test_pip_and_uv_build_the_same_archive(tmp_path: Path) -> None:
    """From any lock: those of the other layouts are built in `test_told_to_run.py`."""
    made = project("poetry", tmp_path)
    first = made.build()
    with_uv = {**made.bench.env, "PATH": f"{Path(UV).parent}:{made.bench.env['PATH']}"}
    assert made.build(env=with_uv) == first
    lambda_archive.check(made.archive, "demo", tmp_path / "unpacked")


def test_conda_says_why_it_cannot() -> None:
    answers = resolve({"project_name": "demo", "manager": "conda", "features": ["lambda"]})
    files = render(answers.context, answers.values).files
    reasons = told.readme_reasons(files["README.md"].data.decode())
    assert "container image" in reasons["bundle"]
    assert "bundle:" not in files["Makefile"].data.decode()


@contextmanager
def local_aws(made: Project, tools: Path, folder: Path) -> Iterator[dict[str, str]]:
    """Run a local AWS; yield the environment for its clients. It ends with the block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    own = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": port, "IOT_MTLS_ENABLED": "0"}
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    env = {**made.bench.env, **keys, "AWS_DEFAULT_REGION": "us-east-1", "SAM_CLI_TELEMETRY": "0"}
    folder.mkdir()
    step = Step("local AWS", (str(tools / "bin" / "ministack"),), folder, {**env, **own})
    ready, end, lines = Event(), Event(), list[str]()

    def listen(line: str) -> None:
        lines.append(line)
        if "Running on" in line:
            ready.set()

    thread = Thread(target=run, args=(step,), kwargs={"on_line": listen, "cancel": end})
    thread.start()
    try:
        assert ready.wait(60), "\n".join(lines)
        yield {**env, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
    finally:
        end.set()
        thread.join()


@pytest.mark.parametrize(
    ("deploy", "written"),
    [("sam", "deploy/sam/template.yaml"), ("chalice", "dist/chalice/sam.yaml")],
)
def test_a_stack_is_valid_and_works(deploy: str, written: str, tmp_path: Path) -> None:
    """With every other part beside it, whose requirements would not fit into the function."""
    made = project("uv", tmp_path, presets()["full"], deploy, "requirements-dev.txt")
    assert made.build() == made.build()
    lambda_archive.check(made.archive, "demo", tmp_path / "unpacked")

    tools = tmp_path / "tools"
    made.run(UV, "venv", "--quiet", "--python", made.bench.python, tools)
    python = tools / "bin" / "python"
    made.run(UV, "pip", "install", "--quiet", "--compile-bytecode", "--python", python, *TOOLS)
    readme = (made.folder / "README.md").read_text(encoding="utf-8")
    script = "\n".join(told.readme_console(readme, deploy))
    with local_aws(made, tools, tmp_path / "aws") as env:
        programs = f"{made.folder / '.venv' / 'bin'}:{tools / 'bin'}:{env['PATH']}"
        made.run("bash", "-euc", script, env={**env, "PATH": programs})
        made.run(tools / "bin" / "cfn-lint", made.folder / written, env=env)
        validate = (tools / "bin" / "sam", "validate", "--lint", "--template")
        made.run(*validate, made.folder / written, env=env)
        event = made.folder / "tests" / "events" / "sqs.json"
        found = json.loads(made.run(python, lambda_caller.__file__, "demo", event, env=env).output)
    digest = hashlib.sha256(lambda_caller.CONTENT).hexdigest()
    assert found["digest"] == f"{digest}  {lambda_caller.KEY}\n"
    assert found["error"] == ""
    assert found["answer"] == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
