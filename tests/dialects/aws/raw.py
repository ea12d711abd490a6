"""Requests byte for byte as a test wants them, signed by botocore, and the form that every error must have."""

import http.client
import json
import re
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from app.identity.access_keys import IssuedAccessKey
from servers.ports import LOOPBACK

PREFIX = "/2021-01-01/opensearch"
JSON = {"Content-Type": "application/json"}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str | None:
        return self.headers.get("x-amzn-ErrorType")


@dataclass(frozen=True)
class Signer:
    """Signs as boto3 does: for a key, a Region and a service, and so many seconds off the true time."""

    key: IssuedAccessKey = field(repr=False)
    region: str = "us-east-1"
    service: str = "es"
    seconds: float = 0

    def headers(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """``headers`` with those of the signature; what ``SigV4Auth.add_auth`` does, but for the time."""
        request = AWSRequest(method, url, headers=dict(JSON if headers is None else headers), data=body)
        now = datetime.now(UTC) + timedelta(seconds=self.seconds)
        request.context["timestamp"] = now.strftime("%Y%m%dT%H%M%SZ")
        credentials = Credentials(self.key.access_key_id, self.key.secret_access_key, self.key.session_token)
        signer = SigV4Auth(credentials, self.service, self.region)
        signer._modify_request_before_signing(request)
        text = signer.string_to_sign(request, signer.canonical_request(request))
        signer._inject_signature_to_request(request, signer.signature(text, request))
        return dict(request.headers.items())


def send(port: int, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
    """The request as it is, on a connection of its own."""
    with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=30)) as connection:
        connection.request(method, target, body=body or None, headers=dict(headers or {}))
        response = connection.getresponse()
        return Answer(response.status, dict(response.headers.items()), response.read())


def send_signed(
    port: int,
    signer: Signer,
    method: str,
    target: str,
    body: bytes = b"",
    *,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """The request with a signature that fits it."""
    url = f"http://{LOOPBACK}:{port}{target}"
    return send(port, method, target, body, signer.headers(method, url, body, headers))


def require_error(answer: Answer, status: int, code: str) -> str:
    """The message of an error of this status and code, which has all that clients look for."""
    assert (answer.status, answer.code) == (status, code), answer
    assert answer.headers["Content-Type"] == "application/json"
    assert _UUID.fullmatch(answer.headers["x-amzn-RequestId"])
    body = answer.json
    assert body.keys() == {"__type", "message"}
    assert body["__type"] == code
    assert isinstance(body["message"], str)
    assert body["message"]
    return str(body["message"])


def refusal(call: Callable[[], Any]) -> tuple[str, int]:
    """Code and status of the error that boto3 raises."""
    with pytest.raises(ClientError) as error:
        call()
    response = error.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]
