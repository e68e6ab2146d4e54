"""Mistakes in the feature `lambda`. (Its own name is a keyword.)"""

from __future__ import annotations

from tests.support.faults import Fault

EVENTS = "test_lambda_events.py"
CONTAINER = "test_lambda_container.py"
FUNCTION = "test_lambda.py"
BUNDLE = "test_lambda_bundle.py"
CHALICE = "test_lambda_chalice.py"
DEPLOY = "../../deploy/chalice"

FAULTS: tuple[Fault, ...] = (
    Fault(
        "keys stay encoded",
        module="aws_lambda/events.py",
        right='unquote_plus(entry["key"])',
        wrong='entry["key"]',
        tests=EVENTS,
    ),
    Fault(
        "a plus in a key stays one",
        module="aws_lambda/events.py",
        right='unquote_plus(entry["key"])',
        wrong='unquote_plus(entry["key"].replace("+", "%2B"))',
        tests=EVENTS,
    ),
    Fault(
        "objects that were removed count, too",
        module="aws_lambda/events.py",
        right='if not record["eventName"].startswith("ObjectCreated:"):',
        wrong='if not record["eventName"]:',
        tests=EVENTS,
    ),
    Fault(
        "another version than the event's is read",
        module="aws_lambda/work.py",
        right="if item.version is None:",
        wrong="if item.version:\n        item = type(item)(item.bucket, item.key)\n    if True:",
        tests=FUNCTION,
    ),
    Fault(
        "the function's digest is of the last part",
        module="aws_lambda/work.py",
        right="digest.update(chunk)",
        wrong="digest = hashlib.sha256(chunk)",
        tests=FUNCTION,
    ),
    Fault(
        "digests of digests are written",
        module="aws_lambda/work.py",
        right="if item.bucket == bucket:",
        wrong="if item.bucket is None:",
        tests=FUNCTION,
    ),
    Fault(
        "a client for each run",
        module="aws_lambda/container.py",
        right="if self._kept is not None and not self._kept",
        wrong="if self._kept is None and not self._kept",
        tests=CONTAINER,
    ),
    Fault(
        "a loop that is closed is used again",
        module="aws_lambda/container.py",
        right="if self._kept is not None and not self._kept.runner.get_loop().is_closed():",
        wrong="if self._kept is not None:",
        tests=CONTAINER,
    ),
    Fault(
        "after an error everything is kept",
        module="aws_lambda/container.py",
        right="        except BaseException:\n            self._trusted = False\n            raise",
        wrong="        except BaseException:\n            raise",
        tests=CONTAINER,
    ),
    Fault(
        "a client that is not trusted is kept",
        module="aws_lambda/container.py",
        right="            if not self._trusted:\n                self.close()",
        wrong="            pass",
        tests=CONTAINER,
    ),
    Fault(
        "clients are dropped, not closed",
        module="aws_lambda/container.py",
        right="self.runner.run(self.stack.aclose())",
        wrong="pass",
        tests=CONTAINER,
    ),
    Fault(
        "a failed message counts as done",
        module="aws_lambda/batch.py",
        right="logger.exception(message, extra=details)\n            raise",
        wrong="logger.exception(message, extra=details)",
        tests=FUNCTION,
    ),
    Fault(
        "a message that ran out of time counts as done",
        module="aws_lambda/batch.py",
        right='logger.exception("no time left", extra=details)\n            raise',
        wrong='logger.exception("no time left", extra=details)',
        tests=FUNCTION,
    ),
    Fault(
        "when all fail, all is an error",
        module="aws_lambda/batch.py",
        right="raise_on_entire_batch_failure=False",
        wrong="raise_on_entire_batch_failure=True",
        tests=FUNCTION,
    ),
    Fault(
        "everything at once",
        module="aws_lambda/batch.py",
        right="asyncio.Semaphore(Settings.from_environment().max_concurrency)",
        wrong="asyncio.Semaphore(1_000)",
        tests=FUNCTION,
    ),
    Fault(
        "the time is used to the last second",
        module="aws_lambda/batch.py",
        right="seconds - own.reserve",
        wrong="seconds",
        tests=FUNCTION,
    ),
    Fault(
        "failed objects of an S3 event are forgotten",
        module="aws_lambda/batch.py",
        right="        if failed:\n",
        wrong="        if not records:\n",
        tests=FUNCTION,
    ),
    Fault(
        "a broken client is kept",
        module="aws_lambda/batch.py",
        right="                self.on_broken()",
        wrong="                pass",
        tests=FUNCTION,
    ),
    Fault(
        "any failure costs the client",
        module="aws_lambda/batch.py",
        right="if failure is None or failure.exit is Exit.UNREACHABLE:",
        wrong="if failure is not None:",
        tests=FUNCTION,
    ),
    Fault(
        "the log loses its lines",
        module="aws_lambda/batch.py",
        right="self._turn(message_id=record.message_id)",
        wrong="self._turn(message=record.message_id)",
        tests=FUNCTION,
    ),
    Fault(
        "the archive holds the time of day",
        module="aws_lambda/bundle.py",
        right="entry = zipfile.ZipInfo(name)",
        wrong="entry = zipfile.ZipInfo.from_file(content[name], name)",
        tests=BUNDLE,
    ),
    Fault(
        "the archive holds files as they come",
        module="aws_lambda/bundle.py",
        right="for name in sorted(content):",
        wrong="for name in content:",
        tests=BUNDLE,
    ),
    Fault(
        "the archive holds bytecode",
        module="aws_lambda/bundle.py",
        right=' or path.suffix == ".pyc"',
        wrong="",
        tests=BUNDLE,
    ),
    Fault(
        "half an archive replaces a whole one",
        module="aws_lambda/bundle.py",
        right='partial = archive.with_name(f".{archive.name}.part")',
        wrong="partial = archive",
        tests=BUNDLE,
    ),
    Fault(
        "a device is replaced by an archive",
        module="aws_lambda/bundle.py",
        right="    if archive.exists():\n        regular(archive)",
        wrong="    if False:\n        regular(archive)",
        tests=BUNDLE,
    ),
    Fault(
        "pip installs for another machine",
        module="aws_lambda/install.py",
        right='if find_spec("pip") and target.is_here():',
        wrong='if find_spec("pip"):',
        tests=BUNDLE,
    ),
    Fault(
        "an installer goes on alone",
        module="aws_lambda/install.py",
        right="        process.kill()\n        await process.wait()\n",
        wrong="",
        tests=BUNDLE,
    ),
    Fault(
        "the answer stays in Chalice's function",
        module=f"{DEPLOY}/app.py",
        right="return handler(event.to_dict(), context)",
        wrong="handler(event.to_dict(), context)\n    return {}",
        tests=CHALICE,
    ),
    Fault(
        "Chalice's queue does not learn what failed",
        module=f"{DEPLOY}/stack.yaml",
        right="            FunctionResponseTypes: [ReportBatchItemFailures]\n",
        wrong="",
        tests=CHALICE,
    ),
    Fault(
        "Chalice's function has no role",
        module=f"{DEPLOY}/stack.yaml",
        right='      Role: {"Fn::GetAtt": [Role, Arn]}\n',
        wrong="",
        tests=CHALICE,
    ),
)
