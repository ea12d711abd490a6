"""What a narrow token does not open is refused before anything is sent, and before the body is read."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from app.identity.errors import ProxyRefusedByToken
from app.identity.identity import Identity
from app.identity.limits import new_limits
from app.registry.datasource import ById, ByUid
from app.registry.errors import DataSourceDenied
from app.upstream.request import OutboundBody
from proxy.gateway import Gateway
from proxy.proxied import inbound
from servers.upstream import Upstream


def _narrow(
    gateway: Gateway, *, uids: Sequence[str] | None = None, read_only: bool = False, rules: Sequence[str] | None = None
) -> Identity:
    """The admin, through a narrow token."""
    return replace(gateway.admin, limits=new_limits(data_sources=uids, read_only=read_only, proxy=rules))


def _refused_body() -> OutboundBody:
    def pieces() -> Iterator[bytes]:
        pytest.fail("the body of a refused request was read")
        yield b""

    return OutboundBody(None, pieces())


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get"])
def test_a_read_only_token_sends_nothing_that_could_write(gateway: Gateway, upstream: Upstream, method: str) -> None:
    row, token = gateway.data_source(), _narrow(gateway, read_only=True)
    with pytest.raises(ProxyRefusedByToken):
        gateway.forward(row, token, method=method, body=_refused_body())
    assert upstream.connections == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_read_only_token_sends_what_only_reads(gateway: Gateway, upstream: Upstream, method: str) -> None:
    answer = gateway.forward(gateway.data_source(), _narrow(gateway, read_only=True), method=method)
    assert list(answer.body) == []
    assert upstream.last.method == method


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"method": "POST"}, id="method"),
        pytest.param({"path": "admin"}, id="path"),
        pytest.param({"path": "api/query/more"}, id="deeper path"),
        pytest.param({"path": "api/%71uery"}, id="escaped path"),
        pytest.param({"path": "api/x/../query"}, id="climbing path"),
        pytest.param({"query": "a=b&_method=DELETE"}, id="overriding parameter"),
        pytest.param({"query": "a=b&%5F%6Dethod=DELETE"}, id="escaped overriding parameter"),
        # OpenTSDB's, for clients that can only GET.
        pytest.param({"query": "m=cpu&method_override=delete"}, id="overriding parameter of OpenTSDB"),
        pytest.param({"headers": [("x-HTTP-method-Override", "DELETE")]}, id="overriding header"),
    ],
)
def test_a_request_outside_a_tokens_rules_is_refused_before_anything_is_sent(
    gateway: Gateway, upstream: Upstream, asked: dict[str, Any]
) -> None:
    row, token = gateway.data_source(), _narrow(gateway, rules=["GET api/query"])
    request = {"path": "api/query", "method": "GET", "body": _refused_body(), **asked}
    with pytest.raises(ProxyRefusedByToken):
        gateway.services.proxy.forward(token, ById(row.id), inbound(**request))
    assert upstream.connections == 0


def test_a_request_within_a_tokens_rules_is_sent_as_it_is(gateway: Gateway, upstream: Upstream) -> None:
    row, token = gateway.data_source(), _narrow(gateway, rules=["GET api/query"])
    answer = gateway.services.proxy.forward(token, ById(row.id), inbound("api/query", query="q=%2e%2e&method=x"))
    assert list(answer.body) == []
    assert upstream.last.target == "/api/query?q=%2e%2e&method=x"


def test_a_data_source_that_a_token_does_not_name_is_refused_like_an_unknown_one(
    gateway: Gateway, upstream: Upstream
) -> None:
    mine, other = gateway.data_source(), gateway.data_source()
    token = _narrow(gateway, uids=[mine.uid])
    for ref in (ById(other.id), ByUid(other.uid), ById(10**8), ByUid("nothing")):
        with pytest.raises(DataSourceDenied, match=re.escape("datasources:query")):
            gateway.services.proxy.forward(token, ref, inbound("x", body=_refused_body()))
    assert upstream.connections == 0
    assert list(gateway.forward(mine, token).body) == []
