"""One exchange over a socket pair whose far end is the server. A packet pair gives each piece to one read."""

import itertools
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

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


@pytest.mark.parametrize(
    ("answer", "ends", "body"),
    [
        pytest.param([_OK, b"Content-Length: 5\r\n\r\n", b"he", b"llo"], False, b"hello", id="content-length"),
        pytest.param([_OK + b"Content-Length: 0\r\n\r\n"], False, b"", id="content-length-0"),
        pytest.param(
            [_OK, b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r", b"\n3\r\nllo\r\n0\r\n", b"\r\n"],
            False,
            b"hello",
            id="chunked",
        ),
        pytest.param(
            [_OK + b"Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"],
            False,
            b"hello",
            id="chunked-with-extension-and-trailer",
        ),
        pytest.param([_OK + b"\r\nhel", b"lo"], True, b"hello", id="until-close"),
        pytest.param([b"HTTP/1.0 200 OK\r\n\r\nhello"], True, b"hello", id="http-1.0"),
        pytest.param([_OK + b"\r\n"], True, b"", id="until-close-and-empty"),
    ],
)
def test_a_body_is_read_to_its_end(answer: Sequence[bytes], ends: bool, body: bytes) -> None:
    with _pair() as (connection, far):
        _asked(connection, far, *answer, ends=ends)
        assert _body(connection) == body


def test_an_answer_that_comes_byte_by_byte_is_read() -> None:
    answer = _OK + b"X-A: b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    with _pair() as (connection, far):
        _asked(connection, far, *(bytes([byte]) for byte in answer))
        assert _body(connection) == b"abc"
        assert connection.reusable


def test_status_and_headers_come_in_the_order_and_case_of_the_server() -> None:
    head = b"HTTP/1.1 418 Teapot\r\nx-B: 1\r\nX-a: \xe4\r\nx-b: 2\r\nContent-Length: 0\r\n\r\n"
    with _pair() as (connection, far):
        _asked(connection, far, head)
        assert connection.read_head(_soon()) == (
            418,
            [("x-B", "1"), ("X-a", "\xe4"), ("x-b", "2"), ("Content-Length", "0")],
        )


@pytest.mark.parametrize(
    "interim",
    [
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n", id="100"),
        pytest.param(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", id="103"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n", id="two"),
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["in-one-piece", "in-two-pieces"])
def test_an_interim_answer_is_passed_over(interim: bytes, together: bool) -> None:
    final = _OK + b"Content-Length: 2\r\n\r\nok"
    with _pair() as (connection, far):
        _asked(connection, far, *([interim + final] if together else [interim, final]))
        assert connection.read_head(_soon()) == (200, [("Content-Length", "2")])
        assert connection.next_piece(_soon()) == b"ok"
        assert connection.next_piece(_soon()) is None
        assert connection.reusable


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        pytest.param("HEAD", _OK + b"Content-Length: 5\r\n\r\n", id="head-with-length"),
        pytest.param("HEAD", _OK + b"Transfer-Encoding: chunked\r\n\r\n", id="head-chunked"),
        pytest.param("HEAD", _OK + b"\r\n", id="head-without-framing"),
        pytest.param("GET", b"HTTP/1.1 204 No Content\r\n\r\n", id="204"),
        pytest.param("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", id="304-with-length"),
        pytest.param("GET", b"HTTP/1.1 304 Not Modified\r\n\r\n", id="304"),
    ],
)
def test_an_answer_that_can_have_no_body_is_over_with_its_headers(method: str, answer: bytes) -> None:
    with _pair() as (connection, far):
        _asked(connection, far, answer, method=method)
        assert _body(connection) == b""
        assert connection.reusable


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(_OK + b"Content-Length: 0\r\nConnection: close\r\n\r\n", id="announced"),
        pytest.param(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", id="http-1.0"),
        pytest.param(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", id="announced-with-204"),
    ],
)
def test_a_connection_that_the_server_will_close_is_not_used_again(answer: bytes) -> None:
    with _pair() as (connection, far):
        _asked(connection, far, answer)
        assert _body(connection) == b""
        assert not connection.reusable


@pytest.mark.parametrize(
    "stray",
    [
        pytest.param(_OK + b"Content-Length: 4\r\n\r\nevil", id="second-answer"),
        pytest.param(b"HTTP/1.1 404 Not Found\r\nX-Evil: 1\r\n", id="begun-second-answer"),
        pytest.param(b"!!garbage", id="garbage"),
    ],
)
def test_bytes_after_the_answer_neither_change_it_nor_stay_for_the_next(stray: bytes) -> None:
    with _pair() as (connection, far):
        _asked(connection, far, _OK + b"Content-Length: 4\r\n\r\ngood" + stray)
        assert connection.read_head(_soon()) == (200, [("Content-Length", "4")])
        assert connection.next_piece(_soon()) == b"good"
        assert connection.next_piece(_soon()) is None
        assert not connection.reusable


