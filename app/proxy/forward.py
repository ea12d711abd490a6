"""Carries one request to a data source and its answer back: the use case that every proxy door calls."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from app.identity.identity import Identity
from app.proxy.headers import SANDBOX, Headers, answer_headers
from app.proxy.origin import ANSWERED, REFUSED, Outcome, failure, of_answer
from app.proxy.outbound import Caller, InboundRequest, build_outbound
from app.proxy.prepared import Preparations
from app.registry.catalog import is_known
from app.registry.datasource import DataSource, Ref
from app.upstream.errors import UpstreamError
from app.upstream.transport import Transport, UpstreamResponse

log = logging.getLogger(__name__)

_UNAUTHORIZED = 401
# A 401 would make browsers and clients ask for the password of the gateway.
_REFUSED_BY_UPSTREAM = 400
_REFUSED_TEXT = b"Authentication to data source failed"


class Counts(Protocol):
    """Where the outcomes of proxied requests are counted; ``type_id`` is always a row's of BACKEND_TYPES."""

    def proxied(self, type_id: str, origin: str, phase: str, limit: str) -> None:
        """One more request."""

    def broken_off(self, type_id: str, phase: str, limit: str) -> None:
        """One more answer that broke off after it had begun."""


@dataclass(frozen=True)
class ProxiedAnswer:
    """What the caller gets. ``body`` is read once; ``upstream`` is closed when the caller is done or gone."""

    status: int
    headers: Headers
    body: Iterable[bytes] = field(repr=False)
    upstream: UpstreamResponse | None = field(repr=False, default=None)
    broke_off: Callable[[UpstreamError], None] = field(repr=False, default=lambda exc: None)


class Proxy:
    """Looks the data source up as REST does, with the same permission check, then builds, sends and answers."""

    def __init__(self, preparations: Preparations, transport: Transport, counts: Counts) -> None:
        self._preparations = preparations
        self._transport = transport
        self._rules = preparations.rules
        self._counts = counts

    def forward(self, identity: Identity, ref: Ref, inbound: InboundRequest) -> ProxiedAnswer:
        """The upstream's answer, streaming. Holds no database connection while bytes flow.

        Raises what Preparations.look_up and of, TokenLimits.require_request, build_outbound and Transport.send raise.
        """
        data_source = self._preparations.look_up(identity, ref)
        counted_as = data_source.type if is_known(data_source.type) else "other"
        try:
            return self._forward(identity, data_source, inbound, counted_as)
        except Exception as exc:
            self._count(counted_as, failure(exc) or REFUSED)
            raise

    def _count(self, counted_as: str, outcome: Outcome) -> None:
        self._counts.proxied(counted_as, outcome.origin, outcome.phase, outcome.limit)

    def _forward(
        self, identity: Identity, data_source: DataSource, inbound: InboundRequest, counted_as: str
    ) -> ProxiedAnswer:
        if identity.limits is not None:
            names = [name for name, _ in inbound.headers]
            identity.limits.require_request(inbound.method, inbound.path, inbound.query, names)
        caller = Caller(identity.role, identity.login)
        outbound = build_outbound(self._preparations.of(data_source), inbound, self._rules, caller)
        began = time.perf_counter()
        status = 0
        try:
            upstream = self._transport.send(outbound, inbound.body, inbound.connection)
            status = upstream.status
        finally:
            if self._rules.log_requests:
                _log(identity, data_source, inbound, status)
        try:
            return self._answered(upstream, time.perf_counter() - began, counted_as)
        except BaseException:
            upstream.close()
            raise

    def _answered(self, upstream: UpstreamResponse, seconds: float, counted_as: str) -> ProxiedAnswer:
        self._count(counted_as, ANSWERED)
        marks = of_answer(seconds)
        if upstream.status == _UNAUTHORIZED:
            upstream.close()
            headers = [("Content-Type", "text/plain; charset=utf-8"), SANDBOX, *marks]
            return ProxiedAnswer(_REFUSED_BY_UPSTREAM, headers, [_REFUSED_TEXT])

        def broke_off(exc: UpstreamError) -> None:
            self._counts.broken_off(counted_as, exc.phase, exc.limit or "")

        headers = [*answer_headers(upstream.headers), *marks]
        return ProxiedAnswer(upstream.status, headers, upstream, upstream, broke_off)


def _log(identity: Identity, data_source: DataSource, inbound: InboundRequest, status: int) -> None:
    # Neither query nor body: they may hold what nobody should read in a log.
    log.info(
        "proxied",
        extra={
            "event": "proxied",
            "org_id": identity.org_id,
            "caller": f"{identity.kind}:{identity.id}",
            "data_source": data_source.uid,
            "type": data_source.type,
            "method": inbound.method,
            "path": inbound.path,
            "status": status or None,  # None: no answer came
        },
    )
