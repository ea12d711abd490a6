"""The examples of the data source API's page of January 2021, one test each: what they send works, and what they
show comes back. Numbers and uids are made by the server; the first data source of an org is its default today."""

import http.client
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest

from app.identity.identity import system
from app.identity.roles import Role
from installations import Installation
from servers.ports import LOOPBACK
from servers.upstream import Upstream, recording_upstream

_CREATE = {
    "name": "test_datasource",
    "type": "graphite",
    "url": "http://mydatasource.com",
    "access": "proxy",
    "basicAuth": False,
}
_CREATE_WITH_BASIC_AUTH = {
    "name": "test_datasource",
    "type": "graphite",
    "url": "http://mydatasource.com",
    "access": "proxy",
    "basicAuth": True,
    "basicAuthUser": "basicuser",
    "secureJsonData": {"basicAuthPassword": "basicpassword"},
}
_CREATE_CLOUDWATCH = {
    "name": "test_datasource",
    "type": "cloudwatch",
    "url": "http://monitoring.us-west-1.amazonaws.com",
    "access": "proxy",
    "jsonData": {"authType": "keys", "defaultRegion": "us-west-1"},
    "secureJsonData": {"accessKey": "Ol4pIDpeKSA6XikgOl4p", "secretKey": "dGVzdCBrZXkgYmxlYXNlIGRvbid0IHN0ZWFs"},
}
_UPDATE = {
    "id": 1,
    "orgId": 1,
    "name": "test_datasource",
    "type": "graphite",
    "access": "proxy",
    "url": "http://mydatasource.com",
    "password": "",
    "user": "",
    "database": "",
    "basicAuth": True,
    "basicAuthUser": "basicuser",
    "secureJsonData": {"basicAuthPassword": "basicpassword"},
    "isDefault": False,
    "jsonData": None,
}

# What the page shows of one data source, besides what the server makes: id, uid, orgId, typeLogoUrl, isDefault.
_SINGLE = {
    "name": "test_datasource",
    "type": "graphite",
    "access": "proxy",
    "url": "http://mydatasource.com",
    "password": "",
    "user": "",
    "database": "",
    "basicAuth": False,
    "basicAuthUser": "",
    "basicAuthPassword": "",
    "withCredentials": False,
    "jsonData": {},
    "secureJsonFields": {},
    "version": 1,
    "readOnly": False,
}
_WITH_BASIC_AUTH = {"basicAuth": True, "basicAuthUser": "basicuser", "secureJsonFields": {"basicAuthPassword": True}}
_GRAPHITE_DATA = {"graphiteType": "default", "graphiteVersion": "1.1"}
_MADE_BY_THE_SERVER = {"id": int, "orgId": int, "typeLogoUrl": str, "isDefault": bool}


class Client:
    """Speaks as the page does: with an API key, for an org of its own."""

    def __init__(self, installation: Installation) -> None:
        self._port = installation.served({}).port
        services = installation.services
        self.org = services.orgs.create(system(0, "test"), f"org {secrets.token_hex(6)}").id
        _, key = services.api_keys.create(system(self.org, "test"), name="page", role=Role.ADMIN, seconds_to_live=0)
        self._authorization = f"Bearer {key}"

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return json.loads(self.text(method, path, body))

    def text(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> bytes:
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Authorization": self._authorization,
        }
        with closing(http.client.HTTPConnection(LOOPBACK, self._port, timeout=30)) as connection:
            connection.request(method, path, body=None if body is None else json.dumps(body), headers=headers)
            response = connection.getresponse()
            text = response.read()
        assert response.status == 200, text
        return text


@pytest.fixture
def client(installation: Installation) -> Client:
    return Client(installation)


@pytest.fixture
def graphite(client: Client) -> dict[str, Any]:
    """The data source that the page's reads and deletes are about."""
    made: dict[str, Any] = client.ask("POST", "/api/datasources", {**_CREATE, "jsonData": _GRAPHITE_DATA})["datasource"]
    return made


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with recording_upstream() as running:
        yield running


