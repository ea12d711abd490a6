"""gunicorn's worker with our errors and our way to close a connection."""

import socket
from contextlib import ExitStack

from installations import Installation
from servers.ports import LOOPBACK

# More than the eight threads of the service.
_CLOSING = 20
_REQUEST = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
_PATIENCE_SECONDS = 15


def answer(connection: socket.socket) -> bytes:
    connection.sendall(_REQUEST)
    return connection.recv(65_536)


def test_clients_that_do_not_close_their_side_do_not_stop_the_others(sqlite_installation: Installation) -> None:
    port = sqlite_installation.served({}).port
    with ExitStack() as stack:
        for _ in range(_CLOSING):
            lazy = stack.enter_context(socket.create_connection((LOOPBACK, port), timeout=_PATIENCE_SECONDS))
            lazy.sendall(_REQUEST)
        other = stack.enter_context(socket.create_connection((LOOPBACK, port), timeout=_PATIENCE_SECONDS))
        assert answer(other).startswith(b"HTTP/1.1 200 ")
