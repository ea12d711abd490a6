"""Whether a data source's server is there and lets the gateway in: one probe a type, in words that help."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from app.identity.identity import Identity
from app.proxy.errors import HostNotAllowed, SigningRefused, UnsendableHeader
from app.proxy.outbound import Caller, InboundRequest, build_outbound
from app.proxy.prepared import Preparations, Prepared, prepare
from app.registry.catalog import Probe, backend_type, is_known
from app.registry.datasource import DataSource, NewDataSource, Ref, Status
from app.registry.errors import InvalidUrl
from app.registry.registry import unsaved
from app.upstream.errors import AddressDenied, TlsMaterialInvalid, TooManyRequests, UpstreamError
from app.upstream.request import OutboundRequest
from app.upstream.transport import Transport, UpstreamResponse

# Enough of an answer to see whose it is.
_READ_BYTES = 262_144
# Nobody waits longer to hear whether a server is there, however long its queries may take.
_PROBE_SECONDS = 10.0
_HEALTHY = frozenset({200, 204})
_CREDENTIALS = frozenset({401, 403})
_NOT_FOUND = 404
_SERVER_ERRORS = 500

# What failed, by the phase of the exchange, and what to check.
_ADVICE: Mapping[str, str] = {
    "dns": "Its name does not resolve: check the host in the URL, and the name service of this machine.",
    "connect": "No connection to it: check host and port in the URL, that the server runs, and the firewalls between.",
    "tls": "No TLS with it: check that it speaks https, and the certificates (tlsAuthWithCACert, tlsAuth, serverName).",
    "send": "It hung up while the request was sent: check that it speaks HTTP on this port.",
    "first-byte": "It gave no answer that is HTTP: check that the port is the server's HTTP port, and its log.",
    "body": "Its answer broke off: check its log, and proxies in between.",
}


_CROWDED = "As many requests to it as the settings allow are under way: see GF_DATAPROXY_MAX_CONNS_PER_HOST."
_DENIED = "The settings keep data sources away from this address: see SLUICE_PROXY_DENY_NETWORKS."


@dataclass(frozen=True)
class Health:
    """``status`` as Grafana's plugins say it; ``details`` name what was asked and what failed, never a secret."""

    status: Literal["OK", "ERROR", "UNKNOWN"]
    message: str
    details: Mapping[str, object]


