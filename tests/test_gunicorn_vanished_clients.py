"""Clients that vanish while their upstream says nothing: the gateway sees it, and lets the upstream go."""

import queue
import secrets
import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from app.identity.identity import system
from app.registry.datasource import NewDataSource
from app.registry.json_data import JsonData
from installations import Installation, install
from plain_http import ask, head
from servers.gunicorn import Served
from servers.ports import LOOPBACK, wait_until
from upstream.exchanges import Talk, raw_server, read_request

# The upstream may take this long by the settings of its data source, so it is not they that end the exchange.
_TIMEOUT = 60
# How long the upstream waits for the end of its connection.
_PATIENCE = 5.0
_OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = install(tmp_path_factory.mktemp("vanished"), "")
    yield made
    made.close()


@pytest.fixture(scope="module")
def served(installed: Installation) -> Served:
    return installed.served({"GF_DATAPROXY_MAX_CONNS_PER_HOST": "1"})


def _proxied(installed: Installation, upstream_port: int) -> str:
    """The path under which a new data source's server is reached."""
    given = NewDataSource(
        name=secrets.token_hex(6),
        type="graphite",
        access="proxy",
        url=f"http://{LOOPBACK}:{upstream_port}",
        json_data=JsonData.of({"timeout": _TIMEOUT}),
    )
    return f"/api/datasources/proxy/{installed.services.registry.create(system(1, 'test'), given).id}/x"


class _SilentUpstream:
    """Says ``words`` and then nothing; ``seen`` gets how its connection ended, as far as it can tell."""

    def __init__(self, words: bytes) -> None:
        self._words = words
        self.is_silent = threading.Event()
        self.seen: queue.SimpleQueue[str] = queue.SimpleQueue()

    def talk(self, connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(self._words)
        connection.settimeout(_PATIENCE)
        self.is_silent.set()
        try:
            while connection.recv(65_536):
                pass
        except ConnectionResetError:
            self.seen.put("closed")
        except TimeoutError:
            self.seen.put("still open")
        else:
            self.seen.put("closed")


def _answer(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(_OK + b"Content-Length: 2\r\nConnection: close\r\n\r\nok")


SILENCES = {
    "before-its-head": b"",
    "in-its-head": _OK + b"X-A: ",
    "after-its-head": _OK + b"Content-Length: 8\r\n\r\n",
    "in-a-body-with-a-length": _OK + b"Content-Length: 8\r\n\r\nhalf",
    "in-a-chunked-body": _OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    "in-a-body-until-close": _OK + b"\r\nhalf",
}


@pytest.mark.parametrize("words", SILENCES.values(), ids=SILENCES.keys())
def test_an_upstream_that_is_silent_is_let_go_when_its_client_vanishes(
    installed: Installation, served: Served, words: bytes
) -> None:
    upstream = _SilentUpstream(words)
    with raw_server(upstream.talk, _answer) as server:
        path = _proxied(installed, server.port)
        with socket.create_connection((LOOPBACK, served.port), timeout=_PATIENCE) as client:
            client.sendall(head("GET", path))
            _wait_for_silence(client, upstream, words)
        assert upstream.seen.get(timeout=2 * _PATIENCE) == "closed"
        # And the data source's only place is free a moment later.
        wait_until(lambda: ask(served.port, "GET", path)[1] == b"ok", served.process, _PATIENCE, log=served.log)


@pytest.mark.parametrize("leaves", ["in-order", "by-a-reset"])
@pytest.mark.parametrize("words", [b"", _OK + b"Content-Length: 8\r\n\r\nhalf"], ids=["before-its-head", "in-its-body"])
def test_a_client_that_vanishes_after_it_sent_a_body_lets_the_upstream_go(
    installed: Installation, served: Served, words: bytes, leaves: str
) -> None:
    upstream = _SilentUpstream(words)
    with raw_server(upstream.talk) as server:
        with socket.create_connection((LOOPBACK, served.port), timeout=_PATIENCE) as client:
            client.sendall(head("POST", _proxied(installed, server.port), "Content-Length: 4") + b"body")
            _wait_for_silence(client, upstream, words)
            if leaves == "by-a-reset":
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert upstream.seen.get(timeout=2 * _PATIENCE) == "closed"


def test_a_client_that_sends_its_next_request_early_is_not_taken_for_gone(
    installed: Installation, served: Served
) -> None:
    may_answer = threading.Event()

    def wait_and_answer(connection: socket.socket) -> None:
        read_request(connection)
        assert may_answer.wait(_PATIENCE)
        connection.sendall(_OK + b"Content-Length: 5\r\nConnection: close\r\n\r\nfirst")

    with raw_server(wait_and_answer, _answer) as slow, raw_server(*[_answer] * 20) as quick:
        path, other = _proxied(installed, slow.port), _proxied(installed, quick.port)
        with socket.create_connection((LOOPBACK, served.port), timeout=_PATIENCE) as client:
            client.sendall(head("GET", path) + head("GET", path, "Connection: close"))
            # Meanwhile the gateway has other work, and time to look at its client.
            assert {ask(served.port, "GET", other)[0].status for _ in range(20)} == {200}
            may_answer.set()
            received = _receive_until(client, b"\r\n\r\nok")
    assert received.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert b"\r\n\r\nfirst" in received


def test_a_client_that_only_waits_is_not_taken_for_gone(installed: Installation, served: Served) -> None:
    may_go_on = threading.Event()

    def halt_in_the_middle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(_OK + b"Content-Length: 8\r\nConnection: close\r\n\r\nhalf")
        assert may_go_on.wait(_PATIENCE)
        connection.sendall(b"rest")

    talks: list[Talk] = [_answer] * 20
    with raw_server(halt_in_the_middle) as slow, raw_server(*talks) as quick:
        path, other = _proxied(installed, slow.port), _proxied(installed, quick.port)
        with socket.create_connection((LOOPBACK, served.port), timeout=_PATIENCE) as client:
            client.sendall(head("GET", path, "Connection: close"))
            _receive_until(client, b"half")
            assert {ask(served.port, "GET", other)[0].status for _ in range(20)} == {200}
            may_go_on.set()
            assert _receive_until(client, b"rest").endswith(b"rest")


def _wait_for_silence(client: socket.socket, upstream: _SilentUpstream, words: bytes) -> None:
    assert upstream.is_silent.wait(_PATIENCE)
    if b"half" in words:
        _receive_until(client, b"half")


def _receive_until(client: socket.socket, words: bytes) -> bytes:
    received = b""
    while words not in received:
        piece = client.recv(65_536)
        assert piece, f"the connection ended after {received!r}"
        received += piece
    return received
