"""Signatures, checked as Amazon does it: computed anew, by the published rules, from what arrived."""

import hashlib
import hmac
import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from app.upstream.errors import BodyTooLargeToSign, UpstreamTimeout, UpstreamUnreachable
from app.upstream.request import OutboundBody, Signing
from app.upstream.signing import Signer
from app.upstream.transport import Transport
from servers.upstream import Received, Upstream, recording_upstream
from upstream.exchanges import STRAIGHT, limits_of, outbound

_SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
_KEYS = Signing(service="es", region="eu-west-1", access_key="AKIDEXAMPLE", secret_key=_SECRET)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with recording_upstream() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_credentials_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))


def received(
    upstream: Upstream,
    signing: Signing = _KEYS,
    *,
    method: str = "GET",
    target: str = "/",
    body: bytes | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Received:
    sender = Transport(limits_of(max_idle=0), STRAIGHT, Signer(1_000))
    asked = replace(outbound(upstream.port, method, target=target, headers=headers), signing=signing)
    list(sender.send(asked, None if body is None else OutboundBody(None, iter((body[:3], body[3:])))))
    return upstream.last


def signature_of(request: Received, secret: str) -> str:
    """AWS General Reference, "Create a signed AWS API request", from the bytes that came over the wire."""
    algorithm, fields = request.values("Authorization")[0].split(" ", 1)
    assert algorithm == "AWS4-HMAC-SHA256"
    given = dict(part.split("=", 1) for part in fields.split(", "))
    _, day, region, service, _ = given["Credential"].split("/")
    path, _, query = request.target.partition("?")
    signed = given["SignedHeaders"].split(";")
    canonical = "\n".join(
        [
            request.method,
            quote(path, safe="/-_.~"),
            "&".join(sorted(part if "=" in part else f"{part}=" for part in query.split("&") if part)),
            *(f"{name}:{request.values(name)[0].strip()}" for name in signed),
            "",
            given["SignedHeaders"],
            hashlib.sha256(request.body).hexdigest(),
        ]
    )
    stamp = request.values("X-Amz-Date")[0]
    scope = f"{day}/{region}/{service}/aws4_request"
    text = "\n".join([algorithm, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, text.encode(), "sha256").hexdigest()


def claimed(request: Received) -> str:
    return request.values("Authorization")[0].rpartition("Signature=")[2]


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("GET", "/", None),
        ("GET", "/_cat/indices", None),
        ("GET", "/index%20name/_search?q=a%3Ab&size=1", None),
        ("GET", "/api/v1/query?query=up{job=%22a%22}+*+2&time=1.5", None),
        ("GET", "/x?b=2&a=1&flag", None),
        ("POST", "/_msearch", b'{"index":"a"}\n{"size":0}\n'),
        ("POST", "/empty", b""),
    ],
)
def test_amazon_computes_the_same_signature(upstream: Upstream, method: str, target: str, body: bytes | None) -> None:
    request = received(upstream, method=method, target=target, body=body)
    assert claimed(request) == signature_of(request, _SECRET)


def test_the_signature_is_of_the_keys_region_and_service(upstream: Upstream) -> None:
    [authorization] = received(upstream).values("Authorization")
    credential = authorization.partition("Credential=")[2].partition(",")[0].split("/")
    assert [credential[0], *credential[2:]] == ["AKIDEXAMPLE", "eu-west-1", "es", "aws4_request"]


def test_the_hash_of_the_body_is_said(upstream: Upstream) -> None:
    request = received(upstream, method="POST", body=b"body")
    assert request.values("X-Amz-Content-SHA256") == [hashlib.sha256(b"body").hexdigest()]


def test_the_body_arrives_whole_with_its_length(upstream: Upstream) -> None:
    request = received(upstream, method="POST", body=b"the body")
    assert (request.body, request.values("Content-Length")) == (b"the body", ["8"])


