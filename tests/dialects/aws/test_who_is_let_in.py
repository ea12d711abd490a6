"""Who may do what by their key or token, in which org, account and Region; and nobody, where the API is off."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.identity.limits import TokenLimits
from app.identity.roles import Role
from app.registry.datasource import Status
from dialects.aws.account import Account
from dialects.aws.raw import JSON, PREFIX, Signer, refusal, require_error, send, send_signed
from wire.accounts import new_person, new_token

_REFUSED = "InvalidSignatureException"
_LIST = f"{PREFIX}/list-applications"
_CREATE = f"{PREFIX}/application"
# Org 1 has a number of its own, and there is one Region.
_NUMBER, _REGION = "123456789012", "eu-central-1"
_SET = {"SLUICE_AWS_REGION": _REGION, "SLUICE_AWS_ACCOUNTS": f"1={_NUMBER}"}


def _port(account: Account) -> int:
    return int(account.url.rpartition(":")[2])


def _names(aws: Any) -> list[str]:
    return [one["name"] for one in aws.list_applications()["ApplicationSummaries"]]


# Regions


def test_any_region_is_served_and_each_has_its_own_applications(account: Account) -> None:
    for region in ("us-east-1", "cn-north-1"):
        account.client(region=region).create_application(name=f"in-{region}")
    assert _names(account.client(region="us-east-1")) == ["in-us-east-1"]
    (found,) = account.client(region="cn-north-1").list_applications()["ApplicationSummaries"]
    arn = f"arn:aws-cn:opensearch:cn-north-1:{account.number}:application/{found['id']}"
    assert (found["name"], found["arn"]) == ("in-cn-north-1", arn)


def test_where_one_region_is_set_another_is_refused(account: Account) -> None:
    pinned = account.served(_SET)
    here, elsewhere = pinned.client(region=_REGION), pinned.client(region="us-east-1")
    here.create_application(name="my-app")
    assert refusal(elsewhere.list_applications) == (_REFUSED, 403)
    assert _names(here) == ["my-app"]
    # Whoever does not sign is there too.
    body = json.loads(pinned.ask("GET", _LIST).body)
    assert [one["name"] for one in body["ApplicationSummaries"]] == ["my-app"]


# Tokens


def test_a_bearer_token_needs_no_signature(account: Account, aws: Any) -> None:
    made = account.ask("POST", _CREATE, {"name": "my-app"})
    assert made.status == 200
    assert json.loads(made.body)["arn"].startswith(f"arn:aws:opensearch:us-east-1:{account.number}:application/")
    assert _names(aws) == ["my-app"]


@pytest.mark.parametrize("kind", ["unknown", "expired", "revoked", "garbage"])
def test_a_bearer_token_that_is_not_good_is_refused(account: Account, kind: str) -> None:
    tokens: dict[str, Callable[[], str]] = {
        "unknown": lambda: f"{account.token[:-8]}00000000",
        "expired": lambda: new_token(account.services, account.org_id, Role.ADMIN, ended=True),
        "revoked": lambda: new_token(account.services, account.org_id, Role.ADMIN, revoked=True),
        "garbage": lambda: "x",
    }
    answer = send(_port(account), "GET", _LIST, headers={"Authorization": f"Bearer {tokens[kind]()}"})
    code = "ExpiredTokenException" if kind == "expired" else "UnrecognizedClientException"
    require_error(answer, 403, code)


@pytest.mark.parametrize(
    "limits",
    [
        pytest.param(TokenLimits(data_sources=None, read_only=True, proxy=None), id="read-only"),
        pytest.param(TokenLimits(data_sources=frozenset({"x"}), read_only=False, proxy=None), id="data-source"),
        pytest.param(TokenLimits(data_sources=None, read_only=False, proxy=("GET *",)), id="proxy"),
    ],
)
def test_a_narrow_token_of_an_admin_opens_no_applications(
    account: Account, application: str, limits: TokenLimits
) -> None:
    arn, accounts = account.register("logs"), account.services.service_accounts
    robot = accounts.create(account.identity, name="robot", role=Role.ADMIN, is_disabled=False)
    _, token = accounts.add_token(account.identity, robot.id, name="narrow", seconds_to_live=0, limits=limits)
    headers = {**JSON, "Authorization": f"Bearer {token}"}
    body = json.dumps({"dataSourceArn": arn}).encode()
    for method, target, sent in (
        ("GET", _LIST, b""),
        ("GET", f"{_CREATE}/{application}", b""),
        ("POST", _CREATE, b'{"name": "another"}'),
        ("POST", f"{_CREATE}/{application}/attachDataSource", body),
        ("POST", f"{_CREATE}/{application}/describeDataSourceAttachment", body),
        ("POST", f"{PREFIX}/domain", b'{"DomainName": "another"}'),
    ):
        require_error(send(_port(account), method, target, sent, headers), 403, "AccessDeniedException")
    assert account.stored_attachments() == []


# Roles and orgs


def test_a_viewer_may_look_and_not_attach(account: Account, application: str) -> None:
    arn, other = account.register("logs"), account.register("other")
    account.client().attach_data_source(id=application, dataSourceArn=other)
    key = account.key(Role.VIEWER)
    aws = account.client(key=key)
    with pytest.raises(aws.exceptions.AccessDeniedException) as error:
        aws.attach_data_source(id=application, dataSourceArn=arn)
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert error.value.response["Error"]["Message"] == (
        f"User: arn:aws:iam::{account.number}:user/{key.login} is not authorized to perform: es:AttachDataSource "
        f"on resource: {account.application_arn(application)}"
    )
    with pytest.raises(aws.exceptions.AccessDeniedException):
        aws.detach_data_source(id=application, dataSourceArn=other)
    with pytest.raises(aws.exceptions.AccessDeniedException):
        aws.create_domain(DomainName="another")
    assert account.stored_attachments() == [(other, "ATTACHED")]
    assert aws.describe_data_source_attachment(id=application, dataSourceArn=other)["status"] == "ATTACHED"
    assert len(aws.list_data_source_attachments(id=application)["attachments"]) == 1


def test_an_editor_may_attach_and_detach(account: Account, application: str) -> None:
    arn, aws = account.register("logs"), account.client(Role.EDITOR)
    assert aws.attach_data_source(id=application, dataSourceArn=arn)["status"] == "ATTACHED"
    aws.detach_data_source(id=application, dataSourceArn=arn)
    assert account.stored_attachments() == []


def test_a_key_of_a_member_of_two_orgs_opens_the_org_of_the_key_only(
    account: Account, other_account: Account, application: str
) -> None:
    person = new_person(account.services, account.org_id, Role.ADMIN)
    members, keys = account.services.members, account.services.access_keys
    members.add(other_account.identity, other_account.org_id, login=person.login, role=Role.ADMIN)
    other_account.application("theirs")
    key = keys.create(account.identity, login=person.login, name="", seconds_to_live=0)
    assert _names(account.client(key=key)) == ["my-app"]
    signer, port = Signer(key), _port(account)
    headers = {**JSON, "X-Grafana-Org-Id": str(other_account.org_id)}
    answer = send_signed(port, signer, "GET", _LIST, headers=headers)
    assert [one["name"] for one in answer.json["ApplicationSummaries"]] == ["my-app"]
    # Who leaves the key's org leaves the key behind, and is still a member of the other.
    new_person(account.services, account.org_id, Role.ADMIN)
    members.remove(account.identity, account.org_id, person.id)
    assert refusal(account.client(key=key).list_applications) == ("UnrecognizedClientException", 403)


def test_an_org_that_is_given_a_number_is_that_account(account: Account) -> None:
    aws = replace(account.served(_SET), org_id=1).client(region=_REGION)
    arn = aws.create_domain(DomainName="numbered")["DomainStatus"]["ARN"]
    assert arn == f"arn:aws:es:{_REGION}:{_NUMBER}:domain/numbered"
    created = aws.create_application(name="numbered")
    assert created["arn"] == f"arn:aws:opensearch:{_REGION}:{_NUMBER}:application/{created['id']}"
    assert aws.attach_data_source(id="numbered", dataSourceArn=arn)["status"] == "ATTACHED"
    with pytest.raises(aws.exceptions.AccessDeniedException):
        aws.attach_data_source(id="numbered", dataSourceArn=arn.replace(_NUMBER, "000000000001"))


# Off


def test_where_it_is_switched_off_every_operation_is_disabled(account: Account, application: str) -> None:
    arn = account.register("logs", status=Status.ACTIVE)
    off = account.served({"SLUICE_AWS_ENABLED": "false"})
    aws = off.client()
    for call in (
        lambda: aws.attach_data_source(id=application, dataSourceArn=arn),
        lambda: aws.list_data_source_attachments(id=application),
        lambda: aws.create_application(name="another"),
        lambda: aws.list_domain_names(),
        lambda: aws.describe_domain_config(DomainName="logs"),
    ):
        with pytest.raises(aws.exceptions.DisabledOperationException, match="SLUICE_AWS_ENABLED") as error:
            call()  # type: ignore[no-untyped-call]
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    assert account.stored_attachments() == []
    require_error(send(_port(off), "GET", _LIST), 403, "MissingAuthenticationTokenException")
