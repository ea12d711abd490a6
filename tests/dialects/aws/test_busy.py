"""Attach and describe are answered before Flask; with a slash at the end Flask answers them. Both say the same."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from app.identity.roles import Role
from dialects.aws.account import Account
from dialects.aws.raw import PREFIX, Answer, Signer, send, send_signed
from servers.ports import LOOPBACK


@pytest.fixture
def operation(account: Account, request: pytest.FixtureRequest) -> str:
    """The path of an operation on an application, to which the domain ``logs`` is attached."""
    account.register("logs")
    application = account.application()
    account.client().attach_data_source(id=application, dataSourceArn=account.arn("logs"))
    return f"{PREFIX}/application/{application}/{request.param}"


BOTH = pytest.mark.parametrize(
    "operation", ["attachDataSource", "describeDataSourceAttachment"], indirect=True, ids=["attach", "describe"]
)


def _port(account: Account) -> int:
    return int(account.url.rpartition(":")[2])


def _asked(account: Account, path: str, body: Any, *, role: Role = Role.ADMIN) -> Answer:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return send_signed(_port(account), Signer(account.key(role)), "POST", path, text)


def _said(answer: Answer) -> tuple[int, Mapping[str, Any], str | None, str]:
    """All that a client looks at, but for the id of the request, which each answer has of its own."""
    assert answer.headers["x-amzn-RequestId"]
    return answer.status, answer.json, answer.code, answer.headers["Content-Type"]


@BOTH
def test_what_is_attached_is_answered_alike(account: Account, operation: str) -> None:
    body = {"dataSourceArn": account.arn("logs")}
    said = _said(_asked(account, operation, body))
    assert said[0] == 200
    assert said == _said(_asked(account, f"{operation}/", body))


@BOTH
@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({}, 400, id="no ARN"),
        pytest.param(b"[", 400, id="no JSON"),
        pytest.param({"dataSourceArn": "arn:aws:s3:::a-bucket-of-mine"}, 400, id="another ARN"),
        pytest.param({"dataSourceArn": "arn:aws:es:us-east-1:999999999999:domain/logs"}, 403, id="another account"),
    ],
)
def test_a_request_is_refused_alike(account: Account, operation: str, body: Any, status: int) -> None:
    said = _said(_asked(account, operation, body))
    assert said[0] == status
    assert said == _said(_asked(account, f"{operation}/", body))


@BOTH
def test_an_unknown_data_source_is_missing_alike(account: Account, operation: str) -> None:
    body = {"dataSourceArn": account.arn("nosuch")}
    said = _said(_asked(account, operation, body))
    assert (said[0], said[2]) == (409, "ResourceNotFoundException")
    assert said == _said(_asked(account, f"{operation}/", body))


@pytest.mark.parametrize("operation", ["attachDataSource"], indirect=True)
def test_a_role_is_refused_alike_before_the_body_is_looked_at(account: Account, operation: str) -> None:
    key = account.key(Role.VIEWER)
    said = []
    for path in (operation, f"{operation}/"):
        answer = send_signed(_port(account), Signer(key), "POST", path, b"[")
        said.append(_said(answer))
    assert said[0] == said[1]
    assert (said[0][0], said[0][2]) == (403, "AccessDeniedException")
    assert "es:AttachDataSource" in said[0][1]["message"]


@BOTH
def test_a_signature_over_another_body_is_refused_alike(account: Account, operation: str) -> None:
    said = []
    for path in (operation, f"{operation}/"):
        url = f"http://{LOOPBACK}:{_port(account)}{path}"
        headers = Signer(account.key()).headers("POST", url, b"{}")
        said.append(_said(send(_port(account), "POST", path, b"[]", headers)))
    assert said[0] == said[1]
    assert (said[0][0], said[0][2]) == (403, "InvalidSignatureException")