class HealthChecks:
    """Looks data sources up as the proxy does, with the same permission check and the same decisions."""

    def __init__(self, preparations: Preparations, transport: Transport) -> None:
        self._preparations = preparations
        self._transport = transport
        self._rules = preparations.rules

    def check(self, identity: Identity, ref: Ref, connection: int | None = None) -> Health:
        """Of a stored data source. ``connection``: as in InboundRequest.

        Raises what Preparations.look_up raises, SecretsUnreadable and RouteDenied.
        """
        return self._of_stored(identity, self._preparations.look_up(identity, ref), connection)

    def test(self, identity: Identity, ref: Ref, connection: int | None = None) -> Health:
        """Of a stored data source, for somebody who may edit it, whatever its status; what is found becomes its status.

        Raises what Registry.for_test raises, SecretsUnreadable and RouteDenied.
        """
        registry = self._preparations.registry
        row = registry.for_test(identity, ref)
        found = self._of_stored(identity, row, connection)
        if found.status != "UNKNOWN":
            registry.set_status(identity, row, Status.ACTIVE if found.status == "OK" else Status.ERROR)
        return found

    def _of_stored(self, identity: Identity, row: DataSource, connection: int | None) -> Health:
        prepared = partial(self._preparations.of, row)
        return self._check(identity, row, prepared, pool=str(row.id), connection=connection)

    def check_unsaved(self, identity: Identity, new: NewDataSource, connection: int | None = None) -> Health:
        """Of one that is not stored, and is not stored by this. Raises PermissionDenied, InvalidUrl, RouteDenied."""
        identity.require("datasources:create")
        # Of no pool: no connection of somebody's data source is used, and none is left for one.
        row = unsaved(identity, new)
        prepared = partial(prepare, row, new.secure_json_data, self._rules)
        return self._check(identity, row, prepared, pool=None, connection=connection)

    def _check(
        self,
        identity: Identity,
        data_source: DataSource,
        prepared: Callable[[], Prepared],
        *,
        pool: str | None,
        connection: int | None,
    ) -> Health:
        probe = backend_type(data_source.type).probe
        if not is_known(data_source.type):
            return Health("UNKNOWN", f"Nothing is known about the type {data_source.type}: check its spelling.", {})
        if probe is None:
            return Health("UNKNOWN", f"Data sources of type {data_source.type} are checked by querying them.", {})
        inbound = InboundRequest(
            method="GET", path=probe.path, query=probe.query, headers=[], client_address="", body=None
        )
        if identity.limits is not None:
            identity.limits.require_request(inbound.method, inbound.path, inbound.query, ())
        caller = Caller(identity.role, identity.login)
        try:
            built = build_outbound(prepared(), inbound, self._rules, caller)
            outbound = dataclasses.replace(built, pool=pool)
            if outbound.timeout > _PROBE_SECONDS:
                outbound = dataclasses.replace(outbound, timeout=_PROBE_SECONDS, timeout_setting="")
            response = self._transport.send(outbound, None, connection)
            return _judged(probe, outbound, response)
        except (InvalidUrl, HostNotAllowed, UnsendableHeader, SigningRefused, TlsMaterialInvalid) as exc:
            return Health("ERROR", _refusal(exc), {})
        except UpstreamError as exc:
            details = {**_asked(outbound), "phase": exc.phase}
            if exc.limit:
                details["limit"] = exc.limit
            advice = {AddressDenied: _DENIED, TooManyRequests: _CROWDED}.get(type(exc), _ADVICE[exc.phase])
            return Health("ERROR", f"{_server(outbound)} cannot be asked. {advice} ({exc.cause})", details)


def _refusal(exc: Exception) -> str:
    match exc:
        case HostNotAllowed():
            return "The settings keep data sources to some servers: see GF_SECURITY_DATA_SOURCE_PROXY_WHITELIST."
        case TlsMaterialInvalid():
            return "A certificate or key cannot be loaded: check tlsCACert, tlsClientCert and tlsClientKey."
        case UnsendableHeader():
            return f"The custom header {exc.name!r} cannot be sent: check its name and value."
        case InvalidUrl():
            return "The URL leads nowhere: it needs a scheme, http or https, and a host."
    return str(exc)


def _judged(probe: Probe, outbound: OutboundRequest, response: UpstreamResponse) -> Health:
    """Raises UpstreamError."""
    text = b""
    try:
        for piece in response:
            text += piece
            if len(text) > _READ_BYTES:
                break
    finally:
        response.close()
    details = {**_asked(outbound), "status": response.status}
    if response.status in _HEALTHY and probe.says.encode() in text:
        return Health("OK", f"{_server(outbound)} answered.", details)
    return Health("ERROR", f"{_server(outbound)} {_complaint(response.status, probe)}", details)


def _complaint(status: int, probe: Probe) -> str:
    if status in _CREDENTIALS:
        return f"refused the credentials ({status}): check user, password, token and custom headers."
    if status == _NOT_FOUND:
        return f"has nothing at /{probe.path} (404): check that the URL is the base address of a server of this type."
    if status >= _SERVER_ERRORS:
        return f"failed itself ({status}): look at its log."
    if status in _HEALTHY:
        return "answered, but not as a server of this type does: check the URL and the type."
    return f"answered {status}: check the URL; redirects are not followed."


def _server(outbound: OutboundRequest) -> str:
    port = f":{outbound.port}" if outbound.port else ""
    return f"{outbound.scheme}://{outbound.host}{port}"


def _asked(outbound: OutboundRequest) -> dict[str, object]:
    # Without the query: InfluxDB's old version has the password there.
    return {"server": _server(outbound), "asked": f"{outbound.method} {outbound.target.partition('?')[0]}"}
