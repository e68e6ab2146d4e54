"""Mistakes that the tests of what every generated project has must see."""

from tests.support.faults import Fault

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
)
