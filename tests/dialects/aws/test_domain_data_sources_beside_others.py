"""Data sources of a domain by boto3, beside OpenSearch's and Grafana's APIs."""

from typing import Any

import pytest

from app.registry.datasource import ByName, Status
from dialects.aws.account import Account
from dialects.aws.domain_data_sources import (
    OTHER_ROLE,
    OTHER_TYPE,
    ROLE,
    TYPE,
    add,
    create_domain,
    get,
    names,
    status,
    update,
)
from dialects.aws.other_apis import (
    born_in_opensearch,
    edited_in_grafana,
    in_opensearch,
    patch_in_opensearch,
    put_back,
)


@pytest.fixture(autouse=True)
def domain(aws: Any) -> None:
    """The domain ``logs``."""
    create_domain(aws, "logs")


def test_a_disabled_data_source_is_disabled_for_everybody(account: Account, aws: Any) -> None:
    add(aws)
    update(aws, Status="DISABLED")
    assert in_opensearch(account, "sales")["status"] == "DISABLED"


def test_a_data_source_is_active_again(account: Account, aws: Any) -> None:
    add(aws)
    update(aws, Status="DISABLED")
    update(aws, Status="ACTIVE")
    assert in_opensearch(account, "sales")["status"] == "ACTIVE"


def test_one_that_opensearch_disabled_is_disabled(account: Account, aws: Any) -> None:
    add(aws)
    account.set_status("sales", Status.DISABLED)
    assert status(aws) == "DISABLED"


def test_one_whose_test_failed_is_active_and_stays_failed(account: Account, aws: Any) -> None:
    add(aws)
    row = account.services.registry.look_up(account.identity, ByName("sales"))
    account.services.registry.set_status(account.identity, row, Status.ERROR)
    assert status(aws) == "ACTIVE"
    update(aws, Status="ACTIVE")
    assert in_opensearch(account, "sales")["status"] == "ERROR"


def test_opensearch_shows_it_as_a_connector_with_its_indices_in_the_domain(account: Account, aws: Any) -> None:
    add(aws, Description="All sales")
    shown = in_opensearch(account, "sales")
    assert (shown["connector"], shown["description"]) == ("S3GLUE", "All sales")
    assert shown["properties"] == {
        "glue.auth.type": "iam_role",
        "glue.auth.role_arn": ROLE,
        "glue.indexstore.opensearch.uri": "https://logs.example.com",
        "glue.indexstore.opensearch.auth": "noauth",
    }


def test_opensearch_takes_back_what_it_shows(account: Account, aws: Any) -> None:
    add(aws, Description="All sales")
    before = get(aws)
    put_back(account, in_opensearch(account, "sales"))
    assert (get(aws), names(aws)) == (before, ["sales"])


def test_a_connector_that_opensearch_made_with_its_indices_in_the_domain_is_the_domains(
    account: Account, aws: Any
) -> None:
    properties = {
        "glue.auth.type": "iam_role",
        "glue.auth.role_arn": ROLE,
        "glue.indexstore.opensearch.uri": "https://logs.example.com",
        "glue.indexstore.opensearch.auth": "noauth",
    }
    born_in_opensearch(account, "sales", "S3GLUE", properties)
    born_in_opensearch(
        account, "others", "S3GLUE", {**properties, "glue.indexstore.opensearch.uri": "https://else.example.com"}
    )
    assert names(aws) == ["sales"]
    assert get(aws)["DataSourceType"] == TYPE


def test_what_opensearch_changed_is_got(account: Account, aws: Any) -> None:
    add(aws)
    patch_in_opensearch(account, "sales", description="new", properties={"glue.auth.role_arn": OTHER_ROLE})
    assert get(aws) == {"Name": "sales", "DataSourceType": OTHER_TYPE, "Description": "new", "Status": "ACTIVE"}


def test_an_update_keeps_what_grafana_said(account: Account, aws: Any) -> None:
    add(aws, Description="All sales")
    edited_in_grafana(
        account,
        "sales",
        url="https://moved.example.com",
        jsonData={"region": "eu-west-1"},
        secureJsonData={"accessKey": "secret"},
    )
    update(aws, Description="new")
    row = account.source("sales")
    assert (row.url, row.json_data["region"]) == ("https://moved.example.com", "eu-west-1")
    assert row.secure_json_fields == {"accessKey": True}
