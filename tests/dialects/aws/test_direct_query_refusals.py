"""What is refused of direct query data sources."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from dialects.aws.account import Account
from dialects.aws.direct_query import (
    INVALID,
    LAKE,
    LOGS,
    MISSING,
    PROMETHEUS,
    ROLE,
    WORKSPACE_ARN,
    add,
    arn_of,
    get,
    names,
)
from dialects.aws.raw import refusal

PATH = "/2021-01-01/opensearch/directQueryDataSource"


def test_a_name_that_any_data_source_has_is_refused(account: Account, aws: Any) -> None:
    account.register("metrics")
    with pytest.raises(aws.exceptions.ValidationException, match="metrics is taken"):
        add(aws)


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda aws, name: get(aws, name), id="get"),
        pytest.param(
            lambda aws, name: aws.update_direct_query_data_source(DataSourceName=name, DataSourceType=PROMETHEUS),
            id="update",
        ),
        pytest.param(lambda aws, name: aws.delete_direct_query_data_source(DataSourceName=name), id="delete"),
    ],
)
class TestOneThatIsNotThere:
    """Every operation on one data source."""

    def test_is_refused(self, aws: Any, call: Callable[[Any, str], Any]) -> None:
        assert refusal(lambda: call(aws, "nothing")) == MISSING

    def test_is_refused_when_it_is_of_another_kind(
        self, account: Account, aws: Any, call: Callable[[Any, str], Any]
    ) -> None:
        account.register("search")
        assert refusal(lambda: call(aws, "search")) == MISSING
        assert account.source("search")

    def test_is_refused_when_it_is_of_another_account(
        self, aws: Any, other_account: Account, call: Callable[[Any, str], Any]
    ) -> None:
        add(other_account.client())
        assert refusal(lambda: call(aws, "metrics")) == MISSING
        assert other_account.source("metrics")

    def test_is_refused_when_nothing_can_have_the_name(self, aws: Any, call: Callable[[Any, str], Any]) -> None:
        assert refusal(lambda: call(aws, "No-Name")) == INVALID


def test_another_accounts_are_not_listed(aws: Any, other_account: Account) -> None:
    add(other_account.client())
    assert names(aws) == []


def test_two_accounts_may_use_one_name(account: Account, aws: Any, other_account: Account) -> None:
    assert add(aws) == arn_of(account, "metrics")
    assert add(other_account.client()) == arn_of(other_account, "metrics")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        pytest.param("DataSourceName", "Metrics", id="name: capital"),
        pytest.param("DataSourceName", "1metrics", id="name: digit first"),
        pytest.param("DataSourceName", "my-metrics", id="name: hyphen"),
        pytest.param("DataSourceName", "m" * 81, id="name: 81 characters"),
        pytest.param("Description", "d" * 1001, id="description: 1001 characters"),
        pytest.param("Description", "<b>", id="description: brackets"),
        pytest.param("OpenSearchArns", ["not-an-arn-but-long-enough"], id="ARNs: none"),
        pytest.param("OpenSearchArns", [f"arn:aws:es:us-east-1:1:domain/{'x' * 2048}"], id="ARNs: too long"),
        pytest.param("DataSourceAccessPolicy", "p" * 102_401, id="policy: too long"),
        pytest.param("TagList", [{"Key": "k" * 129, "Value": ""}], id="tags: long key"),
        pytest.param("TagList", [{"Key": "k", "Value": "v" * 257}], id="tags: long value"),
        pytest.param("DataSourceType", {"CloudWatchLog": {"RoleArn": "r" * 40}}, id="role: none"),
        pytest.param(
            "DataSourceType", {"SecurityLake": {"RoleArn": f"{ROLE}/deeper/than/that"}}, id="role: with a path"
        ),
        pytest.param("DataSourceType", {"SecurityLake": {"RoleArn": f"{ROLE}{'r' * 64}"}}, id="role: long name"),
        pytest.param(
            "DataSourceType",
            {"Prometheus": {"RoleArn": ROLE, "WorkspaceArn": "arn:aws:aps:eu-west-1:1:workspace/ws-1"}},
            id="workspace: short account",
        ),
        pytest.param(
            "DataSourceType",
            {"Prometheus": {"RoleArn": ROLE, "WorkspaceArn": WORKSPACE_ARN.replace("eu-west-1", "cn-north-1")}},
            id="workspace: a Region of another partition",
        ),
        pytest.param(
            "DataSourceType",
            {"Prometheus": {"RoleArn": ROLE, "WorkspaceArn": f"{WORKSPACE_ARN}.example.com"}},
            id="workspace: another host",
        ),
        pytest.param(
            "DataSourceType",
            {"Prometheus": {"RoleArn": ROLE, "WorkspaceArn": f"{WORKSPACE_ARN}{'1' * 255}"}},
            id="workspace: no URL for it",
        ),
    ],
)
def test_a_member_that_breaks_a_rule_is_refused(account: Account, aws: Any, member: str, value: Any) -> None:
    given = {"DataSourceName": "metrics", "DataSourceType": PROMETHEUS, member: value}
    assert refusal(lambda: aws.add_direct_query_data_source(**given)) == INVALID
    assert names(aws) == []


# What boto3 would not send


@pytest.mark.parametrize(
    ("of_type", "says"),
    [
        pytest.param({}, "exactly one member", id="none"),
        pytest.param({**LOGS, **LAKE}, "exactly one member", id="two"),
        pytest.param({"CloudWatchLog": None}, "exactly one member", id="null"),
        pytest.param({"S3GlueDataCatalog": {"RoleArn": ROLE}}, "S3GlueDataCatalog is not known here", id="unknown"),
        pytest.param({**LOGS, "Other": {}}, "Other is not known here", id="an unknown one beside it"),
        pytest.param({"CloudWatchLog": {}}, "RoleArn is required", id="no role"),
        pytest.param({"Prometheus": {"RoleArn": ROLE}}, "WorkspaceArn is required", id="no workspace"),
        pytest.param([], "DataSourceType", id="a list"),
        pytest.param(None, "DataSourceType is required", id="nothing"),
    ],
)
def test_a_type_that_is_not_one_of_three_is_refused(account: Account, of_type: Any, says: str) -> None:
    answer = account.ask("POST", PATH, {"DataSourceName": "metrics", "DataSourceType": of_type})
    refused = json.loads(answer.body)
    assert (answer.status, refused["__type"]) == (400, "ValidationException")
    assert says in refused["message"]


def test_a_null_beside_the_type_is_nothing(account: Account) -> None:
    body = {"DataSourceName": "metrics", "DataSourceType": {**LOGS, "SecurityLake": None}}
    assert account.ask("POST", PATH, body).status == 200


@pytest.mark.parametrize(
    ("member", "value"),
    [
        pytest.param("DataSourceName", "ab", id="short name"),
        pytest.param("OpenSearchArns", ["arn:aws:es:a:1:d/x"], id="short ARN"),
        pytest.param("OpenSearchArns", "arn:aws:es:us-east-1:123456789012:domain/logs", id="ARNs as text"),
        pytest.param("TagList", [{"Key": "", "Value": ""}], id="empty key of a tag"),
        pytest.param("TagList", [{"Key": "k"}], id="tag without a value"),
        pytest.param("Description", 7, id="a number as description"),
    ],
)
def test_a_member_that_boto3_would_not_send_is_refused(account: Account, member: str, value: Any) -> None:
    answer = account.ask("POST", PATH, {"DataSourceName": "metrics", "DataSourceType": LOGS, member: value})
    assert (answer.status, json.loads(answer.body)["__type"]) == INVALID[::-1]


@pytest.mark.parametrize("token", [pytest.param("garbage", id="garbage"), pytest.param("é", id="no ASCII")])
def test_a_token_that_was_not_given_out_is_refused(aws: Any, token: str) -> None:
    assert refusal(lambda: aws.list_direct_query_data_sources(NextToken=token)) == INVALID


def test_the_type_cannot_be_changed(aws: Any) -> None:
    add(aws)
    update = {"DataSourceName": "metrics", "DataSourceType": LOGS}
    assert refusal(lambda: aws.update_direct_query_data_source(**update)) == INVALID
    assert get(aws)["DataSourceType"] == PROMETHEUS


def test_a_quota_that_is_reached_is_a_limit(account: Account) -> None:
    limited = account.served({"GF_QUOTA_ENABLED": "true", "GF_QUOTA_ORG_DATA_SOURCE": "1"}).client()
    add(limited)
    assert refusal(lambda: add(limited, "more")) == ("LimitExceededException", 409)


def test_nothing_is_done_where_the_api_is_off(account: Account) -> None:
    off = account.served({"SLUICE_AWS_ENABLED": "false"}).client()
    assert refusal(lambda: add(off)) == ("DisabledOperationException", 409)
