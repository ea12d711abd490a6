"""A request is sent over a socket pair whose far end is the server, which may answer before it has all of it."""

import itertools
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress

import pytest

from app.upstream.connection import Connection
from app.upstream.errors import UpstreamTimeout, UpstreamUnreachable
from app.upstream.request import OutboundBody
from upstream.exchanges import outbound

_OK = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def _pair(kind: socket.SocketKind = socket.SOCK_SEQPACKET) -> Iterator[tuple[Connection, socket.socket]]:
    near, far = socket.socketpair(socket.AF_UNIX, kind)
    connection = Connection(near)
    with far, closing(connection):
        yield connection, far


def _soon() -> float:
    return time.monotonic() + 10


def _over() -> float:
    return time.monotonic() + 0.05


def _asked(connection: Connection, far: socket.socket, *pieces: bytes, method: str = "GET", ends: bool = False) -> None:
    """The request is sent, and the answer's pieces lie ready to be read."""
    connection.send(outbound(80, method), None, _soon())
    for piece in pieces:
        far.send(piece)
    if ends:
        far.shutdown(socket.SHUT_WR)


def _body(connection: Connection) -> bytes:
    connection.read_head(_soon())
    return b"".join(iter(lambda: connection.next_piece(_soon()), None))


def test_an_empty_piece_does_not_end_a_chunked_body() -> None:
    with _pair(socket.SOCK_STREAM) as (connection, far):
        connection.send(outbound(80, "POST"), OutboundBody(None, iter([b"one", b"", b"two"])), _soon())
        assert far.recv(65536).endswith(b"\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")


def test_the_head_of_a_request_is_written_as_it_was_built() -> None:
    with _pair(socket.SOCK_STREAM) as (connection, far):
        built = outbound(8080, target="/a%2Fb?q=1", headers=[("X-A", "\xe4"), ("x-b", "2")])
        connection.send(built, None, _soon())
        assert far.recv(65536) == (b"GET /a%2Fb?q=1 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nX-A: \xe4\r\nx-b: 2\r\n\r\n")


def _endless() -> OutboundBody:
    return OutboundBody(None, itertools.repeat(b"x" * 65_536))


def test_a_server_that_refuses_a_body_early_is_not_sent_the_rest() -> None:
    with _pair(socket.SOCK_STREAM) as (connection, far):
        far.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
        connection.send(outbound(80, "POST"), _endless(), _soon())
        assert connection.read_head(_soon())[0] == 413


def test_a_connection_whose_body_was_not_wanted_is_not_used_again() -> None:
    with _pair(socket.SOCK_STREAM) as (connection, far):
        far.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
        connection.send(outbound(80, "POST"), _endless(), _soon())
        connection.read_head(_soon())
        assert not connection.reusable


@pytest.mark.parametrize(
    "says",
    [
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n", id="continue"),
        pytest.param(_OK + b"Transfer-Encoding: chunked\r\n\r\n", id="the head of a good answer"),
    ],
)
def test_a_server_that_speaks_but_does_not_refuse_is_sent_all(says: bytes) -> None:
    pieces = [b"x" * 1_000_000] * 5
    with _pair(socket.SOCK_STREAM) as (connection, far), ThreadPoolExecutor(1) as pool:
        far.sendall(says)
        sent = pool.submit(connection.send, outbound(80, "POST"), OutboundBody(5_000_000, iter(pieces)), _soon())
        received = b""
        while not received.endswith(b"\r\n\r\n" + b"".join(pieces)):
            received += far.recv(1_000_000)
        sent.result()


def test_headers_without_end_are_given_up_while_a_body_is_written_too() -> None:
    with _pair(socket.SOCK_STREAM) as (connection, far), ThreadPoolExecutor(1) as pool:

        def answer() -> None:
            far.sendall(_OK)
            with suppress(OSError):
                while True:
                    far.sendall(b"X-A: 0123456789\r\n" * 1_000)

        answering = pool.submit(answer)
        with pytest.raises(UpstreamUnreachable, match="headers exceed"):
            connection.send(outbound(80, "POST"), _endless(), _soon())
        connection.close()
        answering.result()


def test_a_server_that_answers_while_it_reads_is_heard() -> None:
    body, echo = b"x" * 1_000_000, b"y" * 900_000
    with _pair(socket.SOCK_STREAM) as (connection, far), ThreadPoolExecutor(1) as pool:

        def answer() -> None:
            # More than the kernel holds, before a byte of the body is read.
            far.sendall(_OK + b"Content-Length: 900000\r\n\r\n" + echo)
            received = b""
            while not received.endswith(body):
                received += far.recv(1_000_000)

        answering = pool.submit(answer)
        connection.send(outbound(80, "POST"), OutboundBody(len(body), iter([body])), _soon())
        assert _body(connection) == echo
        answering.result()


def test_a_body_that_the_caller_gives_drop_by_drop_does_not_outlast_the_deadline() -> None:
    with _pair(socket.SOCK_STREAM) as (connection, far):

        def drops() -> Iterator[bytes]:
            while True:
                yield b"x"
                far.recv(1_000)

        with pytest.raises(UpstreamTimeout) as caught:
            connection.send(outbound(80, "POST"), OutboundBody(None, drops()), _over())
    assert caught.value.phase == "send"
