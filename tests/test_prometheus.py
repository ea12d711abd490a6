"""The path of a new user: a token, a data source, and PromQL through the gateway to a real Prometheus."""

import http.client
import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from servers.gunicorn import ADMIN_PASSWORD, Served, gunicorn_server
from servers.prometheus import Prometheus, prometheus_server

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str | None
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    with prometheus_server(tmp_path_factory.mktemp("prometheus")) as running:
        yield running


@pytest.fixture(scope="module")
def sluice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    settings = {"SLUICE_HTTP_WORKERS": "1", "SLUICE_HTTP_THREADS": "4"}
    folder: Path = tmp_path_factory.mktemp("sluice")
    with gunicorn_server(folder, settings) as served:
        yield served


@pytest.fixture(scope="module")
def bearer(sluice: Served) -> dict[str, str]:
    """The headers of a service account with the role Admin, made by the first admin."""
    admin = {"Authorization": basic("admin", ADMIN_PASSWORD)}
    account = call_json(sluice, "POST", "/api/serviceaccounts", admin, {"name": "readme", "role": "Admin"})
    token = call_json(sluice, "POST", f"/api/serviceaccounts/{account['id']}/tokens", admin, {"name": "readme"})
    return {"Authorization": f"Bearer {token['key']}"}


def new_data_source(prometheus: Prometheus, name: str, password: str) -> dict[str, object]:
    return {
        "name": name,
        "type": "prometheus",
        "url": prometheus.url,
        "access": "proxy",
        "basicAuth": True,
        "basicAuthUser": prometheus.user,
        "secureJsonData": {"basicAuthPassword": password},
    }


@pytest.fixture(scope="module")
def data_source(sluice: Served, prometheus: Prometheus, bearer: dict[str, str]) -> dict[str, Any]:
    new = new_data_source(prometheus, "Prometheus", prometheus.password)
    made: dict[str, Any] = call_json(sluice, "POST", "/api/datasources", bearer, new)["datasource"]
    return made


@pytest.fixture
def moment(prometheus: Prometheus) -> str:
    """A time of Prometheus' own clock."""
    answer = direct(prometheus, "GET", "/api/v1/query?query=time()")
    return str(answer.document["data"]["result"][1])


def basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def call(url: str, method: str, path: str, headers: dict[str, str], body: str | None = None) -> Answer:
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)) as connection:
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        return Answer(response.status, response.getheader("Content-Type"), response.read())


def call_json(sluice: Served, method: str, path: str, headers: dict[str, str], document: object) -> Any:
    answer = call(sluice.url, method, path, {**headers, "Content-Type": "application/json"}, json.dumps(document))
    assert answer.status in {200, 201}, answer
    return answer.document


def direct(prometheus: Prometheus, method: str, path: str, body: str | None = None) -> Answer:
    headers = {"Authorization": basic(prometheus.user, prometheus.password), **(FORM if body else {})}
    return call(prometheus.url, method, path, headers, body)


@pytest.mark.parametrize("way", ["{id}", "uid/{uid}"], ids=["by id", "by uid"])
def test_a_query_in_the_url_gives_what_prometheus_gives(
    sluice: Served, prometheus: Prometheus, bearer: dict[str, str], data_source: dict[str, Any], moment: str, way: str
) -> None:
    path = "/api/v1/query?" + urlencode({"query": "up", "time": moment})
    answer = call(sluice.url, "GET", f"/api/datasources/proxy/{way.format(**data_source)}{path}", bearer)
    assert answer == direct(prometheus, "GET", path)
    [sample] = answer.document["data"]["result"]
    assert (answer.status, sample["metric"]["job"], sample["value"][1]) == (200, "prometheus", "1")


@pytest.mark.parametrize("way", ["{id}", "uid/{uid}"], ids=["by id", "by uid"])
def test_a_query_in_a_form_gives_what_prometheus_gives(
    sluice: Served, prometheus: Prometheus, bearer: dict[str, str], data_source: dict[str, Any], moment: str, way: str
) -> None:
    path, form = "/api/v1/query", urlencode({"query": 'up{job="prometheus"}', "time": moment})
    target = f"/api/datasources/proxy/{way.format(**data_source)}{path}"
    answer = call(sluice.url, "POST", target, {**bearer, **FORM}, form)
    assert answer == direct(prometheus, "POST", path, form)
    [sample] = answer.document["data"]["result"]
    assert (answer.status, sample["value"][1]) == (200, "1")


def test_an_error_of_prometheus_is_passed_on_as_it_is(
    sluice: Served, prometheus: Prometheus, bearer: dict[str, str], data_source: dict[str, Any]
) -> None:
    path = "/api/v1/query?query=" + "up%7B"
    answer = call(sluice.url, "GET", f"/api/datasources/proxy/uid/{data_source['uid']}{path}", bearer)
    assert answer == direct(prometheus, "GET", path)
    assert (answer.status, answer.document["errorType"]) == (400, "bad_data")


def test_a_wrong_stored_password_is_told_apart_from_a_wrong_token(
    sluice: Served, prometheus: Prometheus, bearer: dict[str, str]
) -> None:
    new = new_data_source(prometheus, "Wrong password", "not-the-password")
    made = call_json(sluice, "POST", "/api/datasources", bearer, new)["datasource"]
    answer = call(sluice.url, "GET", f"/api/datasources/proxy/uid/{made['uid']}/api/v1/query?query=up", bearer)
    assert (answer.status, answer.body) == (400, b"Authentication to data source failed")


def test_a_corrected_password_works_at_once(sluice: Served, prometheus: Prometheus, bearer: dict[str, str]) -> None:
    new = new_data_source(prometheus, "Corrected", "not-the-password")
    made = call_json(sluice, "POST", "/api/datasources", bearer, new)["datasource"]
    right = new_data_source(prometheus, "Corrected", prometheus.password)
    call_json(sluice, "PUT", f"/api/datasources/uid/{made['uid']}", bearer, right)
    answer = call(sluice.url, "GET", f"/api/datasources/proxy/uid/{made['uid']}/api/v1/query?query=up", bearer)
    assert answer.status == 200


def test_without_a_token_nothing_reaches_prometheus(sluice: Served, data_source: dict[str, Any]) -> None:
    answer = call(sluice.url, "GET", f"/api/datasources/proxy/uid/{data_source['uid']}/api/v1/query?query=up", {})
    assert answer.status == 401
    assert b"success" not in answer.body
