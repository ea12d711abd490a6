"""CreateDomain by boto3: what becomes of a domain in the registry, and what is refused."""

import json
from typing import Any

import pytest
from botocore.exceptions import ParamValidationError

from app.registry.datasource import ByName
from dialects.aws.account import Account
from dialects.aws.domains import EXISTS, TYPE, created, described, listed
from dialects.aws.other_apis import born_in_grafana, born_in_opensearch
from dialects.aws.raw import refusal
from installations import on_disk

_PASSWORD = "Hunter2-of-the-domain"
_MASTER = {"Enabled": True, "MasterUserOptions": {"MasterUserName": "ann", "MasterUserPassword": _PASSWORD}}


def test_a_domain_of_which_only_the_name_is_said(account_anywhere: Account) -> None:
    aws, arn = account_anywhere.client(), account_anywhere.arn("logs")
    assert created(aws) == {
        "DomainId": f"{account_anywhere.number}/logs",
        "DomainName": "logs",
        "ARN": arn,
        "Created": True,
        "Deleted": False,
        "Processing": False,
        "Endpoint": "logs",
        "ClusterConfig": {},
    }
    row = account_anywhere.source("logs")
    assert (row.type, row.access, row.url, row.basic_auth) == (TYPE, "proxy", "https://logs", False)
    assert row.json_data.get("awsArn") == arn


def test_what_was_created_is_described_and_listed(aws: Any) -> None:
    answered = created(aws)
    assert described(aws) == answered
    assert listed(aws) == [("logs", "OpenSearch")]


@pytest.mark.parametrize(
    ("engine", "type_id", "version"),
    [
        ("OpenSearch_1.0", TYPE, "1.0.0"),
        ("OpenSearch_2.19", TYPE, "2.19.0"),
        ("Elasticsearch_7.10", "elasticsearch", "7.10.0"),
        ("Elasticsearch_5.6", "elasticsearch", "5.6.0"),
    ],
)
def test_the_engine_decides_the_type(account: Account, aws: Any, engine: str, type_id: str, version: str) -> None:
    assert created(aws, EngineVersion=engine)["EngineVersion"] == engine
    row = account.source("logs")
    assert (row.type, row.json_data.get("version")) == (type_id, version)
    assert described(aws)["EngineVersion"] == engine
    assert listed(aws) == [("logs", engine.partition("_")[0])]


@pytest.mark.parametrize(
    "engine",
    ["OpenSearch", "OpenSearch_", "2.19", "Solr_9.1", "opensearch_2.19", "OpenSearch_2.19.1", "OpenSearch_2.x"],
)
def test_an_engine_that_there_is_not_is_refused(account: Account, engine: str) -> None:
    unchecked = account.client(parameter_validation=False)
    with pytest.raises(unchecked.exceptions.ValidationException, match="EngineVersion"):
        created(unchecked, EngineVersion=engine)
    assert listed(unchecked) == []


def test_a_custom_endpoint_is_the_server(account: Account, aws: Any) -> None:
    options = {"CustomEndpointEnabled": True, "CustomEndpoint": "search.example.com"}
    assert created(aws, DomainEndpointOptions=options)["Endpoint"] == "search.example.com"
    assert account.source("logs").url == "https://search.example.com"


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"CustomEndpointEnabled": False, "CustomEndpoint": "search.example.com"}, id="switched off"),
        pytest.param({"CustomEndpoint": "search.example.com"}, id="not switched on"),
        pytest.param({"CustomEndpointEnabled": True}, id="not said"),
        pytest.param({"EnforceHTTPS": True}, id="another option"),
    ],
)
def test_a_custom_endpoint_that_is_not_in_use_is_ignored(account: Account, aws: Any, options: dict[str, Any]) -> None:
    created(aws, DomainEndpointOptions=options)
    assert account.source("logs").url == "https://logs"


@pytest.mark.parametrize(
    "host",
    [
        "https://search.example.com",
        "search.example.com:9200",
        "search.example.com/x",
        "ann:hunter2@search.example.com",
        "search example.com",
        "a." * 127 + "example",
    ],
    ids=["URL", "port", "path", "login", "space", "too long"],
)
def test_a_custom_endpoint_that_is_no_host_is_refused(aws: Any, host: str) -> None:
    with pytest.raises(aws.exceptions.ValidationException, match="CustomEndpoint") as refused:
        created(aws, DomainEndpointOptions={"CustomEndpointEnabled": True, "CustomEndpoint": host})
    assert "hunter2" not in str(refused.value)
    assert listed(aws) == []


def test_the_operator_says_where_domains_are(account: Account) -> None:
    there = account.served({"SLUICE_AWS_DOMAIN_URL": "http://{name}.internal:9200/{name}"})
    assert created(there.client())["Endpoint"] == "logs.internal:9200"
    assert account.source("logs").url == "http://logs.internal:9200/logs"


def test_a_custom_endpoint_goes_before_what_the_operator_says(account: Account) -> None:
    there = account.served({"SLUICE_AWS_DOMAIN_URL": "http://{name}.internal:9200/{name}"})
    options = {"CustomEndpointEnabled": True, "CustomEndpoint": "search.example.com"}
    created(there.client(), DomainEndpointOptions=options)
    assert account.source("logs").url == "https://search.example.com"


