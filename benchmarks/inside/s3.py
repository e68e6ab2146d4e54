"""One way of reading a bucket, timed: `benchmarks/s3.py` runs this in a generated project.

python s3.py ENDPOINT BUCKET WAY WORKERS
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from collections.abc import AsyncIterator

import boto3
from bench_app.aws import Aws
from bench_app.concurrency.compare import WAYS, measure
from bench_app.concurrency.job import Job
from bench_app.s3 import S3Object, process_objects
from bench_app.settings import Settings

NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def one_by_one(settings: Settings, bucket: str) -> int:
    """Read everything as the notes do it: a plain boto3 client, one call after the other."""
    client = boto3.client("s3", region_name="us-east-1", endpoint_url=settings.endpoint_url)
    read = 0
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in page["Contents"]:
            client.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
            read += 1
    return read


async def with_tasks(settings: Settings, bucket: str, workers: int) -> tuple[int, int]:
    """Read everything through the project's `process_objects`; also return the most tasks alive."""
    tasks = 0

    async def work(_entry: S3Object, chunks: AsyncIterator[bytes]) -> int:
        nonlocal tasks
        size = 0
        async for chunk in chunks:
            size += len(chunk)
        tasks = max(tasks, len(asyncio.all_tasks()))
        return size

    read = 0
    async with Aws(settings).s3() as client:
        async for _size in process_objects(client, bucket, work, limit=workers):
            read += 1
    return read, tasks


def main(endpoint: str, bucket: str, way: str, workers: int) -> None:
    os.environ |= dict.fromkeys(NAMES, "testing")
    settings = Settings(endpoint_url=endpoint, max_concurrency=workers)
    began, tasks = time.perf_counter(), 0
    if way == "boto3":
        read = one_by_one(settings, bucket)
    elif way == "asyncio":
        read, tasks = asyncio.run(with_tasks(settings, bucket, workers))
    else:
        job = Job((bucket,), "io", workers, "")
        read = asyncio.run(measure(Aws(settings), WAYS[way], job)).objects
    seconds = time.perf_counter() - began
    if read != int(bucket.partition("-")[2]):
        raise SystemExit(f"error: {way} read {read} objects of {bucket}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "tasks": tasks, "peak_mib": peak}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
