"""The servers of the other tests really start, answer and tell requests apart."""

import contextlib
import http.client
import json
import os
import queue
import socket
import subprocess
import sys
import urllib.parse
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from servers import influxdb, mariadb, postgresql
from servers.influxdb import influxdb_server
from servers.missing import REQUIRE, need, need_file, need_module
from servers.ports import LOOPBACK, free_port, wait_until_open
from servers.prometheus import prometheus_server
from servers.requests import Guarded, ask
from servers.samples import FIRST, METRIC
from servers.upstream import recording_upstream
from servers.victoria_metrics import victoria_metrics_server


def test_postgresql_answers_and_keeps_databases_apart(tmp_path: Path) -> None:
    psycopg = need_module("psycopg", "psycopg[binary]")
    with postgresql.postgresql_server(tmp_path) as url:
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
            assert connection.execute("SHOW max_connections").fetchone() == (str(postgresql.MAX_CONNECTIONS),)
            connection.execute("CREATE TABLE here (id integer)")
        other = postgresql.create_database(url, "other")
        with psycopg.connect(other) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("other",)
            assert connection.execute("SELECT to_regclass('here')").fetchone() == (None,)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url.replace(postgresql.PASSWORD, "wrong"))
    assert not _is_open(url)


def test_mariadb_answers_and_keeps_databases_apart(tmp_path: Path) -> None:
    pymysql = need_module("pymysql", "PyMySQL")
    with mariadb.mariadb_server(tmp_path) as url:
        with contextlib.closing(pymysql.connect(**_pymysql_arguments(url))) as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)
            cursor.execute("CREATE TABLE here (id integer)")
        other = mariadb.create_database(url, "other")
        with contextlib.closing(pymysql.connect(**_pymysql_arguments(other))) as connection:
            cursor = connection.cursor()
            cursor.execute("SHOW TABLES")
            assert cursor.fetchall() == ()
        with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
            pymysql.connect(**_pymysql_arguments(url.replace(mariadb.PASSWORD, "wrong")))
    assert not _is_open(url)


@pytest.mark.parametrize("create_database", [postgresql.create_database, mariadb.create_database])
def test_a_database_name_that_needs_quotes_is_refused(create_database: object) -> None:
    assert callable(create_database)
    with pytest.raises(ValueError, match="needs no quotes"):
        create_database("scheme://user:password@127.0.0.1:1/sluice", 'x"; DROP')


@pytest.mark.parametrize(
    ("server", "path"),
    [
        (prometheus_server, f"/api/v1/query?query={METRIC}&time={FIRST}"),
        (victoria_metrics_server, f"/api/v1/query?query={METRIC}&time={FIRST}"),
        (influxdb_server, f"/query?db={influxdb.DATABASE}&q=SELECT+*+FROM+{METRIC}"),
    ],
)
def test_a_server_of_time_series_asks_for_a_password_and_has_the_samples(
    server: Callable[[Path], AbstractContextManager[Guarded]], path: str, tmp_path: Path
) -> None:
    with server(tmp_path) as running:
        assert ask(running.url + path, {}).status == 401
        answer = ask(running.url + path, running.headers)
        assert (answer.status, b"20.5" in answer.body) == (200, True), answer
    assert not _is_open(running.url)


def test_the_upstream_records_requests_as_they_were_sent() -> None:
    with recording_upstream() as upstream:
        upstream.answer(201, [("X-Answer", "one")], b"first")
        upstream.answer(body=b"second", chunked=True)
        with contextlib.closing(http.client.HTTPConnection(LOOPBACK, upstream.port, timeout=10)) as connection:
            target = "/a%2Fb/../c%20d//e?q=%7B%22x%22%3A1%7D&q=&plus=+"
            connection.putrequest("POST", target, skip_host=True, skip_accept_encoding=True)
            for name, value in [("hOsT", "example.test"), ("X-Twice", "1"), ("x-twice", "2")]:
                connection.putheader(name, value)
            connection.putheader("Transfer-Encoding", "chunked")
            connection.endheaders(message_body=iter([b"one", b"", b"two"]), encode_chunked=True)
            response = connection.getresponse()
            assert (response.status, response.getheader("X-Answer"), response.read()) == (201, "one", b"first")

            assert upstream.last.method == "POST"
            assert upstream.last.target == target
            assert upstream.last.version == "1.1"
            assert upstream.last.headers == (
                ("hOsT", "example.test"),
                ("X-Twice", "1"),
                ("x-twice", "2"),
                ("Transfer-Encoding", "chunked"),
            )
            assert upstream.last.values("X-TWICE") == ["1", "2"]
            assert upstream.last.body == b"onetwo"

            connection.request("PUT", "/second", body=b"\x00" * 200_000)
            response = connection.getresponse()
            assert response.getheader("Transfer-Encoding") == "chunked"
            assert response.read() == b"second"
            assert upstream.last.body == b"\x00" * 200_000

            connection.request("HEAD", "/default")
            response = connection.getresponse()
            assert (response.status, response.read()) == (200, b"")
        assert [request.connection for request in upstream.requests] == [1, 1, 1]
        assert upstream.connections == 1


