import contextlib
import itertools
import socket
import threading
from collections.abc import Iterator

import pytest

from app.upstream.errors import AnswerTooLarge, BodyUnavailable, UpstreamTimeout, UpstreamUnreachable
from app.upstream.request import OutboundBody
from servers.ports import LOOPBACK, free_port
from servers.upstream import recording_upstream
from upstream.exchanges import Talk, outbound, raw_server, read_request, read_to_end, transport

_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def _answering(*answers: bytes) -> Talk:
    def talk(connection: socket.socket) -> None:
        for answer in answers:
            read_request(connection)
            connection.sendall(answer)

    return talk


def test_a_request_reaches_the_server_as_it_was_built() -> None:
    with recording_upstream() as upstream:
        built = outbound(upstream.port, "PROPFIND", target="/a%2Fb?q=%20", headers=[("X-A", "1"), ("x-a", "2")])
        assert list(transport().send(built, None)) == []
        received = upstream.last
    assert (received.method, received.target) == ("PROPFIND", "/a%2Fb?q=%20")
    assert received.headers == (("Host", f"{LOOPBACK}:{upstream.port}"), ("X-A", "1"), ("x-a", "2"))


def test_an_answer_comes_back_whole() -> None:
    with recording_upstream() as upstream:
        upstream.answer(203, [("X-A", "1")], b"hello")
        response = transport().send(outbound(upstream.port), None)
        assert (response.status, response.headers) == (203, [("X-A", "1"), ("Content-Length", "5")])
        assert b"".join(response) == b"hello"


def test_an_answer_is_handed_over_piece_by_piece_while_the_server_still_sends() -> None:
    go_on = threading.Event()

    def pieces() -> Iterator[bytes]:
        yield b"first"
        assert go_on.wait(10)
        yield b"second"

    with recording_upstream() as upstream:
        upstream.answer(body=pieces())
        response = transport().send(outbound(upstream.port), None)
        assert next(response) == b"first"
        go_on.set()
        assert list(response) == [b"second"]


def test_a_body_of_known_length_is_sent_with_its_length() -> None:
    with recording_upstream() as upstream:
        transport().send(outbound(upstream.port, "POST"), OutboundBody(6, iter([b"abc", b"def"]))).close()
        assert upstream.last.body == b"abcdef"
        assert upstream.last.values("Content-Length") == ["6"]
        assert upstream.last.values("Transfer-Encoding") == []


def test_a_body_of_unknown_length_is_sent_in_chunks() -> None:
    with recording_upstream() as upstream:
        transport().send(outbound(upstream.port, "POST"), OutboundBody(None, iter([b"abc", b"def"]))).close()
        assert upstream.last.body == b"abcdef"
        assert upstream.last.values("Transfer-Encoding") == ["chunked"]
        assert upstream.last.values("Content-Length") == []


def test_an_empty_body_is_sent_as_one() -> None:
    with recording_upstream() as upstream:
        transport().send(outbound(upstream.port, "POST"), OutboundBody(0, iter(()))).close()
        assert upstream.last.values("Content-Length") == ["0"]


def test_a_request_without_a_body_has_no_framing() -> None:
    with recording_upstream() as upstream:
        transport().send(outbound(upstream.port, "POST"), None).close()
        assert upstream.last.values("Content-Length") == []
        assert upstream.last.values("Transfer-Encoding") == []


def test_a_body_that_the_caller_breaks_off_closes_the_connection() -> None:
    received = []

    def broken() -> Iterator[bytes]:
        yield b"half"
        raise BodyUnavailable

    with raw_server(lambda connection: received.append(read_to_end(connection))) as server:
        with pytest.raises(BodyUnavailable):
            transport().send(outbound(server.port, "POST"), OutboundBody(8, broken()))
        assert server.ended.get(timeout=10) == 1
    assert received[0].endswith(b"Content-Length: 8\r\n\r\nhalf")


