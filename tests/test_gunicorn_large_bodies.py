"""Bodies larger than memory should ever be, in both directions, and uploads that are refused before their end."""

import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from app.identity.identity import system
from app.registry.datasource import NewDataSource
from installations import Installation, install
from plain_http import ask, head, status
from servers.gunicorn import Served
from servers.ports import LOOPBACK
from upstream.exchanges import raw_server, read_request

_PIECE = 65_536
_BODY = 64 * 1024 * 1024
# What a worker may need for a body of any size.
_MOST_GROWTH_KB = 6 * 1024
_PATIENCE = 30.0
_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = install(tmp_path_factory.mktemp("memory"), "")
    yield made
    made.close()


@pytest.fixture(scope="module")
def served(installed: Installation) -> Served:
    return installed.served({})


def _proxied(installed: Installation, upstream_port: int) -> str:
    """The path under which a new data source's server is reached."""
    given = NewDataSource(
        name=secrets.token_hex(6), type="graphite", access="proxy", url=f"http://{LOOPBACK}:{upstream_port}"
    )
    return f"/api/datasources/proxy/{installed.services.registry.create(system(1, 'test'), given).id}/x"


class _Memory:
    """Of the only worker, as Linux tells it; in kilobytes."""

    def __init__(self, served: Served) -> None:
        children = Path(f"/proc/{served.pid}/task/{served.pid}/children").read_text().split()
        self._process = Path("/proc") / children[0]
        # The peak is counted from here on.
        (self._process / "clear_refs").write_text("5")
        self._before = self._read("VmRSS")

    def growth(self) -> int:
        return self._read("VmHWM") - self._before

    def _read(self, name: str) -> int:
        lines = (self._process / "status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


@pytest.mark.parametrize("framing", ["chunked", "with-length"])
def test_a_large_upload_takes_no_memory(installed: Installation, served: Served, framing: str) -> None:
    received = []

    def count(connection: socket.socket) -> None:
        end = read_request(connection).partition(b"\r\n\r\n")[2]
        total = len(end)
        while total < _BODY or (framing == "chunked" and not end.endswith(b"0\r\n\r\n")):
            data = connection.recv(_PIECE)
            assert data, f"the upload ended after {total} bytes"
            total, end = total + len(data), end[-8:] + data[-8:]
        received.append(total)
        connection.sendall(_OK)

    def pieces() -> Iterator[bytes]:
        for _ in range(_BODY // _PIECE):
            yield bytes(_PIECE)

    headers = {} if framing == "chunked" else {"Content-Length": str(_BODY)}
    with raw_server(count) as server:
        path = _proxied(installed, server.port)
        memory = _Memory(served)
        response, body = ask(served.port, "POST", path, body=pieces(), headers=headers)
        assert (response.status, body) == (200, b"ok")
        assert received[0] >= _BODY
        assert memory.growth() < _MOST_GROWTH_KB


def test_a_client_that_does_not_read_holds_the_upstream_back(installed: Installation, served: Served) -> None:
    is_stalled = threading.Event()

    def send_until_it_stalls(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % _BODY)
        connection.settimeout(0.5)
        sent = 0
        while sent < _BODY:
            try:
                sent += connection.send(bytes(min(_PIECE, _BODY - sent)))
            except TimeoutError:
                # The buffers on the way are full, and nobody in between takes more.
                is_stalled.set()
                connection.settimeout(_PATIENCE)

    with raw_server(send_until_it_stalls) as server, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _PIECE)
        client.settimeout(_PATIENCE)
        client.connect((LOOPBACK, served.port))
        memory = _Memory(served)
        client.sendall(head("GET", _proxied(installed, server.port), "Connection: close"))
        assert is_stalled.wait(_PATIENCE), "all of it was taken, though the client read nothing"
        received = b""
        while b"\r\n\r\n" not in received:
            received += client.recv(_PIECE)
        whole = len(received.partition(b"\r\n\r\n")[2])
        while data := client.recv(_PIECE):
            whole += len(data)
        assert (status(received), whole) == (200, _BODY)
        assert memory.growth() < _MOST_GROWTH_KB


@pytest.mark.parametrize(
    "framing", ["Transfer-Encoding: chunked", f"Content-Length: {_BODY}"], ids=["chunked", "length"]
)
def test_an_upstream_that_refuses_an_upload_early_is_heard(
    installed: Installation, served: Served, framing: str
) -> None:
    is_over = threading.Event()

    def refuse_and_read_no_more(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 9\r\n\r\ntoo large")
        is_over.wait(_PATIENCE)

    def upload(client: socket.socket) -> None:
        piece = bytes(_PIECE)
        with suppress(OSError):
            for _ in range(_BODY // _PIECE):
                client.sendall(b"%x\r\n%b\r\n" % (_PIECE, piece) if "chunked" in framing else piece)

    with (
        raw_server(refuse_and_read_no_more) as server,
        socket.create_connection((LOOPBACK, served.port), timeout=10) as client,
    ):
        client.sendall(head("POST", _proxied(installed, server.port), framing))
        sender = threading.Thread(target=upload, args=(client,))
        sender.start()
        try:
            answer = b""
            while b"too large" not in answer and (data := client.recv(_PIECE)):
                answer += data
        finally:
            is_over.set()
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
            sender.join(_PATIENCE)
        assert status(answer) == 413
        assert answer.endswith(b"too large")
