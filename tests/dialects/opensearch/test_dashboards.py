"""What OpenSearch Dashboards sends and reads, byte by byte over HTTP."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.identity.identity import system
from app.registry.datasource import ByUid, NewDataSource, Status
from app.registry.json_data import JsonData
from installations import Installation, install
from plain_http import ask

COLLECTION = "/_plugins/_query/_datasources"
OF_DASHBOARDS = {"x-elastic-product-origin": "opensearch-dashboards", "User-Agent": "opensearch-js"}
OPERATOR = system(1, "test")
# The form sends these four members, and neither status nor resultIndex.
CREATES: dict[str, Any] = {
    "name": "metrics",
    "allowedRoles": ["shop"],
    "connector": "prometheus",
    "properties": {
        "prometheus.uri": "http://127.0.0.1:9090",
        "prometheus.auth.type": "basicauth",
        "prometheus.auth.username": "reader",
        "prometheus.auth.password": "secret of reader",
    },
}
GLUE: dict[str, Any] = {
    "name": "lake",
    "allowedRoles": [],
    "connector": "s3glue",
    "properties": {
        "glue.auth.type": "iam_role",
        "glue.auth.role_arn": "arn:aws:iam::123456789012:role/lake",
        "glue.indexstore.opensearch.uri": "http://127.0.0.1:9200",
        "glue.indexstore.opensearch.auth": "noauth",
    },
}
OAUTH2: dict[str, Any] = {
    "name": "remote",
    "allowedRoles": [],
    "connector": "prometheus",
    "properties": {
        "prometheus.uri": "http://127.0.0.1:9090",
        "prometheus.auth.type": "oauth2",
        "prometheus.oauth2.enabled": "true",
        "prometheus.oauth2.clientId": "dashboards",
        "prometheus.oauth2.clientSecret": "secret of dashboards",
        "prometheus.oauth2.tokenUrl": "http://127.0.0.1:8080/token",
        "prometheus.oauth2.scopes": "metrics",
    },
}

# Method, path, body: status and decoded answer.
Send = Callable[..., tuple[int, Any]]


@pytest.fixture(scope="module")
def dashboards_installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = install(tmp_path_factory.mktemp("for_dashboards"), "")
    yield made
    made.close()


@pytest.fixture(params=["documented", "server"])
def send(request: pytest.FixtureRequest, dashboards_installation: Installation) -> Iterator[Send]:
    """Sends as the dashboards do, in each profile of the service."""
    served = dashboards_installation.served({"SLUICE_OPENSEARCH_PROFILE": request.param})

    def over_http(method: str, path: str, body: Any = None) -> tuple[int, Any]:
        content = {} if body is None else {"Content-Type": "application/json"}
        response, text = ask(
            served.port,
            method,
            path,
            body=None if body is None else json.dumps(body),
            headers={**OF_DASHBOARDS, **content},
        )
        if text:
            assert response.headers["Content-Type"] == "application/json; charset=UTF-8"
        return response.status, json.loads(text) if text else None

    yield over_http
    registry = dashboards_installation.services.registry
    for row in registry.all(OPERATOR):
        registry.delete(OPERATOR, ByUid(row.uid))


def one(send: Send, name: str) -> Any:
    status, found = send("GET", f"{COLLECTION}/{name}")
    assert status == 200
    return found


def columns(where: Installation, uid: str) -> dict[str, Any]:
    """All that Grafana's API shows of a data source but its version, and its secrets."""
    registry = where.services.registry
    row = registry.for_request(OPERATOR, ByUid(uid))
    shown = {
        "name": row.name,
        "type": row.type,
        "access": row.access,
        "url": row.url,
        "user": row.user,
        "database": row.database,
        "basicAuth": row.basic_auth,
        "basicAuthUser": row.basic_auth_user,
        "withCredentials": row.with_credentials,
        "isDefault": row.is_default,
        "jsonData": dict(row.json_data),
    }
    return {**shown, "secureJsonData": dict(registry.secrets_of(row))}


@pytest.mark.parametrize("body", [CREATES, GLUE, OAUTH2], ids=["prometheus", "s3glue", "oauth2"])
def test_the_form_creates_with_four_members_and_a_lower_case_connector(send: Send, body: dict[str, Any]) -> None:
    assert send("POST", COLLECTION, body)[0] == 201
    found = one(send, body["name"])
    # The dashboards keep what they read under the names of their own table, in upper case.
    assert found["connector"] == body["connector"].upper()
    assert (found["status"], found["allowedRoles"]) == ("ACTIVE", body["allowedRoles"])
    assert found["resultIndex"] == f"query_execution_result_{body['name']}"