def test_a_refusal_that_comes_before_the_body_is_through_is_the_answer() -> None:
    def refuse(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 8\r\nConnection: close\r\n\r\ntoo much")

    with raw_server(refuse) as server:
        endless = OutboundBody(None, itertools.repeat(b"x" * 65_536))
        response = transport().send(outbound(server.port, "POST"), endless)
        assert response.status == 413
        assert b"".join(response) == b"too much"


def test_an_answer_before_the_last_byte_of_the_body_is_the_answer() -> None:
    answered = threading.Event()

    def answer_then_read(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(_OK)
        answered.set()
        read_to_end(connection)

    def slow() -> Iterator[bytes]:
        yield b"a"
        assert answered.wait(10)
        yield b"b"

    with raw_server(answer_then_read) as server:
        response = transport().send(outbound(server.port, "POST"), OutboundBody(2, slow()))
        assert b"".join(response) == b"ok"


def test_a_server_that_ends_early_while_the_body_is_sent_is_unreachable() -> None:
    def end(connection: socket.socket) -> None:
        read_request(connection)

    with raw_server(end) as server:
        endless = OutboundBody(None, itertools.repeat(b"x" * 65_536))
        with pytest.raises(UpstreamUnreachable) as caught:
            transport().send(outbound(server.port, "POST"), endless)
    assert caught.value.phase == "send"


def test_an_answer_that_is_not_read_to_its_end_closes_the_connection() -> None:
    def send_half(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
        assert read_to_end(connection) == b""

    with raw_server(send_half) as server:
        response = transport(max_idle=1).send(outbound(server.port), None)
        response.close()
        assert server.ended.get(timeout=10) == 1
        response.close()
        assert list(response) == []


def test_an_early_end_is_an_error_after_what_came() -> None:
    with recording_upstream() as upstream:
        upstream.answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
        response = transport().send(outbound(upstream.port), None)
        assert next(response) == b"half"
        with pytest.raises(UpstreamUnreachable):
            next(response)
        assert list(response) == []


def test_a_closed_port_is_unreachable() -> None:
    with pytest.raises(UpstreamUnreachable) as caught:
        transport().send(outbound(free_port()), None)
    assert caught.value.phase == "connect"


@pytest.mark.parametrize("host", ["no-such-host.invalid", f"{'a' * 64}.invalid", "a..invalid"])
def test_a_name_that_does_not_resolve_is_unreachable(host: str) -> None:
    with pytest.raises(UpstreamUnreachable) as caught:
        transport().send(outbound(80, host=host), None)
    assert caught.value.phase in {"dns", "connect"}


def test_a_failure_to_resolve_names_its_phase() -> None:
    with pytest.raises(UpstreamUnreachable, match=r"no-such-host\.invalid") as caught:
        transport().send(outbound(80, host="no-such-host.invalid"), None)
    assert caught.value.phase == "dns"


@contextlib.contextmanager
def _full_backlog() -> Iterator[int]:
    """A port whose server takes no more connections: Linux drops the packets of those who ask."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen(0)
        with socket.create_connection(listener.getsockname()):
            yield listener.getsockname()[1]


def test_an_address_that_does_not_take_connections_times_out() -> None:
    with _full_backlog() as port, pytest.raises(UpstreamTimeout) as caught:
        transport(dial_timeout=0.05).send(outbound(port), None)
    assert caught.value.phase == "connect"


def test_the_timeout_of_the_request_bounds_the_connect_too() -> None:
    with _full_backlog() as port, pytest.raises(UpstreamTimeout) as caught:
        transport().send(outbound(port, timeout=0.05), None)
    assert caught.value.phase == "connect"


def test_a_server_that_never_answers_times_out() -> None:
    with recording_upstream() as upstream:
        upstream.answer(hang=True)
        with pytest.raises(UpstreamTimeout) as caught:
            transport().send(outbound(upstream.port, timeout=0.1), None)
    assert caught.value.phase == "first-byte"


def test_a_body_that_never_ends_times_out() -> None:
    def send_half(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
        read_to_end(connection)

    with raw_server(send_half) as server:
        response = transport().send(outbound(server.port, timeout=0.1), None)
        with pytest.raises(UpstreamTimeout) as caught:
            list(response)
        assert caught.value.phase == "body"
        assert server.ended.get(timeout=10) == 1


def test_a_timeout_is_for_the_whole_exchange_however_often_bytes_come() -> None:
    def trickle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        pause = threading.Event()
        try:
            while not pause.wait(0.01):
                connection.sendall(b"1\r\nx\r\n")
        except OSError:
            return

    with raw_server(trickle) as server:
        response = transport().send(outbound(server.port, timeout=0.2), None)
        with pytest.raises(UpstreamTimeout):
            list(response)


def test_a_failure_tells_neither_header_nor_target() -> None:
    request = outbound(free_port(), target="/?p=hidden", headers=[("Authorization", "Basic c2VjcmV0")])
    with pytest.raises(UpstreamUnreachable) as caught:
        transport().send(request, None)
    assert "hidden" not in str(caught.value)
    assert "c2VjcmV0" not in str(caught.value)


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_an_answer_larger_than_the_settings_allow_is_broken_off(chunked: bool) -> None:
    with recording_upstream() as upstream:
        upstream.answer(body=b"123456", chunked=chunked)
        response = transport(max_answer=5).send(outbound(upstream.port), None)
        with pytest.raises(AnswerTooLarge) as caught:
            list(response)
        assert list(response) == []
    assert (caught.value.phase, caught.value.limit) == ("body", "GF_DATAPROXY_RESPONSE_LIMIT")


def test_the_pieces_of_an_answer_count_together() -> None:
    with recording_upstream() as upstream:
        upstream.answer(body=iter([b"123", b"45", b"6"]))
        with pytest.raises(AnswerTooLarge):
            list(transport(max_answer=5).send(outbound(upstream.port), None))


def test_an_answer_as_large_as_the_settings_allow_comes_back() -> None:
    with recording_upstream() as upstream:
        upstream.answer(body=b"12345")
        assert b"".join(transport(max_answer=5).send(outbound(upstream.port), None)) == b"12345"


def test_an_answer_without_a_body_is_never_too_large() -> None:
    with recording_upstream() as upstream:
        upstream.answer(headers=[("Content-Length", "99")])
        assert list(transport(max_answer=5).send(outbound(upstream.port, "HEAD"), None)) == []


def test_a_server_may_be_named_by_its_ipv6_address() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        thread = threading.Thread(target=lambda: _answer_once(listener))
        thread.start()
        response = transport().send(outbound(listener.getsockname()[1], host="[::1]"), None)
        assert b"".join(response) == b"ok"
        thread.join()


def _answer_once(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        _answering(_OK)(connection)
