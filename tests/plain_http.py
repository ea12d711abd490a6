"""HTTP requests to a served installation, as the first admin: by a client, or byte by byte."""

import http.client
import socket
from base64 import b64encode
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from servers.gunicorn import ADMIN_PASSWORD
from servers.ports import LOOPBACK

ADMIN = "Basic " + b64encode(f"admin:{ADMIN_PASSWORD}".encode()).decode()


def head(method: str, path: str, *fields: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {LOOPBACK}", f"Authorization: {ADMIN}", *fields, "", ""]
    return "\r\n".join(lines).encode()


def exchange(port: int, data: bytes) -> bytes:
    """All that comes back until the service closes the connection."""
    received = b""
    with socket.create_connection((LOOPBACK, port), timeout=10) as connection:
        connection.sendall(data)
        while piece := connection.recv(65_536):
            received += piece
    return received


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def ask(
    port: int, method: str, path: str, *, body: Any = None, headers: Mapping[str, str] | None = None
) -> tuple[http.client.HTTPResponse, bytes]:
    with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=30)) as connection:
        connection.request(method, path, body=body, headers={"Authorization": ADMIN, **(headers or {})})
        response = connection.getresponse()
        return response, response.read()