@pytest.mark.parametrize("body", [CREATES, GLUE, OAUTH2], ids=["prometheus", "s3glue", "oauth2"])
def test_the_page_of_a_source_shows_its_properties_as_texts_and_no_secret(send: Send, body: dict[str, Any]) -> None:
    send("POST", COLLECTION, body)
    found = one(send, body["name"])
    hidden = {"prometheus.auth.username", "prometheus.auth.password", "prometheus.oauth2.clientSecret"}
    assert found["properties"] == {key: value for key, value in body["properties"].items() if key not in hidden}
    assert "secret of" not in json.dumps(found)


def test_the_list_holds_what_each_page_shows(send: Send) -> None:
    send("POST", COLLECTION, CREATES)
    send("POST", COLLECTION, GLUE)
    assert send("GET", COLLECTION) == (200, [one(send, "lake"), one(send, "metrics")])


def test_the_access_page_patches_the_roles_alone(send: Send) -> None:
    send("POST", COLLECTION, CREATES)
    before = one(send, "metrics")
    status, _ = send("PATCH", COLLECTION, {"name": "metrics", "allowedRoles": ["shop", "audit"]})
    assert (status, one(send, "metrics")) == (200, {**before, "allowedRoles": ["shop", "audit"]})


def test_the_access_page_takes_all_roles_away(send: Send) -> None:
    send("POST", COLLECTION, CREATES)
    status, _ = send("PATCH", COLLECTION, {"name": "metrics", "allowedRoles": []})
    assert (status, one(send, "metrics")["allowedRoles"]) == (200, [])


@pytest.mark.parametrize("sent", ["disabled", "DISABLED"])
def test_the_switch_disables_and_enables(send: Send, sent: str) -> None:
    send("POST", COLLECTION, CREATES)
    before = one(send, "metrics")
    assert send("PATCH", COLLECTION, {"name": "metrics", "status": sent})[0] == 200
    assert one(send, "metrics") == {**before, "status": "DISABLED"}
    assert send("PATCH", COLLECTION, {"name": "metrics", "status": "active"})[0] == 200
    assert one(send, "metrics") == before


def test_patches_keep_the_password(send: Send, dashboards_installation: Installation) -> None:
    send("POST", COLLECTION, CREATES)
    patches: list[dict[str, Any]] = [{"status": "disabled"}, {"status": "active"}, {"allowedRoles": []}]
    for patch in patches:
        send("PATCH", COLLECTION, {"name": "metrics", **patch})
    registry = dashboards_installation.services.registry
    [row] = registry.all(OPERATOR)
    assert row.basic_auth_user == "reader"
    assert registry.secrets_of(registry.for_request(OPERATOR, ByUid(row.uid))) == {
        "basicAuthPassword": "secret of reader"
    }


def born(type_id: str, url: str, **more: Any) -> NewDataSource:
    """As Grafana's API makes one."""
    return NewDataSource(**{"name": "My DS 1.0", "type": type_id, "access": "proxy", "url": url, **more})


