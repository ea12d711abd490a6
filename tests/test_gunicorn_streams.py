"""Bodies that pass through the service's real HTTP server, whole or broken off."""

import hashlib
import http.client
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from app.identity.identity import system
from app.registry.datasource import NewDataSource
from installations import Installation, install
from plain_http import ADMIN, ask, exchange, head, status
from servers.ports import LOOPBACK
from servers.upstream import Upstream, recording_upstream
from upstream.exchanges import raw_server, read_request, read_to_end

_LIMIT = 2_048
_LARGE = 20 * 1024 * 1024


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = install(tmp_path_factory.mktemp("streams"), "")
    yield made
    made.close()


@pytest.fixture(scope="module")
def port(installed: Installation) -> int:
    return installed.served({"SLUICE_MAX_BODY_BYTES": str(_LIMIT)}).port


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with recording_upstream() as running:
        yield running


def _proxied(installed: Installation, upstream_port: int) -> str:
    """The path under which a new data source's server is reached."""
    given = NewDataSource(
        name=secrets.token_hex(6), type="graphite", access="proxy", url=f"http://{LOOPBACK}:{upstream_port}"
    )
    return f"/api/datasources/proxy/{installed.services.registry.create(system(1, 'test'), given).id}"


def test_the_limit_is_not_for_proxied_bodies(installed: Installation, port: int, upstream: Upstream) -> None:
    body = b"x" * (_LIMIT * 4)
    assert ask(port, "POST", f"{_proxied(installed, upstream.port)}/write", body=body)[0].status == 200
    assert upstream.last.body == body


def test_a_large_answer_comes_through_byte_for_byte(installed: Installation, port: int, upstream: Upstream) -> None:
    large = secrets.token_bytes(_LARGE)
    upstream.answer(body=large)
    response, body = ask(port, "GET", f"{_proxied(installed, upstream.port)}/x")
    assert response.getheader("Content-Length") == str(_LARGE)
    assert hashlib.sha256(body).digest() == hashlib.sha256(large).digest()


def test_a_large_chunked_answer_comes_through_byte_for_byte(
    installed: Installation, port: int, upstream: Upstream
) -> None:
    pieces = [secrets.token_bytes(size) for size in (1, 65_536, 1_000_003, 7, 3_000_000)]
    upstream.answer(body=iter(pieces))
    assert ask(port, "GET", f"{_proxied(installed, upstream.port)}/x")[1] == b"".join(pieces)


@pytest.mark.parametrize("chunked", [False, True], ids=["with-length", "chunked"])
def test_a_large_body_goes_through_byte_for_byte(
    installed: Installation, port: int, upstream: Upstream, chunked: bool
) -> None:
    large = secrets.token_bytes(_LARGE)
    pieces = (large[start : start + 100_000] for start in range(0, _LARGE, 100_000))
    path = f"{_proxied(installed, upstream.port)}/write"
    assert ask(port, "POST", path, body=pieces if chunked else large)[0].status == 200
    assert hashlib.sha256(upstream.last.body).digest() == hashlib.sha256(large).digest()


def test_an_answer_to_head_has_a_length_and_no_body(installed: Installation, port: int, upstream: Upstream) -> None:
    upstream.answer(headers=[("Content-Length", "12345")])
    answer = exchange(port, head("HEAD", f"{_proxied(installed, upstream.port)}/x", "Connection: close"))
    fields, _, body = answer.partition(b"\r\n\r\n")
    assert (b"content-length: 12345" in fields.lower(), body) == (True, b"")


@pytest.mark.parametrize("method", ["PROPFIND", "OPTIONS", "PATCH"])
def test_every_method_goes_through(installed: Installation, port: int, upstream: Upstream, method: str) -> None:
    assert ask(port, method, f"{_proxied(installed, upstream.port)}/x")[0].status == 200
    assert upstream.last.method == method


def test_an_absolute_target_reaches_the_same_place(installed: Installation, port: int, upstream: Upstream) -> None:
    path = f"http://gateway.test{_proxied(installed, upstream.port)}/a%2Fb?c=%20"
    assert status(exchange(port, head("GET", path, "Connection: close"))) == 200
    assert upstream.last.target == "/a%2Fb?c=%20"


def test_the_client_has_a_line_while_the_upstream_waits_with_the_next(
    installed: Installation, port: int, upstream: Upstream
) -> None:
    has_line = threading.Event()

    def lines() -> Iterator[bytes]:
        for number in range(3):
            yield b"line %d\n" % number
            # Broken off when the client never sees it.
            if not has_line.wait(10):
                raise OSError
            has_line.clear()

    upstream.answer(body=lines())
    with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=10)) as connection:
        connection.request("GET", f"{_proxied(installed, upstream.port)}/tail", headers={"Authorization": ADMIN})
        response = connection.getresponse()
        for number in range(3):
            assert response.readline() == b"line %d\n" % number
            has_line.set()
        assert response.read() == b""


def test_a_client_that_vanishes_frees_the_upstream_connection(installed: Installation, port: int) -> None:
    def send_for_ever(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while True:
                connection.sendall(b"10000\r\n%b\r\n" % bytes(65_536))
        except OSError:
            return

    with raw_server(send_for_ever) as server:
        with socket.create_connection((LOOPBACK, port), timeout=10) as client:
            client.sendall(head("GET", f"{_proxied(installed, server.port)}/x"))
            assert client.recv(1) == b"H"
        assert server.ended.get(timeout=10) == 1


def test_a_client_that_vanishes_while_it_sends_frees_the_upstream_connection(
    installed: Installation, port: int
) -> None:
    received = []

    def read_all(connection: socket.socket) -> None:
        received.append(read_to_end(connection))

    with raw_server(read_all) as server:
        with socket.create_connection((LOOPBACK, port), timeout=10) as client:
            path = f"{_proxied(installed, server.port)}/x"
            client.sendall(head("POST", path, "Transfer-Encoding: chunked") + b"30000\r\n%b\r\n" % bytes(0x30000))
        assert server.ended.get(timeout=10) == 1
    assert not received[0].endswith(b"\r\n0\r\n\r\n")


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", id="with-length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", id="chunked"),
    ],
)
def test_an_upstream_that_breaks_off_breaks_the_clients_transfer(
    installed: Installation, port: int, upstream: Upstream, raw: bytes
) -> None:
    upstream.answer(raw=raw)
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        ask(port, "GET", f"{_proxied(installed, upstream.port)}/x")
