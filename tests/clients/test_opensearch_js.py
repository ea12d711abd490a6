"""@opensearch-project/opensearch, OpenSearch's client in JavaScript, over data sources."""

from typing import Any

import pytest

from app.registry.datasource import NewDataSource
from clients.conftest import Org
from clients.environments import Script
from clients.library import Call, Credential, Library, call
from clients.opensearch import (
    COLLECTION,
    MYSQL,
    MYSQL_AS_READ,
    NAMES_BORN_IN_GRAFANA,
    PROMETHEUS,
    PROMETHEUS_AS_READ,
    STORY_CREATES,
    STORY_UPDATES,
)

CREATE = call("query.datasourcesCreate", body=PROMETHEUS)
LIST = call("query.datasourcesList")
DESCRIBE = {"name": "metrics", "description": "patched"}


def retrieve(name: str, **parameters: Any) -> Call:
    return call("query.datasourceRetrieve", datasource_name=name, **parameters)


def update(body: dict[str, Any]) -> Call:
    return call("query.datasourcesUpdate", body=body)


def patch(body: dict[str, Any]) -> Call:
    return call("transport.request", {"method": "PATCH", "path": COLLECTION, "body": body})


def delete(name: str) -> Call:
    return call("query.datasourceDelete", datasource_name=name)


@pytest.fixture
def admin(reused_org: Org, opensearch_js: Script) -> Library:
    return Library(opensearch_js, reused_org.url, reused_org.admin_token)


@pytest.fixture
def server(org_like_the_server: Org, opensearch_js: Script) -> Library:
    return Library(opensearch_js, org_like_the_server.url, org_like_the_server.admin_token)


def test_create_answers_201_and_the_four_documented_members(admin: Library, reused_org: Org) -> None:
    made = admin.gives(CREATE)
    [stored] = reused_org.stored()
    assert made == {
        "statusCode": 201,
        "body": {
            "dataSourceId": stored.uid,
            "name": "metrics",
            "status": "ACTIVE",
            "message": "Data source created successfully.",
        },
    }
    assert reused_org.secrets_of(stored.uid) == {"basicAuthPassword": "secret of reader"}


def test_basic_auth_of_a_user_works(reused_org: Org, opensearch_js: Script) -> None:
    Library(opensearch_js, reused_org.url, (reused_org.login, reused_org.password)).gives(CREATE)
    assert [row.name for row in reused_org.stored()] == ["metrics"]


@pytest.mark.parametrize(
    ("created", "read"), [(PROMETHEUS, PROMETHEUS_AS_READ), (MYSQL, MYSQL_AS_READ)], ids=["prometheus", "mysql"]
)
def test_retrieve_gives_what_was_created_without_its_secrets(
    admin: Library, created: dict[str, Any], read: dict[str, Any]
) -> None:
    made, found = admin.give(call("query.datasourcesCreate", body=created), retrieve(created["name"]))
    assert found == {"statusCode": 200, "body": {"id": made["body"]["dataSourceId"], **read}}


def test_list_gives_all_by_name(admin: Library) -> None:
    _, _, found = admin.give(CREATE, call("query.datasourcesCreate", body=MYSQL), LIST)
    assert [one["name"] for one in found["body"]] == ["customers", "metrics"]


def test_list_of_an_empty_org_is_an_empty_list(admin: Library) -> None:
    assert admin.gives(LIST) == {"statusCode": 200, "body": []}


def test_what_is_retrieved_can_be_edited_and_sent_back(admin: Library, reused_org: Org) -> None:
    _, found = admin.give(call("query.datasourcesCreate", body=MYSQL), retrieve("customers"))
    edited = {**found["body"], "description": "edited"}
    updated, again = admin.give(update(edited), retrieve("customers"))
    assert (updated["statusCode"], updated["body"]["message"]) == (200, "Data source updated successfully.")
    assert again["body"] == edited
    assert reused_org.secrets_of(edited["id"]) == {"password": "secret of clerk"}


def test_a_patch_through_the_transport_changes_what_it_names_alone(admin: Library) -> None:
    made, patched, found = admin.give(CREATE, patch(DESCRIBE), retrieve("metrics"))
    assert patched["body"] == {**made["body"], "message": "Data source updated successfully."}
    assert found["body"] == {"id": made["body"]["dataSourceId"], **PROMETHEUS_AS_READ, "description": "patched"}


def test_delete_answers_200_id_name_and_message(admin: Library, reused_org: Org) -> None:
    made, deleted = admin.give(CREATE, delete("metrics"))
    assert deleted == {
        "statusCode": 200,
        "body": {
            "dataSourceId": made["body"]["dataSourceId"],
            "name": "metrics",
            "message": "Data source deleted successfully.",
        },
    }
    assert list(reused_org.stored()) == []


