"""boto3: direct query data sources, and data sources of a domain."""

from typing import Any

import pytest

from app.identity.roles import Role
from clients.aws import GLUE, LAKE, OTHER_ROLE, PROMETHEUS, key_of_admin, key_of_role
from clients.conftest import Org
from clients.environments import Script
from clients.library import Call, Library, call

SHOP = call("create_domain", DomainName="shop")
OTHER_GLUE = {"S3GlueDataCatalog": {"RoleArn": OTHER_ROLE}}


def direct_query(verb: str, name: str = "metrics", **more: Any) -> Call:
    return call(f"{verb}_direct_query_data_source", DataSourceName=name, **more)


def of_shop(verb: str, name: str = "sales", **more: Any) -> Call:
    return call(f"{verb}_data_source", DomainName="shop", Name=name, **more)


ALL_DIRECT_QUERY, ALL_OF_SHOP = (
    call("list_direct_query_data_sources"),
    call("list_data_sources", DomainName="shop"),
)


@pytest.fixture
def admin(org: Org, boto3: Script) -> Library:
    return Library(boto3, org.url, key_of_admin(org))


def test_a_direct_query_data_source_is_added_listed_changed_and_deleted(admin: Library, org: Org) -> None:
    added, got, listed = admin.give(
        direct_query("add", DataSourceType=PROMETHEUS, Description="CPU", OpenSearchArns=[]),
        direct_query("get"),
        ALL_DIRECT_QUERY,
    )
    assert added["DataSourceArn"].endswith(":datasource/metrics")
    shown = {"DataSourceName": "metrics", "DataSourceType": PROMETHEUS, "Description": "CPU", "OpenSearchArns": []}
    assert got == {**shown, **added}
    assert listed == {"DirectQueryDataSources": [got]}
    assert [(row.name, row.type) for row in org.stored()] == [("metrics", "prometheus")]
    updated, got, deleted, listed = admin.give(
        direct_query("update", DataSourceType=PROMETHEUS, Description="Memory", OpenSearchArns=[]),
        direct_query("get"),
        direct_query("delete"),
        ALL_DIRECT_QUERY,
    )
    assert (updated, got["Description"], deleted) == (added, "Memory", {})
    assert (listed, list(org.stored())) == ({"DirectQueryDataSources": []}, [])


def test_a_direct_query_data_source_with_a_taken_name_is_refused(admin: Library) -> None:
    _, refused, listed = admin.outcomes(
        direct_query("add", DataSourceType=PROMETHEUS, OpenSearchArns=[]),
        direct_query("add", DataSourceType=LAKE, OpenSearchArns=[]),
        ALL_DIRECT_QUERY,
    )
    # The operation's model has no error of its own for that.
    assert (refused.raised, refused.status) == ("ValidationException", 400)
    assert [one["DataSourceType"] for one in listed.given()["DirectQueryDataSources"]] == [PROMETHEUS]


def test_a_data_source_of_a_domain_is_added_listed_changed_and_deleted(admin: Library, org: Org) -> None:
    _, added, got, listed = admin.give(
        SHOP,
        of_shop("add", DataSourceType=GLUE, Description="All sales"),
        of_shop("get"),
        ALL_OF_SHOP,
    )
    assert "sales" in added["Message"]
    assert got == {"Name": "sales", "DataSourceType": GLUE, "Description": "All sales", "Status": "ACTIVE"}
    assert listed == {"DataSources": [got]}
    assert sorted(row.name for row in org.stored()) == ["sales", "shop"]
    _, got, _, listed = admin.give(
        of_shop("update", DataSourceType=OTHER_GLUE, Status="DISABLED"),
        of_shop("get"),
        of_shop("delete"),
        ALL_OF_SHOP,
    )
    assert got == {
        "Name": "sales",
        "DataSourceType": OTHER_GLUE,
        "Description": "All sales",
        "Status": "DISABLED",
    }
    assert (listed, [row.name for row in org.stored()]) == ({"DataSources": []}, ["shop"])


def test_data_sources_that_are_not_there_are_resource_not_found_exceptions(admin: Library) -> None:
    admin.gives(SHOP)
    refused = admin.outcomes(
        direct_query("get"),
        direct_query("delete"),
        of_shop("get"),
        of_shop("delete"),
        call("list_data_sources", DomainName="nosuch"),
    )
    assert [(one.raised, one.status) for one in refused] == [("ResourceNotFoundException", 409)] * 5


def test_a_viewer_adds_no_data_source(admin: Library, org: Org, boto3: Script) -> None:
    admin.gives(SHOP)
    refused = Library(boto3, org.url, key_of_role(org, Role.VIEWER)).outcomes(
        direct_query("add", DataSourceType=PROMETHEUS, OpenSearchArns=[]),
        of_shop("add", DataSourceType=GLUE),
    )
    assert [(one.raised, one.status) for one in refused] == [("AccessDeniedException", 403)] * 2
    assert [row.name for row in org.stored()] == ["shop"]
