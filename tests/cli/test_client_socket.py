import errno
import socket
from collections.abc import Iterator

import pytest

from app.cli.client_socket import ClientSocket, HeadTooSlow

Pair = tuple[ClientSocket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """The service's end, which waits a twentieth of a second, and the client's."""
    accepted, client = socket.socketpair()
    with ClientSocket.taken_over(accepted, 0.05) as ours, client:
        ours.setblocking(True)
        yield ours, client


def test_a_head_that_does_not_come_is_too_slow(pair: Pair) -> None:
    pair[0].begin_head()
    with pytest.raises(HeadTooSlow):
        pair[0].recv(100)


def test_a_head_that_comes_drop_by_drop_is_too_slow_as_a_whole(pair: Pair) -> None:
    ours, client = pair

    def drop_by_drop() -> None:
        while True:
            client.sendall(b"x")
            ours.recv(100)

    ours.begin_head()
    with pytest.raises(HeadTooSlow):
        drop_by_drop()


def test_a_body_that_stalls_is_a_client_that_left(pair: Pair) -> None:
    pair[0].begin_head()
    pair[0].end_head()
    with pytest.raises(ConnectionResetError) as raised:
        pair[0].recv(100)
    assert raised.value.errno == errno.ECONNRESET


def test_a_client_that_takes_nothing_of_an_answer_is_one_that_left(pair: Pair) -> None:
    with pytest.raises(ConnectionResetError):
        pair[0].sendall(bytes(8 * 1024 * 1024))


def test_what_a_client_sends_in_time_is_received(pair: Pair) -> None:
    pair[1].sendall(b"GET /")
    pair[0].begin_head()
    assert pair[0].recv(100) == b"GET /"


def test_an_idle_connection_does_not_block_the_loop(pair: Pair) -> None:
    pair[0].setblocking(False)
    with pytest.raises(BlockingIOError):
        pair[0].recv(100)
