"""The service behind its real HTTP server, spoken to byte by byte."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from installations import Installation, install
from plain_http import ADMIN, ask, exchange, head, status
from servers.ports import LOOPBACK
from servers.postgresql import postgresql_server

_LIMIT = 2_048


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = install(tmp_path_factory.mktemp("gunicorn"), "")
    yield made
    made.close()


@pytest.fixture(scope="module")
def port(installed: Installation) -> int:
    return installed.served({"SLUICE_MAX_BODY_BYTES": str(_LIMIT)}).port


def _new(name: str) -> bytes:
    return json.dumps({"name": name, "type": "graphite", "access": "proxy", "url": "http://h"}).encode()


def _names(port: int) -> set[str]:
    return {row["name"] for row in json.loads(ask(port, "GET", "/api/datasources")[1])}


# Bodies in


def test_a_chunked_body_without_a_length_creates(port: int) -> None:
    body = _new("chunked")
    chunks = b"%x\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (10, body[:10], len(body) - 10, body[10:])
    fields = ("Content-Type: application/json", "Transfer-Encoding: chunked", "Connection: close")
    answer = exchange(port, head("POST", "/api/datasources", *fields) + chunks)
    assert status(answer) == 200
    assert "chunked" in _names(port)


@pytest.mark.parametrize(
    "chunks",
    [
        pytest.param(b"zz\r\n{}\r\n0\r\n\r\n", id="size-is-no-number"),
        pytest.param(b"-2\r\n{}\r\n0\r\n\r\n", id="negative-size"),
        pytest.param(b"2\r\n{}zz0\r\n\r\n", id="longer-than-its-size"),
        pytest.param(b"\r\n", id="no-size"),
    ],
)
def test_malformed_chunks_are_400_or_the_end(port: int, chunks: bytes) -> None:
    fields = ("Content-Type: application/json", "Transfer-Encoding: chunked", "Connection: close")
    answer = exchange(port, head("POST", "/api/datasources", *fields) + chunks)
    assert answer == b"" or status(answer) == 400


@pytest.mark.parametrize("framing", ["Content-Length: 500", "Transfer-Encoding: chunked"])
def test_a_body_that_ends_early_creates_nothing(port: int, framing: str) -> None:
    name = f"early {framing}"
    body = _new(name)
    half = body if framing.startswith("Content") else b"%x\r\n%b\r\n" % (len(body), body)
    with socket.create_connection((LOOPBACK, port), timeout=10) as connection:
        connection.sendall(head("POST", "/api/datasources", framing, "Connection: close") + half)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.recv(65_536)
    assert answer == b"" or status(answer) == 400
    assert name not in _names(port)


@pytest.mark.parametrize("framing", [("Content-Length: 4", "Transfer-Encoding: chunked"), ("Content-Length: -1",)])
def test_contradictory_framing_is_never_served(port: int, framing: tuple[str, ...]) -> None:
    answer = exchange(port, head("GET", "/api/datasources", *framing) + b"0\r\n\r\n")
    assert answer == b"" or status(answer) == 400


@pytest.mark.parametrize("chunked", [False, True], ids=["with-length", "chunked"])
def test_a_body_above_the_limit_is_413(port: int, chunked: bool) -> None:
    body = _new("x" * _LIMIT)
    response, text = ask(port, "POST", "/api/datasources", body=iter([body]) if chunked else body)
    assert response.status == 413
    assert json.loads(text) == {"message": f"The request body is larger than {_LIMIT} bytes"}


def test_a_body_of_exactly_the_limit_is_read(port: int) -> None:
    body = _new("at the limit").ljust(_LIMIT)
    assert len(body) == _LIMIT
    assert ask(port, "POST", "/api/datasources", body=body)[0].status == 200


# Connections


def test_many_requests_share_a_connection(port: int) -> None:
    with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=10)) as connection:
        connection.connect()
        used = connection.sock
        for path in ("/api/datasources", "/api/nowhere", "/healthz", "/api/datasources/0"):
            connection.request("GET", path, headers={"Authorization": ADMIN})
            connection.getresponse().read()
            assert connection.sock is used


def test_a_connection_outlives_a_refused_body(port: int) -> None:
    with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=10)) as connection:
        for body, expected in ((b"{broken", 400), (b"{}", 400), (_new("after broken"), 200)):
            connection.request("POST", "/api/datasources", body=body, headers={"Authorization": ADMIN})
            response = connection.getresponse()
            assert (response.status, bool(response.read())) == (expected, True)


def test_pipelined_requests_are_answered_in_turn(port: int) -> None:
    first = head("GET", "/api/datasources/name/no-such-one")
    body = _new("pipelined")
    second = head("POST", "/api/datasources", f"Content-Length: {len(body)}") + body
    third = head("GET", "/api/datasources/id/pipelined", "Connection: close")
    answer = exchange(port, first + second + third)
    statuses = [int(part[1:4]) for part in answer.split(b"HTTP/1.1")[1:]]
    assert statuses == [404, 200, 200]


# Paths that are none


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/nowhere"),
        ("GET", "/api/"),
        ("PATCH", "/api/datasources/1"),
        ("PUT", "/api/datasources"),
        ("PUT", "/api/datasources/name/x"),
        ("DELETE", "/api/health"),
        ("GET", "/api//datasources"),
        ("BREW", "/api/datasources"),
    ],
)
def test_an_unknown_path_or_method_is_404_in_json(port: int, method: str, path: str) -> None:
    response, body = ask(port, method, path)
    assert (response.status, response.headers.get_content_type()) == (404, "application/json")
    assert json.loads(body) == {"message": "Not found"}


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(head("GET", "/api/datasources/%00", "Connection: close"), id="nul"),
        pytest.param(head("GET", "/api/datasources/%ff%fe", "Connection: close"), id="no-utf-8"),
        pytest.param(head("GET", "/api/datasources/name/%zz", "Connection: close"), id="bad-escape"),
        pytest.param(head("GET", "/api/datasources?x=%ff", "Connection: close"), id="query-no-utf-8"),
        pytest.param(head("GET", "/api/datasources/name/..%2f..", "Connection: close"), id="dots"),
        pytest.param(head("GET", "/api/datasources/1", "no header", "Connection: close"), id="broken-header"),
        pytest.param(head("GET", "/api/datasources/1", "X-A: " + "a" * 70_000), id="header-too-long"),
        pytest.param(b"GET /api/datasources HTTP/9.9\r\n\r\n", id="unknown-version"),
    ],
)
def test_no_answer_below_api_is_html(port: int, request_bytes: bytes) -> None:
    answer = exchange(port, request_bytes)
    assert b"<html" not in answer.lower()
    assert b"text/html" not in answer.lower()


# Health


def test_liveness_needs_no_credentials(port: int) -> None:
    answer = exchange(port, b"GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    assert (status(answer), answer.rpartition(b"\r\n\r\n")[2]) == (200, b"Ok")


def test_health_needs_no_credentials_and_knows_the_database(port: int) -> None:
    answer = exchange(port, b"GET /api/health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    assert status(answer) == 200
    assert json.loads(answer.rpartition(b"\r\n\r\n")[2])["database"] == "ok"


def test_health_is_503_when_the_database_is_gone(tmp_path: Path) -> None:
    with ExitStack() as stack:
        database = stack.enter_context(ExitStack())
        url = database.enter_context(postgresql_server(tmp_path))
        made = install(tmp_path, url)
        stack.callback(made.close)
        port = made.served({"SLUICE_DATABASE_TIMEOUT": "2"}).port
        database.close()
        response, body = ask(port, "GET", "/api/health")
        assert (response.status, json.loads(body)["database"]) == (503, "failing")
        response, body = ask(port, "GET", "/api/datasources")
        assert (response.status, response.headers.get_content_type()) == (500, "application/json")
        assert ask(port, "GET", "/healthz")[0].status == 200
