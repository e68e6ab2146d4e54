"""The generated tests fail when the generated code is wrong.

One project is installed, its tests pass, and then its code is broken, one fault at a time: each an
exact replacement that must apply exactly once, so that no fault can silently stop being one.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from generator.answers import resolve
from generator.catalog import manager
from generator.render import render
from generator.run import Outcome, Step, run
from generator.toolchain import prepare

pytestmark = pytest.mark.integration

PACKAGE = "can_fail"
PYTHON = "{}.{}".format(*sys.version_info)
FAILED = re.compile(r"^FAILED tests/(\S+?::[^\s\[]+)", re.MULTILINE)


@dataclass(frozen=True)
class Fault:
    """A mistake that someone could make in one module of the generated project.

    Its own tests must see it: those of `cli.py` are in `test_cli.py`, unless `tests` says where.
    """

    title: str
    module: str
    right: str
    wrong: str
    tests: str = ""


FAULTS = (
    Fault(
        "S3's paginator reads one page only",
        "s3.py",
        'PaginationConfig={"PageSize": page_size}',
        'PaginationConfig={"PageSize": page_size, "MaxItems": page_size}',
    ),
    Fault("an empty bucket is an error", "s3.py", 'page.get("Contents", [])', 'page["Contents"]'),
    Fault("the prefix is ignored", "s3.py", "Prefix=prefix", 'Prefix=""'),
    Fault("bodies are not closed", "s3.py", 'async with response["Body"]:', "if True:"),
    Fault(
        "EC2's paginator reads one page only",
        "ec2.py",
        'PaginationConfig={"PageSize": page_size}',
        'PaginationConfig={"PageSize": page_size, "MaxItems": page_size}',
    ),
    Fault(
        "one instance a reservation",
        "ec2.py",
        'in reservation["Instances"]',
        'in reservation["Instances"][:1]',
    ),
    Fault("the limit is ignored", "bounded.py", "Semaphore(limit)", "Semaphore(1_000_000)"),
    Fault(
        "an error of the work is swallowed",
        "bounded.py",
        "yield task.result()",
        "if not task.exception():\n                    yield task.result()",
    ),
    Fault("an error of the listing is swallowed", "bounded.py", "starter.result()", "pass"),
    Fault(
        "an error leaves the rest running",
        "bounded.py",
        "            task.cancel()",
        "            pass",
    ),
    Fault("an error leaves the listing running", "bounded.py", "starter.cancel()", "pass"),
    Fault(
        "the cancelled are not waited for",
        "bounded.py",
        "await asyncio.gather(starter, *running, return_exceptions=True)",
        "pass",
    ),
    Fault(
        "results pile up before a slow caller",
        "bounded.py",
        "task.add_done_callback(finished.put_nowait)",
        "task.add_done_callback(finished.put_nowait)\n"
        "            task.add_done_callback(lambda _: slots.release())",
    ),
    Fault(
        "the S3 client is not closed",
        "aws.py",
        """\
        async with create_client(
            self.session,
            "s3",
            region_name=settings.region,
            endpoint_url=settings.endpoint_url,
            config=client_config(settings),
        ) as client:
            yield client
""",
        """\
        yield await create_client(
            self.session,
            "s3",
            region_name=settings.region,
            endpoint_url=settings.endpoint_url,
            config=client_config(settings),
        ).__aenter__()
""",
    ),
    Fault(
        "cancellation does not close the EC2 client",
        "aws.py",
        """\
        async with create_client(
            self.session,
            "ec2",
            region_name=settings.region,
            endpoint_url=settings.endpoint_url,
            config=client_config(settings),
        ) as client:
            yield client
""",
        """\
        opening = create_client(
            self.session,
            "ec2",
            region_name=settings.region,
            endpoint_url=settings.endpoint_url,
            config=client_config(settings),
        )
        try:
            yield await opening.__aenter__()
        except Exception:
            await opening.__aexit__(None, None, None)
            raise
        else:
            await opening.__aexit__(None, None, None)
