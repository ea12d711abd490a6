"""A way to the service on which the first answers are lost, after the service has done what was asked."""

import contextlib
import http.client
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from dialects.aws.account import Account
from servers.ports import LOOPBACK
from upstream.exchanges import Talk, raw_server

# What is sent to the client in place of an answer.
Loss = Callable[[bytes], bytes]
# More connections than any client here makes.
_MOST = 20
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)


@dataclass
class LossyWay:
    """``requests`` and ``answers`` are as the service got and gave them, in order."""

    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)


@contextlib.contextmanager
def lossy_way(account: Account, *losses: Loss) -> Iterator[LossyWay]:
    """The first answers go through ``losses``, those after them come as they are; every connection is for one."""
    way = LossyWay()
    service = int(account.url.rpartition(":")[2])

    def talk(loss: Loss) -> Talk:
        def converse(connection: socket.socket) -> None:
            way.requests.append(_request(connection))
            answer = _asked(service, way.requests[-1])
            way.answers.append(answer)
            connection.sendall(loss(answer))

        return converse

    def whole(answer: bytes) -> bytes:
        return answer

    with raw_server(*map(talk, [*losses, *[whole] * (_MOST - len(losses))])) as server:
        way.port = server.port
        yield way


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    while length and len(body) < int(length[1]):
        body += _more(connection)
    return head + b"\r\n\r\n" + body


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65_536)
    assert data, "the client has gone in the midst of its request"
    return data


def _asked(port: int, request: bytes) -> bytes:
    """The whole answer, which says that the connection ends with it."""
    with socket.create_connection((LOOPBACK, port), timeout=30) as connection:
        connection.sendall(request)
        with contextlib.closing(http.client.HTTPResponse(connection)) as response:
            response.begin()
            body = response.read()
            fields = [(name, value) for name, value in response.getheaders() if name.lower() != "connection"]
    head = "".join(f"{name}: {value}\r\n" for name, value in [*fields, ("Connection", "close")])
    return f"HTTP/1.1 {response.status} {response.reason}\r\n{head}\r\n".encode("latin-1") + body
