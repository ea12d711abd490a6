"""Bodies of requests to Amazon's API: whose are read at all, and how much of them."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from app.identity.identity import system
from dialects.aws.raw import JSON, PREFIX, Signer, require_error, send, send_signed
from installations import Installation
from servers.gunicorn import Served
from servers.ports import LOOPBACK

_LIMIT = 4 * 1024 * 1024
_APPLICATIONS = f"{PREFIX}/application"


@pytest.fixture(scope="module")
def served(aws_installation: Installation) -> Served:
    return aws_installation.served({})


@pytest.fixture(scope="module")
def signer(aws_installation: Installation) -> Signer:
    keys = aws_installation.services.access_keys
    return Signer(keys.create(system(1, "test"), login="admin", name="bodies", seconds_to_live=0))


@pytest.mark.parametrize("length", [1, _LIMIT, _LIMIT + 1])
@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        pytest.param({}, "MissingAuthenticationTokenException", id="nothing"),
        pytest.param({"Authorization": "Bearer glsa_x"}, "UnrecognizedClientException", id="a token"),
        pytest.param({"Authorization": "AWS4-HMAC-SHA256 x"}, "IncompleteSignatureException", id="half a signature"),
    ],
)
def test_the_body_of_a_stranger_is_not_waited_for(
    served: Served, authorization: Mapping[str, str], code: str, length: int
) -> None:
    # Said, and not sent.
    headers = {**JSON, **authorization, "Content-Length": str(length)}
    require_error(send(served.port, "POST", _APPLICATIONS, headers=headers), 403, code)


def test_the_body_of_an_unknown_key_is_not_waited_for(served: Served, signer: Signer) -> None:
    unknown = replace(signer, key=replace(signer.key, access_key_id="AKIAUNKNOWNUNKNOWNUN"))
    headers = unknown.headers("POST", f"http://{LOOPBACK}:{served.port}{_APPLICATIONS}", b"{}")
    answer = send(served.port, "POST", _APPLICATIONS, headers={**headers, "Content-Length": "2"})
    require_error(answer, 403, "UnrecognizedClientException")


def test_a_body_above_the_limit_is_too_large_before_it_comes(served: Served, signer: Signer) -> None:
    headers = signer.headers("POST", f"http://{LOOPBACK}:{served.port}{_APPLICATIONS}", b"{}")
    answer = send(served.port, "POST", _APPLICATIONS, headers={**headers, "Content-Length": str(_LIMIT + 1)})
    require_error(answer, 413, "RequestEntityTooLargeException")


@pytest.mark.parametrize("member", ["dataSources", "tagList", "appConfigs"])
def test_a_list_of_a_million_is_refused_for_its_length(served: Served, signer: Signer, member: str) -> None:
    body = b'{"name":"many","' + member.encode() + b'":[' + b"{}," * 1_000_000 + b"{}]}"
    answer = send_signed(served.port, signer, "POST", _APPLICATIONS, body)
    assert require_error(answer, 400, "ValidationException").startswith(f"{member} must have at most ")
