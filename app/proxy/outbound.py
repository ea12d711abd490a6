"""Decides what a proxied request looks like; opens no sockets."""

import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from app.identity.roles import Role
from app.proxy.errors import MethodRefused, PathClimbs, UndecodablePath
from app.proxy.headers import Headers, outbound_headers
from app.proxy.prepared import ALLOWED, Prepared, ProxyRules
from app.proxy.rules import check_rules
from app.proxy.targets import target_path, target_query
from app.upstream.request import OutboundBody, OutboundRequest

_CLIMBING = re.compile(r"[\s\x00]*(\.|\xc0\xae){2}[\s\x00]*([;#\x00].*)?$", re.DOTALL)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
# RFC 9110 9.3.8: a TRACE request must not hold credentials, because the answer repeats it.
_ECHOING = frozenset({"TRACE", "CONNECT"})


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundRequest:
    """What the caller asked of a data source. ``path`` and ``query`` are as they came, still escaped.

    ``connection`` is the file descriptor on which the answer is awaited, where the server in front tells.
    """

    method: str
    path: str
    query: str
    headers: Headers = field(repr=False)
    client_address: str
    body: OutboundBody | None = field(repr=False)
    connection: int | None = None


@dataclass(frozen=True)
class Caller:
    """What of the caller's identity the decisions need: their role in the org, and the login to tell the server."""

    role: Role | None
    login: str


def build_outbound(prepared: Prepared, inbound: InboundRequest, rules: ProxyRules, caller: Caller) -> OutboundRequest:
    """The whole request to send. Raises MethodRefused, UndecodablePath, PathClimbs, TypeRefusesMethod, RouteDenied,
    MethodNotListed, GoesInCircles."""
    if inbound.method in _ECHOING:
        raise MethodRefused(inbound.method)
    _check_path(inbound.path)
    kind, data_source = prepared.kind, prepared.data_source
    check_rules(kind, data_source.type, inbound.method, inbound.path, caller.role)
    headers = outbound_headers(
        prepared.own,
        inbound.headers,
        client_address=inbound.client_address,
        user_agent=rules.user_agent,
        login=caller.login if rules.send_user_header else None,
    )
    path = join_paths(prepared.path, target_path(kind, data_source.database, inbound.path)) or "/"
    query = target_query(kind, prepared.query_credentials, inbound.query)
    return OutboundRequest(
        pool=str(data_source.id),
        scheme=prepared.scheme,
        host=prepared.host,
        port=prepared.port,
        host_header=prepared.own.host or prepared.authority,
        method=inbound.method,
        target=_ascii(f"{path}?{query}" if query else path),
        headers=headers,
        timeout=prepared.timeout,
        timeout_setting=prepared.timeout_setting,
        tls=prepared.tls,
        signing=prepared.signing,
    )


def join_paths(base: str, path: str) -> str:
    """One slash between the two; an empty ``path`` leaves ``base`` as it is. Trailing slashes of ``path`` stay."""
    if not path:
        return base
    if base.endswith("/") and path.startswith("/"):
        return base + path[1:]
    if base.endswith("/") or path.startswith("/"):
        return base + path
    return f"{base}/{path}"


def _check_path(path: str) -> None:
    if _BAD_ESCAPE.search(path):
        raise UndecodablePath
    # Servers differ in what they take a segment to be: parameters behind ";", a fragment, an escape escaped again.
    for decoded in (unquote(path, "latin-1"), unquote(unquote(path, "latin-1"), "latin-1")):
        if any(_CLIMBING.match(segment) for segment in re.split(r"[/\\]", decoded)):
            raise PathClimbs
    if "#" in path:
        # RFC 9112 3.2: a target has no fragment; servers that see one cut there, others do not.
        raise UndecodablePath


def _ascii(target: str) -> str:
    # Bytes above 127 came raw, one latin-1 character each; RFC 9112 3.2 wants them escaped.
    return target if target.isascii() else quote(target.encode("latin-1"), safe=ALLOWED)
