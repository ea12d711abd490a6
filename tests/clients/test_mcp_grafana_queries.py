"""mcp-grafana: its Prometheus tools, through Sluice to an upstream that records what arrives."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.registry.datasource import DataSource, NewDataSource
from app.registry.json_data import JsonData
from clients.conftest import Org
from clients.mcp import Session, mcp_grafana
from servers.ports import LOOPBACK, free_port
from servers.upstream import Answer, Received, Upstream, recording_upstream

FORM = "application/x-www-form-urlencoded"
WHEN = "2023-11-14T22:13:20Z"
AN_HOUR_BEFORE = "2023-11-14T21:13:20Z"
SECONDS = "1700000000"
UP = {"resultType": "vector", "result": [{"metric": {"__name__": "up"}, "value": [1700000000, "1"]}]}


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with recording_upstream() as server:
        yield server


@pytest.fixture
def viewer(org: Org, tmp_path: Path) -> Iterator[Session]:
    """The program with a token that may query and no more."""
    with mcp_grafana(org.url, tmp_path, GRAFANA_SERVICE_ACCOUNT_TOKEN=org.viewer_token) as started:
        yield started


@pytest.fixture
def admin(org: Org, tmp_path: Path) -> Iterator[Session]:
    """The program with a token that may do everything in the org."""
    with mcp_grafana(org.url, tmp_path, GRAFANA_SERVICE_ACCOUNT_TOKEN=org.admin_token) as started:
        yield started


def prometheus_in(org: Org, upstream: Upstream, **json_data: Any) -> DataSource:
    new = NewDataSource(
        name="metrics",
        type="prometheus",
        access="proxy",
        url=f"http://{upstream.address}",
        json_data=JsonData.of(json_data),
        basic_auth=True,
        basic_auth_user="reader",
        secure_json_data={"basicAuthPassword": "of-the-upstream"},
    )
    return org.services.registry.create(org.identity, new)


def answers(upstream: Upstream, data: object) -> None:
    upstream.answer(headers=[("Content-Type", "application/json")], body=success(data))


def success(data: object) -> bytes:
    return json.dumps({"status": "success", "data": data}).encode()


def form_of(received: Received) -> dict[str, list[str]]:
    assert received.values("Content-Type") == [FORM]
    return parse_qs(received.body.decode(), strict_parsing=True)


def test_an_instant_query_arrives_as_a_form_and_its_answer_comes_back(
    org: Org, upstream: Upstream, viewer: Session
) -> None:
    made = prometheus_in(org, upstream)
    answers(upstream, UP)
    told = viewer.call("query_prometheus", datasourceUid=made.uid, expr="up", queryType="instant", endTime=WHEN)
    assert told.json["data"] == UP["result"]
    [received] = upstream.requests
    assert (received.method, received.target) == ("POST", "/api/v1/query")
    assert form_of(received) == {"query": ["up"], "time": [SECONDS]}


def test_a_range_query_arrives_with_its_range(org: Org, upstream: Upstream, viewer: Session) -> None:
    made = prometheus_in(org, upstream)
    answers(upstream, {"resultType": "matrix", "result": [{"metric": {"job": "a"}, "values": [[1700000000, "1"]]}]})
    told = viewer.call(
        "query_prometheus",
        datasourceUid=made.uid,
        expr='rate(a{b="c/d"}[5m])',
        queryType="range",
        startTime=AN_HOUR_BEFORE,
        endTime=WHEN,
        stepSeconds=60,
    )
    assert told.json["data"] == [{"metric": {"job": "a"}, "values": [[1700000000, "1"]]}]
    assert upstream.last.target == "/api/v1/query_range"
    assert form_of(upstream.last) == {
        "query": ['rate(a{b="c/d"}[5m])'],
        "start": ["1699996400"],
        "end": [SECONDS],
        "step": ["60"],
    }


def test_a_query_arrives_with_the_data_sources_own_credentials_and_without_the_token(
    org: Org, upstream: Upstream, viewer: Session
) -> None:
    made = prometheus_in(org, upstream)
    answers(upstream, UP)
    viewer.call("query_prometheus", datasourceUid=made.uid, expr="up", queryType="instant", endTime=WHEN)
    assert upstream.last.values("Authorization") == ["Basic cmVhZGVyOm9mLXRoZS11cHN0cmVhbQ=="]
    assert org.viewer_token not in str(upstream.last)


def test_a_data_source_that_says_get_is_asked_by_get(org: Org, upstream: Upstream, viewer: Session) -> None:
    made = prometheus_in(org, upstream, httpMethod="GET")
    answers(upstream, UP)
    viewer.call("query_prometheus", datasourceUid=made.uid, expr="up", queryType="instant", endTime=WHEN)
    target = urlsplit(upstream.last.target)
    assert (upstream.last.method, target.path) == ("GET", "/api/v1/query")
    assert parse_qs(target.query) == {"query": ["up"], "time": [SECONDS]}


def test_label_names_are_asked_for_by_a_form_without_members(org: Org, upstream: Upstream, viewer: Session) -> None:
    made = prometheus_in(org, upstream)
    answers(upstream, ["__name__", "job"])
    assert viewer.call("list_prometheus_label_names", datasourceUid=made.uid).json == ["__name__", "job"]
    assert (upstream.last.method, upstream.last.target, upstream.last.body) == ("POST", "/api/v1/labels", b"")


def test_metric_names_are_the_values_of_a_label(org: Org, upstream: Upstream, viewer: Session) -> None:
    made = prometheus_in(org, upstream)
    answers(upstream, ["go_info", "up"])
    assert viewer.call("list_prometheus_metric_names", datasourceUid=made.uid).json == ["go_info", "up"]
    assert urlsplit(upstream.last.target).path == "/api/v1/label/__name__/values"


def test_metadata_of_metrics_come_back(org: Org, upstream: Upstream, viewer: Session) -> None:
    made = prometheus_in(org, upstream)
    answers(upstream, {"up": [{"type": "gauge", "help": "Whether it is up", "unit": ""}]})
    told = viewer.call("list_prometheus_metric_metadata", datasourceUid=made.uid)
    assert "Whether it is up" in told.text
    assert parse_qs(urlsplit(upstream.last.target).query, keep_blank_values=True) == {"limit": ["10"], "metric": [""]}


def test_an_error_of_the_upstream_is_told_in_its_own_words(org: Org, upstream: Upstream, viewer: Session) -> None:
    made = prometheus_in(org, upstream)
    body = {"status": "error", "errorType": "bad_data", "error": "parse error: unexpected end of input"}
    upstream.answer(400, [("Content-Type", "application/json")], json.dumps(body).encode())
    told = viewer.call("query_prometheus", datasourceUid=made.uid, expr="rate(", queryType="instant", endTime=WHEN)
    assert told.is_error
    assert "bad_data: parse error: unexpected end of input" in told.text


def test_what_fails_by_the_resources_route_is_asked_again_by_the_proxy_route(
    org: Org, upstream: Upstream, viewer: Session
) -> None:
    made = prometheus_in(org, upstream)
    upstream.answer(500, body=b"for a moment")
    answers(upstream, UP)
    told = viewer.call("query_prometheus", datasourceUid=made.uid, expr="up", queryType="instant", endTime=WHEN)
    assert told.json["data"] == UP["result"]
    assert [received.target for received in upstream.requests] == ["/api/v1/query", "/api/v1/query"]


def test_a_query_of_another_orgs_data_source_does_not_arrive(
    org: Org, other_org: Org, upstream: Upstream, viewer: Session
) -> None:
    foreign = prometheus_in(other_org, upstream)
    told = viewer.call("query_prometheus", datasourceUid=foreign.uid, expr="up", queryType="instant", endTime=WHEN)
    assert told.is_error
    assert "not found" in told.text
    assert upstream.requests == []


def test_create_datasource_tells_that_the_new_data_source_answers(upstream: Upstream, admin: Session) -> None:
    upstream.default = Answer(headers=[("Content-Type", "application/json")], body=success(UP))
    told = admin.call(
        "create_datasource",
        name="metrics",
        type="prometheus",
        schemaReviewed=True,
        fields={"url": f"http://{upstream.address}"},
    )
    assert told.json["health"]["status"] == "OK", told.json["health"]


def test_check_datasources_health_tells_the_good_from_the_bad(org: Org, upstream: Upstream, viewer: Session) -> None:
    upstream.default = Answer(headers=[("Content-Type", "application/json")], body=success(UP))
    good = prometheus_in(org, upstream)
    bad = NewDataSource(name="nobody", type="prometheus", access="proxy", url=f"http://{LOOPBACK}:{free_port()}")
    org.services.registry.create(org.identity, bad)
    told = viewer.call("check_datasources_health").json
    assert (told["healthy"], told["unhealthy"]) == (1, 1)
    assert [result["uid"] for result in told["results"] if result.get("status") == "OK"] == [good.uid]
    [error] = [result["error"] for result in told["results"] if "error" in result]
    assert "HTTP 400" in error
    assert '"status":"ERROR"' in error
