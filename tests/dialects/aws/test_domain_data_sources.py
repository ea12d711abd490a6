"""Data sources of a domain by boto3, beside OpenSearch's and Grafana's APIs."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.identity.roles import Role
from app.registry.datasource import ByName, Status
from dialects.aws.account import Account, outcome
from dialects.aws.other_apis import (
    born_in_opensearch,
    edited_in_grafana,
    in_opensearch,
    patch_in_opensearch,
    put_back,
    refusal,
)

ROLE = "arn:aws:iam::123456789012:role/reader"
OTHER_ROLE = "arn:aws:iam::123456789012:role/teams/sales/other"
TYPE = {"S3GlueDataCatalog": {"RoleArn": ROLE}}
OTHER_TYPE = {"S3GlueDataCatalog": {"RoleArn": OTHER_ROLE}}
INVALID, MISSING, DENIED = (
    ("ValidationException", 400),
    ("ResourceNotFoundException", 409),
    ("AccessDeniedException", 403),
)


@pytest.fixture(autouse=True)
def domain(aws: Any) -> None:
    """The domain ``logs``, whose server has an address that no other has."""
    create_domain(aws, "logs")


def create_domain(client: Any, name: str) -> None:
    endpoint = {"CustomEndpointEnabled": True, "CustomEndpoint": f"{name}.example.com"}
    client.create_domain(DomainName=name, DomainEndpointOptions=endpoint)


def add(client: Any, name: str = "sales", of_type: Any = TYPE, *, domain: str = "logs", **members: Any) -> str:
    added = client.add_data_source(DomainName=domain, Name=name, DataSourceType=of_type, **members)
    message: str = added["Message"]
    return message


def get(client: Any, name: str = "sales", *, domain: str = "logs") -> dict[str, Any]:
    return outcome(client.get_data_source(DomainName=domain, Name=name))


def update(client: Any, of_type: Any = TYPE, *, name: str = "sales", domain: str = "logs", **members: Any) -> str:
    updated = client.update_data_source(DomainName=domain, Name=name, DataSourceType=of_type, **members)
    message: str = updated["Message"]
    return message


def delete(client: Any, name: str = "sales", *, domain: str = "logs") -> str:
    message: str = client.delete_data_source(DomainName=domain, Name=name)["Message"]
    return message


def names(client: Any, domain: str = "logs") -> list[str]:
    return [one["Name"] for one in client.list_data_sources(DomainName=domain)["DataSources"]]


def status(client: Any) -> str:
    shown: str = get(client)["Status"]
    return shown


# The operations


def test_a_message_says_what_was_done(aws: Any) -> None:
    assert add(aws) == "The data source sales was added."
    assert update(aws) == "The data source sales was updated."
    assert delete(aws) == "The data source sales was deleted."


def test_what_was_added_is_got(aws: Any) -> None:
    add(aws, Description="All sales")
    assert get(aws) == {"Name": "sales", "DataSourceType": TYPE, "Description": "All sales", "Status": "ACTIVE"}


def test_one_without_a_role_is_got_without_one(aws: Any) -> None:
    add(aws, of_type={"S3GlueDataCatalog": {}})
    assert get(aws) == {"Name": "sales", "DataSourceType": {"S3GlueDataCatalog": {}}, "Status": "ACTIVE"}


def test_a_list_shows_those_of_the_domain_by_name(aws: Any) -> None:
    create_domain(aws, "metrics")
    add(aws, "sales", Description="All sales")
    add(aws, "audit")
    add(aws, "others", domain="metrics")
    assert outcome(aws.list_data_sources(DomainName="logs")) == {
        "DataSources": [
            {"Name": "audit", "DataSourceType": TYPE, "Status": "ACTIVE"},
            {"Name": "sales", "DataSourceType": TYPE, "Description": "All sales", "Status": "ACTIVE"},
        ]
    }


def test_a_domain_without_data_sources_has_an_empty_list(aws: Any) -> None:
    assert outcome(aws.list_data_sources(DomainName="logs")) == {"DataSources": []}


def test_an_update_is_read_back(aws: Any) -> None:
    add(aws, Description="All sales")
    update(aws, OTHER_TYPE, Description="Some", Status="DISABLED")
    assert get(aws) == {"Name": "sales", "DataSourceType": OTHER_TYPE, "Description": "Some", "Status": "DISABLED"}


def test_what_an_update_does_not_say_stays(aws: Any) -> None:
    add(aws, Description="All sales")
    update(aws, Status="DISABLED")
    before = get(aws)
    update(aws)
    assert get(aws) == before


def test_a_deleted_data_source_is_gone_from_every_api(account: Account, aws: Any) -> None:
    add(aws)
    delete(aws)
    assert names(aws) == []
    assert refusal(lambda: get(aws)) == MISSING
    assert account.ask("GET", "/api/datasources/name/sales").status == 404


def test_each_write_is_in_the_audit_trail(account: Account, aws: Any) -> None:
    before = len(account.audited())
    add(aws)
    update(aws)
    delete(aws)
    assert account.audited()[before:] == ["datasources:create", "datasources:write", "datasources:delete"]


# Domains


def test_the_data_sources_of_a_deleted_domain_stay_registered(account: Account, aws: Any) -> None:
    add(aws)
    aws.delete_domain(DomainName="logs")
    assert refusal(lambda: names(aws)) == MISSING
    assert in_opensearch(account, "sales")["connector"] == "S3GLUE"


def test_the_data_sources_of_a_domain_that_comes_back_are_its_own_again(aws: Any) -> None:
    add(aws)
    aws.delete_domain(DomainName="logs")
    create_domain(aws, "logs")
    assert names(aws) == ["sales"]


def test_a_domain_that_was_born_in_grafana_has_data_sources(account: Account, aws: Any) -> None:
    account.register("search")
    add(aws, domain="search")
    assert (names(aws, "search"), names(aws)) == (["sales"], [])


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda aws, domain, name: add(aws, "other", domain=domain), id="add"),
        pytest.param(lambda aws, domain, name: names(aws, domain), id="list"),
        pytest.param(lambda aws, domain, name: get(aws, name, domain=domain), id="get"),
        pytest.param(lambda aws, domain, name: update(aws, name=name, domain=domain), id="update"),
        pytest.param(lambda aws, domain, name: delete(aws, name, domain=domain), id="delete"),
    ],
)
class TestADomainThatIsNotThere:
    """Every operation."""

    def test_is_refused(self, aws: Any, call: Callable[[Any, str, str], Any]) -> None:
        assert refusal(lambda: call(aws, "nothing", "sales")) == MISSING

    def test_is_refused_when_nothing_can_have_the_name(self, aws: Any, call: Callable[[Any, str, str], Any]) -> None:
        assert refusal(lambda: call(aws, "No_Domain", "sales")) == INVALID

    def test_is_refused_when_it_is_of_another_account(
        self, aws: Any, other_account: Account, call: Callable[[Any, str, str], Any]
    ) -> None:
        create_domain(other_account.client(), "theirs")
        add(other_account.client(), domain="theirs")
        assert refusal(lambda: call(aws, "theirs", "sales")) == MISSING


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(get, id="get"),
        pytest.param(lambda aws, name: update(aws, name=name), id="update"),
        pytest.param(delete, id="delete"),
    ],
)
class TestOneThatIsNotThere:
    """Every operation on one data source."""

    def test_is_refused(self, aws: Any, call: Callable[[Any, str], Any]) -> None:
        assert refusal(lambda: call(aws, "nothing")) == MISSING

    def test_is_refused_when_nothing_can_have_the_name(self, aws: Any, call: Callable[[Any, str], Any]) -> None:
        assert refusal(lambda: call(aws, "No-Name")) == INVALID

    def test_is_refused_when_it_is_of_another_domain(
        self, account: Account, aws: Any, call: Callable[[Any, str], Any]
    ) -> None:
        create_domain(aws, "metrics")
        add(aws, domain="metrics")
        assert refusal(lambda: call(aws, "sales")) == MISSING
        assert account.source("sales")

    def test_is_refused_when_it_is_of_another_kind(
        self, account: Account, aws: Any, call: Callable[[Any, str], Any]
    ) -> None:
        lake = {"SecurityLake": {"RoleArn": ROLE}}
        aws.add_direct_query_data_source(
            DataSourceName="lake", DataSourceType=lake, OpenSearchArns=[account.arn("logs")]
        )
        assert refusal(lambda: call(aws, "lake")) == MISSING
        assert account.source("lake")


# What is refused


def test_a_name_that_any_data_source_has_is_refused(account: Account, aws: Any) -> None:
    account.register("sales")
    with pytest.raises(aws.exceptions.ValidationException, match="sales is taken"):
        add(aws)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        pytest.param("Name", "Sales", id="name: capital"),
        pytest.param("Name", "s" * 81, id="name: 81 characters"),
        pytest.param("Description", "d" * 1001, id="description: 1001 characters"),
        pytest.param("Description", "a;b", id="description: semicolon"),
        pytest.param("DataSourceType", {"S3GlueDataCatalog": {"RoleArn": "r" * 20}}, id="role: none"),
        pytest.param("DataSourceType", {"S3GlueDataCatalog": {"RoleArn": ROLE + "r" * 2048}}, id="role: long"),
    ],
)
def test_a_member_that_breaks_a_rule_is_refused(aws: Any, member: str, value: Any) -> None:
    given = {"DomainName": "logs", "Name": "sales", "DataSourceType": TYPE, member: value}
    assert refusal(lambda: aws.add_data_source(**given)) == INVALID
    assert names(aws) == []


@pytest.mark.parametrize("word", [pytest.param("ERROR", id="OpenSearch's"), pytest.param("active", id="lower case")])
def test_a_status_of_two_is_wanted(aws: Any, word: str) -> None:
    add(aws)
    assert refusal(lambda: update(aws, Status=word)) == INVALID


@pytest.mark.parametrize(
    "of_type",
    [
        pytest.param({}, id="none"),
        pytest.param({"CloudWatchLog": {"RoleArn": ROLE}}, id="unknown"),
        pytest.param({**TYPE, "CloudWatchLog": {"RoleArn": ROLE}}, id="an unknown one beside it"),
        pytest.param("S3GlueDataCatalog", id="a text"),
        pytest.param(None, id="nothing"),
    ],
)
def test_a_type_that_is_no_catalog_is_refused(account: Account, of_type: Any) -> None:
    path = "/2021-01-01/opensearch/domain/logs/dataSource"
    answer = account.ask("POST", path, {"Name": "sales", "DataSourceType": of_type})
    assert (answer.status, json.loads(answer.body)["__type"]) == INVALID[::-1]


def test_the_status_is_no_member_of_what_is_added(account: Account, aws: Any) -> None:
    path = "/2021-01-01/opensearch/domain/logs/dataSource"
    answer = account.ask("POST", path, {"Name": "sales", "DataSourceType": TYPE, "Status": "DISABLED"})
    assert answer.status == 200
    assert status(aws) == "ACTIVE"


# The status


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


# Permissions


@pytest.mark.parametrize("role", [pytest.param(Role.VIEWER, id="viewer"), pytest.param(Role.EDITOR, id="editor")])
class TestSomebodyWhoIsNoAdmin:
    """May look."""

    def test_reads(self, account: Account, aws: Any, role: Role) -> None:
        add(aws)
        client = account.client(role)
        assert get(client) == get(aws)
        assert names(client) == ["sales"]

    def test_changes_nothing(self, account: Account, aws: Any, role: Role) -> None:
        add(aws)
        before, client = get(aws), account.client(role)
        assert refusal(lambda: add(client, "more")) == DENIED
        assert refusal(lambda: update(client, Status="DISABLED")) == DENIED
        assert refusal(lambda: delete(client)) == DENIED
        assert get(aws) == before
        assert names(aws) == ["sales"]


# Beside the other APIs


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
