"""Data sources and requests for them that differ from the plainest ones in what a test names."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.identity.roles import Role
from app.proxy.headers import outbound_headers, own_headers
from app.proxy.outbound import Caller, InboundRequest, build_outbound
from app.proxy.prepared import ProxyRules, prepare
from app.registry.datasource import DataSource
from app.registry.json_data import JsonData
from app.upstream.request import OutboundBody, OutboundRequest

CLIENT = "192.0.2.7"
CALLER = Caller(role=Role.VIEWER, login="ada")
RULES = ProxyRules(timeout=30.0, user_agent="Grafana/12.3.0", reserved_header="X-WEBAUTH-USER")


def data_source(
    *,
    id: int = 1,
    type: str = "graphite",
    url: str = "http://graphite.test",
    user: str = "",
    basic_auth: bool = False,
    basic_auth_user: str = "",
    json_data: Mapping[str, Any] | None = None,
) -> DataSource:
    return DataSource(
        id=id,
        uid="abc",
        org_id=1,
        name="metrics",
        type=type,
        access="proxy",
        url=url,
        user=user,
        database="",
        basic_auth=basic_auth,
        basic_auth_user=basic_auth_user,
        with_credentials=False,
        is_default=False,
        json_data=JsonData.of(json_data or {}),
        read_only=False,
        api_version="",
        version=1,
    )


def inbound(
    path: str = "",
    *,
    method: str = "GET",
    query: str = "",
    headers: Sequence[tuple[str, str]] = (),
    body: OutboundBody | None = None,
) -> InboundRequest:
    return InboundRequest(method=method, path=path, query=query, headers=headers, client_address=CLIENT, body=body)


def built(
    row: DataSource, path: str = "", *, query: str = "", secrets: Mapping[str, str] | None = None
) -> OutboundRequest:
    """What goes out for a plain GET."""
    return build_outbound(prepare(row, secrets or {}, RULES), inbound(path, query=query), RULES, CALLER)


def sent(
    *caller: tuple[str, str],
    row: DataSource | None = None,
    secrets: Mapping[str, str] | None = None,
    reserved: str | None = "X-WEBAUTH-USER",
    login: str | None = None,
) -> dict[str, str]:
    """The headers that go out, under lower-case names; there is never a name twice."""
    own = own_headers(row or data_source(), secrets or {}, reserved)
    headers = outbound_headers(own, caller, client_address=CLIENT, user_agent=RULES.user_agent, login=login)
    by_name = {name.lower(): value for name, value in headers}
    assert len(by_name) == len(headers)
    return by_name
