"""Domains that any API made, as boto3 describes, lists and deletes them; and who may."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from app.identity.roles import Role
from app.registry.access import ForRole, Grantee, Level
from app.registry.datasource import ByName, Status
from app.registry.errors import DataSourceNotFound
from dialects.aws.account import Account
from dialects.aws.domains import DENIED, INVALID, MISSING, TYPE, created, deleted, described, listed
from dialects.aws.other_apis import born_in_grafana, born_in_opensearch
from dialects.aws.raw import refusal


def _hide(account: Account, name: str) -> None:
    """From all but Admins."""
    levels: dict[Grantee, Level] = {ForRole(Role.VIEWER): Level.NONE, ForRole(Role.EDITOR): Level.NONE}
    account.services.permissions.set(account.identity, ByName(name), levels)


def _provision(account: Account, name: str) -> None:
    """As a file would have it."""
    rows = account.services.storage.data_sources
    with rows.writing(account.org_id):
        rows.replace(account.org_id, replace(account.source(name), read_only=True))


# DescribeDomain


def test_one_that_was_born_in_grafana_is_a_domain(account: Account, aws: Any) -> None:
    born_in_grafana(account, "logs", TYPE, url="https://search.example.com:9200/x")
    assert described(aws) == {
        "DomainId": f"{account.number}/logs",
        "DomainName": "logs",
        "ARN": account.arn("logs"),
        "Created": True,
        "Deleted": False,
        "Processing": False,
        "Endpoint": "search.example.com:9200",
        "ClusterConfig": {},
    }
    assert listed(aws) == [("logs", "OpenSearch")]


def test_an_elasticsearch_of_grafanas_is_a_domain(account: Account, aws: Any) -> None:
    born_in_grafana(account, "logs", "elasticsearch", url="https://search.example.com")
    assert "EngineVersion" not in described(aws)
    assert listed(aws) == [("logs", "Elasticsearch")]


def test_one_that_was_born_in_opensearch_is_a_domain_by_its_arn(account: Account, aws: Any) -> None:
    arn = account.arn("logs")
    born_in_opensearch(account, "metrics", "OPENSEARCH", {"aws.arn": arn})
    assert (described(aws)["ARN"], described(aws)["Endpoint"]) == (arn, "")
    assert listed(aws) == [("logs", "OpenSearch")]


def test_a_prometheus_with_the_arn_of_a_domain_is_none_and_can_be_attached(account: Account, aws: Any) -> None:
    arn = account.arn("logs")
    born_in_opensearch(account, "metrics", "PROMETHEUS", {"prometheus.uri": "http://x:9090", "aws.arn": arn})
    assert listed(aws) == []
    for call in (aws.describe_domain, aws.delete_domain):
        assert refusal(partial(call, DomainName="logs")) == MISSING
    aws.create_application(name="my-app")
    assert aws.attach_data_source(id="my-app", dataSourceArn=arn)["status"] == "ATTACHED"


def test_one_with_an_arn_is_the_domain_of_the_arn_and_not_of_its_name(account: Account, aws: Any) -> None:
    account.register("logs", arn=account.arn("metrics"))
    assert (described(aws, "metrics")["ARN"], described(aws, "metrics")["DomainName"]) == (
        account.arn("metrics"),
        "metrics",
    )
    assert refusal(lambda: described(aws)) == MISSING
    assert listed(aws) == [("metrics", "OpenSearch")]


def test_a_domain_that_two_data_sources_could_be_is_listed_once(account: Account, aws: Any) -> None:
    account.register("logs")
    account.register("metrics", arn=account.arn("logs"))
    assert listed(aws) == [("logs", "OpenSearch")]


def test_an_endpoint_has_no_login(account: Account, aws: Any) -> None:
    born_in_grafana(account, "logs", TYPE, url="https://ann:hunter2@search.example.com:9200")
    assert described(aws)["Endpoint"] == "search.example.com:9200"


@pytest.mark.parametrize(
    "url",
    ["https://a\u2100b.example.com", "https://[fe80::1%25eth0]:9200", "http://search.example.com:", "https://"],
    ids=["unusual letters", "zone", "colon", "no host"],
)
def test_whatever_url_grafana_takes_is_described(account: Account, aws: Any, url: str) -> None:
    body = {"name": "logs", "type": TYPE, "access": "proxy", "url": url}
    taken = account.ask("POST", "/api/datasources", body).status == 200
    assert listed(aws) == [("logs", "OpenSearch")] * taken
    if taken:
        assert described(aws)["DomainName"] == "logs"


@pytest.mark.parametrize(("version", "engine"), [("2.11.0", "OpenSearch_2.11"), ("3.1", "OpenSearch_3.1")])
def test_the_version_that_grafana_has_is_the_engines(account: Account, aws: Any, version: str, engine: str) -> None:
    born_in_grafana(account, "logs", TYPE, url="https://x", jsonData={"version": version})
    assert described(aws)["EngineVersion"] == engine


@pytest.mark.parametrize("version", [7, None, ["x"], "8", "latest", "1.2.3\n", "100.1.1", ""], ids=repr)
def test_a_version_that_is_none_is_not_shown(account: Account, aws: Any, version: Any) -> None:
    born_in_grafana(account, "logs", TYPE, url="https://x", jsonData={"version": version})
    assert "EngineVersion" not in described(aws)


@pytest.mark.parametrize(
    "register",
    [
        pytest.param(lambda account: None, id="nothing"),
        pytest.param(lambda account: born_in_grafana(account, "logs", "prometheus", url="http://x"), id="another type"),
        pytest.param(
            lambda account: account.register("logs", arn=account.arn("logs", region="eu-west-1")), id="Region"
        ),
        pytest.param(
            lambda account: account.register("logs", arn="arn:aws:es:us-east-1:999999999999:domain/logs"), id="account"
        ),
        pytest.param(
            lambda account: account.register("logs", arn=account.arn("logs").replace(":aws:", ":aws-cn:")),
            id="partition",
        ),
        pytest.param(
            lambda account: account.register("logs", arn=f"arn:aws:aoss:us-east-1:{account.number}:collection/logs"),
            id="collection",
        ),
    ],
)
def test_what_is_no_domain_of_the_account_and_region_is_not_found(
    account: Account, aws: Any, register: Callable[[Account], Any]
) -> None:
    register(account)
    assert refusal(lambda: described(aws)) == MISSING
    assert refusal(lambda: deleted(aws)) == MISSING
    assert listed(aws) == []


@pytest.mark.parametrize("name", ["Logs", "1logs", "a" * 29, "lo_gs"])
def test_what_no_domain_can_be_called_is_refused(aws: Any, name: str) -> None:
    assert refusal(lambda: described(aws, name)) == INVALID
    assert refusal(lambda: deleted(aws, name)) == INVALID


def test_one_of_another_account_is_not_found(other_account: Account, aws: Any) -> None:
    theirs = other_account.client()
    created(theirs)
    assert refusal(lambda: described(aws)) == MISSING
    assert refusal(lambda: deleted(aws)) == MISSING
    assert listed(aws) == []
    assert listed(theirs) == [("logs", "OpenSearch")]


# ListDomainNames


def test_domains_are_listed_by_engine(aws: Any) -> None:
    for name, engine in (("one", "OpenSearch_2.19"), ("two", "Elasticsearch_7.10"), ("three", "OpenSearch_1.0")):
        created(aws, name, EngineVersion=engine)
    assert listed(aws, EngineType="OpenSearch") == [("one", "OpenSearch"), ("three", "OpenSearch")]
    assert listed(aws, EngineType="Elasticsearch") == [("two", "Elasticsearch")]
    assert sorted(listed(aws)) == [("one", "OpenSearch"), ("three", "OpenSearch"), ("two", "Elasticsearch")]


@pytest.mark.parametrize("engine", ["Solr", "opensearch", ""])
def test_an_engine_that_there_is_not_is_no_list(aws: Any, engine: str) -> None:
    assert refusal(lambda: listed(aws, EngineType=engine)) == INVALID


def test_those_without_an_arn_are_in_every_region_and_others_in_theirs(account: Account) -> None:
    account.register("everywhere")
    here, there = account.client(), account.client(region="eu-west-1")
    created(here, "here")
    created(there, "there")
    assert [name for name, _ in listed(here)] == ["everywhere", "here"]
    assert [name for name, _ in listed(there)] == ["everywhere", "there"]
    assert described(there, "everywhere")["ARN"] == account.arn("everywhere", region="eu-west-1")


def test_names_that_no_domain_can_have_are_not_listed(account: Account, aws: Any) -> None:
    for name in ("My logs", "Logs", "ab", "a" * 29):
        account.register(name)
    assert listed(aws) == []


# DeleteDomain


def test_a_deleted_domain_is_gone_from_every_api(account_anywhere: Account) -> None:
    aws = account_anywhere.client()
    before = created(aws)
    assert deleted(aws) == {**before, "Deleted": True}
    assert listed(aws) == []
    assert refusal(lambda: deleted(aws)) == MISSING
    assert account_anywhere.ask("GET", "/api/datasources").body == b"[]"
    with pytest.raises(DataSourceNotFound):
        account_anywhere.source("logs")


def test_a_name_is_free_again_after_a_delete(aws: Any) -> None:
    created(aws)
    deleted(aws)
    assert created(aws)["DomainName"] == "logs"


def test_what_any_api_made_is_deleted(account: Account, aws: Any) -> None:
    account.register("metrics", arn=account.arn("logs"))
    deleted(aws)
    assert account.services.registry.all(account.identity) == []


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.DISABLED], ids=["attached", "pending"])
def test_its_attachments_fail(account: Account, aws: Any, application: str, status: Status) -> None:
    arn = created(aws)["ARN"]
    account.set_status("logs", status)
    attached = aws.attach_data_source(id=application, dataSourceArn=arn)["attachmentId"]
    deleted(aws)
    found = aws.describe_data_source_attachment(id=application, dataSourceArn=arn)
    assert (found["attachmentId"], found["status"]) == (attached, "FAILED")


def test_what_a_file_provisioned_stays(account: Account, aws: Any) -> None:
    before = created(aws)
    _provision(account, "logs")
    assert refusal(lambda: deleted(aws)) == ("ConflictException", 409)
    assert described(aws) == before


# Permissions


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR], ids=str)
class TestSomebodyWhoIsNoAdmin:
    """May look, at what is not hidden."""

    def test_reads(self, account: Account, aws: Any, role: Role) -> None:
        before, client = created(aws), account.client(role)
        assert described(client) == before
        assert listed(client) == [("logs", "OpenSearch")]

    def test_changes_nothing(self, account: Account, aws: Any, role: Role) -> None:
        before, client = created(aws), account.client(role)
        assert refusal(lambda: created(client, "more")) == DENIED
        assert refusal(lambda: deleted(client)) == DENIED
        assert refusal(lambda: deleted(client, "nothing")) == DENIED
        assert described(aws) == before
        assert listed(aws) == [("logs", "OpenSearch")]

    def test_sees_nothing_that_is_hidden(self, account: Account, aws: Any, role: Role) -> None:
        created(aws)
        created(aws, "hidden")
        _hide(account, "hidden")
        client = account.client(role)
        assert listed(client) == [("logs", "OpenSearch")]
        assert refusal(lambda: described(client, "hidden")) == DENIED
        assert [name for name, _ in listed(aws)] == ["hidden", "logs"]


def test_each_change_is_in_the_audit_trail(account: Account, aws: Any) -> None:
    created(aws)
    deleted(aws)
    events = account.services.storage.audit.of_org(account.org_id)
    assert [(one.door, one.action) for one in events if one.action.startswith("datasources:")] == [
        ("aws", "datasources:create"),
        ("aws", "datasources:delete"),
    ]
