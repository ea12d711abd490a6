"""The credentials of a data source open real back ends, and nothing else does."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from back_ends.back_end import BackEnd, Gateway
from servers.certificates import Authority
from servers.graphite import TARGET
from servers.influxdb import DATABASE
from servers.requests import Answer, ask
from servers.samples import FIRST, METRIC

_PROMQL = f"api/v1/query?query={METRIC}&time={FIRST}"
# A query for each back end, and a piece of what it answers to those whom it lets in.
_QUERIES = {
    "prometheus": (_PROMQL, b"20.5"),
    "victoria_metrics": (_PROMQL, b"20.5"),
    "influxdb": (f"query?db={DATABASE}&q=SELECT+*+FROM+{METRIC}", b"20.5"),
    "graphite_behind_password": (f"render?target={TARGET}&from={FIRST - 1}&until={FIRST}&format=json", b"20.5"),
}
BEHIND_CERTIFICATE = ["prometheus_behind_certificate"]


def proxied(gateway: Gateway, data_source: Mapping[str, Any], path: str) -> Answer:
    return gateway.ask("GET", f"/api/datasources/proxy/uid/{data_source['uid']}/{path}")


def with_wrong_password(back_end: BackEnd) -> dict[str, Any]:
    wrong = dict.fromkeys(back_end.data_source["secureJsonData"], "not-the-password")
    return {**back_end.data_source, "secureJsonData": wrong}


@pytest.mark.parametrize("name", _QUERIES)
def test_a_wrong_stored_password_is_told_apart_from_a_wrong_token(
    gateway: Gateway, back_end: BackEnd, name: str
) -> None:
    made = gateway.create(f"wrong, {name}", with_wrong_password(back_end))
    answer = proxied(gateway, made, _QUERIES[name][0])
    assert (answer.status, answer.body) == (400, b"Authentication to data source failed")


@pytest.mark.parametrize("name", _QUERIES)
def test_a_corrected_password_works_at_once(gateway: Gateway, back_end: BackEnd, name: str) -> None:
    path, says = _QUERIES[name]
    made = gateway.create(f"corrected, {name}", with_wrong_password(back_end))
    assert proxied(gateway, made, path).status == 400
    gateway.send("PUT", f"/api/datasources/uid/{made['uid']}", {**back_end.data_source, "name": made["name"]})
    answer = proxied(gateway, made, path)
    assert (answer.status, says in answer.body) == (200, True), answer


@pytest.mark.parametrize("name", _QUERIES)
def test_without_a_token_nothing_reaches_the_back_end(gateway: Gateway, stored: Mapping[str, Any], name: str) -> None:
    path, says = _QUERIES[name]
    answer = ask(f"{gateway.url}/api/datasources/proxy/uid/{stored['uid']}/{path}", {})
    assert (answer.status, says in answer.body) == (401, False)


@pytest.mark.parametrize("name", ["influxdb"])
def test_influxdb_takes_its_user_by_basic_auth_too(gateway: Gateway, back_end: BackEnd, name: str) -> None:
    given = back_end.data_source
    by_basic_auth = {
        **{key: value for key, value in given.items() if key != "user"},
        "basicAuth": True,
        "basicAuthUser": given["user"],
        "secureJsonData": {"basicAuthPassword": given["secureJsonData"]["password"]},
    }
    made = gateway.create("influxdb, basic auth", by_basic_auth)
    path, says = _QUERIES[name]
    assert says in proxied(gateway, made, path).body


@pytest.mark.parametrize("name", ["prometheus"])
def test_prometheus_takes_its_password_by_a_header_of_the_data_source_too(
    gateway: Gateway, back_end: BackEnd, name: str
) -> None:
    by_header = {
        "type": "prometheus",
        "access": "proxy",
        "url": back_end.data_source["url"],
        "jsonData": {"httpHeaderName1": "Authorization"},
        "secureJsonData": {"httpHeaderValue1": back_end.headers["Authorization"]},
    }
    made = gateway.create("prometheus, header", by_header)
    path, says = _QUERIES[name]
    assert says in proxied(gateway, made, path).body


def without(back_end: BackEnd, *members: str) -> dict[str, Any]:
    """The data source with less in its jsonData."""
    left = {key: value for key, value in back_end.data_source["jsonData"].items() if key not in members}
    return {**back_end.data_source, "jsonData": left}


@pytest.mark.parametrize("name", BEHIND_CERTIFICATE)
def test_without_the_client_certificate_nginx_refuses(gateway: Gateway, back_end: BackEnd, name: str) -> None:
    made = gateway.create("no client certificate", without(back_end, "tlsAuth"))
    answer = proxied(gateway, made, _PROMQL)
    assert (answer.status, b"No required SSL certificate was sent" in answer.body) == (400, True), answer


@pytest.mark.parametrize("name", BEHIND_CERTIFICATE)
def test_a_client_certificate_of_another_authority_is_refused(gateway: Gateway, back_end: BackEnd, name: str) -> None:
    foreign = Authority().issue("client")
    secrets = {"tlsClientCert": foreign.certificate, "tlsClientKey": foreign.key}
    given = back_end.data_source
    body = {**given, "secureJsonData": {**given["secureJsonData"], **secrets}}
    made = gateway.create("foreign client certificate", body)
    answer = proxied(gateway, made, _PROMQL)
    assert (answer.status, b"The SSL certificate error" in answer.body) == (400, True), answer


@pytest.mark.parametrize(
    "missing", ["tlsAuthWithCACert", "serverName"], ids=["without its authority", "without its name"]
)
@pytest.mark.parametrize("name", BEHIND_CERTIFICATE)
def test_a_server_that_cannot_be_verified_gets_no_request(
    gateway: Gateway, back_end: BackEnd, name: str, missing: str
) -> None:
    made = gateway.create(f"without {missing}", without(back_end, missing))
    assert proxied(gateway, made, _PROMQL).status == 502
    said = json.loads(gateway.ask("GET", f"/api/datasources/uid/{made['uid']}/health").body)
    assert (said["status"], said["details"]["phase"]) == ("ERROR", "tls"), said


@pytest.mark.parametrize("name", BEHIND_CERTIFICATE)
def test_a_server_that_need_not_be_verified_is_asked(gateway: Gateway, back_end: BackEnd, name: str) -> None:
    unverified = without(back_end, "tlsAuthWithCACert", "serverName")
    unverified["jsonData"]["tlsSkipVerify"] = True
    made = gateway.create("unverified", unverified)
    assert b"20.5" in proxied(gateway, made, _PROMQL).body
