"""What one caller sends stays with them: not with the next on the same connection, and not in a line of its own."""

import http.client
import json
import secrets
import socket
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from app.identity.identity import system
from app.identity.roles import Role
from app.registry.datasource import NewDataSource
from app.registry.json_data import JsonData
from installations import Installation, install
from plain_http import exchange, head, status
from servers.gunicorn import Served
from servers.ports import LOOPBACK
from servers.upstream import Upstream, recording_upstream
from upstream.exchanges import raw_server
from wire.accounts import new_token

_REQUESTS = 60
_CONNECTIONS = 16


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = install(tmp_path_factory.mktemp("callers"), "")
    yield made
    made.close()


@pytest.fixture(scope="module")
def served(installed: Installation) -> Served:
    return installed.served({"GF_DATAPROXY_SEND_USER_HEADER": "true"})


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with recording_upstream() as running:
        yield running


def _proxied(installed: Installation, upstream_port: int, password: str) -> str:
    """The path under which a new data source's server is reached, with this password."""
    given = NewDataSource(
        name=secrets.token_hex(6),
        type="graphite",
        access="proxy",
        url=f"http://{LOOPBACK}:{upstream_port}",
        basic_auth=True,
        basic_auth_user="gateway",
        json_data=JsonData.of({"keepCookies": ["[]"], "httpHeaderName1": "X-Tenant"}),
        secure_json_data={"basicAuthPassword": password, "httpHeaderValue1": f"tenant of {password}"},
    )
    return f"/api/datasources/proxy/{installed.services.registry.create(system(1, 'test'), given).id}"


# Lines


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(("X-A: a\r\n b",), id="folded"),
        pytest.param(("X-A: a\r\n\tX-B: b",), id="folded-by-a-tab"),
        pytest.param(("X-DS-Authorization: Bearer a\r\n b",), id="folded-credentials"),
        pytest.param(("Transfer-Encoding: chunked\r\n , identity",), id="folded-coding"),
        pytest.param(("Content-Length: 5\r\n 6",), id="folded-length"),
        pytest.param((": b",), id="no-name"),
        pytest.param(("X A: b",), id="space-in-the-name"),
        pytest.param(("X-A: a\rX-B: b",), id="bare-carriage-return"),
        pytest.param(("X-A: a\0b",), id="nul"),
    ],
)
def test_a_header_that_could_be_read_in_two_ways_is_400_and_reaches_no_upstream(
    installed: Installation, served: Served, upstream: Upstream, lines: tuple[str, ...]
) -> None:
    path = f"{_proxied(installed, upstream.port, 'acorn')}/x"
    answer = exchange(served.port, head("POST", path, "Connection: close", *lines) + b"0\r\n\r\n")
    assert status(answer) == 400
    assert (upstream.requests, upstream.malformed) == ([], [])


@pytest.mark.parametrize("target", ["x\ty", "x\ry", "x\x01y", "x y", "x?a=b c", "x?a=b\rc"])
def test_a_target_that_could_be_read_in_two_ways_is_400_and_reaches_no_upstream(
    installed: Installation, served: Served, upstream: Upstream, target: str
) -> None:
    path = f"{_proxied(installed, upstream.port, 'acorn')}/{target}"
    assert status(exchange(served.port, head("GET", path, "Connection: close"))) == 400
    assert (upstream.requests, upstream.malformed) == ([], [])


# Connections


def _repeat(connection: socket.socket, number: int) -> None:
    """Answers each request with what it said, and the number of the connection."""
    data = b""
    while piece := connection.recv(65_536):
        data += piece
        while b"\r\n\r\n" in data:
            lines, _, rest = data.partition(b"\r\n\r\n")
            first, *fields = lines.decode("latin-1").split("\r\n")
            said = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}
            length = int(said.get("content-length", "0"))
            if len(rest) < length:
                break
            body, data = rest[:length], rest[length:]
            answer = json.dumps({"line": first, "said": said, "body": body.decode(), "connection": number}).encode()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(answer), answer))


class _Caller:
    """One of several who ask in turn for the same data sources, each with words of their own."""

    def __init__(self, installed: Installation, name: str) -> None:
        self.name = name
        token = new_token(installed.services, 1, Role.VIEWER)
        self._headers = {
            "Authorization": f"Bearer {token}",
            "X-Who": name,
            "Cookie": f"who={name}; grafana_session={name}",
            "Referer": f"http://{name}.test/",
        }

    def ask(self, connection: http.client.HTTPConnection, path: str, turn: int) -> Mapping[str, object]:
        headers = dict(self._headers)
        if turn % 3 == 0:
            headers["X-DS-Authorization"] = f"Bearer {self.name}"
        body = f"body of {self.name} in turn {turn}" if turn % 2 else None
        connection.request("POST" if body else "GET", f"{path}/{self.name}?turn={turn}", body, headers)
        answer: dict[str, object] = json.loads(connection.getresponse().read())
        assert answer["line"] == f"{'POST' if body else 'GET'} /{self.name}?turn={turn} HTTP/1.1"
        assert answer["body"] == (body or "")
        return answer


def test_callers_who_share_connections_see_only_their_own(installed: Installation, served: Served) -> None:
    numbers = iter(range(_CONNECTIONS))
    talks = [lambda connection: _repeat(connection, next(numbers))] * _CONNECTIONS
    names = ("ann", "bob", "cleo", "dan")
    with raw_server(*talks) as server:
        paths = {password: _proxied(installed, server.port, password) for password in ("acorn", "beech")}
        together = threading.Barrier(len(names))
        used: dict[str, set[object]] = defaultdict(set)
        logins: dict[str, set[object]] = defaultdict(set)

        def ask_in_turn(name: str) -> None:
            caller = _Caller(installed, name)
            with closing(http.client.HTTPConnection(LOOPBACK, served.port, timeout=10)) as connection:
                together.wait(10)
                for turn in range(_REQUESTS):
                    password = ("acorn", "beech")[turn // 2 % 2]
                    answer = caller.ask(connection, paths[password], turn)
                    said = answer["said"]
                    assert isinstance(said, dict)
                    _require_own_words(said, name, password, turn)
                    used[password].add(answer["connection"])
                    logins[name].add(said["x-grafana-user"])

        with ThreadPoolExecutor(len(names)) as threads:
            list(threads.map(ask_in_turn, names))
    # Connections were shared by callers, and never by data sources.
    assert server.accepted <= 2 * len(names)
    assert used["acorn"].isdisjoint(used["beech"])
    assert [len(found) for found in logins.values()] == [1] * len(names)
    assert len(set.union(*logins.values())) == len(names)


def _require_own_words(said: Mapping[str, str], name: str, password: str, turn: int) -> None:
    by_gateway = {"acorn": "Basic Z2F0ZXdheTphY29ybg==", "beech": "Basic Z2F0ZXdheTpiZWVjaA=="}[password]
    assert said["authorization"] == (f"Bearer {name}" if turn % 3 == 0 else by_gateway)
    assert said["x-tenant"] == f"tenant of {password}"
    assert said["cookie"] == f"who={name}"
    assert (said["x-who"], said["x-grafana-referer"]) == (name, f"http://{name}.test/")
