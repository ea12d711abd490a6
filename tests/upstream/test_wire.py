import socket
import time
from collections.abc import Iterator

import pytest

from app.upstream.errors import CallerGone
from app.upstream.wire import Wire

Pair = tuple[socket.socket, socket.socket]

_LARGE = memoryview(bytes(8 * 1024 * 1024))


def _pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Our end and the server's."""
    yield from _pair()


@pytest.fixture
def caller() -> Iterator[Pair]:
    """The gateway's end of the caller's connection, and the caller's own."""
    yield from _pair()


def soon() -> float:
    return time.monotonic() + 0.05


def write_for_ever(wire: Wire, deadline: float) -> None:
    while True:
        wire.send(_LARGE, deadline, listening=False)


def later() -> float:
    return time.monotonic() + 30


def test_what_the_server_sends_is_received(pair: Pair) -> None:
    pair[1].sendall(b"answer")
    assert Wire(pair[0]).receive(100, later()) == b"answer"


def test_the_end_is_received_as_nothing(pair: Pair) -> None:
    pair[1].close()
    assert Wire(pair[0]).receive(100, later()) == b""


def test_waiting_for_a_silent_server_ends_with_the_deadline(pair: Pair) -> None:
    with pytest.raises(TimeoutError):
        Wire(pair[0]).receive(100, soon())


def test_writing_to_a_server_that_does_not_read_ends_with_the_deadline(pair: Pair) -> None:
    with pytest.raises(TimeoutError):
        write_for_ever(Wire(pair[0]), soon())


def test_nothing_is_written_after_the_deadline(pair: Pair) -> None:
    with pytest.raises(TimeoutError):
        Wire(pair[0]).send(memoryview(b"late"), time.monotonic(), listening=False)


def test_waiting_ends_when_the_caller_is_gone(pair: Pair, caller: Pair) -> None:
    wire = Wire(pair[0])
    wire.watch(caller[0].fileno())
    caller[1].close()
    with pytest.raises(CallerGone):
        wire.receive(100, later())


def test_a_caller_who_only_stopped_sending_counts_as_gone(pair: Pair, caller: Pair) -> None:
    wire = Wire(pair[0])
    wire.watch(caller[0].fileno())
    caller[1].shutdown(socket.SHUT_WR)
    with pytest.raises(CallerGone):
        wire.receive(100, later())


def test_writing_ends_when_the_caller_is_gone(pair: Pair, caller: Pair) -> None:
    wire = Wire(pair[0])
    wire.watch(caller[0].fileno())
    caller[1].close()
    with pytest.raises(CallerGone):
        write_for_ever(wire, later())


def test_a_caller_who_sends_their_next_request_is_not_gone(pair: Pair, caller: Pair) -> None:
    wire = Wire(pair[0])
    wire.watch(caller[0].fileno())
    caller[1].sendall(b"GET / HTTP/1.1\r\n")
    pair[1].sendall(b"answer")
    assert wire.receive(100, later()) == b"answer"


def test_a_caller_who_is_no_longer_watched_may_go(pair: Pair, caller: Pair) -> None:
    wire = Wire(pair[0])
    wire.watch(caller[0].fileno())
    wire.watch(None)
    caller[1].close()
    pair[1].sendall(b"answer")
    assert wire.receive(100, later()) == b"answer"


def test_a_server_that_speaks_instead_of_reading_is_listened_to(pair: Pair) -> None:
    pair[1].sendall(b"too large")
    wire = Wire(pair[0])
    while wire.send(_LARGE, later(), listening=True):
        pass
    assert wire.receive(100, later()) == b"too large"
