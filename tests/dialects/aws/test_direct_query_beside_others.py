"""Direct query data sources by boto3, beside OpenSearch's and Grafana's APIs."""

from typing import Any

import pytest

from app.registry.errors import DataSourceNotFound
from dialects.aws.account import Account
from dialects.aws.direct_query import (
    ANY_TYPE,
    APS,
    LAKE,
    LOGS,
    MISSING,
    OTHER_ROLE,
    PROMETHEUS,
    ROLE,
    SEARCH,
    add,
    get,
    names,
)
from dialects.aws.other_apis import (
    born_in_grafana,
    born_in_opensearch,
    edited_in_grafana,
    in_opensearch,
    patch_in_opensearch,
    put_back,
)
from dialects.aws.raw import refusal

GLUE = {
    "glue.auth.type": "iam_role",
    "glue.auth.role_arn": ROLE,
    "glue.indexstore.opensearch.uri": SEARCH,
    "glue.indexstore.opensearch.auth": "noauth",
    "glue.lakeformation.session_tag": "mine",
}


# Beside OpenSearch's API


def test_opensearch_shows_a_workspace_as_prometheus(account: Account, aws: Any) -> None:
    add(aws, Description="CPU")
    shown = in_opensearch(account, "metrics")
    assert (shown["connector"], shown["description"], shown["status"]) == ("PROMETHEUS", "CPU", "ACTIVE")
    assert shown["properties"] == {
        "prometheus.uri": APS,
        "prometheus.auth.type": "awssigv4",
        "prometheus.auth.region": "eu-west-1",
    }


def test_opensearch_shows_a_lake_with_its_indices_in_the_first_registered_domain(account: Account, aws: Any) -> None:
    arn = account.register("search")
    add(aws, of_type=LAKE, Description="audit", OpenSearchArns=[account.arn("unknown"), arn])
    shown = in_opensearch(account, "metrics")
    assert (shown["connector"], shown["description"]) == ("SECURITY_LAKE", "audit")
    assert shown["properties"]["glue.auth.role_arn"] == ROLE
    assert shown["properties"]["glue.indexstore.opensearch.uri"] == account.source("search").url


def test_a_domain_of_another_account_is_not_taken_for_one_of_the_same_name_here(account: Account, aws: Any) -> None:
    elsewhere = account.register("search").replace(account.number, "999999999999")
    add(aws, of_type=LAKE, OpenSearchArns=[elsewhere])
    assert "glue.indexstore.opensearch.uri" not in in_opensearch(account, "metrics")["properties"]
    assert get(aws)["OpenSearchArns"] == [elsewhere]


def test_other_domains_move_the_indices_of_a_lake(account: Account, aws: Any) -> None:
    add(aws, of_type=LAKE)
    update = {"DataSourceName": "metrics", "DataSourceType": LAKE, "OpenSearchArns": [account.register("search")]}
    aws.update_direct_query_data_source(**update)
    assert account.source("metrics").url == account.source("search").url


def test_opensearch_takes_back_the_lake_that_it_shows(account: Account, aws: Any) -> None:
    add(aws, of_type=LAKE, Description="audit", OpenSearchArns=[account.register("search")])
    before = get(aws)
    put_back(account, in_opensearch(account, "metrics"))
    assert get(aws) == before


def test_opensearch_shows_logs_by_their_type(account: Account, aws: Any) -> None:
    add(aws, of_type=LOGS, Description="audit")
    shown = in_opensearch(account, "metrics")
    assert (shown["connector"], shown["description"]) == ("cloudwatch", "audit")
    assert shown["properties"]["assumeRoleArn"] == ROLE


@ANY_TYPE
def test_a_description_from_opensearch_is_got(account: Account, aws: Any, of_type: Any) -> None:
    add(aws, of_type=of_type, Description="CPU", DataSourceAccessPolicy="{}")
    patch_in_opensearch(account, "metrics", description="memory")
    assert (get(aws)["Description"], get(aws)["DataSourceAccessPolicy"]) == ("memory", "{}")