def test_the_signature_takes_the_place_of_other_credentials(upstream: Upstream) -> None:
    request = received(upstream, headers=(("Authorization", "Basic x"), ("X-A", "1")))
    assert [value.split()[0] for value in request.values("Authorization")] == ["AWS4-HMAC-SHA256"]
    assert request.values("X-A") == ["1"]


def test_headers_that_a_server_in_between_may_change_are_not_signed(upstream: Upstream) -> None:
    request = received(upstream, headers=(("X-Forwarded-For", "1.2.3.4"), ("Accept-Encoding", "gzip")))
    signed = request.values("Authorization")[0].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    assert signed == ["host", "x-amz-content-sha256", "x-amz-date"]


def test_the_token_of_a_session_is_sent_and_signed(upstream: Upstream) -> None:
    request = received(upstream, replace(_KEYS, session_token="session"))
    assert request.values("X-Amz-Security-Token") == ["session"]
    assert claimed(request) == signature_of(request, _SECRET)


def test_the_credentials_of_the_machine_sign(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDMACHINE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-machine")
    request = received(upstream, Signing(service="aps", region="eu-west-1"))
    assert claimed(request) == signature_of(request, "of-the-machine")


def test_the_credentials_of_a_profile_sign(upstream: Upstream, tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text(
        "[metrics]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = of-the-profile\n"
    )
    request = received(upstream, Signing(service="aps", region="eu-west-1", profile="metrics"))
    assert claimed(request) == signature_of(request, "of-the-profile")


def test_a_machine_without_credentials_sends_nothing(upstream: Upstream) -> None:
    with pytest.raises(UpstreamUnreachable, match="no credentials of Amazon") as caught:
        received(upstream, Signing(service="aps", region="eu-west-1"))
    assert (caught.value.phase, upstream.requests) == ("send", [])


def test_a_profile_that_is_not_there_is_named(upstream: Upstream) -> None:
    with pytest.raises(UpstreamUnreachable, match="nobody"):
        received(upstream, Signing(service="aps", region="eu-west-1", profile="nobody"))


def test_a_body_too_large_to_be_held_is_refused(upstream: Upstream) -> None:
    with pytest.raises(BodyTooLargeToSign) as caught:
        received(upstream, method="POST", body=bytes(1_001))
    assert (caught.value.limit, upstream.requests) == (1_000, [])


def test_a_body_that_comes_drop_by_drop_does_not_outlast_the_deadline(upstream: Upstream) -> None:
    sender = Transport(limits_of(max_idle=0), STRAIGHT, Signer(1_000))
    asked = replace(outbound(upstream.port, "POST", timeout=0.05), signing=_KEYS)
    endless = OutboundBody(None, itertools.repeat(b""))
    with pytest.raises(UpstreamTimeout) as caught:
        sender.send(asked, endless)
    assert (caught.value.phase, upstream.requests) == ("send", [])


@pytest.mark.parametrize("name", ["X-Amz-Content-Sha256", "x-amz-date", "X-AMZ-Security-Token"])
def test_what_a_caller_says_of_the_signature_is_not_sent(upstream: Upstream, name: str) -> None:
    request = received(upstream, headers=((name, "of the caller"),))
    assert "of the caller" not in request.values(name)
    assert claimed(request) == signature_of(request, _SECRET)


def test_credentials_that_come_later_are_found(upstream: Upstream, tmp_path: Path) -> None:
    signer, signing = Signer(1_000), Signing(service="aps", region="eu-west-1")
    sender = Transport(limits_of(max_idle=0), STRAIGHT, signer)
    with pytest.raises(UpstreamUnreachable):
        sender.send(replace(outbound(upstream.port), signing=signing), None)
    (tmp_path / "credentials").write_text("[default]\naws_access_key_id = A\naws_secret_access_key = s\n")
    list(sender.send(replace(outbound(upstream.port), signing=signing), None))
    assert claimed(upstream.last) == signature_of(upstream.last, "s")


def test_nothing_shows_the_keys() -> None:
    assert _SECRET not in repr(_KEYS)
    assert "AKIDEXAMPLE" not in repr(_KEYS)
