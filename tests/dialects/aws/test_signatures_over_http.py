"""What a signature must be to be let in; requests signed by botocore against a real server."""

from dataclasses import replace
from typing import Any

import pytest

from app.identity.access_keys import IssuedAccessKey
from app.storage.tables import Tables
from dialects.aws.account import Account
from dialects.aws.raw import PREFIX, Answer, Signer, refusal, require_error, send, send_signed
from servers.ports import LOOPBACK

_REFUSED = "InvalidSignatureException"
_LIST = f"{PREFIX}/list-applications"
_CREATE = f"{PREFIX}/application"
_BODY = b'{"name": "my-app"}'


@pytest.fixture
def key(account: Account) -> IssuedAccessKey:
    return account.key()


def _port(account: Account) -> int:
    return int(account.url.rpartition(":")[2])


def _names(aws: Any) -> list[str]:
    return [one["name"] for one in aws.list_applications()["ApplicationSummaries"]]


# Keys


def test_a_wrong_secret_is_refused(account: Account, key: IssuedAccessKey) -> None:
    aws = account.client(key=replace(key, secret_access_key=f"{key.secret_access_key[:-1]}?"))
    assert refusal(aws.list_applications) == (_REFUSED, 403)
    assert refusal(lambda: aws.create_application(name="my-app")) == (_REFUSED, 403)
    assert _names(account.client()) == []


@pytest.mark.parametrize("id", ["AKIAIOSFODNN7EXAMPLE", "x", "a" * 128, "AKIA.-_"])
def test_an_unknown_key_is_refused(account: Account, key: IssuedAccessKey, id: str) -> None:
    aws = account.client(key=replace(key, access_key_id=id))
    assert refusal(aws.list_applications) == ("UnrecognizedClientException", 403)


def test_a_key_in_another_case_is_another_key(account: Account, key: IssuedAccessKey) -> None:
    aws = account.client(key=replace(key, access_key_id=key.access_key_id.lower()))
    assert refusal(aws.list_applications) == ("UnrecognizedClientException", 403)


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
        assert refusal(aws.list_applications) == ("UnrecognizedClientException", 403)


def test_a_lasting_key_is_not_let_in_with_a_session_token(account: Account, key: IssuedAccessKey) -> None:
    aws = account.client(key=replace(key, session_token="x"))
    assert refusal(aws.list_applications) == ("UnrecognizedClientException", 403)


def test_a_temporary_key_whose_time_is_over_has_expired(account: Account) -> None:
    key = account.key(seconds_to_live=600)
    aws = account.client(key=key)
    assert _names(aws) == []
    storage = account.services.storage
    rows = Tables(storage.database).access_keys
    with storage.service_accounts.writing(account.org_id):
        change = rows.change_in_org(account.org_id, expires_at=rows.expires_at - 601)
        assert change.where(rows.access_key_id == key.access_key_id).execute() == 1
    assert refusal(aws.list_applications) == ("ExpiredTokenException", 403)
    # Who cannot sign learns nothing of it.
    forged = account.client(key=replace(key, secret_access_key="x"))
    assert refusal(forged.list_applications) == (_REFUSED, 403)


# Signatures of unusual requests


def test_a_path_with_escapes_is_signed_as_boto3_signs_it(aws: Any, account: Account) -> None:
    arn = account.arn("logs")
    assert refusal(lambda: aws.attach_data_source(id="A B!", dataSourceArn=arn)) == ("ValidationException", 400)


@pytest.mark.parametrize("id", ["", "a/b"])
def test_of_a_path_that_no_operation_has_the_signature_is_not_looked_at(aws: Any, account: Account, id: str) -> None:
    code = refusal(lambda: aws.attach_data_source(id=id, dataSourceArn=account.arn("logs")))
    assert code == ("UnknownOperationException", 404)


@pytest.mark.parametrize("id", ["a~b", "a%b", "é", "a+b", "a&b=c", "a?b", "a#b", "..b", "日本語", "%2F"])
def test_any_text_in_a_path_is_signed_as_boto3_signs_it(aws: Any, id: str) -> None:
    assert refusal(lambda: aws.get_application(id=id)) == ("ValidationException", 400)


@pytest.mark.parametrize("token", ["a b", "a+b", "a/b=", "é", "a&b", "~", "%41", "*"])
def test_any_text_in_a_query_is_signed_as_boto3_signs_it(aws: Any, token: str) -> None:
    list_applications = aws.list_applications
    code = refusal(lambda: list_applications(statuses=["FAILED", "ACTIVE"], maxResults=5, nextToken=token))
    assert code == ("ValidationException", 400)


def test_a_query_with_repeated_members_is_signed_as_boto3_signs_it(aws: Any, application: str) -> None:
    found = aws.list_applications(statuses=["FAILED", "ACTIVE", "CREATING"], maxResults=5)
    assert [one["id"] for one in found["ApplicationSummaries"]] == [application]


def test_a_body_of_any_characters_is_signed_as_boto3_signs_it(account: Account, aws: Any, application: str) -> None:
    arn = account.register("logs")
    for token in ("é日本語\U0001f600", "a\nb", '"'):
        assert aws.attach_data_source(id=application, dataSourceArn=arn, clientToken=token)["status"] == "ATTACHED"