""",
    ),
    Fault(
        "the region is ignored",
        "aws.py",
        '"s3",\n            region_name=settings.region,',
        '"s3",\n            region_name="us-east-1",',
    ),
    Fault(
        "the pool is as small as botocore's",
        "aws.py",
        "max_pool_connections=settings.max_concurrency",
        "max_pool_connections=10",
    ),
    Fault("nothing is tried again", "aws.py", '": settings.max_attempts}', '": 1}'),
    Fault("one attempt too many", "aws.py", '"total_max_attempts"', '"max_attempts"'),
    Fault("the read timeout is ignored", "aws.py", "=settings.read_timeout", "=60"),
    Fault(
        "buckets become host names",
        "aws.py",
        '"path" if settings.endpoint_url else',
        '"virtual" or',
    ),
    Fault(
        "uploads carry checksums",
        "aws.py",
        'request_checksum_calculation="when_required"',
        'request_checksum_calculation="when_supported"',
    ),
    Fault("each Aws loads a session", "aws.py", "=default_session,", "=Session,"),
    Fault(
        "the endpoint is not read",
        "settings.py",
        'endpoint_url=given.get("AWS_ENDPOINT_URL")',
        "endpoint_url=None",
    ),
    Fault("any number is accepted", "settings.py", "if not low <= value <= high", "if value < low"),
    Fault(
        "every refusal has the same exit code",
        "errors.py",
        '_BY_CODE.get(str(error.response["Error"]["Code"]), Exit.FAILED)',
        "Exit.FAILED",
    ),
    Fault("failures end with 0", "cli.py", "_fail(failure.exit, failure.message)", "Exit.OK"),
    Fault(
        "bugs are swallowed",
        "cli.py",
        "if failure is None:\n            raise",
        "if failure is None:\n            return Exit.FAILED",
    ),
    Fault("Ctrl-C ends in a traceback", "cli.py", "except KeyboardInterrupt", "except SystemExit"),
    Fault("a closed pipe is an error", "cli.py", "except BrokenPipeError", "except SystemExit"),
    Fault(
        "the command line ignores --concurrency",
        "cli.py",
        "limit=aws.settings.max_concurrency",
        "limit=1",
    ),
    Fault("keys reach the terminal raw", "cli.py", "else json.dumps(text)", "else text"),
    Fault(
        "the digest is of the last chunk",
        "cli.py",
        "digest.update(chunk)",
        "digest = hashlib.sha256(chunk)",
    ),
    Fault(
        "the cut depends on the parts",
        "concurrency/work.py",
        "self._hash, self._count = rolling, count",
        "self._count = count",
        "test_concurrency_work.py",
    ),
    Fault(
        "the digest is of the last part",
        "concurrency/work.py",
        "self._digest.update(part)",
        "self._digest = hashlib.sha256(part)",
        "test_concurrency_work.py",
    ),
    Fault(
        "only the first bucket is listed",
        "concurrency/job.py",
        "for bucket in job.buckets:",
        "for bucket in job.buckets[:1]:",
        "test_concurrency.py",
    ),
    Fault(
        "the job's prefix is ignored",
        "concurrency/job.py",
        "prefix=job.prefix",
        'prefix=""',
        "test_concurrency.py",
    ),
    Fault(
        "tasks: the limit is ignored",
        "concurrency/tasks.py",
        "limit=job.workers",
        "limit=1_000",
        "test_concurrency.py",
    ),
    Fault(
        "tasks: the results are left open",
        "concurrency/tasks.py",
        "async with aclosing(bounded_map(process, items, limit=job.workers)) as results:",
        "results = bounded_map(process, items, limit=job.workers)\n        if results:",
        "test_concurrency.py",
    ),
    Fault(
        "threads: a client for each call, not one",
        "concurrency/threads.py",
        "run_in_executor(pool, process, client,",
        "run_in_executor(pool, process, connect(settings, 1),",
        "test_concurrency.py",
    ),
    Fault(
        "threads: the pool is as small as botocore's",
        "concurrency/blocking.py",
        "max_pool_connections=connections",
        "max_pool_connections=10",
        "test_concurrency.py",
    ),
    Fault(
        "threads: the event loop waits for them",
        "concurrency/threads.py",
        "await asyncio.to_thread(pool.shutdown)",
        "pool.shutdown()",
        "test_concurrency.py",
    ),
    Fault(
        "threads: fewer than told",
        "concurrency/threads.py",
        "ThreadPoolExecutor(job.workers,",
        "ThreadPoolExecutor(2,",
        "test_concurrency.py",
    ),
    Fault(
        "processes: a client for each object",
        "concurrency/processes.py",
        "@cache\n",
        "",
        "test_concurrency.py",
    ),
    Fault(
        "processes: workers do not follow their parent",
        "concurrency/processes.py",
        "initializer=follow, initargs=(theirs,)",
        "initargs=()",
        "test_concurrency.py",
    ),
    Fault(
        "processes: whoever works goes on after Ctrl-C",
        "concurrency/processes.py",
        "ours.close()  # whoever still works dies of this",
        "pass",
        "test_concurrency.py",
    ),
    Fault(
        "processes: Ctrl-C stays blocked in the program",
        "concurrency/processes.py",
        "signal.pthread_sigmask(signal.SIG_SETMASK, before)",
        "pass",
        "test_concurrency.py",
    ),
    Fault(
        "processes: a worker's death is a traceback",
        "concurrency/processes.py",
        "except BrokenProcessPool:",
        "except ZeroDivisionError:",
        "test_concurrency.py",
    ),
    Fault(
        "compare: --way is ignored",
        "concurrency/commands.py",
        "in arguments.way or WAYS",
        "in WAYS",
        "test_concurrency_compare.py",
    ),
    Fault(
        "compare: --repeat is ignored",
        "concurrency/commands.py",
        "range(arguments.repeat)",
        "range(1)",
        "test_concurrency_compare.py",
    ),
    Fault(
        "compare: nobody notices that the runs differ",
        "concurrency/compare.py",
        "outcome += hash(result)",
        "outcome += 1",
        "test_concurrency_compare.py",
    ),
)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated project, installed by uv, whose tests pass; one for all worker processes."""
    base = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    place = base / "can-fail"
    folder = place / "project"
    with FileLock(base / "can-fail.lock"):
        if not (place / "ready").exists():
            uv = manager("uv")
            given = {"project_name": "can-fail", "manager": uv.name, "python_version": PYTHON}
            answers = resolve(given)
            render(answers.context, answers.values).write(folder)
            env = prepare(uv, PYTHON, place).env
            for verb in ("create", "install", "test"):
                for command in uv.commands[verb]:
                    outcome = run(Step(verb, command.argv, folder, env), timeout=600)
                    assert outcome.ok, f"{verb}: {outcome.reason}\n{outcome.output}"
            (place / "ready").touch()
    return folder


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.title)
def test_a_fault_is_caught(
    fault: Fault, project: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    _copy(project, tmp_path)
    module = tmp_path / "src" / PACKAGE / fault.module
    text = module.read_text(encoding="utf-8")
    assert text.count(fault.right) == 1, f"{fault.module} no longer holds this text once"
    module.write_text(text.replace(fault.right, fault.wrong), encoding="utf-8")
    outcome = _test(project, tmp_path, f"tests/{fault.tests or f'test_{fault.module}'}")
    caught = FAILED.findall(outcome.output)
    assert outcome.exit_code == 1, outcome.output
    assert caught, f"no test failed, though pytest did:\n{outcome.output}"
    record_property("caught_by", caught)
    print(f"{fault.module}: {fault.title}: caught by {', '.join(dict.fromkeys(caught))}")


def test_without_a_fault_the_copy_passes(project: Path, tmp_path: Path) -> None:
    """Or else each fault could be "caught" by something that the copying broke."""
    _copy(project, tmp_path)
    outcome = _test(project, tmp_path, "tests")
    assert outcome.ok, outcome.output
    assert not FAILED.findall(outcome.output)


def _copy(project: Path, folder: Path) -> None:
    """Copy what a test run reads; `pythonpath` in pyproject.toml puts this `src` first."""
    for name in ("src", "tests"):
        shutil.copytree(project / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(project / "pyproject.toml", folder)


def _test(project: Path, folder: Path, tests: str) -> Outcome:
    """Run tests of `folder` in the project's environment; three failures are enough."""
    python = str(project / ".venv" / "bin" / "python")
    argv = (python, "-m", "pytest", "--maxfail=3", "--tb=line", "-p", "no:cacheprovider", tests)
    env = {"PATH": os.environ["PATH"], "TMPDIR": str(folder)}
    return run(Step("test", argv, folder, env), timeout=300)
