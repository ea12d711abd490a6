"""Where a caller of Amazon's API stands: org, account, Region and partition; and the API that is switched off."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from app.identity.roles import Role
from dialects.aws.account import Account
from dialects.aws.raw import JSON, PREFIX, Answer, Signer, refusal, require_error, send, send_signed
from wire.accounts import PASSWORD, Person, new_org, new_person

_LIST = f"{PREFIX}/list-applications"
_OFF = {"SLUICE_AWS_ENABLED": "false"}
_REFUSED = ("InvalidSignatureException", 403)
_ARNS = {
    "us-east-1": "aws",
    "eu-west-1": "aws",
    "cn-north-1": "aws-cn",
    "us-gov-west-1": "aws-us-gov",
    "us-iso-east-1": "aws-iso",
    "us-isob-east-1": "aws-iso-b",
}


def _port(account: Account) -> int:
    port = urlsplit(account.url).port
    assert port is not None
    return port


def _basic(login: str, password: str = PASSWORD) -> dict[str, str]:
    return {**JSON, "Authorization": "Basic " + b64encode(f"{login}:{password}".encode()).decode()}


def _bearer(token: str) -> dict[str, str]:
    return {**JSON, "Authorization": f"Bearer {token}"}


def _names(answer: Answer) -> list[str]:
    assert answer.status == 200, answer
    return [one["name"] for one in answer.json["ApplicationSummaries"]]


# Switched off


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", _LIST),
        ("POST", f"{PREFIX}/application"),
        ("GET", f"{PREFIX}/application/x"),
        ("POST", f"{PREFIX}/application/x/attachDataSource"),
        ("GET", "/2021-01-01/domain"),
        ("POST", f"{PREFIX}/domain"),
        ("GET", f"{PREFIX}/directQueryDataSource"),
        ("GET", f"{PREFIX}/domain/logs/dataSource"),
        ("GET", "/2021-01-01/tags/?arn=x"),
    ],
)
def test_where_it_is_switched_off_nothing_else_is_looked_at(account: Account, method: str, target: str) -> None:
    port = _port(account.served(_OFF))
    body = b"{" if method == "POST" else b""
    answer = send(port, method, target, body, _bearer(account.token))
    message = require_error(answer, 409, "DisabledOperationException")
    assert message == "This API is switched off here by SLUICE_AWS_ENABLED."


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "MissingAuthenticationTokenException"),
        (_bearer("nothing"), "UnrecognizedClientException"),
        (_basic("nobody"), "UnrecognizedClientException"),
        ({"Authorization": "AWS4-HMAC-SHA256 x"}, "IncompleteSignatureException"),
    ],
    ids=["nobody", "unknown token", "unknown person", "signature that is none"],
)
def test_that_it_is_switched_off_is_told_to_those_who_are_known(
    account: Account, headers: Mapping[str, str], code: str
) -> None:
    require_error(send(_port(account.served(_OFF)), "GET", _LIST, headers=headers), 403, code)


def test_a_path_that_is_none_is_unknown_also_where_it_is_switched_off(account: Account) -> None:
    answer = send(_port(account.served(_OFF)), "GET", f"{PREFIX}/nosuch", headers=_bearer(account.token))
    require_error(answer, 404, "UnknownOperationException")


def test_the_other_apis_go_on_where_it_is_switched_off(account: Account) -> None:
    account.register("logs")
    off = account.served(_OFF)
    for path in ("/api/datasources", "/_plugins/_query/_datasources", "/api/sluice/workspaces"):
        assert off.ask("GET", path).status == 200


# Accounts


def test_the_account_that_an_org_is_given_stands_in_every_arn(account: Account) -> None:
    org, number = new_org(account.services), "123456789012"
    numbered = replace(account.served({"SLUICE_AWS_ACCOUNTS": f"{org}={number}"}), org_id=org)
    viewer, aws = numbered.key(Role.VIEWER), numbered.client()
    created = aws.create_application(name="my-app")
    status = aws.create_domain(DomainName="logs")["DomainStatus"]
    kind = {"SecurityLake": {"RoleArn": f"arn:aws:iam::{number}:role/reader"}}
    direct = aws.add_direct_query_data_source(DataSourceName="lake", DataSourceType=kind)["DataSourceArn"]
    attached = aws.attach_data_source(id=created["id"], dataSourceArn=status["ARN"])
    assert created["arn"] == f"arn:aws:opensearch:us-east-1:{number}:application/{created['id']}"
    assert (status["ARN"], status["DomainId"]) == (f"arn:aws:es:us-east-1:{number}:domain/logs", f"{number}/logs")
    assert direct == f"arn:aws:opensearch:us-east-1:{number}:datasource/lake"
    assert (attached["arn"], attached["dataSourceArn"]) == (created["arn"], status["ARN"])
    assert aws.get_application(id="my-app")["arn"] == created["arn"]
    assert [one["arn"] for one in aws.list_applications()["ApplicationSummaries"]] == [created["arn"]]
    (listed,) = aws.list_direct_query_data_sources()["DirectQueryDataSources"]
    assert listed["DataSourceArn"] == direct
    denied = numbered.client(key=viewer)
    with pytest.raises(denied.exceptions.AccessDeniedException, match=f"User: arn:aws:iam::{number}:user/"):
        denied.delete_application(id="my-app")


def test_an_org_that_is_given_no_account_is_its_number(account: Account) -> None:
    other = new_org(account.services)
    numbered = account.served({"SLUICE_AWS_ACCOUNTS": f"{other}=210987654321"})
    arn = numbered.client().create_domain(DomainName="logs")["DomainStatus"]["ARN"]
    assert arn == f"arn:aws:es:us-east-1:{account.org_id:012}:domain/logs"


# Regions


@pytest.mark.parametrize("region", _ARNS)
def test_arns_are_of_the_partition_of_the_region(account: Account, region: str) -> None:
    aws, begin = account.client(region=region), f"arn:{_ARNS[region]}"
    created = aws.create_application(name="my-app")
    domain = aws.create_domain(DomainName="logs")["DomainStatus"]["ARN"]
    assert created["arn"] == f"{begin}:opensearch:{region}:{account.number}:application/{created['id']}"
    assert domain == f"{begin}:es:{region}:{account.number}:domain/logs"
    assert aws.attach_data_source(id="my-app", dataSourceArn=domain)["status"] == "ATTACHED"
    key = account.key(Role.VIEWER)
    denied = account.client(key=key, region=region)
    user = f"User: {begin}:iam::{account.number}:user/{key.login} "
    with pytest.raises(denied.exceptions.AccessDeniedException, match=user):
        denied.delete_application(id="my-app")


def test_whoever_does_not_sign_is_in_the_region_that_is_set(account: Account) -> None:
    pinned = account.served({"SLUICE_AWS_REGION": "cn-north-1"})
    made = json.loads(pinned.ask("POST", f"{PREFIX}/application", {"name": "my-app"}).body)
    assert made["arn"] == f"arn:aws-cn:opensearch:cn-north-1:{account.number}:application/{made['id']}"
    assert pinned.client(region="cn-north-1").get_application(id="my-app")["arn"] == made["arn"]


@pytest.mark.parametrize("region", ["us-east-1", "cn-north-2", "cn-north-1a", "cn-north"])
def test_where_a_region_is_set_a_signature_for_another_one_is_refused(account: Account, region: str) -> None:
    pinned = account.served({"SLUICE_AWS_REGION": "cn-north-1"}).client(region=region)
    assert refusal(pinned.list_applications) == _REFUSED


# Which org


@pytest.fixture
def person(account: Account, other_account: Account) -> Person:
    """An Admin in both accounts, with an application in each, by the account's number."""
    made = new_person(account.services, account.org_id, Role.ADMIN)
    account.services.members.add(other_account.identity, other_account.org_id, login=made.login, role=Role.ADMIN)
    for one in (account, other_account):
        one.application(f"in-{one.org_id}")
    return made


