"""Who is let in by a signature or a token, and who is not; requests signed by botocore against a real server."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from app.identity.access_keys import IssuedAccessKey
from app.identity.limits import TokenLimits
from app.identity.roles import Role
from app.registry.datasource import Status
from app.storage.tables import Tables
from dialects.aws.account import Account
from dialects.aws.raw import JSON, PREFIX, Answer, Signer, require_error, send, send_signed
from servers.ports import LOOPBACK
from wire.accounts import new_org, new_person, new_token

_REFUSED = "InvalidSignatureException"
_LIST = f"{PREFIX}/list-applications"
_CREATE = f"{PREFIX}/application"
_BODY = b'{"name": "my-app"}'


@pytest.fixture
def key(account: Account) -> IssuedAccessKey:
    return account.key()


def _port(account: Account) -> int:
    return int(account.url.rpartition(":")[2])


def _code(call: Callable[[], Any]) -> tuple[str, int]:
    """Code and status of the error that boto3 raises."""
    with pytest.raises(ClientError) as error:
        call()
    response = error.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def _names(aws: Any) -> list[str]:
    return [one["name"] for one in aws.list_applications()["ApplicationSummaries"]]


# Keys


def test_a_wrong_secret_is_refused(account: Account, key: IssuedAccessKey) -> None:
    aws = account.client(key=replace(key, secret_access_key=f"{key.secret_access_key[:-1]}?"))
    assert _code(aws.list_applications) == (_REFUSED, 403)
    assert _code(lambda: aws.create_application(name="my-app")) == (_REFUSED, 403)
    assert _names(account.client()) == []


@pytest.mark.parametrize("id", ["AKIAIOSFODNN7EXAMPLE", "x", "a" * 128, "AKIA.-_"])
def test_an_unknown_key_is_refused(account: Account, key: IssuedAccessKey, id: str) -> None:
    aws = account.client(key=replace(key, access_key_id=id))
    assert _code(aws.list_applications) == ("UnrecognizedClientException", 403)


def test_a_key_in_another_case_is_another_key(account: Account, key: IssuedAccessKey) -> None:
    aws = account.client(key=replace(key, access_key_id=key.access_key_id.lower()))
    assert _code(aws.list_applications) == ("UnrecognizedClientException", 403)


# Time


@pytest.mark.parametrize("minutes", [-14, 14])
def test_a_clock_that_is_14_minutes_off_is_near_enough(account: Account, key: IssuedAccessKey, minutes: int) -> None:
    signer = Signer(key, seconds=60 * minutes)
    assert send_signed(_port(account), signer, "POST", _CREATE, _BODY).status == 200


@pytest.mark.parametrize("minutes", [-24 * 60, -16, 16, 24 * 60])
def test_a_clock_that_is_further_off_is_refused(account: Account, key: IssuedAccessKey, minutes: int) -> None:
    answer = send_signed(_port(account), Signer(key, seconds=60 * minutes), "POST", _CREATE, _BODY)
    assert "15 minutes" in require_error(answer, 403, _REFUSED)
    assert _names(account.client()) == []


def test_a_request_can_be_signed_once_and_sent_twice_within_the_time(account: Account, key: IssuedAccessKey) -> None:
    headers = Signer(key).headers("GET", account.url + _LIST)
    assert [send(_port(account), "GET", _LIST, headers=headers).status for _ in range(2)] == [200, 200]


# What changed on the way


def _changed(account: Account, key: IssuedAccessKey, **changes: Any) -> Answer:
    """The answer to a request of which something is not as it was when it was signed."""
    sent = {"method": "POST", "target": _CREATE, "body": _BODY, **changes}
    headers = {**Signer(key).headers("POST", account.url + _CREATE, _BODY), **sent.pop("headers", {})}
    return send(_port(account), headers=headers, **sent)


def test_what_was_not_changed_is_accepted(account: Account, key: IssuedAccessKey) -> None:
    assert _changed(account, key).status == 200
    assert _names(account.client()) == ["my-app"]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"body": b'{"name": "my-bpp"}'}, id="body"),
        pytest.param({"body": b""}, id="no body"),
        pytest.param({"body": _BODY + b" "}, id="space after the body"),
        pytest.param({"target": f"{_CREATE}?a=b"}, id="query"),
        pytest.param({"target": f"{PREFIX}/domain"}, id="path"),
        pytest.param({"method": "PUT", "target": f"{_CREATE}/my-app"}, id="method"),
        pytest.param({"headers": {"Content-Type": "text/plain"}}, id="signed header"),
        pytest.param({"headers": {"Host": f"{LOOPBACK}:1"}}, id="host"),
        pytest.param({"headers": {"X-Amz-Security-Token": "x"}}, id="token that was not signed"),
        pytest.param({"headers": {"X-Amz-Target": "x"}}, id="header of Amazon's that was not signed"),
    ],
)
def test_what_changed_after_signing_is_refused(account: Account, key: IssuedAccessKey, changes: dict[str, Any]) -> None:
    require_error(_changed(account, key, **changes), 403, _REFUSED)
    assert _names(account.client()) == []


def test_a_header_that_was_not_signed_may_change(account: Account, key: IssuedAccessKey) -> None:
    assert _changed(account, key, headers={"User-Agent": "another", "Amz-Sdk-Request": "attempt=2"}).status == 200


@pytest.mark.parametrize("service", ["opensearch", "aoss", "ES", "s3"])
def test_a_signature_for_another_service_is_refused(account: Account, key: IssuedAccessKey, service: str) -> None:
    answer = send_signed(_port(account), Signer(key, service=service), "GET", _LIST)
    assert "service es" in require_error(answer, 403, _REFUSED)


@pytest.mark.parametrize(
    "authorization",
    [
        pytest.param("AWS4-HMAC-SHA256", id="algorithm only"),
        pytest.param("AWS4-HMAC-SHA256 Credential=a/20261122/us-east-1/es/aws4_request", id="credential only"),
        pytest.param("AWS4-HMAC-SHA256 x", id="garbage"),
    ],
)
def test_an_authorization_that_cannot_be_read_is_incomplete(account: Account, authorization: str) -> None:
    answer = send(_port(account), "GET", _LIST, headers={"Authorization": authorization})
    require_error(answer, 403, "IncompleteSignatureException")


# Session tokens


def test_a_temporary_key_is_let_in_with_its_session_token(account: Account) -> None:
    key = account.key(seconds_to_live=600)
    assert key.session_token
    assert _names(account.client(key=key)) == []


def test_a_temporary_key_is_not_let_in_with_no_or_another_session_token(account: Account) -> None:
    key, other = account.key(seconds_to_live=600), account.key(seconds_to_live=600)
    for token in (None, other.session_token, "x"):
        aws = account.client(key=replace(key, session_token=token))
        assert _code(aws.list_applications) == ("UnrecognizedClientException", 403)


def test_a_lasting_key_is_not_let_in_with_a_session_token(account: Account, key: IssuedAccessKey) -> None:
    aws = account.client(key=replace(key, session_token="x"))
    assert _code(aws.list_applications) == ("UnrecognizedClientException", 403)


def test_a_temporary_key_whose_time_is_over_has_expired(account: Account) -> None:
    key = account.key(seconds_to_live=600)
    aws = account.client(key=key)
    assert _names(aws) == []
    storage = account.services.storage
    rows = Tables(storage.database).access_keys
    with storage.service_accounts.writing(account.org_id):
        change = rows.change_in_org(account.org_id, expires_at=rows.expires_at - 601)
        assert change.where(rows.access_key_id == key.access_key_id).execute() == 1
    assert _code(aws.list_applications) == ("ExpiredTokenException", 403)
    # Who cannot sign learns nothing of it.
    forged = account.client(key=replace(key, secret_access_key="x"))
    assert _code(forged.list_applications) == (_REFUSED, 403)


# Signatures of unusual requests


def test_a_path_with_escapes_is_signed_as_boto3_signs_it(aws: Any, account: Account) -> None:
    arn = account.arn("logs")
    assert _code(lambda: aws.attach_data_source(id="A B!", dataSourceArn=arn)) == ("ValidationException", 400)


@pytest.mark.parametrize("id", ["", "a/b"])
def test_of_a_path_that_no_operation_has_the_signature_is_not_looked_at(aws: Any, account: Account, id: str) -> None:
    code = _code(lambda: aws.attach_data_source(id=id, dataSourceArn=account.arn("logs")))
    assert code == ("UnknownOperationException", 404)


@pytest.mark.parametrize("id", ["a~b", "a%b", "é", "a+b", "a&b=c", "a?b", "a#b", "..b", "日本語", "%2F"])
def test_any_text_in_a_path_is_signed_as_boto3_signs_it(aws: Any, id: str) -> None:
    code = (
        _code(lambda: aws.describe_domain(DomainName="logs")) if id == "" else _code(lambda: aws.get_application(id=id))
    )
    assert code == ("ValidationException", 400)


@pytest.mark.parametrize("token", ["a b", "a+b", "a/b=", "é", "a&b", "~", "%41", "*"])
def test_any_text_in_a_query_is_signed_as_boto3_signs_it(aws: Any, token: str) -> None:
    list_applications = aws.list_applications
    code = _code(lambda: list_applications(statuses=["FAILED", "ACTIVE"], maxResults=5, nextToken=token))
    assert code == ("ValidationException", 400)


def test_a_query_with_repeated_members_is_signed_as_boto3_signs_it(aws: Any, application: str) -> None:
    found = aws.list_applications(statuses=["FAILED", "ACTIVE", "CREATING"], maxResults=5)
    assert [one["id"] for one in found["ApplicationSummaries"]] == [application]


def test_a_body_of_any_characters_is_signed_as_boto3_signs_it(account: Account, aws: Any, application: str) -> None:
    arn = account.register("logs")
    for token in ("é日本語\U0001f600", "a\nb", '"'):
        assert aws.attach_data_source(id=application, dataSourceArn=arn, clientToken=token)["status"] == "ATTACHED"


# Regions


def test_any_region_is_served_and_each_has_its_own_applications(account: Account) -> None:
    for region in ("us-east-1", "cn-north-1"):
        account.client(region=region).create_application(name=f"in-{region}")
    assert _names(account.client(region="us-east-1")) == ["in-us-east-1"]
    (found,) = account.client(region="cn-north-1").list_applications()["ApplicationSummaries"]
    arn = f"arn:aws-cn:opensearch:cn-north-1:{account.number}:application/{found['id']}"
    assert (found["name"], found["arn"]) == ("in-cn-north-1", arn)


def test_where_one_region_is_set_another_is_refused(account: Account) -> None:
    pinned = account.served({"SLUICE_AWS_REGION": "eu-central-1"})
    here, elsewhere = pinned.client(region="eu-central-1"), pinned.client(region="us-east-1")
    here.create_application(name="my-app")
    assert _code(elsewhere.list_applications) == (_REFUSED, 403)
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
    # Not a member of the key's org any more, they are still one of the other.
    new_person(account.services, account.org_id, Role.ADMIN)
    members.remove(account.identity, account.org_id, person.id)
    assert _code(account.client(key=key).list_applications) == ("AccessDeniedException", 403)


def test_an_org_that_is_given_a_number_is_that_account(account: Account) -> None:
    org = new_org(account.services)
    numbered = account.served({"SLUICE_AWS_ACCOUNTS": f"{org}=123456789012"})
    aws = replace(numbered, org_id=org).client()
    arn = aws.create_domain(DomainName="logs")["DomainStatus"]["ARN"]
    assert arn == "arn:aws:es:us-east-1:123456789012:domain/logs"
    created = aws.create_application(name="my-app")
    assert created["arn"].split(":")[4] == "123456789012"
    assert aws.attach_data_source(id="my-app", dataSourceArn=arn)["status"] == "ATTACHED"
    by_org = arn.replace("123456789012", f"{org:012}")
    with pytest.raises(aws.exceptions.AccessDeniedException):
        aws.attach_data_source(id="my-app", dataSourceArn=by_org)


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
