"""grafana-client: queries through the data source proxy, and the library's own health checks over it."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest

from clients.conftest import Org
from clients.environments import Script
from clients.library import Library, call
from servers.ports import free_port
from servers.upstream import Upstream, recording_upstream

VECTOR = {"status": "success", "data": {"resultType": "vector", "result": []}}
IS_JSON = [("Content-Type", "application/json")]


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with recording_upstream() as running:
        running.default = type(running.default)(200, IS_JSON, json.dumps(VECTOR).encode())
        yield running


@pytest.fixture
def library(org: Org, grafana_client: Script) -> Library:
    return Library(grafana_client, org.url, org.admin_token)


@pytest.fixture
def prometheus(library: Library, upstream: Upstream) -> int:
    """The id of a data source for the upstream, with basic auth."""
    return created(
        library,
        upstream,
        "prometheus",
        basicAuth=True,
        basicAuthUser="reader",
        secureJsonData={"basicAuthPassword": "secret"},
    )


def created(library: Library, upstream: Upstream, kind: str, **more: Any) -> int:
    body = {"name": kind, "uid": kind, "type": kind, "access": "proxy", "url": f"http://{upstream.address}", **more}
    return int(library.gives(call("datasource.create_datasource", body))["id"])


@pytest.mark.parametrize("key", ["datasource_uid", "datasource_id"])
def test_a_form_encoded_query_reaches_the_upstream_as_it_was_sent(
    library: Library, upstream: Upstream, prometheus: int, key: str
) -> None:
    target = {"datasource_uid": "prometheus", "datasource_id": prometheus}[key]
    given = library.gives(call("datasource.query", query='sum(up{job="a b"})', timestamp=1700000000, **{key: target}))
    received = upstream.last
    assert given == VECTOR
    assert (received.method, received.target) == ("POST", "/api/v1/query")
    assert received.values("Content-Type") == ["application/x-www-form-urlencoded"]
    assert parse_qs(received.body.decode()) == {"query": ['sum(up{job="a b"})'], "time": ["1700000000"]}


def test_a_range_query_reaches_the_upstream(library: Library, upstream: Upstream, prometheus: int) -> None:
    query = call("datasource.query_range", datasource_uid="prometheus", query="up", start=1, end=2, step=15)
    library.gives(query)
    assert upstream.last.target == "/api/v1/query_range"
    assert parse_qs(upstream.last.body.decode()) == {"query": ["up"], "start": ["1"], "end": ["2"], "step": ["15"]}


def test_a_search_for_series_reaches_the_upstream(library: Library, upstream: Upstream, prometheus: int) -> None:
    library.gives(call("datasource.series", datasource_uid="prometheus", match='up{job="node"}', start=1, end=2))
    assert upstream.last.target == "/api/v1/series"
    assert parse_qs(upstream.last.body.decode())["match[]"] == ['up{job="node"}']


def test_the_upstream_gets_the_data_sources_credentials_and_not_the_callers(
    library: Library, upstream: Upstream, prometheus: int
) -> None:
    library.gives(call("datasource.query", datasource_uid="prometheus", query="up"))
    assert upstream.last.values("Authorization") == ["Basic cmVhZGVyOnNlY3JldA=="]


def test_a_viewer_queries(org: Org, grafana_client: Script, upstream: Upstream, prometheus: int) -> None:
    viewer = Library(grafana_client, org.url, org.viewer_token)
    assert viewer.gives(call("datasource.query", datasource_uid="prometheus", query="up")) == VECTOR


@pytest.mark.parametrize(
    ("upstream_status", "raised", "status"),
    [
        (400, "GrafanaBadInputError", 400),
        (401, "GrafanaBadInputError", 400),
        (403, "GrafanaClientError", 403),
        (503, "GrafanaServerError", 503),
    ],
)
def test_an_upstream_error_arrives_as_an_error(
    library: Library, upstream: Upstream, prometheus: int, upstream_status: int, raised: str, status: int
) -> None:
    upstream.answer(upstream_status, IS_JSON, b'{"status":"error"}')
    refused = library.refused(call("datasource.query", datasource_uid="prometheus", query="up"))
    assert (refused.raised, refused.status) == (raised, status)


def test_an_upstream_that_does_not_listen_is_502(library: Library) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    body = {"name": "gone", "uid": "gone", "type": "prometheus", "access": "proxy", "url": url}
    library.gives(call("datasource.create_datasource", body))
    refused = library.refused(call("datasource.query", datasource_uid="gone", query="up"))
    assert (refused.raised, refused.status) == ("GrafanaServerError", 502)


def test_a_query_of_an_unknown_data_source_is_404(library: Library) -> None:
    refused = library.refused(call("datasource.query", datasource_uid="nothing", query="up"))
    assert (refused.status, refused.said["message"]) == (404, "Unable to find datasource")


def test_an_influxdb_query_keeps_its_parameters_and_form(library: Library, upstream: Upstream) -> None:
    number = created(library, upstream, "influxdb", database="sensors", jsonData={"version": "InfluxQL"})
    upstream.answer(200, IS_JSON, b'{"results":[{"statement_id":0,"series":[]}]}')
    identifier = {"DatasourceIdentifier": {"id": number}}
    library.gives(call("datasource.smartquery", identifier, "SHOW DATABASES"))
    received = upstream.last
    path, _, query = received.target.partition("?")
    assert (path, parse_qs(query)) == ("/query", {"epoch": ["ms"], "db": ["sensors"]})
    assert parse_qs(received.body.decode())["q"] == ["SHOW DATABASES"]


HEALTHY = {
    "graphite": b'[{"target":"a","datapoints":[]}]',
    "influxdb": b'{"results":[{"statement_id":0,"series":[]}]}',
}


@pytest.mark.parametrize("kind", HEALTHY)
def test_the_librarys_own_health_check_says_OK(library: Library, upstream: Upstream, kind: str) -> None:
    created(library, upstream, kind)
    upstream.answer(200, IS_JSON, HEALTHY[kind])
    checked = library.gives(call("datasource.health_check", {"DatasourceIdentifier": {"uid": kind}}))
    assert (checked["status"], checked["message"]) == ("OK", "Success")


def test_the_librarys_own_health_check_says_ERROR_when_the_upstream_does(library: Library, upstream: Upstream) -> None:
    created(library, upstream, "influxdb", jsonData={"version": "InfluxQL"})
    upstream.answer(500, IS_JSON, b'{"error":"down"}')
    checked = library.gives(call("datasource.health_check", {"DatasourceIdentifier": {"uid": "influxdb"}}))
    assert (checked["status"], checked["success"]) == ("ERROR", False)
