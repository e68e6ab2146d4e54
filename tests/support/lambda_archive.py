"""What the feature `lambda` builds, as AWS Lambda would use it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path


def check(archive: Path, package: str, folder: Path) -> None:
    """Unpack it into `folder`, and import its handler with nothing else installed."""
    with zipfile.ZipFile(archive) as file:
        names = file.namelist()
        file.extractall(folder)
    assert names == sorted(names)
    assert not [name for name in names if "__pycache__" in name or name.endswith("/RECORD")]
    code = (
        f"import sys; sys.path.insert(0, {str(folder)!r});"
        f"from {package}.aws_lambda.handler import handler;"
        "import aiohttp, botocore; print(callable(handler))"
    )
    argv = [sys.executable, "-I", "-S", "-B", "-c", code]
    assert subprocess.run(argv, stdout=subprocess.PIPE, check=True).stdout == b"True\n"
