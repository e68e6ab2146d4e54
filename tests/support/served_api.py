"""Serve the API of a generated project, with all that it asks, on 127.0.0.1.

Run by the project's own Python, in its folder: `served_api.py PACKAGE FOLDER`. The file FOLDER/key
holds a good API key when standard error, which is the server's log, says where it listens.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from threading import Event, Thread
from typing import Any


def main(package: str, folder: Path) -> int:
    sys.path.insert(0, str(Path.cwd()))
    aws: Any = import_module("tests.aws_server").AwsServer()
    bucket = "my-bucket"
    aws.moto = _as_s3(aws.moto)
    aws.create_bucket(bucket, dict.fromkeys(["a", "b/c", "b/d"], b"x"))
    cli = import_module(f"{package}.cli")
    private, public = folder / "private.json", folder / "keys.json"
    prefix = f"{package.upper()}_"
    os.environ |= {
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        f"{prefix}API_BUCKET": bucket,
        f"{prefix}API_STORE": str(folder / "store"),
        f"{prefix}API_FAILURES": "1000",
        f"{prefix}JWT_ISSUER": "issuer",
        f"{prefix}JWT_AUDIENCE": "downloads",
        f"{prefix}JWT_KEYS": str(public),
        f"{prefix}OAUTH2_ISSUER": _provider(package),
        f"{prefix}OAUTH2_AUDIENCE": "downloads",
        f"{prefix}OAUTH2_CLIENT_ID": "app",
        f"{prefix}OAUTH2_REDIRECT_URI": "https://api.example/oauth2/callback",
        f"{prefix}PASSKEY_ORIGIN": "https://api.example",
    }
    assert cli.main(["jwt", "new-key", str(private), str(public)]) == 0
    with (folder / "key").open("w", encoding="utf-8") as file, redirect_stdout(file):
        assert cli.main(["api-key", "create", "schemathesis"]) == 0
    return int(cli.main(["serve", "--port", "0"]))


def _as_s3(moto: Any) -> Any:
    """S3 encodes what a listing starts after; moto does not, even where no XML may hold it."""
    control = bytes(code for code in range(32) if code not in b"\t\n\r")
    table = bytes.maketrans(control, b"?" * len(control))

    def answer(*request: Any) -> list[bytes]:
        return [part.translate(table) for part in moto(*request)]

    return answer


def _provider(package: str) -> str:
    """Run the tests' identity provider in a thread; return its address."""
    keys = import_module(f"{package}.api.auth.keys")
    idp: Any = import_module("tests.identity_provider").IdentityProvider(keys.new_key("RS256"))
    started = Event()

    async def run() -> None:
        async with idp.running():
            started.set()
            await asyncio.Event().wait()

    Thread(target=lambda: asyncio.run(run()), daemon=True).start()
    started.wait()
    return str(idp.issuer)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