def test_a_body_that_follows_the_answer_to_head_spoils_the_connection() -> None:
    with _pair() as (connection, far):
        _asked(connection, far, _OK + b"Content-Length: 4\r\n\r\nevil", method="HEAD")
        assert _body(connection) == b""
        assert not connection.reusable


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(_OK + b"Content-Length: 5\r\n\r\nhell", id="content-length"),
        pytest.param(_OK + b"Content-Length: 5\r\n\r\n", id="content-length-and-no-body"),
        pytest.param(_OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel", id="inside-a-chunk"),
        pytest.param(_OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", id="without-last-chunk"),
    ],
)
def test_a_body_that_ends_early_is_an_error(answer: bytes) -> None:
    with _pair() as (connection, far):
        _asked(connection, far, answer, ends=True)
        connection.read_head(_soon())
        with pytest.raises(UpstreamUnreachable, match="before the end of the answer") as caught:
            list(iter(lambda: connection.next_piece(_soon()), None))
        assert caught.value.phase == "body"
        assert not connection.reusable


@pytest.mark.parametrize("began", [b"", b"HTTP/1.1 20", b"HTTP/1.1 100 Continue\r\n\r\n"], ids=repr)
def test_a_close_before_the_answer_is_an_error(began: bytes) -> None:
    with _pair() as (connection, far):
        _asked(connection, far, *([began] if began else []), ends=True)
        with pytest.raises(UpstreamUnreachable, match="before an answer") as caught:
            connection.read_head(_soon())
        assert caught.value.phase == "first-byte"


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="ssh"),
        pytest.param(b"\x15\x03\x01\x00\x02\x02\x46", id="tls-alert"),
        pytest.param(_OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", id="two-lengths"),
        pytest.param(_OK + b"Content-Length: five\r\n\r\n", id="length-is-no-number"),
        pytest.param(_OK + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", id="length-and-chunked"),
        pytest.param(_OK + b"no header\r\n\r\n", id="header-without-colon"),
    ],
)
def test_an_answer_that_is_not_http_is_an_error(garbage: bytes) -> None:
    with _pair() as (connection, far):
        _asked(connection, far, garbage)
        with pytest.raises(UpstreamUnreachable, match="not HTTP"):
            connection.read_head(_soon())


def test_garbage_in_place_of_a_chunk_is_an_error() -> None:
    with _pair() as (connection, far):
        _asked(connection, far, _OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", b"zz\r\n")
        connection.read_head(_soon())
        assert connection.next_piece(_soon()) == b"ok"
        with pytest.raises(UpstreamUnreachable, match="not HTTP") as caught:
            connection.next_piece(_soon())
        assert caught.value.phase == "body"


@pytest.mark.parametrize(
    "line", [b"X-Long: y\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"X" * 100], ids=["headers", "interim", "one-line"]
)
def test_headers_without_end_are_given_up(line: bytes) -> None:
    piece = line * (60_000 // len(line))
    start = b"" if line.startswith(b"HTTP") else _OK
    with _pair() as (connection, far):
        far.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2_000_000)
        _asked(connection, far, *([start] if start else []), *[piece] * 5)
        with pytest.raises(UpstreamUnreachable, match="exceed"):
            connection.read_head(_soon())


def test_a_server_that_does_not_answer_is_waited_for_until_the_deadline() -> None:
    with _pair() as (connection, far):
        _asked(connection, far)
        with pytest.raises(UpstreamTimeout) as caught:
            connection.read_head(_over())
        assert caught.value.phase == "first-byte"


def test_a_body_that_stops_is_waited_for_until_the_deadline() -> None:
    with _pair() as (connection, far):
        _asked(connection, far, _OK + b"Content-Length: 5\r\n\r\nhe")
        connection.read_head(_soon())
        assert connection.next_piece(_soon()) == b"he"
        with pytest.raises(UpstreamTimeout) as caught:
            connection.next_piece(_over())
        assert caught.value.phase == "body"


def test_a_server_that_does_not_read_is_waited_for_until_the_deadline() -> None:
    endless = OutboundBody(None, itertools.repeat(b"x" * 65_536))
    with _pair(socket.SOCK_STREAM) as (connection, _), pytest.raises(UpstreamTimeout) as caught:
        connection.send(outbound(80, "POST"), endless, _over())
    assert caught.value.phase == "send"


def test_a_silent_connection_is_alive_and_one_with_stray_bytes_is_not() -> None:
    with _pair() as (connection, far):
        assert connection.is_alive()
        far.send(b"H")
        assert not connection.is_alive()


def test_a_closed_connection_is_not_alive() -> None:
    with _pair() as (connection, far):
        far.close()
        assert not connection.is_alive()
