"""Upstreams and clients that break the rules of HTTP or good manners, behind the service's real HTTP server."""

import http.client
import json
import os
import secrets
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.identity.identity import system
from app.registry.datasource import NewDataSource
from app.registry.json_data import JsonData
from faults import FAULTS, PLAIN, STRICT, Fault
from installations import Installation, install
from plain_http import ADMIN, ask, exchange, head, status
from servers.gunicorn import ADMIN_PASSWORD, Served
from servers.ports import LOOPBACK, wait_until
from servers.upstream import Upstream, recording_upstream
from upstream.exchanges import Talk, raw_server, read_request, read_to_end

_PATIENCE = 10.0
_RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Outcome:
    """What the client got; ``cut`` when its transfer broke after ``body``."""

    response: http.client.HTTPResponse
    body: bytes
    cut: bool


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = install(tmp_path_factory.mktemp("faults"), "")
    yield made
    made.close()


@pytest.fixture(scope="module")
def plain(installed: Installation) -> Served:
    return installed.served(PLAIN)


@pytest.fixture(scope="module")
def strict(installed: Installation) -> Served:
    return installed.served(STRICT)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with recording_upstream() as running:
        yield running


def _new(installed: Installation, url: str, json_data: Mapping[str, Any] | None = None) -> str:
    """The path under which the server of a new data source is reached."""
    name = secrets.token_hex(6)
    given = NewDataSource(name=name, type="graphite", access="proxy", url=url, json_data=JsonData.of(json_data or {}))
    return f"/api/datasources/proxy/uid/{installed.services.registry.create(system(1, 'test'), given).uid}"


def _talk(fault: Fault, has_head: threading.Event) -> Talk:
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        # The gateway may have given up before it has all.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(fault.says)
        if fault.later or (fault.resets and fault.says):
            assert has_head.wait(_PATIENCE)
            connection.sendall(fault.later)
        if fault.hangs:
            read_to_end(connection)
        if fault.resets:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    return talk


def _play(installed: Installation, fault: Fault) -> Outcome:
    has_head = threading.Event()
    with ExitStack() as stack:
        if fault.host is None:
            port = stack.enter_context(raw_server(_talk(fault, has_head))).port
        else:
            # Bound, but not listening: nobody else gets the port, and nobody answers at it.
            unused = stack.enter_context(socket.socket())
            unused.bind((LOOPBACK, 0))
            port = unused.getsockname()[1]
        path = _new(installed, f"http://{fault.host or LOOPBACK}:{port}", fault.json_data)
        return _asked(installed.served(fault.settings).port, f"{path}/x", has_head)


def _asked(port: int, path: str, has_head: threading.Event) -> Outcome:
    with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=_PATIENCE)) as connection:
        connection.request("GET", path, headers={"Authorization": ADMIN})
        response = connection.getresponse()
        has_head.set()
        try:
            return Outcome(response, response.read(), cut=False)
        except http.client.IncompleteRead as exc:
            return Outcome(response, exc.partial, cut=True)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_faulty_upstream_reaches_the_client_only_as(installed: Installation, fault: Fault) -> None:
    outcome = _play(installed, fault)
    fields = outcome.response.headers
    assert outcome.response.status == fault.status
    assert fields.get_all("X-Sluice-Origin") == [fault.origin]
    assert (fields.get("X-Sluice-Phase"), fields.get("X-Sluice-Limit")) == (fault.phase, fault.limit)
    assert (outcome.body, outcome.cut) == (fault.body, fault.cut)
    assert {name: fields.get_all(name, []) for name in fault.fields} == fault.fields


# What is left behind


def _upstream_sockets(served: Served) -> int:
    """How many sockets the worker process holds besides those of its own port."""
    worker = int(Path(f"/proc/{served.pid}/task/{served.pid}/children").read_text().split()[0])
    own = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        if int(columns[1].rpartition(":")[2], 16) == served.port:
            own.add(f"socket:[{columns[9]}]")
    held = 0
    for descriptor in Path(f"/proc/{worker}/fd").iterdir():
        with suppress(FileNotFoundError):
            target = os.readlink(descriptor)
            held += target.startswith("socket:") and target not in own
    return held


def _get(path: str, *fields: str) -> bytes:
    return head("GET", path, "Connection: close", *fields)


def test_a_worker_keeps_no_socket_of_faulty_upstreams(
    installed: Installation, plain: Served, upstream: Upstream
) -> None:
    faults = [fault for fault in FAULTS.values() if fault.settings == PLAIN]
    _play(installed, faults[0])
    before = _upstream_sockets(plain)

    def play(fault: Fault) -> None:
        # What comes back is another test's matter.
        with suppress(OSError, http.client.HTTPException):
            _play(installed, fault)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(play, faults))
    wait_until(lambda: _upstream_sockets(plain) <= before, plain.process, _PATIENCE, log=plain.log)
    # What is counted does see one that is open.
    upstream.answer(hang=True)
    with socket.create_connection((LOOPBACK, plain.port), timeout=_PATIENCE) as client:
        client.sendall(_get(f"{_new(installed, f'http://{upstream.address}')}/x"))
        upstream.wait_for_requests()
        assert _upstream_sockets(plain) == before + 1
        upstream.close()
        assert status(client.recv(65_536)) == 502


# Clients


