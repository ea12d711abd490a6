"""What is decided once for each version of a data source, and when it is decided anew."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from app.proxy.headers import OwnHeaders
from app.proxy.prepared import Preparations, Prepared
from app.registry.datasource import ById, DataSource, DataSourceChange
from app.registry.json_data import JsonData
from proxy.gateway import Gateway
from proxy.proxied import RULES


@pytest.fixture
def preparations(gateway: Gateway) -> Preparations:
    return Preparations(gateway.services.registry, RULES)


def _prepared(gateway: Gateway, preparations: Preparations, row: DataSource) -> Prepared:
    return preparations.of(preparations.look_up(gateway.admin, ById(row.id)))


def _changed(gateway: Gateway, row: DataSource, *, sealed: Mapping[str, str] | None = None, **members: Any) -> None:
    given = {"name": row.name, "type": row.type, "access": row.access, "url": row.url, **members}
    change = DataSourceChange(secure_json_data=sealed or {}, **given)
    gateway.services.registry.replace(gateway.admin, ById(row.id), change)


def test_the_same_version_is_prepared_once(gateway: Gateway, preparations: Preparations) -> None:
    row = gateway.data_source(sealed={"password": "p"}, user="ada")
    assert _prepared(gateway, preparations, row) is _prepared(gateway, preparations, row)


def test_a_row_that_was_read_again_and_is_equal_is_the_same_version(
    gateway: Gateway, preparations: Preparations
) -> None:
    made = gateway.data_source(json_data=JsonData('{"timeout": 5}'))
    row = preparations.look_up(gateway.admin, ById(made.id))
    read_again = replace(row, json_data=JsonData(row.json_data.text))
    assert preparations.of(row) is preparations.of(read_again)


def test_a_changed_url_is_in_force_at_once(gateway: Gateway, preparations: Preparations) -> None:
    row = gateway.data_source()
    _prepared(gateway, preparations, row)
    _changed(gateway, row, url="https://elsewhere.test:8443/base")
    found = _prepared(gateway, preparations, row)
    assert (found.scheme, found.host, found.port, found.path) == ("https", "elsewhere.test", 8443, "/base")


def _own(gateway: Gateway, preparations: Preparations, row: DataSource) -> OwnHeaders:
    return _prepared(gateway, preparations, row).own


def test_a_changed_secret_alone_is_in_force_at_once(gateway: Gateway, preparations: Preparations) -> None:
    row = gateway.data_source(user="ada", sealed={"password": "one"})
    before = _own(gateway, preparations, row).authorization
    _changed(gateway, row, user="ada", sealed={"password": "two"})
    assert (before, _own(gateway, preparations, row).authorization) == ("Basic YWRhOm9uZQ==", "Basic YWRhOnR3bw==")


def test_a_changed_header_name_is_in_force_at_once(gateway: Gateway, preparations: Preparations) -> None:
    sealed = {"httpHeaderValue1": "v"}
    row = gateway.data_source(json_data=JsonData.of({"httpHeaderName1": "X-A"}), sealed=sealed)
    assert _own(gateway, preparations, row).custom == (("X-A", "v"),)
    _changed(gateway, row, json_data=JsonData.of({"httpHeaderName1": "X-B"}))
    assert _own(gateway, preparations, row).custom == (("X-B", "v"),)


def test_two_data_sources_do_not_mix(gateway: Gateway, preparations: Preparations) -> None:
    rows = [gateway.data_source(user=user, sealed={"password": "p"}) for user in ("ada", "bob")]
    found = [_prepared(gateway, preparations, row).data_source.user for row in (*rows, *rows)]
    assert found == ["ada", "bob", "ada", "bob"]


def test_the_same_url_in_another_org_has_its_own_credentials(gateway: Gateway, preparations: Preparations) -> None:
    mine = gateway.data_source(user="ada", sealed={"password": "mine"})
    gateway.admin, gateway.other_admin = gateway.other_admin, gateway.admin
    theirs = gateway.data_source(user="ada", sealed={"password": "theirs"})
    found = preparations.of(preparations.look_up(gateway.admin, ById(theirs.id))).own
    other = preparations.of(preparations.look_up(gateway.other_admin, ById(mine.id))).own
    assert (found.authorization, other.authorization) == ("Basic YWRhOnRoZWlycw==", "Basic YWRhOm1pbmU=")


def test_what_is_prepared_shows_no_secret(gateway: Gateway, preparations: Preparations) -> None:
    json_data = JsonData.of({"httpHeaderName1": "X-A", "tlsAuth": True})
    sealed = {"password": "acorn", "httpHeaderValue1": "beech", "tlsClientCert": "cedar", "tlsClientKey": "fir"}
    shown = repr(_prepared(gateway, preparations, gateway.data_source(user="ada", json_data=json_data, sealed=sealed)))
    assert [word for word in ("acorn", "YWRh", "beech", "cedar", "fir'") if word in shown] == []
