"""Data sources of a domain by boto3: the operations, the domain, and who may do them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.identity.roles import Role
from dialects.aws.account import Account, outcome
from dialects.aws.domain_data_sources import (
    DENIED,
    INVALID,
    MISSING,
    OTHER_TYPE,
    ROLE,
    TYPE,
    add,
    create_domain,
    delete,
    get,
    names,
    status,
    update,
)
from dialects.aws.other_apis import (
    in_opensearch,
)
from dialects.aws.raw import refusal


@pytest.fixture(autouse=True)
def domain(aws: Any) -> None:
    """The domain ``logs``."""
    create_domain(aws, "logs")


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
