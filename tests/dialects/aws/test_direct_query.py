"""Direct query data sources by boto3, beside OpenSearch's and Grafana's APIs."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from app.identity.roles import Role
from app.registry.datasource import NewDataSource
from app.registry.errors import DataSourceNotFound
from app.registry.json_data import JsonData
from dialects.aws.account import REGION, Account, outcome
from dialects.aws.other_apis import (
    born_in_grafana,
    born_in_opensearch,
    edited_in_grafana,
    in_opensearch,
    patch_in_opensearch,
    put_back,
    refusal,
)

ROLE = "arn:aws:iam::123456789012:role/reader"
OTHER_ROLE = "arn:aws:iam::123456789012:role/service-role/other"
WORKSPACE_ARN = "arn:aws:aps:eu-west-1:123456789012:workspace/ws-1"
APS = "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1"
SEARCH = "https://search.example.com"

PROMETHEUS = {"Prometheus": {"RoleArn": ROLE, "WorkspaceArn": WORKSPACE_ARN}}
LAKE = {"SecurityLake": {"RoleArn": ROLE}}
LOGS = {"CloudWatchLog": {"RoleArn": ROLE}}
GLUE = {
    "glue.auth.type": "iam_role",
    "glue.auth.role_arn": ROLE,
    "glue.indexstore.opensearch.uri": SEARCH,
    "glue.indexstore.opensearch.auth": "noauth",
    "glue.lakeformation.session_tag": "mine",
}
ANY_TYPE = pytest.mark.parametrize(
    "of_type", [pytest.param(one, id=next(iter(one))) for one in (PROMETHEUS, LAKE, LOGS)]
)
INVALID, MISSING, DENIED = (
    ("ValidationException", 400),
    ("ResourceNotFoundException", 409),
    ("AccessDeniedException", 403),
)
PATH = "/2021-01-01/opensearch/directQueryDataSource"


def arn_of(account: Account, name: str, region: str = REGION) -> str:
    return f"arn:aws:opensearch:{region}:{account.number}:datasource/{name}"


def add(client: Any, name: str = "metrics", of_type: Any = PROMETHEUS, **members: Any) -> str:
    added: str = client.add_direct_query_data_source(DataSourceName=name, DataSourceType=of_type, **members)[
        "DataSourceArn"
    ]
    return added


def get(client: Any, name: str = "metrics") -> dict[str, Any]:
    return outcome(client.get_direct_query_data_source(DataSourceName=name))


def names(client: Any) -> list[str]:
    return [one["DataSourceName"] for one in client.list_direct_query_data_sources()["DirectQueryDataSources"]]


# The operations


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


# What is refused


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


# Permissions


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
