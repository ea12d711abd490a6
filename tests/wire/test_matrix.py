"""Who may do what, row by row of matrix.txt: every route and method, for every kind of caller."""

import http.client
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from installations import Installation, install
from servers.ports import LOOPBACK
from servers.upstream import Upstream, recording_upstream
from wire.matrix_world import World

_LINE = re.compile(r"(\S+) +(\S+) +((?:\S{3} ){13}\S{3})(?:  (\S.*))?")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_JSON = {"Content-Type": "application/json"}
# Who is not in the org of the things must not see anything of it. A server admin handles all orgs.
_OUTSIDERS = frozenset({"nob", "oth", "acr", "rem", "dis"})
# The routes that ask the data source's own server.
_OF_SERVERS = ("/proxy/", "/resources", "/health", "/datasources/test", "/_test")
_SAID_AGAIN = ("{name}", "{arn}", "{domain}", "{query}")
# What only says that it is not there; who is nobody does not learn even that.
_NOT_IMPLEMENTED = "aws_not_implemented."
# HEAD stands for the GET beside it, and OPTIONS does nothing.
_OTHER_METHODS = frozenset({"HEAD", "OPTIONS"})
_OF_NOBODY: Mapping[str, str] = {
    "/metrics": "counters have a login of their own, or none, and say nothing of any org",
    "/healthz": "liveness is asked without credentials, and says nothing of any org",
    "/api/health": "the same for the database",
    "/docs/": "the page that shows the OpenAPI documents",
    "/docs/<path:path>": "its files",
    "/docs/grafana/openapi.json": "a document that holds no data",
    "/docs/native/openapi.json": "a document that holds no data",
    "/docs/opensearch/openapi.json": "a document that holds no data",
    "/docs/aws/openapi.json": "a document that holds no data",
}


@dataclass(frozen=True)
class Row:
    """A route and method, with the status that each caller gets."""

    method: str
    path: str
    expected: Mapping[str, int]
    body: str | None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def _read() -> Sequence[Row]:
    lines = (Path(__file__).parent / "matrix.txt").read_text().splitlines()
    found = [_LINE.fullmatch(line) for line in lines if line and not line.startswith("#")]
    head, *rows = [line for line in found if line is not None]
    assert len(rows) + 1 == len(found), "a line of matrix.txt cannot be read"
    callers = head[3].split()
    return [Row(row[1], row[2], dict(zip(callers, map(int, row[3].split()), strict=True)), row[4]) for row in rows]


_ROWS = _read()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = install(tmp_path_factory.mktemp("matrix"), "")
    yield made
    made.close()


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with recording_upstream() as running:
        yield running


@pytest.fixture(scope="module")
def app(installed: Installation) -> Flask:
    return create_app(installed.services)


@dataclass(frozen=True)
class Outcome:
    """What a caller got. ``leaks``: the answer shows something of an org that they are not in."""

    status: int
    leaks: bool
    reached_upstream: bool


def _ask(port: int, row: Row, caller: str, world: World, upstream: Upstream, method: str) -> Outcome:
    def filled(text: str) -> str:
        return _PLACEHOLDER.sub(lambda name: str(world.things[name[1]]()), text)

    headers = dict(world.callers[caller]())
    if "{org}" in row.path:
        headers.pop("X-Grafana-Org-Id", None)
    path, body, before = filled(row.path), row.body and filled(row.body), len(upstream.requests)
    with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=30)) as connection:
        connection.request(method, path, body=body, headers=headers | (_JSON if body else {}))
        response = connection.getresponse()
        text = response.read().decode()
    if response.status >= 400:
        # A refusal may say again what was asked for.
        for named in _SAID_AGAIN:
            if named in f"{row.path} {row.body}":
                text = text.replace(filled(named), "")
    leaks = caller in _OUTSIDERS and world.mark in text
    return Outcome(response.status, leaks, len(upstream.requests) > before)


def _differences(installed: Installation, row: Row, upstream: Upstream, method: str) -> Mapping[str, Sequence[Outcome]]:
    """For each caller who got something else: what they got, and what the row says."""
    port, differences = installed.served({}).port, {}
    asks_server = any(part in row.path for part in _OF_SERVERS)
    for caller, status in row.expected.items():
        world = World(installed.services, upstream.address)
        wanted = Outcome(status, leaks=False, reached_upstream=asks_server and status < 400)
        found = _ask(port, row, caller, world, upstream, method)
        if found != wanted:
            differences[caller] = (found, wanted)
    return differences


@pytest.mark.parametrize("row", _ROWS, ids=str)
def test_each_caller_gets_what_the_matrix_says(installed: Installation, upstream: Upstream, row: Row) -> None:
    assert _differences(installed, row, upstream, row.method) == {}


@pytest.mark.parametrize("row", [row for row in _ROWS if row.method == "GET"], ids=str)
def test_head_answers_each_caller_as_get_does(installed: Installation, upstream: Upstream, row: Row) -> None:
    assert _differences(installed, row, upstream, "HEAD") == {}


def test_the_matrix_has_every_route_and_method(app: Flask) -> None:
    adapter = app.url_map.bind(LOOPBACK)
    listed = set()
    for row in _ROWS:
        path = _PLACEHOLDER.sub("1", row.path).partition("?")[0]
        rule, _ = adapter.match(path, row.method, return_rule=True)
        listed.add((row.method, rule.rule))
    there = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - _OTHER_METHODS
        if rule.rule not in _OF_NOBODY and not rule.endpoint.startswith(_NOT_IMPLEMENTED)
    }
    assert listed == there


def test_routes_of_nobody_answer_without_credentials(installed: Installation) -> None:
    port = installed.served({}).port
    for path in (
        "/healthz",
        "/metrics",
        "/api/health",
        "/docs/",
        "/docs/grafana/openapi.json",
        "/docs/native/openapi.json",
        "/docs/opensearch/openapi.json",
        "/docs/aws/openapi.json",
    ):
        with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=30)) as connection:
            connection.request("GET", path)
            assert connection.getresponse().status == 200, path
