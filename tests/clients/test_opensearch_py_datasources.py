"""opensearch-py over data sources: each test with its synchronous and with its asynchronous client."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.registry.datasource import NewDataSource, Status
from clients.conftest import Org
from clients.environments import Script, running_script
from clients.library import Library, call
from clients.opensearch import COLLECTION, MYSQL, MYSQL_AS_READ, NAMES_BORN_IN_GRAFANA, PROMETHEUS, PROMETHEUS_AS_READ

CREATE = call("query.datasources_create", body=PROMETHEUS)
LIST = call("query.datasources_list")
RETRIEVE = call("query.datasource_retrieve", datasource_name="metrics")
DELETE = call("query.datasource_delete", datasource_name="metrics")


@pytest.fixture(scope="module", params=["calls.py", "calls_async.py"], ids=["sync", "async"])
def script(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Script]:
    with running_script("opensearch-py", request.param, tmp_path_factory.mktemp("opensearch_py")) as running:
        yield running


@pytest.fixture
def library(reused_org: Org, script: Script) -> Library:
    return Library(script, reused_org.url, reused_org.admin_token)


def test_create_answers_the_four_documented_members(library: Library, reused_org: Org) -> None:
    made = library.gives(CREATE)
    [stored] = reused_org.stored()
    assert made == {
        "dataSourceId": stored.uid,
        "name": "metrics",
        "status": "ACTIVE",
        "message": "Data source created successfully.",
    }


def test_what_is_created_is_what_the_registry_holds(library: Library, reused_org: Org) -> None:
    library.gives(CREATE)
    [stored] = reused_org.stored()
    assert (stored.name, stored.type, stored.url) == ("metrics", "prometheus", "http://127.0.0.1:9090")
    assert (stored.basic_auth, stored.basic_auth_user) == (True, "reader")
    assert stored.opensearch.allowed_roles == ("shop",)
    assert reused_org.secrets_of(stored.uid) == {"basicAuthPassword": "secret of reader"}


@pytest.mark.parametrize(
    ("created", "read"), [(PROMETHEUS, PROMETHEUS_AS_READ), (MYSQL, MYSQL_AS_READ)], ids=["prometheus", "mysql"]
)
def test_retrieve_gives_what_was_created_without_its_secrets(
    library: Library, created: dict[str, Any], read: dict[str, Any]
) -> None:
    made, found = library.give(
        call("query.datasources_create", body=created),
        call("query.datasource_retrieve", datasource_name=created["name"]),
    )
    assert found == {"id": made["dataSourceId"], **read}


def test_list_gives_all_by_name(library: Library) -> None:
    _, _, found = library.give(CREATE, call("query.datasources_create", body=MYSQL), LIST)
    assert [{**one, "id": ""} for one in found] == [{"id": "", **MYSQL_AS_READ}, {"id": "", **PROMETHEUS_AS_READ}]


def test_list_of_an_empty_org_is_an_empty_list(library: Library) -> None:
    assert library.gives(LIST) == []


def test_update_replaces_all_and_keeps_the_id(library: Library, reused_org: Org) -> None:
    replacement = {
        "name": "metrics",
        "connector": "prometheus",
        "properties": {"prometheus.uri": "http://127.0.0.1:9091"},
        "resultIndex": "other_results",
        "status": "ERROR",
    }
    made, updated, found = library.give(CREATE, call("query.datasources_update", body=replacement), RETRIEVE)
    assert updated == {
        "dataSourceId": made["dataSourceId"],
        "name": "metrics",
        "status": "ERROR",
        "message": "Data source updated successfully.",
    }
    assert found == {
        "id": made["dataSourceId"],
        "description": "",
        "allowedRoles": [],
        **replacement,
        "connector": "PROMETHEUS",
    }
    assert reused_org.secrets_of(made["dataSourceId"]) == {}


def test_what_is_retrieved_can_be_edited_and_sent_back(library: Library, reused_org: Org) -> None:
    library.gives(call("query.datasources_create", body=MYSQL))
    found = library.gives(call("query.datasource_retrieve", datasource_name="customers"))
    library.gives(call("query.datasources_update", body={**found, "description": "edited"}))
    again = library.gives(call("query.datasource_retrieve", datasource_name="customers"))
    assert again == {**found, "description": "edited"}
    assert reused_org.secrets_of(found["id"]) == {"password": "secret of clerk"}


def test_a_patch_through_the_transport_changes_what_it_names_alone(library: Library, reused_org: Org) -> None:
    patch = {"name": "metrics", "description": "patched", "properties": {"prometheus.uri": "http://127.0.0.1:9091"}}
    made, patched, found = library.give(
        CREATE, call("transport.perform_request", "PATCH", COLLECTION, body=patch), RETRIEVE
    )
    assert patched == {**made, "message": "Data source updated successfully."}
    properties = {**PROMETHEUS_AS_READ["properties"], "prometheus.uri": "http://127.0.0.1:9091"}
    assert found == {
        "id": made["dataSourceId"],
        **PROMETHEUS_AS_READ,
        "description": "patched",
        "properties": properties,
    }
    assert reused_org.secrets_of(made["dataSourceId"]) == {"basicAuthPassword": "secret of reader"}


def test_delete_answers_id_name_and_message(library: Library, reused_org: Org) -> None:
    made, deleted = library.give(CREATE, DELETE)
    assert deleted == {
        "dataSourceId": made["dataSourceId"],
        "name": "metrics",
        "message": "Data source deleted successfully.",
    }
    assert list(reused_org.stored()) == []


@pytest.mark.parametrize("name", ["metrics", "*shop", "@shop", "a_1-b", "*"])
def test_a_name_that_opensearch_allows_is_created_retrieved_and_deleted(library: Library, name: str) -> None:
    of_name = {"datasource_name": name}
    made, found, deleted = library.give(
        call("query.datasources_create", body={**PROMETHEUS, "name": name}),
        call("query.datasource_retrieve", **of_name),
        call("query.datasource_delete", **of_name),
    )
    assert {made["name"], found["name"], deleted["name"]} == {name}


@pytest.mark.parametrize("name", NAMES_BORN_IN_GRAFANA)
def test_a_name_born_in_grafana_is_listed_retrieved_updated_patched_and_deleted(
    library: Library, reused_org: Org, name: str
) -> None:
    reused_org.services.registry.create(
        reused_org.identity, NewDataSource(name=name, type="prometheus", access="proxy")
    )
    of_name = {"datasource_name": name}
    listed, found, updated, patched, deleted = library.give(
        LIST,
        call("query.datasource_retrieve", **of_name),
        call("query.datasources_update", body={**PROMETHEUS, "name": name}),
        call("transport.perform_request", "PATCH", COLLECTION, body={"name": name, "status": "DISABLED"}),
        call("query.datasource_delete", **of_name),
    )
    assert [one["name"] for one in listed] == [name]
    assert [one["name"] for one in (found, updated, patched, deleted)] == [name] * 4
    assert list(reused_org.stored()) == []


@pytest.mark.parametrize(
    "keywords",
    [
        {"pretty": True},
        {"human": True},
        {"error_trace": True},
        {"params": {"pretty": True}},
        {"filter_path": ["*.name", "name"]},
        {"pretty": True, "human": True, "filter_path": "*"},
    ],
    ids=["pretty", "human", "error_trace", "raw boolean", "filter_path", "several"],
)
def test_the_parameters_of_all_calls_are_taken(library: Library, keywords: dict[str, Any]) -> None:
    _, listed, found, _ = library.give(
        CREATE,
        call("query.datasources_list", **keywords),
        call("query.datasource_retrieve", datasource_name="metrics", **keywords),
        call("query.datasource_delete", datasource_name="metrics", **keywords),
    )
    assert [one["name"] for one in listed] == ["metrics"] == [found["name"]]


def test_a_disabled_source_is_still_managed(library: Library, reused_org: Org) -> None:
    library.give(call("query.datasources_create", body={**PROMETHEUS, "status": "disabled"}), RETRIEVE)
    assert [row.opensearch.status for row in reused_org.stored()] == [Status.DISABLED]
    library.gives(DELETE)
