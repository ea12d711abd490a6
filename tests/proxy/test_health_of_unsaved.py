"""A look at a server before its data source is stored."""

from dataclasses import replace
from typing import Any

import pytest

from app.identity.errors import PermissionDenied
from app.identity.limits import new_limits
from app.proxy.health import Health
from app.registry.datasource import ById, NewDataSource
from app.registry.errors import InvalidUrl
from app.registry.json_data import JsonData
from proxy.gateway import Gateway
from servers.upstream import Upstream

_SUCCESS = b'{"status":"success"}'


def _new(upstream: Upstream, **members: Any) -> NewDataSource:
    given = {"type": "prometheus", "access": "proxy", "url": f"http://{upstream.address}", **members}
    return NewDataSource(**given)


def _check(gateway: Gateway, new: NewDataSource) -> Health:
    return gateway.services.health_checks.check_unsaved(gateway.admin, new)


def test_a_server_is_asked_with_the_credentials_that_came(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answer(body=_SUCCESS, close=True)
    new = _new(
        upstream,
        user="ada",
        json_data=JsonData.of({"httpHeaderName1": "X-Key"}),
        secure_json_data={"password": "password", "httpHeaderValue1": "value"},
    )
    assert _check(gateway, new).status == "OK"
    assert upstream.last.values("Authorization") == ["Basic YWRhOnBhc3N3b3Jk"]
    assert upstream.last.values("X-Key") == ["value"]


def test_the_secrets_that_came_are_not_told(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answer(401, close=True)
    new = _new(upstream, type="influxdb_08", user="ada", secure_json_data={"password": "hidden"})
    found = _check(gateway, new)
    assert (found.status, "hidden" in f"{found}") == ("ERROR", False)
    assert "p=hidden" in upstream.last.target


def test_nothing_is_stored(gateway: Gateway, upstream: Upstream) -> None:
    stored = gateway.data_source(name="stored")
    upstream.answer(body=_SUCCESS, close=True)
    assert _check(gateway, _new(upstream, name="unsaved", uid="unsaved")).status == "OK"
    assert [row.uid for row in gateway.services.registry.all(gateway.admin)] == [stored.uid]


def test_the_name_and_uid_of_a_stored_one_may_be_given(gateway: Gateway, upstream: Upstream) -> None:
    stored = gateway.data_source(name="stored")
    upstream.answer(body=_SUCCESS, close=True)
    assert _check(gateway, _new(upstream, name=stored.name, uid=stored.uid)).status == "OK"
    assert gateway.services.registry.get(gateway.admin, ById(stored.id)).type == "graphite"


def test_no_connection_is_shared_with_a_stored_one(gateway: Gateway, upstream: Upstream) -> None:
    stored = gateway.data_source(type="prometheus")
    for close in (False, True, True):
        upstream.answer(body=_SUCCESS, close=close)
    gateway.services.health_checks.check(gateway.admin, ById(stored.id))
    _check(gateway, _new(upstream))
    gateway.services.health_checks.check(gateway.admin, ById(stored.id))
    assert [request.connection for request in upstream.requests] == [1, 2, 1]


@pytest.mark.parametrize("url", ["http://[::1", "http://h:99999", "http://a b"])
def test_a_url_that_is_none_is_refused(gateway: Gateway, upstream: Upstream, url: str) -> None:
    with pytest.raises(InvalidUrl):
        _check(gateway, _new(upstream, url=url))


@pytest.mark.parametrize("type_id", ["prometheus", "influxdb"])
def test_a_missing_url_is_an_error_that_says_so(gateway: Gateway, upstream: Upstream, type_id: str) -> None:
    found = _check(gateway, _new(upstream, type=type_id, url=""))
    assert (found.status, "URL" in found.message) == ("ERROR", True)


def test_only_who_may_create_data_sources_may_look(gateway: Gateway, upstream: Upstream) -> None:
    with pytest.raises(PermissionDenied):
        gateway.services.health_checks.check_unsaved(gateway.viewer(), _new(upstream))
    assert upstream.connections == 0


def test_a_read_only_token_may_not_look(gateway: Gateway, upstream: Upstream) -> None:
    token = replace(gateway.admin, limits=new_limits(data_sources=None, read_only=True, proxy=None))
    with pytest.raises(PermissionDenied):
        gateway.services.health_checks.check_unsaved(token, _new(upstream))
    assert upstream.connections == 0


def test_a_denied_address_is_denied_before_it_is_stored_too(gateway: Gateway, upstream: Upstream) -> None:
    found = _check(gateway, _new(upstream, url="http://169.254.169.254/latest"))
    assert (found.status, found.details["limit"]) == ("ERROR", "SLUICE_PROXY_DENY_NETWORKS")
