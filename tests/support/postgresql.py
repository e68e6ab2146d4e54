"""A PostgreSQL server of our own, on loopback, in a temporary folder."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Where Debian and others put the programs that are not on PATH; the newest version comes last.
FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin")
#: Seconds that starting may take on a busy machine.
PATIENCE = 60.0
#: PostgreSQL refuses to run as root: then it runs as the user that its package comes with.
USER = "postgres"


@contextmanager
def postgresql() -> Iterator[str]:
    """Start a server, give its URL, stop it; fail, and do not skip, where there is none."""
    programs = _programs()
    as_user = _as_user()
    with tempfile.TemporaryDirectory() as name:
        folder, data = Path(name), Path(name) / "data"
        if as_user:
            shutil.chown(folder, USER)
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        initdb = [*as_user, str(programs / "initdb"), "--pgdata", str(data), "--no-sync"]
        subprocess.run(
            [*initdb, "--auth=trust", "--username=tester", "--encoding=UTF8"],
            cwd=folder,
            env=env,
            check=True,
            capture_output=True,
        )
        port = _free_port()
        options = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories="]
        options += ["fsync=off", "full_page_writes=off"]  # nothing of it is to survive
        argv = [*as_user, str(programs / "postgres"), "-D", str(data)]
        argv += [word for option in options for word in ("-c", option)]
        with (folder / "log").open("w+") as log:
            server = subprocess.Popen(argv, cwd=folder, env=env, stdout=log, stderr=log)
            try:
                _wait(server, port, Path(log.name))
                yield f"postgresql://tester@127.0.0.1:{port}/postgres"
            finally:
                server.send_signal(signal.SIGINT)  # no more connections, and those there are end
                server.wait(PATIENCE)


def _programs() -> Path:
    found = [path for pattern in FOLDERS for path in sorted(Path("/").glob(pattern[1:]))]
    found = [path for path in found if (path / "postgres").exists()]
    assert found, f"no postgres in {FOLDERS}: `apt-get install postgresql`, or its like"
    return found[-1]


def _as_user() -> list[str]:
    if os.geteuid() != 0:
        return []
    # setpriv becomes the server itself: its process id is the server's.
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while "ready to accept connections" not in log.read_text(encoding="utf-8"):
        assert server.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < until, log.read_text(encoding="utf-8")
        time.sleep(0.05)
    socket.create_connection(("127.0.0.1", port), PATIENCE).close()
