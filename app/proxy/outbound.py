"""Decides what a proxied request looks like; opens no sockets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from app.identity.roles import Role
from app.proxy.errors import HostNotAllowed, MethodRefused, PathClimbs, TypeNotHttp, TypeNotInstalled, UndecodablePath
from app.proxy.headers import Headers, outbound_headers
from app.proxy.rules import check_rules
from app.proxy.sigv4 import SigningRules, signing
from app.proxy.targets import target_path, target_query
from app.proxy.tls import tls_settings
from app.registry.catalog import BackendType, backend_type, is_known
from app.registry.datasource import DataSource
from app.registry.errors import InvalidUrl
from app.registry.urls import Target, check_url, read_target
from app.upstream.request import OutboundBody, OutboundRequest

_CLIMBING = re.compile(r"[\s\x00]*(\.|\xc0\xae){2}[\s\x00]*([;#\x00].*)?$", re.DOTALL)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
# RFC 3986 2.2, and the escape sign itself: what is escaped stays so.
_ALLOWED = "!#$%&'()*+,/:;=?@[]~"
_DEFAULT_PORTS = {"http": 80, "https": 443}
# RFC 9110 9.3.8: a TRACE request must not hold credentials, because the answer repeats it.
_ECHOING = frozenset({"TRACE", "CONNECT"})
# A request holds a thread for as long as it takes.
_LONGEST_TIMEOUT = 3_600.0


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
class ProxyRules:
    """From the settings. ``timeout`` in seconds, for data sources that do not say."""

    timeout: float
    user_agent: str
    reserved_header: str | None
    allowed_hosts: frozenset[str] = frozenset()  # "host:port"; empty: all
    send_user_header: bool = False
    log_requests: bool = False
    signing: SigningRules | None = None  # None: nothing is signed


@dataclass(frozen=True)
class Caller:
    """What of the caller's identity the decisions need: their role in the org, and the login to tell the server."""

    role: Role | None
    login: str


def build_outbound(
    data_source: DataSource, secrets: Mapping[str, str], inbound: InboundRequest, rules: ProxyRules, caller: Caller
) -> OutboundRequest:
    """The whole request to send. Raises TypeNotInstalled, TypeNotHttp, InvalidUrl, HostNotAllowed, MethodRefused,
    UndecodablePath, PathClimbs, TypeRefusesMethod, RouteDenied, MethodNotListed, UnsendableHeader, GoesInCircles,
    SigningRefused."""
    kind = _http_type(data_source.type)
    check_url(data_source.type, data_source.url)
    target = read_target(data_source.url)
    if target.scheme not in {"http", "https"} or not target.host:
        raise InvalidUrl(data_source.url)
    if (
        rules.allowed_hosts
        and f"{target.host}:{target.port or _DEFAULT_PORTS[target.scheme]}" not in rules.allowed_hosts
    ):
        raise HostNotAllowed
    if inbound.method in _ECHOING:
        raise MethodRefused(inbound.method)
    _check_path(inbound.path)
    check_rules(kind, data_source.type, inbound.method, inbound.path, caller.role)
    headers, host_header = outbound_headers(
        data_source,
        secrets,
        inbound.headers,
        client_address=inbound.client_address,
        user_agent=rules.user_agent,
        reserved=rules.reserved_header,
        login=caller.login if rules.send_user_header else None,
    )
    path = join_paths(_escaped(target.path), target_path(kind, data_source, inbound.path)) or "/"
    timeout, timeout_setting = _timeout(data_source, rules.timeout)
    query = target_query(kind, data_source, secrets, inbound.query)
    return OutboundRequest(
        pool=str(data_source.id),
        scheme=target.scheme,
        host=_ascii_host(target),
        port=target.port,
        host_header=host_header or _authority(target),
        method=inbound.method,
        target=_ascii(f"{path}?{query}" if query else path),
        headers=headers,
        timeout=timeout,
        timeout_setting=timeout_setting,
        tls=tls_settings(data_source, secrets),
        signing=signing(data_source, secrets, rules.signing),
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


def _http_type(type_id: str) -> BackendType:
    if not is_known(type_id):
        raise TypeNotInstalled
    kind = backend_type(type_id)
    if not kind.speaks_http:
        raise TypeNotHttp(type_id)
    return kind


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


def _escaped(path: str) -> str:
    # The stored path may hold any characters; escapes that are there already stay.
    return quote(path, safe=_ALLOWED)


def _ascii_host(target: Target) -> str:
    try:
        return target.host if target.host.isascii() else target.host.encode("idna").decode()
    except UnicodeError as exc:
        raise InvalidUrl(target.host) from exc


def _authority(target: Target) -> str:
    host = _ascii_host(target)
    return f"{host}:{target.port}" if target.port else host


def _ascii(target: str) -> str:
    # Bytes above 127 came raw, one latin-1 character each; RFC 9112 3.2 wants them escaped.
    return target if target.isascii() else quote(target.encode("latin-1"), safe=_ALLOWED)


def _timeout(data_source: DataSource, default: float) -> tuple[float, str]:
    given = data_source.json_data.get("timeout")
    by_default = (default, "GF_DATAPROXY_TIMEOUT")
    if isinstance(given, bool) or not isinstance(given, (int, float, str)):
        return by_default
    try:
        seconds = float(given)
    except (ValueError, OverflowError):
        return by_default
    return (min(seconds, _LONGEST_TIMEOUT), "jsonData.timeout") if seconds > 0 else by_default