def test_the_upstream_sends_raw_bytes_and_closes() -> None:
    with recording_upstream() as upstream:
        upstream.answer(raw=b"HTTP/1.0 200 fine\r\nBare-Newline: no\n\nrest")
        assert _exchange(upstream.port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") == (
            b"HTTP/1.0 200 fine\r\nBare-Newline: no\n\nrest"
        )
        upstream.answer(204, close=True)
        assert _exchange(upstream.port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") == (
            b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
        )
        assert _exchange(upstream.port, b"nonsense\r\n\r\n").startswith(b"HTTP/1.1 400 ")
        assert len(upstream.malformed) == 1
        assert len(upstream.requests) == 2


def test_the_upstream_answers_pipelined_requests_in_order_and_honours_the_wish_to_close() -> None:
    with recording_upstream() as upstream:
        upstream.answer(body=b"1")
        upstream.answer(body=b"2")
        answer = _exchange(
            upstream.port,
            b"GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        )
        assert answer == (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2")
        assert [request.target for request in upstream.requests] == ["/1", "/2"]


def test_the_upstream_tells_trailers_and_upgrades_apart_from_headers_and_bodies() -> None:
    with recording_upstream() as upstream:
        _exchange(
            upstream.port,
            b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            b"Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
            b"3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n",
        )
        assert upstream.last.body == b"abc"
        assert upstream.last.trailers == (("X-Sum", "1"),)
        assert upstream.last.values("X-Sum") == []
        answer = _exchange(
            upstream.port, b"GET /u HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x00"
        )
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert upstream.last.target == "/u"
        assert upstream.malformed == []


def test_the_upstream_releases_chunks_step_by_step() -> None:
    released: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    with recording_upstream() as upstream:
        upstream.answer(body=(piece for piece in iter(released.get, None) if piece is not None))
        with contextlib.closing(http.client.HTTPConnection(LOOPBACK, upstream.port, timeout=10)) as connection:
            connection.request("GET", "/")
            response = connection.getresponse()
            for piece in (b"one", b"two"):
                released.put(piece)
                assert response.read1() == piece
            released.put(None)
            assert response.read() == b""


def test_the_upstream_sends_a_body_in_pieces_under_the_length_that_the_test_states() -> None:
    with recording_upstream() as upstream:
        upstream.answer(headers=[("content-length", "6")], body=iter([b"one", b"two"]), close=True)
        assert _exchange(upstream.port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") == (
            b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\nConnection: close\r\n\r\nonetwo"
        )


def test_the_upstream_can_leave_a_request_without_an_answer() -> None:
    with recording_upstream() as upstream:
        upstream.answer(hang=True)
        with socket.create_connection((LOOPBACK, upstream.port), timeout=0.2) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            upstream.wait_for_requests()
            with pytest.raises(TimeoutError):
                connection.recv(1)
        with pytest.raises(TimeoutError, match="1 of 2 requests"):
            upstream.wait_for_requests(2, seconds=0.1)


def test_a_server_that_dies_is_reported_with_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-c", "raise SystemExit('no such setting')"], stderr=output)
    with pytest.raises(RuntimeError, match="ended with status 1:\nno such setting"):
        wait_until_open(free_port(), process, log=log)


def test_a_server_that_does_not_listen_is_reported_with_its_log(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait(60)"])
    try:
        with pytest.raises(RuntimeError, match=r"did not answer within 0\.1 seconds:\n\(the log cannot be read"):
            wait_until_open(free_port(), process, 0.1, log=tmp_path / "none")
    finally:
        process.kill()
        process.wait()


def test_a_missing_program_skips_the_test_or_fails_it_where_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REQUIRE, raising=False)
    with pytest.raises(pytest.skip.Exception, match="install the Debian package nothing: no-such-program"):
        need("no-such-program", "nothing")
    with pytest.raises(pytest.skip.Exception, match="install the Python distribution nothing: no_such_module"):
        need_module("no_such_module", "nothing")
    monkeypatch.setenv(REQUIRE, "1")
    with pytest.raises(pytest.fail.Exception, match="install the Debian package nothing: no-such-program"):
        need("no-such-program", "nothing")
    with pytest.raises(pytest.fail.Exception, match="install the Python distribution nothing: no_such_module"):
        need_module("no_such_module", "nothing")
    assert need_module("json.decoder", "python3").JSONDecoder is json.JSONDecoder
    assert os.access(need("sh", "dash"), os.X_OK)


def test_a_missing_file_skips_the_test_or_fails_it_where_it_is_required(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    absent = tmp_path / "no-such-file"
    monkeypatch.delenv(REQUIRE, raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"run make nothing: .*no-such-file was not found"):
        need_file(absent, "make nothing")
    monkeypatch.setenv(REQUIRE, "1")
    with pytest.raises(pytest.fail.Exception, match=r"run make nothing: .*no-such-file was not found"):
        need_file(absent, "make nothing")
    assert need_file(tmp_path, "make nothing") == tmp_path


def _pymysql_arguments(url: str) -> dict[str, str | int | None]:
    address = urllib.parse.urlsplit(url)
    return {
        "host": address.hostname,
        "port": address.port,
        "user": address.username,
        "password": address.password,
        "database": address.path.removeprefix("/"),
    }


def _is_open(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, urllib.parse.urlsplit(url).port)) == 0


def _exchange(port: int, request: bytes) -> bytes:
    """Send the bytes and return everything that comes until the server closes the connection."""
    with socket.create_connection((LOOPBACK, port), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while data := connection.recv(65536):
            answer += data
        return answer