def test_a_lake_that_opensearch_made_is_seen(account: Account, aws: Any) -> None:
    born_in_opensearch(account, "lake", "SECURITY_LAKE", GLUE)
    assert (names(aws), get(aws, "lake")["DataSourceType"]) == (["lake"], LAKE)


def test_what_opensearch_said_of_a_lake_stays(account: Account, aws: Any) -> None:
    born_in_opensearch(account, "lake", "SECURITY_LAKE", GLUE)
    before = in_opensearch(account, "lake")
    other = {"SecurityLake": {"RoleArn": OTHER_ROLE}}
    aws.update_direct_query_data_source(DataSourceName="lake", DataSourceType=other)
    after = in_opensearch(account, "lake")
    assert after["properties"] == {**before["properties"], "glue.auth.role_arn": OTHER_ROLE}
    assert {**after, "properties": {}} == {**before, "properties": {}}


def test_a_prometheus_that_opensearch_made_for_another_server_is_not_seen(account: Account, aws: Any) -> None:
    born_in_opensearch(account, "metrics", "PROMETHEUS", {"prometheus.uri": "https://prometheus.example.com"})
    assert names(aws) == []
    assert refusal(lambda: get(aws)) == MISSING


# Beside Grafana's API


def test_a_prometheus_of_grafanas_that_signs_for_a_workspace_is_seen(account: Account, aws: Any) -> None:
    json_data = {"sigV4Auth": True, "sigV4AuthType": "default", "sigV4Region": "eu-west-1", "sigV4AssumeRoleArn": ROLE}
    born_in_grafana(account, "metrics", "prometheus", url=f"{APS}/", jsonData=json_data)
    assert (names(aws), get(aws)["DataSourceType"]) == (["metrics"], PROMETHEUS)


def test_a_workspace_that_grafana_moved_is_got_as_it_is_now(account: Account, aws: Any) -> None:
    add(aws)
    url = "https://aps-workspaces.us-west-2.amazonaws.com/workspaces/ws-9"
    edited_in_grafana(account, "metrics", url=url, jsonData={"sigV4AssumeRoleArn": OTHER_ROLE})
    assert get(aws)["DataSourceType"] == {
        "Prometheus": {"RoleArn": OTHER_ROLE, "WorkspaceArn": "arn:aws:aps:us-west-2:123456789012:workspace/ws-9"}
    }


def test_a_role_that_grafana_changed_is_got_as_it_is_now(account: Account, aws: Any) -> None:
    add(aws, of_type=LOGS)
    edited_in_grafana(account, "metrics", jsonData={"assumeRoleArn": OTHER_ROLE})
    assert get(aws)["DataSourceType"] == {"CloudWatchLog": {"RoleArn": OTHER_ROLE}}


def test_one_that_grafana_led_elsewhere_is_gone(account: Account, aws: Any) -> None:
    add(aws)
    edited_in_grafana(account, "metrics", url="https://prometheus.example.com")
    assert refusal(lambda: get(aws)) == MISSING


def test_an_update_keeps_what_grafana_said(account: Account, aws: Any) -> None:
    add(aws, Description="CPU")
    edited_in_grafana(
        account,
        "metrics",
        jsonData={"timeInterval": "30s", "httpHeaderName1": "X-Scope"},
        secureJsonData={"httpHeaderValue1": "secret"},
    )
    aws.update_direct_query_data_source(DataSourceName="metrics", DataSourceType=PROMETHEUS, Description="memory")
    row = account.source("metrics")
    assert row.json_data["timeInterval"] == "30s"
    assert row.secure_json_fields == {"httpHeaderValue1": True}


def test_one_that_grafana_deleted_is_gone(account: Account, aws: Any) -> None:
    add(aws)
    account.delete_source("metrics")
    assert names(aws) == []
    with pytest.raises(DataSourceNotFound):
        account.source("metrics")
