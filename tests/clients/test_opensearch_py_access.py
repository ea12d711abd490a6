"""opensearch-py: who may do what, and how a refusal looks."""

from pathlib import Path
from typing import Any

import pytest

from app.registry.datasource import NewDataSource
from clients.conftest import Org
from clients.environments import Script, running_script
from clients.library import Call, Credential, Library, call
from clients.opensearch import COLLECTION, PROMETHEUS

CREATE = call("query.datasources_create", body=PROMETHEUS)
LIST = call("query.datasources_list")
RETRIEVE = call("query.datasource_retrieve", datasource_name="metrics")
UPDATE = call("query.datasources_update", body={**PROMETHEUS, "description": "updated"})
PATCH = call("transport.perform_request", "PATCH", COLLECTION, body={"name": "metrics", "description": "patched"})
DELETE = call("query.datasource_delete", datasource_name="metrics")
WRITES = [
    pytest.param(UPDATE, "update", id="update"),
    pytest.param(PATCH, "patch", id="patch"),
    pytest.param(DELETE, "delete", id="delete"),
]


@pytest.fixture
def admin(reused_org: Org, opensearch_py: Script) -> Library:
    return Library(opensearch_py, reused_org.url, reused_org.admin_token)


@pytest.fixture
def viewer(reused_org: Org, opensearch_py: Script) -> Library:
    return Library(opensearch_py, reused_org.url, reused_org.viewer_token)


def body(status: int, kind: str, reason: str, details: str) -> dict[str, Any]:
    root_cause = [{"type": kind, "reason": details}]
    return {
        "status": status,
        "error": {"type": kind, "reason": reason, "details": details, "root_cause": root_cause},
    }


def test_basic_auth_of_a_user_works(reused_org: Org, opensearch_py: Script) -> None:
    Library(opensearch_py, reused_org.url, (reused_org.login, reused_org.password)).gives(CREATE)
    assert [row.name for row in reused_org.stored()] == ["metrics"]


@pytest.mark.parametrize(
    "credential", [None, "glsa_unknown_00000000", ("nobody", "a-wrong-password")], ids=["none", "token", "password"]
)
def test_without_a_good_credential_it_is_an_authentication_exception(
    reused_org: Org, opensearch_py: Script, credential: Credential
) -> None:
    refused = Library(opensearch_py, reused_org.url, credential).refused(LIST)
    assert (refused.raised, refused.status) == ("AuthenticationException", 401)
    assert refused.said["error"] == "OpenSearchSecurityException"
    assert refused.said["info"]["status"] == 401


def test_a_viewer_lists_and_retrieves(admin: Library, viewer: Library) -> None:
    admin.gives(CREATE)
    listed, found = viewer.give(LIST, RETRIEVE)
    assert [listed, found["name"]] == [[found], "metrics"]


def test_a_viewers_create_is_an_authorization_exception_that_names_the_permission(
    viewer: Library, reused_org: Org
) -> None:
    refused = viewer.refused(CREATE)
    assert (refused.raised, refused.status) == ("AuthorizationException", 403)
    assert refused.said["error"] == "OpenSearchSecurityException"
    details = refused.said["info"]["error"]["details"]
    assert details.startswith("no permissions for [cluster:admin/opensearch/ql/datasources/create] and User [name=")
    assert list(reused_org.stored()) == []


@pytest.mark.parametrize(("write", "verb"), WRITES)
def test_an_editor_changes_nothing(
    admin: Library, reused_org: Org, opensearch_py: Script, write: Call, verb: str
) -> None:
    admin.gives(CREATE)
    refused = Library(opensearch_py, reused_org.url, reused_org.editor_token).refused(write)
    assert refused.raised == "AuthorizationException"
    assert f"[cluster:admin/opensearch/ql/datasources/{verb}]" in refused.said["info"]["error"]["details"]
    assert [row.version for row in reused_org.stored()] == [1]


@pytest.mark.parametrize(("write", "verb"), WRITES)
def test_a_provisioned_data_source_is_neither_changed_nor_deleted(
    org: Org, opensearch_py: Script, write: Call, verb: str
) -> None:
    admin = Library(opensearch_py, org.url, org.admin_token)
    provisioned = NewDataSource(
        name="metrics", type="prometheus", access="proxy", url="http://127.0.0.1:9090", read_only=True
    )
    made = org.services.registry.create(org.identity, provisioned)
    assert (admin.refused(write).raised, org.stored_one(made.uid).version) == ("AuthorizationException", made.version)


def test_a_data_source_of_another_org_is_not_found(
    admin: Library, reused_org: Org, other_org: Org, opensearch_py: Script
) -> None:
    admin.gives(CREATE)
    stranger = Library(opensearch_py, other_org.url, other_org.admin_token)
    assert stranger.gives(LIST) == []
    refused = stranger.outcomes(RETRIEVE, UPDATE, PATCH, DELETE)
    assert [outcome.raised for outcome in refused] == ["NotFoundError"] * 4
    assert [row.version for row in reused_org.stored()] == [1]