def _check(shown: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Every member of the page's answer is there."""
    assert {name: shown[name] for name in expected} == expected
    assert {name: type(shown[name]) for name in _MADE_BY_THE_SERVER} == _MADE_BY_THE_SERVER


def test_get_all_data_sources(client: Client) -> None:
    data = {
        "esVersion": 5,
        "logLevelField": "",
        "logMessageField": "",
        "maxConcurrentShardRequests": 256,
        "timeField": "@timestamp",
    }
    elastic = {
        "name": "datasource_elastic",
        "type": "elasticsearch",
        "access": "proxy",
        "url": "http://mydatasource.com",
        "database": "grafana-dash",
        "jsonData": data,
    }
    client.ask("POST", "/api/datasources", elastic)
    [row] = client.ask("GET", "/api/datasources")
    _check(row, {**elastic, "password": "", "user": "", "basicAuth": False, "readOnly": False, "orgId": client.org})
    assert row["typeLogoUrl"] == "public/app/plugins/datasource/elasticsearch/img/elasticsearch.svg"
    assert row["uid"]


def test_get_a_single_data_source_by_id(client: Client, graphite: dict[str, Any]) -> None:
    row = client.ask("GET", f"/api/datasources/{graphite['id']}")
    _check(row, {**_SINGLE, "jsonData": _GRAPHITE_DATA, "id": graphite["id"], "uid": graphite["uid"]})


def test_get_a_single_data_source_by_uid(client: Client, graphite: dict[str, Any]) -> None:
    row = client.ask("GET", f"/api/datasources/uid/{graphite['uid']}")
    _check(row, {**_SINGLE, "jsonData": _GRAPHITE_DATA, "id": graphite["id"], "uid": graphite["uid"]})


def test_get_a_single_data_source_by_name(client: Client, graphite: dict[str, Any]) -> None:
    row = client.ask("GET", "/api/datasources/name/test_datasource")
    _check(row, {**_SINGLE, "jsonData": _GRAPHITE_DATA, "id": graphite["id"], "uid": graphite["uid"]})


def test_get_a_data_sources_id_by_name(client: Client, graphite: dict[str, Any]) -> None:
    assert client.ask("GET", "/api/datasources/id/test_datasource") == {"id": graphite["id"]}


def test_create_a_graphite_data_source(client: Client) -> None:
    answer = client.ask("POST", "/api/datasources", _CREATE)
    _check(answer["datasource"], _SINGLE)
    assert (answer["message"], answer["name"]) == ("Datasource added", "test_datasource")
    assert answer["id"] == answer["datasource"]["id"]


def test_create_a_graphite_data_source_with_basic_auth(client: Client) -> None:
    answer = client.ask("POST", "/api/datasources", _CREATE_WITH_BASIC_AUTH)
    _check(answer["datasource"], {**_SINGLE, **_WITH_BASIC_AUTH})
    assert (answer["message"], answer["name"]) == ("Datasource added", "test_datasource")
    assert answer["id"] == answer["datasource"]["id"]


def test_create_a_cloudwatch_data_source(client: Client) -> None:
    # The page shows no answer to this request.
    row = client.ask("POST", "/api/datasources", _CREATE_CLOUDWATCH)["datasource"]
    assert row["jsonData"] == {"authType": "keys", "defaultRegion": "us-west-1"}
    assert row["secureJsonFields"] == {"accessKey": True, "secretKey": True}


def test_update_an_existing_data_source(client: Client, graphite: dict[str, Any]) -> None:
    answer = client.ask("PUT", f"/api/datasources/{graphite['id']}", _UPDATE)
    _check(answer["datasource"], {**_SINGLE, **_WITH_BASIC_AUTH, "id": graphite["id"], "isDefault": False})
    assert answer["message"] == "Datasource updated"
    assert (answer["id"], answer["name"]) == (graphite["id"], "test_datasource")


def test_delete_an_existing_data_source_by_id(client: Client, graphite: dict[str, Any]) -> None:
    assert client.ask("DELETE", f"/api/datasources/{graphite['id']}") == {"message": "Data source deleted"}
    assert client.ask("GET", "/api/datasources") == []


def test_delete_an_existing_data_source_by_uid(client: Client, graphite: dict[str, Any]) -> None:
    answer = client.ask("DELETE", f"/api/datasources/uid/{graphite['uid']}")
    assert answer["message"] == "Data source deleted"
    assert client.ask("GET", "/api/datasources") == []


def test_delete_an_existing_data_source_by_name(client: Client, graphite: dict[str, Any]) -> None:
    answer = client.ask("DELETE", "/api/datasources/name/test_datasource")
    assert answer == {"message": "Data source deleted", "id": graphite["id"]}
    assert client.ask("GET", "/api/datasources") == []


def test_proxy_calls(client: Client, upstream: Upstream) -> None:
    upstream.answer(body=b"series")
    made = client.ask("POST", "/api/datasources", {**_CREATE, "url": f"http://{upstream.address}"})
    assert client.text("GET", f"/api/datasources/proxy/{made['id']}/render?target=a") == b"series"
    assert upstream.last.target == "/render?target=a"
