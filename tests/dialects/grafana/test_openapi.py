import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from installations import install
from servers.missing import need_module

# Dialect -> where its routes lie, and one of its operations.
_DIALECTS = {
    "grafana": ("/api/", ("/api/datasources/uid/{uid}", "put")),
    "native": ("/api/sluice/", ("/api/sluice/tokens/{id}/rotate", "post")),
    "opensearch": ("/_plugins/", ("/_plugins/_query/_datasources/{name}", "delete")),
    "aws": ("/2021-01-01/", ("/2021-01-01/opensearch/application/{id}/attachDataSource", "post")),
}
# Outside the documents: for machines (health) or no dialect's.
_UNDOCUMENTED = ("/healthz", "/metrics", "/docs/", "/api/health")
# What only says that it is not there.
_NOT_IMPLEMENTED = "aws_not_implemented."
_METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    made = install(tmp_path_factory.mktemp("openapi"), "")
    yield create_app(made.services)
    made.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(params=_DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def document(client: FlaskClient, dialect: str) -> dict[str, Any]:
    return _document(client, dialect)


def _path(dialect: str) -> str:
    return f"/docs/{dialect}/openapi.json"


def _document(client: FlaskClient, dialect: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(_path(dialect)).get_json()
    return found


def _documented(document: dict[str, Any]) -> set[tuple[str, str]]:
    return {(path, method) for path, item in document["paths"].items() for method in item if method in _METHODS}


def _routed(app: Flask) -> set[tuple[str, str]]:
    return {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if not rule.rule.startswith(_UNDOCUMENTED) and not rule.endpoint.startswith(_NOT_IMPLEMENTED)
        for method in rule.methods or ()
        if method.lower() in _METHODS
    }


def test_each_document_is_valid_openapi(document: dict[str, Any]) -> None:
    need_module("openapi_spec_validator", "openapi-spec-validator").validate(document)


def test_every_route_and_method_is_in_exactly_one_document(app: Flask, client: FlaskClient) -> None:
    documented = [entry for dialect in _DIALECTS for entry in _documented(_document(client, dialect))]
    assert len(documented) == len(set(documented))
    assert set(documented) == _routed(app)


def test_every_route_is_in_the_document_of_its_own_dialect(app: Flask, client: FlaskClient, dialect: str) -> None:
    prefix, known = _DIALECTS[dialect]
    others = tuple(other for other, _ in _DIALECTS.values() if other.startswith(prefix) and other != prefix)
    own = {
        (path, method)
        for path, method in _routed(app)
        if path.startswith(prefix) and not (others and path.startswith(others))
    }
    assert known in own
    assert _documented(_document(client, dialect)) == own


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


def test_every_way_to_sign_in_is_described(dialect: str, document: dict[str, Any]) -> None:
    ways = ["sigv4", "bearer", "basic"] if dialect == "aws" else ["bearer", "basic"]
    assert sorted(document["components"]["securitySchemes"]) == sorted(ways)
    assert [next(iter(one)) for one in document["security"]] == ways


def test_no_answer_has_a_member_for_secrets(dialect: str, document: dict[str, Any]) -> None:
    schemas = document["components"].get("schemas", {})
    views = {name: schema for name, schema in schemas.items() if "readOnly" in schema.get("properties", {})}
    # Of these, answers are described in words.
    assert views or dialect in {"opensearch", "aws"}
    assert [name for name, schema in views.items() if "secureJsonData" in schema["properties"]] == []


def test_no_document_needs_credentials(client: FlaskClient, dialect: str) -> None:
    assert client.get(_path(dialect)).status_code == 200


def test_the_page_loads_nothing_from_other_hosts(client: FlaskClient) -> None:
    page = client.get("/docs/").text
    loaded = re.findall(r"(?:src|href)=\"([^\"]*)\"", page)
    assert loaded
    assert [link for link in loaded if not link.startswith("/docs/")] == []
    assert set(re.findall(r"https?://([^/\"'\s]+)", page)) <= {"localhost"}


def test_everything_the_page_loads_is_there(client: FlaskClient) -> None:
    page = client.get("/docs/").text
    for link in [*re.findall(r"(?:src|href)=\"([^\"]*)\"", page), *map(_path, _DIALECTS)]:
        with client.get(link) as response:
            assert response.status_code == 200, link


def test_the_style_of_the_page_loads_nothing_from_other_hosts(client: FlaskClient) -> None:
    for link in re.findall(r"href=\"([^\"]*\.css)\"", client.get("/docs/").text):
        with client.get(link) as response:
            assert re.findall(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//", response.get_data(as_text=True)) == []


def test_the_page_offers_each_document(client: FlaskClient, dialect: str) -> None:
    assert f'"url": "{_path(dialect)}"' in client.get("/docs/").text
