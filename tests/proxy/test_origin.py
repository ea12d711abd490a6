"""The headers that say whose answer it is."""

import pytest

from app.proxy.errors import GoesInCircles, PathClimbs, RouteDenied
from app.proxy.origin import of_answer, of_error
from app.registry.errors import DataSourceNotFound
from app.upstream.errors import (
    AddressDenied,
    AnswerTooLarge,
    BodyUnavailable,
    TlsMaterialInvalid,
    TooManyRequests,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from proxy.gateway import Gateway
from servers.upstream import Upstream


def test_an_answer_of_the_server_is_the_servers() -> None:
    assert of_answer(0.01234) == [("X-Sluice-Origin", "upstream"), ("Server-Timing", "upstream;dur=12.3")]


@pytest.mark.parametrize("phase", ["dns", "connect", "tls", "send", "first-byte", "body"])
def test_what_could_not_be_done_is_the_gateways_and_says_where(phase: str) -> None:
    found = of_error(UpstreamUnreachable(phase, "cause"), 502)
    assert found == [("X-Sluice-Origin", "gateway"), ("X-Sluice-Phase", phase)]


@pytest.mark.parametrize("kind", [UpstreamTimeout, TooManyRequests, AnswerTooLarge])
def test_the_setting_that_ended_an_exchange_is_named(kind: type[UpstreamTimeout]) -> None:
    found = of_error(kind("body", "cause", "SOME_SETTING"), 504)
    assert found == [
        ("X-Sluice-Origin", "gateway"),
        ("X-Sluice-Phase", "body"),
        ("X-Sluice-Limit", "SOME_SETTING"),
    ]


def test_a_denied_address_is_a_refusal_that_names_its_setting() -> None:
    assert of_error(AddressDenied("dns", "cause", "SLUICE_PROXY_DENY_NETWORKS"), 403) == [
        ("X-Sluice-Origin", "policy"),
        ("X-Sluice-Phase", "dns"),
        ("X-Sluice-Limit", "SLUICE_PROXY_DENY_NETWORKS"),
    ]


def test_a_body_that_the_caller_breaks_off_ended_while_it_was_sent() -> None:
    assert of_error(BodyUnavailable(), 400) == [("X-Sluice-Origin", "gateway"), ("X-Sluice-Phase", "send")]


@pytest.mark.parametrize(
    ("exc", "status"),
    [(RouteDenied(), 403), (PathClimbs(), 400), (DataSourceNotFound(), 404), (TlsMaterialInvalid(), 400)],
    ids=lambda value: type(value).__name__,
)
def test_what_the_gateway_refuses_is_policy(exc: Exception, status: int) -> None:
    assert of_error(exc, status) == [("X-Sluice-Origin", "policy")]


@pytest.mark.parametrize("exc", [GoesInCircles(), RuntimeError("x")], ids=lambda value: type(value).__name__)
def test_what_fails_without_an_upstream_is_the_gateways(exc: Exception) -> None:
    assert of_error(exc, 508) == [("X-Sluice-Origin", "gateway")]


def test_an_upstream_that_claims_to_be_the_policy_is_named_as_what_it_is(gateway: Gateway, upstream: Upstream) -> None:
    upstream.answer(403, [("X-Sluice-Origin", "policy"), ("x-sluice-limit", "A")], b"no", close=True)
    answer = gateway.forward(gateway.data_source())
    marks = [(name, value) for name, value in answer.headers if name.lower().startswith("x-sluice-")]
    assert (answer.status, marks, list(answer.body)) == (403, [("X-Sluice-Origin", "upstream")], [b"no"])