@pytest.mark.parametrize("name", NAMES_BORN_IN_GRAFANA)
def test_a_name_born_in_grafana_is_listed_retrieved_updated_patched_and_deleted(
    admin: Library, reused_org: Org, name: str
) -> None:
    reused_org.services.registry.create(
        reused_org.identity, NewDataSource(name=name, type="prometheus", access="proxy")
    )
    listed, *others = admin.give(
        LIST,
        retrieve(name),
        update({**PROMETHEUS, "name": name}),
        patch({"name": name, "status": "DISABLED"}),
        delete(name),
    )
    assert [one["name"] for one in listed["body"]] == [name]
    assert [one["body"]["name"] for one in others] == [name] * 4
    assert list(reused_org.stored()) == []


@pytest.mark.parametrize(
    "parameters",
    [{"pretty": True}, {"human": True}, {"error_trace": True}, {"filter_path": ["*.name", "name"]}],
    ids=["pretty", "human", "error_trace", "filter_path"],
)
def test_the_parameters_of_all_calls_are_taken(admin: Library, parameters: dict[str, Any]) -> None:
    _, listed, found = admin.give(
        CREATE, call("query.datasourcesList", **parameters), retrieve("metrics", **parameters)
    )
    assert [one["name"] for one in listed["body"]] == ["metrics"] == [found["body"]["name"]]


@pytest.mark.parametrize(
    "credential", [None, "glsa_unknown_00000000", ("nobody", "a-wrong-password")], ids=["none", "token", "password"]
)
def test_without_a_good_credential_it_is_401(reused_org: Org, opensearch_js: Script, credential: Credential) -> None:
    refused = Library(opensearch_js, reused_org.url, credential).refused(LIST)
    assert (refused.raised, refused.status) == ("ResponseError", 401)
    assert refused.said["body"]["error"]["type"] == "OpenSearchSecurityException"


def test_a_viewer_reads_and_does_not_write(admin: Library, reused_org: Org, opensearch_js: Script) -> None:
    admin.gives(CREATE)
    viewer = Library(opensearch_js, reused_org.url, reused_org.viewer_token)
    listed, *refused = viewer.outcomes(LIST, CREATE, update(PROMETHEUS), patch(DESCRIBE), delete("metrics"))
    assert [one["name"] for one in listed.given()["body"]] == ["metrics"]
    assert [(one.raised, one.status) for one in refused] == [("ResponseError", 403)] * 4
    assert [row.version for row in reused_org.stored()] == [1]


@pytest.mark.parametrize(
    ("missing", "details"),
    [
        (retrieve("metrics"), "DataSource with name metrics doesn't exist."),
        (patch(DESCRIBE), "DataSource with name metrics doesn't exist."),
        (update(PROMETHEUS), "Datasource with name: metrics doesn't exist"),
        (delete("metrics"), "Datasource with name: metrics doesn't exist"),
    ],
    ids=["retrieve", "patch", "update", "delete"],
)
def test_an_unknown_name_is_a_response_error_whose_message_says_which(
    admin: Library, missing: Call, details: str
) -> None:
    refused = admin.refused(missing)
    assert (refused.raised, refused.status) == ("ResponseError", 404)
    kind = "DataSourceNotFoundException"
    assert refused.said["message"] == f"{kind}: [{kind}] Reason: {details}"


def test_a_wrong_body_is_a_response_error_whose_message_says_why(admin: Library) -> None:
    refused = admin.refused(call("query.datasourcesCreate", body={**PROMETHEUS, "connector": "nosuch"}))
    assert (refused.status, refused.said["body"]["error"]["details"]) == (
        400,
        "No DataSourceType with name nosuch found",
    )
    assert "No DataSourceType with name nosuch found" in refused.said["message"]


def test_a_create_without_a_body_is_a_response_error(admin: Library) -> None:
    refused = admin.refused(call("query.datasourcesCreate"))
    assert (refused.raised, refused.status) == ("ResponseError", 400)


def test_the_story_of_the_api_specification_passes_in_the_server_profile(server: Library) -> None:
    name = STORY_CREATES["name"]
    created, listed, found, updated, again, deleted = server.give(
        call("query.datasourcesCreate", body=STORY_CREATES),
        LIST,
        retrieve(name),
        update(STORY_UPDATES),
        retrieve(name),
        delete(name),
    )
    assert created == {"statusCode": 201, "body": "Created DataSource with name test_datasource"}
    assert (listed["statusCode"], listed["body"]) == (200, [found["body"]])
    assert found["body"].items() >= STORY_CREATES.items()
    assert updated == {"statusCode": 200, "body": "Updated DataSource with name test_datasource"}
    assert again["body"].items() >= STORY_UPDATES.items()
    assert deleted == {"statusCode": 204, "body": ""}
