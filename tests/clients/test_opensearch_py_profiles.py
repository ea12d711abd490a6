"""opensearch-py against both profiles: OpenSearch as it is documented, and as its server answers."""

from collections.abc import Sequence

import pytest

from clients.conftest import Org
from clients.environments import Script
from clients.library import Call, Library, call
from clients.opensearch import COLLECTION, MYSQL, PROMETHEUS, STORY_CREATES, STORY_UPDATES

NAME = {"datasource_name": "test_datasource"}
RETRIEVE = call("query.datasource_retrieve", **NAME)
DELETE = call("query.datasource_delete", **NAME)
STORY: Sequence[Call] = [
    call("query.datasources_create", body=STORY_CREATES),
    call("query.datasources_list"),
    RETRIEVE,
    call("query.datasources_update", body=STORY_UPDATES),
    RETRIEVE,
    DELETE,
]


@pytest.fixture
def server(org_like_the_server: Org, opensearch_py: Script) -> Library:
    return Library(opensearch_py, org_like_the_server.url, org_like_the_server.admin_token)


def test_the_story_of_the_api_specification_passes_in_the_server_profile(server: Library) -> None:
    prologue, *outcomes, epilogue = server.outcomes(DELETE, *STORY, DELETE)
    created, listed, found, updated, again, deleted = [outcome.given() for outcome in outcomes]
    assert created == "Created DataSource with name test_datasource"
    assert listed == [found]
    assert found.items() >= STORY_CREATES.items()
    assert updated == "Updated DataSource with name test_datasource"
    assert again.items() >= STORY_UPDATES.items()
    assert deleted == ""
    assert [prologue.status, epilogue.status] == [404, 404]


def test_the_server_profile_shows_the_servers_members_alone(server: Library) -> None:
    server.gives(STORY[0])
    assert server.gives(RETRIEVE) == STORY_CREATES


def test_the_story_passes_in_the_documented_profile_too(reused_org: Org, opensearch_py: Script) -> None:
    library = Library(opensearch_py, reused_org.url, reused_org.admin_token)
    created, listed, found, updated, again, deleted = library.give(*STORY)
    assert [created["name"], updated["name"], deleted["name"]] == ["test_datasource"] * 3
    assert listed == [found]
    assert found.items() >= STORY_CREATES.items()
    assert again.items() >= STORY_UPDATES.items()


def test_a_patch_answers_a_text_in_the_server_profile(server: Library) -> None:
    patch = {"name": "test_datasource", "status": "disabled"}
    _, patched, found = server.give(
        STORY[0], call("transport.perform_request", "PATCH", COLLECTION, body=patch), RETRIEVE
    )
    assert (patched, found["status"]) == ("Updated DataSource with name test_datasource", "DISABLED")


def test_the_server_profile_needs_name_and_connector_alone(server: Library) -> None:
    server.gives(call("query.datasources_create", body={"name": "Self", "connector": "OPENSEARCH"}))
    found = server.gives(call("query.datasource_retrieve", datasource_name="Self"))
    assert (found["resultIndex"], found["status"], found["properties"]) == ("query_execution_result_self", "ACTIVE", {})


@pytest.mark.parametrize(
    ("body", "details"),
    [
        (MYSQL, "Unknown field: configuration"),
        (
            {key: value for key, value in MYSQL.items() if key != "configuration"},
            "No DataSourceType with name mysql found",
        ),
        (
            {**PROMETHEUS, "resultIndex": "customer_results"},
            "Result index must start with query_execution_result",
        ),
    ],
    ids=["configuration", "connector", "result index"],
)
def test_the_server_profile_refuses_what_only_the_documentation_has(
    server: Library, body: dict[str, object], details: str
) -> None:
    refused = server.refused(call("query.datasources_create", body=body))
    assert (refused.raised, refused.said["info"]["error"]["details"]) == ("RequestError", details)


def test_a_source_of_one_profile_is_the_same_source_in_the_other(
    reused_org: Org, org_like_the_server: Org, opensearch_py: Script
) -> None:
    documented = Library(opensearch_py, reused_org.url, reused_org.admin_token)
    server = Library(opensearch_py, org_like_the_server.url, reused_org.admin_token)
    documented.gives(call("query.datasources_create", body=MYSQL))
    [listed] = server.gives(call("query.datasources_list"))
    assert (listed["name"], listed["connector"]) == ("customers", "mysql")
    server.gives(call("query.datasource_delete", datasource_name="customers"))
    assert documented.gives(call("query.datasources_list")) == []