@pytest.mark.parametrize(
    "framing",
    [
        pytest.param(("Content-Length: 5", "Transfer-Encoding: chunked"), id="length-and-chunks"),
        pytest.param(("Transfer-Encoding: chunked", "Content-Length: 5"), id="chunks-and-length"),
        pytest.param(("Content-Length: 5", "Content-Length: 6"), id="two-lengths"),
        pytest.param(("Content-Length: 5, 6",), id="two-lengths-in-one"),
        pytest.param(("Content-Length: +5",), id="length-with-a-sign"),
        pytest.param(("Transfer-Encoding: chunked, chunked",), id="chunked-twice"),
        pytest.param(("Transfer-Encoding: chunked, identity",), id="chunked-not-last"),
        pytest.param(("Transfer-Encoding : chunked",), id="space-before-the-colon"),
        pytest.param(("Transfer-Encoding: \x0bchunked",), id="control-character"),
    ],
)
def test_framing_in_doubt_is_400_and_reaches_no_upstream(
    installed: Installation, plain: Served, upstream: Upstream, framing: tuple[str, ...]
) -> None:
    path = f"{_new(installed, f'http://{upstream.address}')}/x"
    smuggled = b"0\r\n\r\n" + _get(f"{path}/smuggled")
    answer = exchange(plain.port, head("POST", path, *framing) + smuggled)
    assert status(answer) == 400
    assert (answer.count(b"HTTP/1.1 "), upstream.requests) == (1, [])


@pytest.mark.parametrize(
    "climbing",
    [
        "../x",
        "a/../x",
        "a/..",
        "%2e%2e/x",
        "a/.%2E/x",
        "a%2f..%2fx",
        "a%5c..%5cx",
        "%252e%252e/x",
        "%252e./x",
        "a%252f..%252fx",
        "..;a=b/x",
    ],
)
def test_a_path_that_climbs_is_refused_by_policy(
    installed: Installation, plain: Served, upstream: Upstream, climbing: str
) -> None:
    path = _new(installed, f"http://{upstream.address}/base")
    answer = exchange(plain.port, _get(f"{path}/{climbing}"))
    assert (status(answer), b"X-Sluice-Origin: policy\r\n" in answer) == (403, True)
    assert upstream.requests == []


def test_a_client_of_http_1_0_does_not_take_a_part_for_the_whole(
    installed: Installation, plain: Served, upstream: Upstream
) -> None:
    upstream.answer(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
    path = f"{_new(installed, f'http://{upstream.address}')}/x"
    with pytest.raises(ConnectionResetError):
        exchange(plain.port, _get(path).replace(b"HTTP/1.1", b"HTTP/1.0"))


def test_clients_that_vanish_in_a_download_give_their_places_back(installed: Installation, strict: Served) -> None:
    def send_for_ever(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n")
        with suppress(BrokenPipeError, ConnectionResetError):
            while True:
                connection.sendall(bytes(65_536))

    def answer(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        read_to_end(connection)

    with raw_server(send_for_ever, send_for_ever, answer) as server:
        path = f"{_new(installed, f'http://{LOOPBACK}:{server.port}', {'timeout': 30})}/x"
        with ExitStack() as clients:
            for _ in range(2):
                client = clients.enter_context(socket.create_connection((LOOPBACK, strict.port), timeout=_PATIENCE))
                client.sendall(_get(path))
                assert client.recv(1) == b"H"
            assert ask(strict.port, "GET", path)[0].status == 503
        assert {server.ended.get(timeout=_PATIENCE) for _ in range(2)} == {1, 2}
        # The place is free a moment after the connection is.
        wait_until(lambda: ask(strict.port, "GET", path)[1] == b"ok", strict.process, _PATIENCE, log=strict.log)


# Many at once


def test_a_data_source_that_leads_back_to_the_gateway_ends_in_508(
    installed: Installation, plain: Served, upstream: Upstream
) -> None:
    uid = secrets.token_hex(6)
    path = f"/api/datasources/proxy/uid/{uid}"
    circle = NewDataSource(
        name=uid,
        uid=uid,
        type="graphite",
        access="proxy",
        url=f"http://{LOOPBACK}:{plain.port}{path}",
        basic_auth=True,
        basic_auth_user="admin",
        secure_json_data={"basicAuthPassword": ADMIN_PASSWORD},
    )
    installed.services.registry.create(system(1, "test"), circle)
    response, body = ask(plain.port, "GET", f"{path}/x")
    assert (response.status, json.loads(body)) == (508, {"message": "The data source leads back to this gateway"})
    other = _new(installed, f"http://{upstream.address}")
    assert ask(plain.port, "GET", f"{other}/x")[0].status == 200


def test_a_hanging_upstream_takes_no_more_than_its_places(
    installed: Installation, strict: Served, upstream: Upstream
) -> None:
    with recording_upstream() as hanging, ExitStack() as stack:
        hanging.answer(hang=True)
        hanging.answer(hang=True)
        path = f"{_new(installed, f'http://{hanging.address}', {'timeout': 30})}/x"
        clients = []
        for _ in range(2):
            clients.append(stack.enter_context(socket.create_connection((LOOPBACK, strict.port), timeout=_PATIENCE)))
            clients[-1].sendall(_get(path))
        hanging.wait_for_requests(2)
        response, _ = ask(strict.port, "GET", path)
        assert (response.status, response.getheader("X-Sluice-Origin")) == (503, "gateway")
        assert response.getheader("X-Sluice-Limit") == "GF_DATAPROXY_MAX_CONNS_PER_HOST"
        other = _new(installed, f"http://{upstream.address}")
        assert ask(strict.port, "GET", f"{other}/x")[0].status == 200
        assert len(hanging.requests) == 2
        hanging.close()
        assert [status(client.recv(65_536)) for client in clients] == [502, 502]
