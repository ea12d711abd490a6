import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from installations import install
from servers.missing import need_module

_DOCUMENT = "/docs/grafana/openapi.json"
# Outside the document: for machines (health) or not the dialect's.
_UNDOCUMENTED = ("/healthz", "/docs/", "/api/health")
_METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    made = install(tmp_path_factory.mktemp("openapi"), "")
    yield create_app(made.services)
    made.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get(_DOCUMENT).get_json()
    return found


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    need_module("openapi_spec_validator", "openapi-spec-validator").validate(document)


def test_the_document_has_every_route_and_method(app: Flask, document: dict[str, Any]) -> None:
    documented = {(path, method) for path, item in document["paths"].items() for method in item if method in _METHODS}
    routed = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if not rule.rule.startswith(_UNDOCUMENTED)
        for method in rule.methods or ()
    }
    assert documented == {(path, method) for path, method in routed if method in _METHODS}
    assert ("/api/datasources/uid/{uid}", "put") in documented


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    silent = [
        (path, method)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in _METHODS and not operation.get("summary")
    ]
    assert silent == []


def test_every_parameter_of_a_path_is_described(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        shared = {one["name"] for one in item.get("parameters", [])}
        for method, operation in item.items():
            if method in _METHODS:
                own = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
                assert set(re.findall(r"\{(\w+)\}", path)) <= shared | own, (method, path)


def test_both_ways_to_sign_in_are_described(document: dict[str, Any]) -> None:
    assert {one["scheme"] for one in document["components"]["securitySchemes"].values()} == {"bearer", "basic"}
    assert [next(iter(one)) for one in document["security"]] == ["bearer", "basic"]


def test_no_answer_has_a_member_for_secrets(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    views = {name: schema for name, schema in schemas.items() if "readOnly" in schema.get("properties", {})}
    assert views
    assert [name for name, schema in views.items() if "secureJsonData" in schema["properties"]] == []


def test_the_document_needs_no_credentials(client: FlaskClient) -> None:
    assert client.get(_DOCUMENT).status_code == 200


def test_the_page_loads_nothing_from_other_hosts(client: FlaskClient) -> None:
    page = client.get("/docs/").text
    loaded = re.findall(r"(?:src|href)=\"([^\"]*)\"", page)
    assert loaded
    assert [link for link in loaded if not link.startswith("/docs/")] == []
    assert set(re.findall(r"https?://([^/\"'\s]+)", page)) <= {"localhost"}


def test_everything_the_page_loads_is_there(client: FlaskClient) -> None:
    page = client.get("/docs/").text
    for link in [*re.findall(r"(?:src|href)=\"([^\"]*)\"", page), _DOCUMENT]:
        with client.get(link) as response:
            assert response.status_code == 200, link


def test_the_style_of_the_page_loads_nothing_from_other_hosts(client: FlaskClient) -> None:
    for link in re.findall(r"href=\"([^\"]*\.css)\"", client.get("/docs/").text):
        with client.get(link) as response:
            assert re.findall(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//", response.get_data(as_text=True)) == []


def test_the_page_offers_the_document(client: FlaskClient) -> None:
    assert f'"url": "{_DOCUMENT}"' in client.get("/docs/").text