@pytest.mark.parametrize(
    "new",
    [
        born("prometheus", "http://127.0.0.1:9090/metrics?tenant=shop", json_data=JsonData('{"httpMethod":"POST"}')),
        born("prometheus", "http://127.0.0.1:9090", user="clerk", database="shop"),
        born("loki", "http://127.0.0.1:3100/"),
        born(
            "loki",
            "http://127.0.0.1:3100",
            basic_auth=True,
            basic_auth_user="reader",
            secure_json_data={"basicAuthPassword": "secret of reader"},
        ),
        born(
            "loki",
            "http://127.0.0.1:3100",
            json_data=JsonData('{"httpHeaderName1":"X-Shop"}'),
            secure_json_data={"httpHeaderValue1": "secret of header"},
        ),
        born("loki", "http://127.0.0.1:3100", access="direct", with_credentials=True),
        born("loki", "http://reader:secret@127.0.0.1:3100"),
        born("elasticsearch", "http://127.0.0.1:9200", database="logs"),
        born("tempo", ""),
        born("mysql", "127.0.0.1:3306", user="clerk", database="shop", secure_json_data={"password": "secret"}),
        born("mysql", "", user="clerk", database="shop", secure_json_data={"password": "secret"}),
        born("mysql", "/var/run/mysqld/mysqld.sock", user="clerk", database="shop"),
        born("postgres", "127.0.0.1:5432", user="clerk", json_data=JsonData('{"database":"shop","sslmode":"disable"}')),
        born("postgres", "/var/run/postgresql", user="clerk", database="shop"),
        born("mssql", "127.0.0.1:1433", user="clerk", database="shop"),
        born("acme-panel-datasource", "acme://127.0.0.1:1", json_data=JsonData('{"token":"not secret to Grafana"}')),
    ],
    ids=[
        "prometheus",
        "prometheus with user and database",
        "loki for anybody",
        "loki with basic auth",
        "loki with a header",
        "loki from the browser",
        "loki with a password in its URL",
        "elasticsearch with an index",
        "tempo without a URL",
        "mysql",
        "mysql without a URL",
        "mysql on a socket",
        "postgres with its database in jsonData",
        "postgres on a socket",
        "mssql",
        "a type that nobody knows",
    ],
)
def test_the_switch_leaves_a_source_born_in_grafana_as_it_was(
    send: Send, dashboards_installation: Installation, new: NewDataSource
) -> None:
    registry = dashboards_installation.services.registry
    uid = registry.create(OPERATOR, new).uid
    before = columns(dashboards_installation, uid)
    assert send("PATCH", COLLECTION, {"name": new.name, "status": "disabled"})[0] == 200
    assert registry.get(OPERATOR, ByUid(uid)).opensearch.status is Status.DISABLED
    assert send("PATCH", COLLECTION, {"name": new.name, "status": "active"})[0] == 200
    assert columns(dashboards_installation, uid) == before


def test_roles_are_given_to_a_source_born_in_grafana(send: Send, dashboards_installation: Installation) -> None:
    registry = dashboards_installation.services.registry
    uid = registry.create(OPERATOR, born("loki", "http://127.0.0.1:3100")).uid
    assert send("PATCH", COLLECTION, {"name": "My DS 1.0", "allowedRoles": ["shop"]})[0] == 200
    assert registry.get(OPERATOR, ByUid(uid)).opensearch.allowed_roles == ("shop",)


def test_the_switch_gives_a_source_born_in_grafana_no_roles(send: Send, dashboards_installation: Installation) -> None:
    registry = dashboards_installation.services.registry
    uid = registry.create(OPERATOR, born("loki", "http://127.0.0.1:3100")).uid
    send("PATCH", COLLECTION, {"name": "My DS 1.0", "status": "disabled"})
    assert registry.get(OPERATOR, ByUid(uid)).opensearch.allowed_roles is None


@pytest.mark.parametrize(
    ("body", "region"),
    [(GLUE, "glue.indexstore.opensearch.region"), (CREATES, "prometheus.auth.region")],
    ids=["s3glue", "prometheus"],
)
def test_a_region_beside_credentials_that_need_none_is_shown_as_it_was_sent(
    send: Send, body: dict[str, Any], region: str
) -> None:
    send("POST", COLLECTION, {**body, "properties": {**body["properties"], region: "us-west-2"}})
    assert one(send, body["name"])["properties"].get(region) == "us-west-2"


def test_the_trash_can_deletes(send: Send) -> None:
    send("POST", COLLECTION, CREATES)
    status, _ = send("DELETE", f"{COLLECTION}/metrics")
    assert status in {200, 204}
    assert send("GET", COLLECTION) == (200, [])


def test_a_failed_form_gets_an_object_whose_status_and_details_can_be_shown(send: Send) -> None:
    without_uri = {**CREATES, "properties": {"prometheus.auth.type": "basicauth"}}
    status, answered = send("POST", COLLECTION, without_uri)
    assert (status, answered["status"]) == (400, 400)
    details = answered["error"]["details"]
    assert details.startswith("Missing [")
    assert {"prometheus.uri", "prometheus.auth.username", "prometheus.auth.password"} == set(
        details.partition("[")[2].partition("]")[0].split(", ")
    )


def test_what_the_dashboards_ask_of_the_security_plugin_says_that_there_is_none(send: Send) -> None:
    status, answered = send("GET", "/_plugins/_security/authinfo")
    assert (status, answered["status"]) == (404, 404)
