"""Direct query data sources by boto3: the operations, and who may do them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from app.identity.roles import Role
from app.registry.datasource import NewDataSource
from app.registry.json_data import JsonData
from dialects.aws.account import Account, outcome
from dialects.aws.direct_query import (
    ANY_TYPE,
    DENIED,
    MISSING,
    OTHER_ROLE,
    PROMETHEUS,
    ROLE,
    WORKSPACE_ARN,
    add,
    arn_of,
    get,
    names,
)
from dialects.aws.raw import refusal


def test_the_arn_of_an_added_data_source_is_answered(account: Account, aws: Any) -> None:
    assert add(aws) == arn_of(account, "metrics")


@ANY_TYPE
def test_what_was_added_is_got(account: Account, aws: Any, of_type: Any) -> None:
    arn, policy = account.arn("logs"), '{"Version": "2012-10-17"}'
    add(aws, of_type=of_type, Description="CPU", OpenSearchArns=[arn], DataSourceAccessPolicy=policy)
    assert get(aws) == {
        "DataSourceName": "metrics",
        "DataSourceType": of_type,
        "Description": "CPU",
        "OpenSearchArns": [arn],
        "DataSourceAccessPolicy": policy,
        "DataSourceArn": arn_of(account, "metrics"),
    }


def test_what_was_not_said_is_not_got(account: Account, aws: Any) -> None:
    add(aws)
    assert get(aws) == {
        "DataSourceName": "metrics",
        "DataSourceType": PROMETHEUS,
        "OpenSearchArns": [],
        "DataSourceArn": arn_of(account, "metrics"),
    }


def test_a_list_shows_the_tags_and_no_policy(account: Account, aws: Any) -> None:
    tags = [{"Key": "team", "Value": "a"}, {"Key": "empty", "Value": ""}]
    add(aws, TagList=tags, DataSourceAccessPolicy="{}")
    assert outcome(aws.list_direct_query_data_sources()) == {
        "DirectQueryDataSources": [
            {
                "DataSourceName": "metrics",
                "DataSourceType": PROMETHEUS,
                "OpenSearchArns": [],
                "DataSourceArn": arn_of(account, "metrics"),
                "TagList": tags,
            }
        ]
    }


def test_an_empty_list_is_answered(aws: Any) -> None:
    assert outcome(aws.list_direct_query_data_sources()) == {"DirectQueryDataSources": []}


def test_more_than_a_page_is_listed_in_pages_each_once(account: Account, aws: Any) -> None:
    made = [f"logs_{number:03}" for number in range(101)]
    for name in reversed(made):
        json_data = JsonData.of({"assumeRoleArn": ROLE})
        new = NewDataSource(name=name, type="cloudwatch", access="proxy", json_data=json_data)
        account.services.registry.create(account.identity, new)
    account.register("no_such_source")
    first = aws.list_direct_query_data_sources()
    second = outcome(aws.list_direct_query_data_sources(NextToken=first["NextToken"]))
    listed = [one["DataSourceName"] for one in (*first["DirectQueryDataSources"], *second["DirectQueryDataSources"])]
    assert (len(first["DirectQueryDataSources"]), sorted(listed)) == (100, made)
    assert "NextToken" not in second


def test_a_full_page_with_nothing_behind_it_has_no_token(account: Account, aws: Any) -> None:
    for number in range(100):
        json_data = JsonData.of({"assumeRoleArn": ROLE})
        new = NewDataSource(name=f"logs_{number}", type="cloudwatch", access="proxy", json_data=json_data)
        account.services.registry.create(account.identity, new)
    assert "NextToken" not in aws.list_direct_query_data_sources()


def test_an_update_answers_the_arn_and_is_read_back(account: Account, aws: Any) -> None:
    add(aws, Description="CPU")
    moved = {"Prometheus": {"RoleArn": OTHER_ROLE, "WorkspaceArn": WORKSPACE_ARN.replace("ws-1", "ws-2")}}
    answer = aws.update_direct_query_data_source(
        DataSourceName="metrics", DataSourceType=moved, Description="memory", DataSourceAccessPolicy="{}"
    )
    assert answer["DataSourceArn"] == arn_of(account, "metrics")
    assert get(aws)["DataSourceType"] == moved
    assert (get(aws)["Description"], get(aws)["DataSourceAccessPolicy"]) == ("memory", "{}")


def test_what_an_update_does_not_say_stays(account: Account, aws: Any) -> None:
    add(aws, Description="CPU", OpenSearchArns=[account.arn("logs")], DataSourceAccessPolicy="{}")
    before = get(aws)
    aws.update_direct_query_data_source(DataSourceName="metrics", DataSourceType=PROMETHEUS)
    assert get(aws) == before


def test_a_deleted_data_source_is_gone_from_every_api(account: Account, aws: Any) -> None:
    add(aws)
    assert outcome(aws.delete_direct_query_data_source(DataSourceName="metrics")) == {}
    assert refusal(lambda: get(aws)) == MISSING
    assert account.ask("GET", "/api/datasources/name/metrics").status == 404


def test_each_write_is_in_the_audit_trail(account: Account, aws: Any) -> None:
    before = len(account.audited())
    add(aws)
    aws.update_direct_query_data_source(DataSourceName="metrics", DataSourceType=PROMETHEUS)
    aws.delete_direct_query_data_source(DataSourceName="metrics")
    assert account.audited()[before:] == ["datasources:create", "datasources:write", "datasources:delete"]


@pytest.mark.parametrize("role", [pytest.param(Role.VIEWER, id="viewer"), pytest.param(Role.EDITOR, id="editor")])
class TestSomebodyWhoIsNoAdmin:
    """May look."""

    def test_reads(self, account: Account, aws: Any, role: Role) -> None:
        add(aws)
        client = account.client(role)
        assert get(client) == get(aws)
        assert names(client) == ["metrics"]

    def test_changes_nothing(self, account: Account, aws: Any, role: Role) -> None:
        add(aws)
        before, client = get(aws), account.client(role)
        update = {"DataSourceName": "metrics", "DataSourceType": PROMETHEUS, "Description": "mine"}
        assert refusal(lambda: add(client, "more")) == DENIED
        assert refusal(lambda: client.update_direct_query_data_source(**update)) == DENIED
        assert refusal(lambda: client.delete_direct_query_data_source(DataSourceName="metrics")) == DENIED
        assert get(aws) == before
        assert names(aws) == ["metrics"]


def test_a_refusal_names_the_operation(account: Account) -> None:
    with pytest.raises(ClientError, match="es:AddDirectQueryDataSource"):
        add(account.client(Role.VIEWER))