def test_the_master_user_signs_in_by_basic_auth(account: Account, aws: Any) -> None:
    created(aws, AdvancedSecurityOptions=_MASTER)
    row = account.services.registry.for_request(account.identity, ByName("logs"))
    assert (row.basic_auth, row.basic_auth_user) == (True, "ann")
    assert dict(account.services.registry.secrets_of(row)) == {"basicAuthPassword": _PASSWORD}


def test_the_password_of_the_master_user_is_nowhere_to_be_read(account: Account, aws: Any) -> None:
    answered = created(aws, AdvancedSecurityOptions=_MASTER)
    shown = [answered, described(aws), account.ask("GET", "/api/datasources").body.decode()]
    shown.append(account.ask("GET", "/_plugins/_query/_datasources").body.decode())
    assert _PASSWORD not in json.dumps(shown, default=str)
    # Database, logs and all.
    assert _PASSWORD.encode() not in on_disk(account.installation.directory)


def test_a_master_user_without_a_password_signs_in_without_one(account: Account, aws: Any) -> None:
    created(aws, AdvancedSecurityOptions={"Enabled": True, "MasterUserOptions": {"MasterUserName": "ann"}})
    row = account.services.registry.get(account.identity, ByName("logs"))
    assert (row.basic_auth, row.basic_auth_user, dict(row.secure_json_fields)) == (True, "ann", {})


@pytest.mark.parametrize("password", ["hunter2", "hunter2" * 19], ids=["too short", "too long"])
def test_a_password_that_breaks_a_rule_is_not_quoted(account: Account, password: str) -> None:
    unchecked = account.client(parameter_validation=False)
    master = {"MasterUserName": "ann", "MasterUserPassword": password}
    with pytest.raises(unchecked.exceptions.ValidationException, match="MasterUserPassword") as refused:
        created(unchecked, AdvancedSecurityOptions={"MasterUserOptions": master})
    assert "hunter2" not in str(refused.value)


def test_what_is_said_of_machines_is_ignored(account: Account, aws: Any) -> None:
    answered = created(
        aws,
        ClusterConfig={"InstanceType": "r6g.large.search", "InstanceCount": 3, "DedicatedMasterEnabled": False},
        EBSOptions={"EBSEnabled": True, "VolumeType": "gp3", "VolumeSize": 100},
        AccessPolicies="{}",
        VPCOptions={"SubnetIds": ["subnet-1"]},
        EncryptionAtRestOptions={"Enabled": True},
        NodeToNodeEncryptionOptions={"Enabled": True},
        TagList=[{"Key": "team", "Value": "search"}],
    )
    assert answered["ClusterConfig"] == {}
    assert dict(account.source("logs").json_data).keys() == {"awsArn"}


@pytest.mark.parametrize("name", ["abc", "a-1", "a" * 28, "logs-"])
def test_a_name_that_a_domain_can_have_is_taken(aws: Any, name: str) -> None:
    assert created(aws, name)["DomainName"] == name


@pytest.mark.parametrize("name", ["Logs", "1logs", "-logs", "a" * 29, "lo_gs", "lo.gs", "lo gs", "lógs", "logs\n"])
def test_a_name_that_no_domain_can_have_is_refused(aws: Any, name: str) -> None:
    with pytest.raises(aws.exceptions.ValidationException, match="DomainName"):
        created(aws, name)
    assert listed(aws) == []


def test_boto3_stops_a_name_that_is_too_short(aws: Any) -> None:
    with pytest.raises(ParamValidationError):
        created(aws, "ab")


def test_a_domain_can_be_created_once(aws: Any) -> None:
    first = created(aws)
    assert refusal(lambda: created(aws, EngineVersion="Elasticsearch_7.10")) == EXISTS
    assert described(aws) == first


@pytest.mark.parametrize(
    "taken",
    [
        pytest.param(lambda account: born_in_grafana(account, "logs", "prometheus"), id="Grafana's, no domain"),
        pytest.param(lambda account: born_in_grafana(account, "logs", TYPE, url="https://x"), id="Grafana's"),
        pytest.param(
            lambda account: born_in_opensearch(account, "logs", "PROMETHEUS", {"prometheus.uri": "http://x:9090"}),
            id="OpenSearch's",
        ),
        pytest.param(lambda account: account.client(region="eu-west-1").create_domain(DomainName="logs"), id="Region"),
        pytest.param(lambda account: account.register("other", arn=account.arn("logs")), id="ARN of another name"),
    ],
)
def test_a_name_that_any_data_source_has_is_taken(account: Account, aws: Any, taken: Any) -> None:
    taken(account)
    assert refusal(lambda: created(aws)) == EXISTS
    assert len(account.services.registry.all(account.identity)) == 1


def test_each_account_has_names_of_its_own(other_account: Account, aws: Any) -> None:
    created(other_account.client())
    created(aws)
    assert listed(aws) == [("logs", "OpenSearch")]
