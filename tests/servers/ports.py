"""Ports for the servers that tests start, the wait until such a server answers, and the way it is stopped."""

import collections
import http.client
import random
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

LOOPBACK = "127.0.0.1"

# Below the range from which the kernel takes the ports of outgoing connections (32768 and up on Linux): a port found
# free inside that range can be gone again before the server that was meant to have it has started.
_LOWEST_PORT = 12000
_HIGHEST_PORT = 32000

_PAUSE_SECONDS = 0.05
_LOG_LINES = 40


def free_port() -> int:
    """Return a TCP port that nothing listens on at 127.0.0.1.

    Raises RuntimeError when a hundred random choices are all taken.
    """
    for _ in range(100):
        port = random.randint(_LOWEST_PORT, _HIGHEST_PORT)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no free port was found between {_LOWEST_PORT} and {_HIGHEST_PORT}")


def log_tail(log: Path) -> str:
    """Return the last 40 lines of a server's log file, or a remark when the file cannot be read."""
    try:
        with log.open(encoding="utf-8", errors="replace") as lines:
            return "".join(collections.deque(lines, maxlen=_LOG_LINES)) or "(the log is empty)"
    except OSError as error:
        return f"(the log cannot be read: {error})"


def wait_until(
    answers: Callable[[], bool], process: subprocess.Popen[bytes], seconds: float = 30, *, log: Path
) -> None:
    """Call ``answers`` until it returns true; an OSError or HTTPException from it counts as false.

    Raises RuntimeError with the tail of the log when the process has ended, or after the given number of seconds.
    """
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while True:
        # Before the question: another program's server at the same port must not answer for a process that died.
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with status {process.returncode}:\n{log_tail(log)}")
        try:
            if answers():
                return
        except (OSError, http.client.HTTPException):
            pass
        if time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} did not answer within {seconds} seconds:\n{log_tail(log)}")
        pause.wait(_PAUSE_SECONDS)


def wait_until_open(port: int, process: subprocess.Popen[bytes], seconds: float = 30, *, log: Path) -> None:
    """Wait until the port at 127.0.0.1 accepts connections.

    Raises RuntimeError with the tail of the log when the process has ended, or after the given number of seconds.
    """

    def accepts() -> bool:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True

    wait_until(accepts, process, seconds, log=log)


def stop(process: subprocess.Popen[bytes], signum: signal.Signals = signal.SIGTERM, seconds: float = 20) -> None:
    """Send the signal, wait for the process to end, and kill it when it has not ended after that many seconds."""
    process.send_signal(signum)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
