"""Finds free loopback ports and waits, for a bounded time, until something answers there."""

import http.client
import socket
import time
from subprocess import Popen

from benchmarks.failure import BenchmarkFailure

HOST = "127.0.0.1"
START_SECONDS = 60.0
PAUSE_SECONDS = 0.01


def free_port() -> int:
    """Return a port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int, path: str) -> bool:
    """Tell whether a GET of this path is answered with 200."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_until_answers(port: int, path: str, *, process: Popen[bytes]) -> None:
    """Return once the path answers 200; fail when the process ends first or the time is over."""
    deadline = time.monotonic() + START_SECONDS
    while not answers(port, path):
        if process.poll() is not None:
            raise BenchmarkFailure(f"ended with status {process.returncode} before it answered")
        if time.monotonic() > deadline:
            raise BenchmarkFailure(f"did not answer GET {path} within {START_SECONDS:.0f} s")
        time.sleep(PAUSE_SECONDS)
