"""nginx on a free loopback port, for as long as a block runs; what it serves is the caller's."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONFIGURATION = """\
{modules}
worker_processes {workers};
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile on;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {http}
}}
"""


def free_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def nginx(
    folder: Path, port: int, http: str, *, modules: str = "", workers: int = 1
) -> Iterator[None]:
    """Run nginx with `http` (the inside of its http block, listening on `port`) until the end.

    Raises `SystemExit` where it is not installed (Debian's nginx-light), or does not come up.
    """
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if not program:
        raise SystemExit("error: nginx is needed: apt-get install nginx-light")
    path = folder / "nginx.conf"
    path.write_text(
        CONFIGURATION.format(modules=modules, workers=workers, folder=folder, http=http)
    )
    process = subprocess.Popen([program, "-e", str(folder / "error.log"), "-c", str(path)])
    try:
        _wait(port, process)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise SystemExit(f"error: nginx ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("error: nginx does not listen")
