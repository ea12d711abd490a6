"""A look at a data source's server, over a real database and at a real server."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.identity.errors import PermissionDenied, ProxyRefusedByToken
from app.identity.limits import new_limits
from app.proxy.health import Health
from app.registry.access import Level
from app.registry.datasource import ById, ByUid, DataSource
from app.registry.errors import DataSourceNotFound
from app.registry.json_data import JsonData
from proxy.gateway import Gateway
from servers.ports import free_port
from servers.upstream import Upstream

_SUCCESS = b'{"status":"success"}'


def _health(gateway: Gateway, row: DataSource) -> Health:
    return gateway.services.health_checks.check(gateway.admin, ById(row.id))


def _prometheus(gateway: Gateway, **members: Any) -> DataSource:
    return gateway.data_source(**{"type": "prometheus", **members})


def test_a_server_that_answers_as_its_type_does_is_healthy(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answer(body=_SUCCESS, close=True)
    assert _health(gateway, _prometheus(gateway, url=f"http://{upstream.address}/base")) == Health(
        "OK",
        f"http://{upstream.address} answered.",
        {"server": f"http://{upstream.address}", "asked": "GET /base/api/v1/query", "status": 200},
    )


@pytest.mark.parametrize(
    ("type_id", "target", "body"),
    [
        ("prometheus", "/api/v1/query?query=1%2B1", _SUCCESS),
        ("loki", "/loki/api/v1/labels", _SUCCESS),
        ("alertmanager", "/api/v2/status", b'{"cluster":{}}'),
        ("elasticsearch", "/", b'{"version":{}}'),
        ("influxdb", "/query?q=SHOW+DATABASES", b'{"results":[]}'),
        ("influxdb_08", "/db//series?p=&q=list+series&u=", b"[]"),
        ("graphite", "/render?target=constantLine(1)&from=-1min&format=json", b'[{"datapoints":[]}]'),
        ("tempo", "/api/echo", b"echo"),
        ("zipkin", "/api/v2/services", b"[]"),
    ],
)
def test_each_type_is_asked_what_its_servers_answer(
    gateway: Gateway, upstream: Upstream, type_id: str, target: str, body: bytes
) -> None:
    upstream.answer(body=body, close=True)
    found = _health(gateway, gateway.data_source(type=type_id))
    assert (found.status, upstream.last.method, upstream.last.target) == ("OK", "GET", target)


def test_an_answer_without_a_body_can_be_healthy(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answer(204, close=True)
    assert _health(gateway, gateway.data_source(type="influxdb_08")).status == "OK"


@pytest.mark.parametrize("type_id", ["mysql", "cloudwatch", "stackdriver", "nobody-knows-it"])
def test_types_without_a_probe_are_unknown_and_not_asked(gateway: Gateway, upstream: Upstream, type_id: str) -> None:
    found = _health(gateway, gateway.data_source(type=type_id))
    assert (found.status, type_id in found.message, upstream.connections) == ("UNKNOWN", True, 0)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (200, "answered, but not as a server of this type does: check the URL and the type."),
        (302, "answered 302: check the URL; redirects are not followed."),
        (400, "answered 400: check the URL; redirects are not followed."),
        (401, "refused the credentials (401): check user, password, token and custom headers."),
        (403, "refused the credentials (403): check user, password, token and custom headers."),
        (404, "has nothing at /api/v1/query (404): check that the URL is the base address of a server of this type."),
        (500, "failed itself (500): look at its log."),
        (503, "failed itself (503): look at its log."),
    ],
)
def test_a_bad_answer_is_told_with_what_to_check(gateway: Gateway, upstream: Upstream, status: int, words: str) -> None:
    upstream.answer(status, [("Location", "/elsewhere")], b"<html>", close=True)
    found = _health(gateway, _prometheus(gateway))
    assert (found.status, found.message) == ("ERROR", f"http://{upstream.address} {words}")
    assert found.details["status"] == status
    assert len(upstream.requests) == 1


def test_success_is_worth_nothing_with_a_status_that_is_none(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answer(500, body=_SUCCESS, close=True)
    assert _health(gateway, _prometheus(gateway)).status == "ERROR"


def test_an_endless_answer_is_read_no_further_than_needed(gateway: Gateway, upstream: Upstream) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 65_536

    upstream.answer(body=endless())
    assert _health(gateway, _prometheus(gateway)).status == "ERROR"


# No answer, by phase


def _unreachable(gateway: Gateway, url: str, phase: str, words: str, **members: Any) -> Health:
    found = _health(gateway, _prometheus(gateway, url=url, **members))
    assert (found.status, found.details["phase"], words in found.message) == ("ERROR", phase, True), found
    return found


def test_a_name_that_does_not_resolve_is_told(gateway: Gateway) -> None:
    _unreachable(gateway, "http://no-such-host.invalid", "dns", "Its name does not resolve")


def test_a_closed_port_is_told(gateway: Gateway) -> None:
    port = free_port()
    found = _unreachable(gateway, f"http://127.0.0.1:{port}", "connect", "No connection to it")
    assert found.details == {"server": f"http://127.0.0.1:{port}", "asked": "GET /api/v1/query", "phase": "connect"}


def test_a_server_that_speaks_no_tls_is_told(gateway: Gateway, upstream: Upstream) -> None:
    _unreachable(gateway, f"https://{upstream.address}", "tls", "No TLS with it: check that it speaks https")


def test_a_server_that_speaks_no_http_is_told(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answer(raw=b"SSH-2.0-OpenSSH_9.6\r\n")
    _unreachable(gateway, f"http://{upstream.address}", "first-byte", "It gave no answer that is HTTP")


def test_an_answer_that_breaks_off_is_told(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")
    _unreachable(gateway, f"http://{upstream.address}", "body", "Its answer broke off")


def test_the_setting_that_ended_the_wait_is_told(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answer(hang=True)
    found = _unreachable(
        gateway,
        f"http://{upstream.address}",
        "first-byte",
        "the time was over",
        json_data=JsonData.of({"timeout": 0.05}),
    )
    assert found.details["limit"] == "jsonData.timeout"


@pytest.mark.parametrize("host", ["169.254.169.254", "2852039166", "[::ffff:169.254.169.254]"])
def test_a_denied_address_is_told_with_its_setting(gateway: Gateway, host: str) -> None:
    found = _unreachable(gateway, f"http://{host}", "dns", "The settings keep data sources away from this address")
    assert found.details["limit"] == "SLUICE_PROXY_DENY_NETWORKS"


# Secrets

_SEALED = {"password": "hidden", "basicAuthPassword": "hidden", "httpHeaderValue1": "hidden"}


@pytest.mark.parametrize("type_id", ["prometheus", "influxdb", "influxdb_08"])
@pytest.mark.parametrize("answer", [{"body": _SUCCESS}, {"status": 401}, {"raw": b"x"}], ids=["ok", "refused", "none"])
def test_a_secret_is_never_told(gateway: Gateway, upstream: Upstream, type_id: str, answer: dict[str, Any]) -> None:
    upstream.answer(**{"close": True, **answer})
    row = gateway.data_source(
        type=type_id,
        url=f"http://user:hidden@{upstream.address}",
        user="u",
        json_data=JsonData.of({"httpHeaderName1": "X-Key"}),
        sealed=_SEALED,
    )
    found = _health(gateway, row)
    assert "hidden" not in found.message + json.dumps(dict(found.details))


def test_the_credentials_go_to_the_server(gateway: Gateway, upstream: Upstream) -> None:
    _health(gateway, _prometheus(gateway, user="ada", sealed={"password": "password"}))
    assert upstream.last.values("Authorization") == ["Basic YWRhOnBhc3N3b3Jk"]


def test_a_certificate_that_cannot_be_loaded_is_an_error_before_anything_is_sent(
    gateway: Gateway, upstream: Upstream
) -> None:
    row = _prometheus(gateway, json_data=JsonData.of({"tlsAuthWithCACert": True}), sealed={"tlsCACert": "hidden"})
    found = _health(gateway, row)
    assert (found.status, "tlsCACert" in found.message, "hidden" in found.message) == ("ERROR", True, False)
    assert upstream.connections == 0


# Who may


def test_a_data_source_of_another_org_is_not_found(gateway: Gateway, upstream: Upstream) -> None:
    row = _prometheus(gateway)
    for ref in (ById(row.id), ByUid(row.uid)):
        with pytest.raises(DataSourceNotFound):
            gateway.services.health_checks.check(gateway.other_admin, ref)
    assert upstream.connections == 0


def test_who_may_query_a_data_source_may_see_its_health(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answer(body=_SUCCESS, close=True)
    row = _prometheus(gateway)
    assert gateway.services.health_checks.check(gateway.viewer(), ByUid(row.uid)).status == "OK"


def test_who_may_not_query_a_data_source_is_refused(gateway: Gateway, upstream: Upstream) -> None:
    row = _prometheus(gateway)
    gateway.permit(row, Level.NONE)
    with pytest.raises((PermissionDenied, DataSourceNotFound)):
        gateway.services.health_checks.check(gateway.viewer(), ByUid(row.uid))
    assert upstream.connections == 0


def test_a_narrow_token_checks_only_what_it_could_ask_itself(gateway: Gateway, upstream: Upstream) -> None:
    row = _prometheus(gateway)
    token = replace(gateway.admin, limits=new_limits(data_sources=None, read_only=False, proxy=["GET api/v1/labels"]))
    with pytest.raises(ProxyRefusedByToken):
        gateway.services.health_checks.check(token, ById(row.id))
    assert upstream.connections == 0


def test_a_data_source_without_its_url_is_an_error_that_says_so(gateway: Gateway) -> None:
    found = _health(gateway, _prometheus(gateway, url=""))
    assert (found.status, "URL" in found.message) == ("ERROR", True)


def test_a_custom_header_that_cannot_be_sent_is_named(gateway: Gateway, upstream: Upstream) -> None:
    found = _health(
        gateway,
        _prometheus(
            gateway, json_data=JsonData.of({"httpHeaderName1": "no name"}), sealed={"httpHeaderValue1": "hidden"}
        ),
    )
    assert (found.status, "'no name'" in found.message, "hidden" in found.message) == ("ERROR", True, False)
    assert upstream.connections == 0


def test_a_type_that_nobody_knows_is_said_to_be_unknown(gateway: Gateway) -> None:
    found = _health(gateway, gateway.data_source(type="promethoius"))
    assert (found.status, "promethoius" in found.message) == ("UNKNOWN", True)