def test_a_password_opens_the_org_that_is_asked_for(account: Account, other_account: Account, person: Person) -> None:
    for one in (account, other_account):
        headers = {**_basic(person.login), "X-Grafana-Org-Id": str(one.org_id)}
        assert _names(send(_port(account), "GET", _LIST, headers=headers)) == [f"in-{one.org_id}"]


def test_a_password_opens_the_org_of_the_person_when_none_is_asked_for(account: Account, person: Person) -> None:
    assert _names(send(_port(account), "GET", _LIST, headers=_basic(person.login))) == [f"in-{account.org_id}"]


def test_a_password_does_not_open_the_org_of_others(account: Account, other_account: Account) -> None:
    stranger = new_person(account.services, account.org_id, Role.ADMIN)
    headers = {**_basic(stranger.login), "X-Grafana-Org-Id": str(other_account.org_id)}
    require_error(send(_port(account), "GET", _LIST, headers=headers), 403, "AccessDeniedException")


def test_a_token_does_not_open_the_org_of_others(account: Account, other_account: Account) -> None:
    headers = {**_bearer(account.token), "X-Grafana-Org-Id": str(other_account.org_id)}
    require_error(send(_port(account), "GET", _LIST, headers=headers), 403, "UnrecognizedClientException")


@pytest.mark.parametrize("asked", ["other", "0", "999999999999", "x"])
def test_who_signs_is_in_the_org_of_the_key_whatever_is_asked_for(
    account: Account, other_account: Account, person: Person, asked: str
) -> None:
    key = account.services.access_keys.create(account.identity, login=person.login, name="", seconds_to_live=0)
    header = str(other_account.org_id) if asked == "other" else asked
    answer = send_signed(_port(account), Signer(key), "GET", _LIST, headers={**JSON, "X-Grafana-Org-Id": header})
    assert _names(answer) == [f"in-{account.org_id}"]


def test_a_wrong_password_is_no_known_key(account: Account) -> None:
    person = new_person(account.services, account.org_id, Role.ADMIN)
    answer = send(_port(account), "GET", _LIST, headers=_basic(person.login, "hunter2"))
    assert "hunter2" not in require_error(answer, 403, "UnrecognizedClientException")


# Other ways to sign


@pytest.mark.parametrize("algorithm", ["AWS4-ECDSA-P256-SHA256", "AWS4-HMAC-SHA512"])
def test_a_signature_by_another_algorithm_is_incomplete(account: Account, algorithm: str) -> None:
    headers = Signer(account.key()).headers("GET", account.url + _LIST)
    headers["Authorization"] = headers["Authorization"].replace("AWS4-HMAC-SHA256", algorithm)
    require_error(send(_port(account), "GET", _LIST, headers=headers), 403, "IncompleteSignatureException")
