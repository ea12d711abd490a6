"""Clients that stall: the service gives them a while, and then its thread to somebody else."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from app.identity.identity import system
from app.registry.datasource import NewDataSource
from installations import Installation, install
from plain_http import head, status
from servers.ports import LOOPBACK
from upstream.exchanges import raw_server, read_request


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = install(tmp_path_factory.mktemp("slow"), "")
    yield made
    made.close()


@pytest.fixture
def client(installed: Installation) -> Iterator[socket.socket]:
    port = installed.served({"SLUICE_HTTP_CLIENT_TIMEOUT": "1"}).port
    with socket.create_connection((LOOPBACK, port), timeout=20) as connection:
        yield connection


def _all(client: socket.socket) -> bytes:
    received = b""
    while piece := client.recv(65_536):
        received += piece
    return received


def test_half_a_head_is_answered_with_a_timeout(client: socket.socket) -> None:
    client.sendall(head("GET", "/api/health")[:-4])
    assert status(_all(client)) == 408


def test_a_body_that_stalls_is_refused(client: socket.socket) -> None:
    client.sendall(head("POST", "/api/datasources", "Content-Type: application/json", "Content-Length: 100") + b'{"na')
    assert status(_all(client)) == 400


def test_the_server_behind_a_client_that_takes_nothing_is_let_go(
    installed: Installation, client: socket.socket
) -> None:
    let_go = threading.Event()

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(bytes(1_000_000))
        let_go.set()

    with raw_server(talk) as server:
        given = NewDataSource(name="endless", type="graphite", access="proxy", url=f"http://{LOOPBACK}:{server.port}")
        created = installed.services.registry.create(system(1, "test"), given)
        client.sendall(head("GET", f"/api/datasources/proxy/{created.id}/x"))
        assert let_go.wait(20)
