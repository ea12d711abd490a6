"""Which requests share a connection, and what happens when a kept connection turns out to be dead."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from app.upstream.errors import UpstreamUnreachable
from app.upstream.request import OutboundBody
from app.upstream.transport import Transport
from servers.upstream import Answer, Upstream, recording_upstream
from upstream.exchanges import Talk, keeping, outbound, raw_server, read_request, read_to_end

_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def _answering(*answers: bytes) -> Talk:
    def talk(connection: socket.socket) -> None:
        for answer in answers:
            read_request(connection)
            connection.sendall(answer)

    return talk


def _then_breaking(connection: socket.socket) -> None:
    """Answers the first request, and takes the second without an answer."""
    read_request(connection)
    connection.sendall(_OK)
    read_request(connection)


def _taking_without_answer(connection: socket.socket) -> None:
    read_request(connection)


@pytest.fixture
def sender() -> Iterator[Transport]:
    with keeping() as made:
        yield made


@pytest.fixture
def upstream(sender: Transport) -> Iterator[Upstream]:
    # Ends before the sender does.
    with recording_upstream() as running:
        yield running


def _get(sender: Transport, port: int, pool: str = "1") -> bytes:
    return b"".join(sender.send(outbound(port, pool=pool), None))


def test_one_request_after_the_other_shares_a_connection(sender: Transport, upstream: Upstream) -> None:
    for _ in range(3):
        _get(sender, upstream.port)
    assert [received.connection for received in upstream.requests] == [1, 1, 1]


def test_a_post_shares_the_connection_of_a_get(sender: Transport, upstream: Upstream) -> None:
    _get(sender, upstream.port)
    list(sender.send(outbound(upstream.port, "POST"), OutboundBody(None, iter([b"x"]))))
    assert [received.connection for received in upstream.requests] == [1, 1]


def test_requests_of_two_pools_never_share_a_connection(sender: Transport, upstream: Upstream) -> None:
    _get(sender, upstream.port, "1")
    _get(sender, upstream.port, "2")
    _get(sender, upstream.port, "1")
    assert [received.connection for received in upstream.requests] == [1, 2, 1]


def test_requests_to_two_servers_never_share_a_connection(sender: Transport, upstream: Upstream) -> None:
    with recording_upstream() as other:
        _get(sender, upstream.port)
        _get(sender, other.port)
        assert (len(upstream.requests), len(other.requests)) == (1, 1)


def test_requests_at_the_same_time_have_a_connection_each(sender: Transport, upstream: Upstream) -> None:
    upstream.answer(body=b"one")
    upstream.answer(body=b"two")
    first = sender.send(outbound(upstream.port), None)
    second = sender.send(outbound(upstream.port), None)
    assert (b"".join(second), b"".join(first)) == (b"two", b"one")
    assert [received.connection for received in upstream.requests] == [1, 2]


def test_no_more_idle_connections_are_kept_than_allowed() -> None:
    with keeping(max_idle=1) as sender, recording_upstream() as upstream:
        upstream.default = Answer(body=b"ok")
        for _ in range(2):
            both = [sender.send(outbound(upstream.port), None) for _ in range(2)]
            for response in both:
                assert list(response) == [b"ok"]
    assert [received.connection for received in upstream.requests] == [1, 2, 1, 3]


def test_the_limit_of_idle_connections_is_one_for_all_pools() -> None:
    with keeping(max_idle=1) as sender, recording_upstream() as upstream:
        _get(sender, upstream.port, "1")
        _get(sender, upstream.port, "2")
        _get(sender, upstream.port, "2")
        _get(sender, upstream.port, "1")
    assert [received.connection for received in upstream.requests] == [1, 2, 3, 1]


def test_a_connection_that_was_idle_for_too_long_is_not_used() -> None:
    with keeping(idle_timeout=0.0) as sender, recording_upstream() as upstream:
        _get(sender, upstream.port)
        _get(sender, upstream.port)
    assert [received.connection for received in upstream.requests] == [1, 2]


def test_a_connection_that_the_server_closed_while_idle_is_replaced_without_an_error() -> None:
    with keeping() as sender, raw_server(_answering(_OK), _answering(_OK + b"!")) as server:
        assert _get(sender, server.port) == b"ok"
        assert server.ended.get(timeout=10) == 1
        # POST is never tried twice, so this one went out once, over a new connection.
        response = sender.send(outbound(server.port, "POST"), OutboundBody(1, iter([b"x"])))
        assert b"".join(response) == b"ok"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE", "DELETE"])
def test_a_request_that_does_no_harm_twice_is_sent_again_when_a_kept_connection_breaks(method: str) -> None:
    last = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
    with keeping() as sender, raw_server(_then_breaking, _answering(last)) as server:
        _get(sender, server.port)
        response = sender.send(outbound(server.port, method), None)
        assert response.status == 204
        assert list(response) == []


def test_a_request_is_sent_again_only_once() -> None:
    talks = (_then_breaking, _taking_without_answer, _answering(_OK))
    with keeping() as sender, raw_server(*talks) as server:
        _get(sender, server.port)
        with pytest.raises(UpstreamUnreachable):
            _get(sender, server.port)
        assert server.accepted == 2


@pytest.mark.parametrize("method", ["POST", "PATCH", "PROPFIND"])
def test_a_request_that_may_do_harm_twice_is_not_sent_again(method: str) -> None:
    with keeping() as sender, raw_server(_then_breaking, _answering(_OK)) as server:
        _get(sender, server.port)
        with pytest.raises(UpstreamUnreachable):
            sender.send(outbound(server.port, method), None)
        assert server.accepted == 1


def test_a_body_that_was_read_already_is_not_sent_again() -> None:
    with keeping() as sender, raw_server(_then_breaking, _answering(_OK)) as server:
        _get(sender, server.port)
        with pytest.raises(UpstreamUnreachable):
            sender.send(outbound(server.port, "PUT"), OutboundBody(1, iter([b"x"])))
        assert server.accepted == 1


def test_a_new_connection_that_breaks_is_not_replaced() -> None:
    with keeping() as sender, raw_server(_taking_without_answer, _answering(_OK)) as server:
        with pytest.raises(UpstreamUnreachable):
            _get(sender, server.port)
        assert server.accepted == 1


def test_a_request_whose_answer_began_is_not_sent_again() -> None:
    def half(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(_OK)
        read_request(connection)
        connection.sendall(b"HTTP/1.1 20")

    with keeping() as sender, raw_server(half, _answering(_OK)) as server:
        _get(sender, server.port)
        with pytest.raises(UpstreamUnreachable):
            _get(sender, server.port)
        assert server.accepted == 1


@pytest.mark.parametrize("at_once", [True, False], ids=["with-the-first", "while-idle"])
def test_an_answer_that_nobody_asked_for_never_reaches_the_next_caller(at_once: bool) -> None:
    evil = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
    sent = threading.Event()

    def unsolicited(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(_OK + evil if at_once else _OK)
        if not at_once:
            connection.sendall(evil)
        sent.set()
        read_to_end(connection)

    with keeping() as sender, raw_server(unsolicited, _answering(_OK + b"!")) as server:
        assert _get(sender, server.port) == b"ok"
        assert sent.wait(10)
        assert _get(sender, server.port) == b"ok"
        assert server.accepted == 2


def test_the_answer_to_a_request_that_timed_out_never_reaches_the_next_caller(
    sender: Transport, upstream: Upstream
) -> None:
    upstream.answer(hang=True)
    upstream.answer(body=b"mine")
    with pytest.raises(Exception, match="first-byte"):
        sender.send(outbound(upstream.port, timeout=0.05), None)
    assert _get(sender, upstream.port) == b"mine"
    assert [received.connection for received in upstream.requests] == [1, 2]


def test_a_cookie_that_the_server_sets_for_one_caller_is_not_sent_for_another(
    sender: Transport, upstream: Upstream
) -> None:
    upstream.answer(headers=[("Set-Cookie", "session=ofOne; Path=/")], body=b"x")
    list(sender.send(outbound(upstream.port, headers=[("Cookie", "session=ofOne")]), None))
    _get(sender, upstream.port)
    assert [received.values("Cookie") for received in upstream.requests] == [["session=ofOne"], []]


def test_threads_that_share_a_pool_get_their_own_answers() -> None:
    wrong: list[bytes] = []

    def ask(sender: Transport, port: int, text: bytes) -> None:
        for _ in range(25):
            response = sender.send(outbound(port, "POST"), OutboundBody(len(text), iter([text])))
            if (answer := b"".join(response)) != text:
                wrong.append(answer)

    with keeping() as sender, raw_server(*[_echo] * 100) as server:
        threads = [threading.Thread(target=ask, args=(sender, server.port, b"%d" % number)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def _echo(connection: socket.socket) -> None:
    """Answers each request with its own body, until the client goes."""
    with contextlib.suppress(LookupError):
        while True:
            body = read_request(connection).partition(b"\r\n\r\n")[2]
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
