"""Connections to the worker processes of a running service, told apart as Linux tells them apart."""

import http.client
import os
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from servers.gunicorn import Served
from servers.ports import LOOPBACK

_MOST_TRIES = 2_000
# As /proc/net/tcp writes the state of a connection.
_ESTABLISHED = "01"


def a_connection_to_each(served: Served, number: int, stack: ExitStack) -> list[http.client.HTTPConnection]:
    """Open connections to so many worker processes, one each; ``stack`` closes them."""
    found: dict[int, http.client.HTTPConnection] = {}
    for _ in range(_MOST_TRIES):
        connection = stack.enter_context(closing(http.client.HTTPConnection(LOOPBACK, served.port, timeout=30)))
        # Only an answer tells that a worker has taken it.
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        found.setdefault(_worker_of(connection, served), connection)
        if len(found) == number:
            return list(found.values())
    raise AssertionError(f"{_MOST_TRIES} connections all went to {len(found)} workers")


def _worker_of(connection: http.client.HTTPConnection, served: Served) -> int:
    """The process that holds the other end of the connection."""
    ends = f":{served.port:04X} 0100007F:{connection.sock.getsockname()[1]:04X} "
    # The table may change while it is read, and then has a row twice.
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines() if ends in line]
    (inode,) = {row[9] for row in rows if row[3] == _ESTABLISHED}
    children = Path(f"/proc/{served.pid}/task/{served.pid}/children").read_text().split()
    (worker,) = [int(child) for child in children if f"socket:[{inode}]" in _open_files(child)]
    return worker


def _open_files(process: str) -> Iterator[str]:
    for file in Path(f"/proc/{process}/fd").iterdir():
        # Others may be closed between the two looks.
        with suppress(FileNotFoundError):
            yield os.readlink(file)
