"""The real service for a test: ``sluice serve`` in a process group of its own, on a free loopback port."""

import contextlib
import http.client
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from servers.ports import LOOPBACK, free_port, wait_until

ADMIN_PASSWORD = "admin-password"
PROJECT = Path(__file__).resolve().parents[2]

# Settings of the service: what the caller's shell happens to export must not reach the service under test.
_SETTING_PREFIXES = ("GF_", "SLUICE_", "GUNICORN_")

_STOP_SECONDS = 40


@dataclass(frozen=True)
class Served:
    """A running service; ``url`` has no slash at its end, ``pid`` is the arbiter's and the process group's number."""

    url: str
    port: int
    pid: int
    log: Path
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """Send SIGKILL to the arbiter and all workers at once, as a power failure would, and reap the arbiter."""
        _kill_group(self.process)


@contextlib.contextmanager
def gunicorn_server(directory: Path, environ: Mapping[str, str]) -> Iterator[Served]:
    """Run the service with these settings added to the test's own, and yield it once GET /healthz answers 200.

    Data are in ``directory/data`` and outlive the service, so that a second one can go on with them. The log is
    ``directory/sluice-PORT.log``. Raises RuntimeError with the tail of the log when the service does not start.
    """
    port = int(environ.get("GF_SERVER_HTTP_PORT") or free_port())
    log = directory / f"sluice-{port}.log"
    settings = {
        "GF_SERVER_HTTP_ADDR": LOOPBACK,
        "GF_SERVER_HTTP_PORT": str(port),
        "GF_PATHS_DATA": str(directory / "data"),
        "GF_SECURITY_ADMIN_PASSWORD": ADMIN_PASSWORD,
        **environ,
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_SETTING_PREFIXES)}
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve"],
            cwd=PROJECT,
            env={**inherited, **settings},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_until(lambda: _is_healthy(port), process, log=log)
            yield Served(url=f"http://{LOOPBACK}:{port}", port=port, pid=process.pid, log=log, process=process)
        finally:
            _stop_group(process)


def _is_healthy(port: int) -> bool:
    with contextlib.closing(http.client.HTTPConnection(LOOPBACK, port, timeout=5)) as connection:
        connection.request("GET", "/healthz")
        response = connection.getresponse()
        response.read()
        return response.status == 200


def _stop_group(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    ended = os.pidfd_open(process.pid)
    try:
        select.select([ended], [], [], _STOP_SECONDS)
    finally:
        os.close(ended)
    _kill_group(process)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    # Only while the arbiter is not reaped: afterwards its number may belong to somebody else's process group.
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