@pytest.mark.parametrize(
    ("missing", "details"),
    [
        (RETRIEVE, "DataSource with name metrics doesn't exist."),
        (PATCH, "DataSource with name metrics doesn't exist."),
        (UPDATE, "Datasource with name: metrics doesn't exist"),
        (DELETE, "Datasource with name: metrics doesn't exist"),
    ],
    ids=["retrieve", "patch", "update", "delete"],
)
def test_an_unknown_name_is_a_not_found_error(admin: Library, missing: Call, details: str) -> None:
    refused = admin.refused(missing)
    assert (refused.raised, refused.status) == ("NotFoundError", 404)
    assert refused.said == {
        "error": "DataSourceNotFoundException",
        "info": body(404, "DataSourceNotFoundException", "There was internal problem at backend", details),
    }


@pytest.mark.parametrize(
    ("wrong", "details"),
    [
        (
            call("query.datasources_create", body={**PROMETHEUS, "name": "1 metrics"}),
            "DataSource Name: 1 metrics contains illegal characters. Allowed characters: a-zA-Z0-9_-*@.",
        ),
        (
            call("query.datasources_create", body={**PROMETHEUS, "connector": "nosuch"}),
            "No DataSourceType with name nosuch found",
        ),
        (call("query.datasources_create", body={**PROMETHEUS, "more": 1}), "Unknown field: more"),
        (
            call("query.datasources_create", body={"name": "metrics", "connector": "prometheus", "properties": {}}),
            "Missing [prometheus.uri] fields in the connector properties.",
        ),
        (
            call("transport.perform_request", "PATCH", COLLECTION, body={"description": "whose?"}),
            "Name is a required field.",
        ),
    ],
    ids=["name", "connector", "unknown member", "property", "nameless patch"],
)
def test_a_wrong_body_is_a_request_error_that_says_why(
    admin: Library, reused_org: Org, wrong: Call, details: str
) -> None:
    refused = admin.refused(wrong)
    assert (refused.raised, refused.status) == ("RequestError", 400)
    assert refused.said == {
        "error": "IllegalArgumentException",
        "info": body(400, "IllegalArgumentException", "Invalid Request", details),
    }
    assert list(reused_org.stored()) == []


@pytest.mark.parametrize("text", ["{", "[]", '"metrics"', "null", "", b"\xff".decode("latin-1")])
def test_a_body_that_is_no_object_is_a_request_error(admin: Library, text: str) -> None:
    refused = admin.refused(call("transport.perform_request", "POST", COLLECTION, body=text))
    assert (refused.raised, refused.said["error"]) == ("RequestError", "IllegalArgumentException")


def test_a_taken_name_is_a_request_error(admin: Library, reused_org: Org) -> None:
    _, refused = admin.outcomes(CREATE, CREATE)
    assert (refused.raised, refused.status) == ("RequestError", 400)
    assert refused.said["info"]["error"]["details"] == "A datasource already exists with name: metrics"
    assert len(reused_org.stored()) == 1


@pytest.mark.parametrize(
    ("touched", "verb"),
    [
        (call("query.datasources_create", body={**PROMETHEUS, "name": "@opensearch"}), "create"),
        (call("query.datasource_retrieve", datasource_name="@opensearch"), "fetch"),
        (call("query.datasources_update", body={**PROMETHEUS, "name": "@opensearch"}), "update"),
        (call("query.datasource_delete", datasource_name="@opensearch"), "delete"),
    ],
    ids=["create", "retrieve", "update", "delete"],
)
def test_the_built_in_source_is_not_touched(admin: Library, touched: Call, verb: str) -> None:
    refused = admin.refused(touched)
    assert (refused.raised, refused.said["error"]) == ("RequestError", "ActionRequestValidationException")
    details = f"Validation Failed: 1: Not allowed to {verb} datasource with name : @opensearch;"
    assert refused.said["info"]["error"]["details"] == details


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", f"{COLLECTION}/metrics", 405),
        ("PATCH", f"{COLLECTION}/metrics", 405),
        ("DELETE", COLLECTION, 405),
        ("GET", "/_plugins/_nothing/_here", 404),
    ],
)
def test_what_is_not_routed_answers_an_object_that_the_client_reads(
    admin: Library, method: str, path: str, status: int
) -> None:
    refused = admin.refused(call("transport.perform_request", method, path))
    assert (refused.status, refused.said["info"]["status"]) == (status, status)
    assert refused.said["error"] == refused.said["info"]["error"]["type"]


def test_creates_of_one_name_at_once_make_one(reused_org: Org, tmp_path: Path) -> None:
    with running_script("opensearch-py", "calls_async.py", tmp_path) as script:
        outcomes = Library(script, reused_org.url, reused_org.admin_token).outcomes(*[CREATE] * 8, together=True)
    assert sorted(outcome.status for outcome in outcomes) == [0, *[400] * 7]
    assert len(reused_org.stored()) == 1


def test_patches_of_one_source_at_once_are_all_there(admin: Library, reused_org: Org, tmp_path: Path) -> None:
    admin.gives(CREATE)
    sides = ["north", "east", "south", "west"]
    bodies = [{"name": "metrics", "properties": {side: side}} for side in sides]
    patches = [call("transport.perform_request", "PATCH", COLLECTION, body=body) for body in bodies]
    with running_script("opensearch-py", "calls_async.py", tmp_path) as script:
        Library(script, reused_org.url, reused_org.admin_token).give(*patches, together=True)
    assert set(sides) <= admin.gives(RETRIEVE)["properties"].keys()
