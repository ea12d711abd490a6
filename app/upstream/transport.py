"""Sends a request over a pooled or new connection and hands back the response as it arrives."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.upstream.connection import Connection
from app.upstream.dialer import Dialer
from app.upstream.errors import AnswerTooLarge, CallerGone, UpstreamError, UpstreamTimeout, UpstreamUnreachable
from app.upstream.forward_proxies import ForwardProxies
from app.upstream.limits import TransportLimits
from app.upstream.request import OutboundBody, OutboundRequest, TlsSettings
from app.upstream.signing import Signer
from app.upstream.under_way import UnderWay

# RFC 9110 9.2.2: these may be sent again after a connection broke without an answer.
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
_RESPONSE_LIMIT = "GF_DATAPROXY_RESPONSE_LIMIT"

_SWEEP_SECONDS = 5.0

_PoolKey = tuple[str | None, str, str, int, TlsSettings | None]


@dataclass(slots=True)
class UpstreamResponse:
    """A response whose body is still on the wire. Iterate it to its end or close it: either frees the connection."""

    status: int
    headers: list[tuple[str, str]]
    _connection: Connection = field(repr=False)
    _pool: "_Pool" = field(repr=False)
    _key: _PoolKey = field(repr=False)
    _deadline: float
    _request: OutboundRequest = field(repr=False)
    _max_answer: int | None
    _under_way: UnderWay = field(repr=False)
    _received: int = 0
    _released: bool = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._released:
            raise StopIteration
        try:
            piece = self._connection.next_piece(self._deadline)
        except UpstreamTimeout as exc:
            self.close()
            raise UpstreamTimeout(exc.phase, exc.cause, self._request.timeout_setting) from exc
        except (UpstreamError, CallerGone):
            self.close()
            raise
        if piece is None:
            self.close()
            raise StopIteration
        self._received += len(piece)
        if self._max_answer is not None and self._received > self._max_answer:
            self.close()
            raise AnswerTooLarge("body", f"the answer exceeds {self._max_answer} bytes", _RESPONSE_LIMIT)
        self.close_at_end()
        return piece

    def close_at_end(self) -> None:
        """Before the caller has the last of it, whose next request must not find this one under way."""
        if self._connection.at_end:
            self.close()

    def close(self) -> None:
        """Gives the connection back if the body was read to its end, and ends it otherwise."""
        if not self._released:
            self._released = True
            try:
                self._pool.give_back(self._key, self._connection)
            finally:
                self._under_way.leave(self._request.pool)


class Transport:
    """One per process. Opens nothing before the first request, so that it can be made before a fork."""

    def __init__(self, limits: TransportLimits, forward_proxies: ForwardProxies, signer: Signer | None = None) -> None:
        """Without ``signer`` nothing is signed."""
        self._limits = limits
        self._signer = signer
        self._pool = _Pool(limits)
        self._dialer = Dialer(limits, forward_proxies)
        self._under_way = UnderWay(limits.max_per_data_source)

    def send(self, request: OutboundRequest, body: OutboundBody | None, caller: int | None = None) -> UpstreamResponse:
        """The response, once its headers are there. ``caller`` is the file descriptor of the connection on which the
        answer is awaited: when that is closed, so is the exchange.

        Raises UpstreamUnreachable, UpstreamTimeout, AddressDenied, TooManyRequests, TlsMaterialInvalid, CallerGone,
        BodyTooLargeToSign, BodyUnavailable.
        """
        self._dialer.check(request)
        deadline = time.monotonic() + request.timeout
        self._under_way.enter(request.pool)
        try:
            if request.signing is not None and self._signer is not None:
                request, body = self._signer.sign(request, request.signing, body, deadline)
            response = self._send(request, body, deadline, caller)
        except BaseException:
            self._under_way.leave(request.pool)
            raise
        response.close_at_end()
        return response

    def _send(
        self, request: OutboundRequest, body: OutboundBody | None, deadline: float, caller: int | None
    ) -> UpstreamResponse:
        key = (request.pool, request.scheme, request.host, request.port, request.tls)
        connection = self._pool.take(key)
        if connection is not None:
            try:
                return self._exchange(connection, key, request, body, deadline, caller)
            except UpstreamUnreachable:
                # The server closed it in the very moment it was taken. Without a body nothing is lost by another try.
                if (
                    connection.answer_began
                    or (body is not None and body.length != 0)
                    or request.method not in _IDEMPOTENT
                ):
                    raise
        return self._exchange(self._dialer.connect(request, deadline), key, request, body, deadline, caller)

    def _exchange(
        self,
        connection: Connection,
        key: _PoolKey,
        request: OutboundRequest,
        body: OutboundBody | None,
        deadline: float,
        caller: int | None,
    ) -> UpstreamResponse:
        try:
            connection.send(request, body, deadline, caller)
            status, headers = connection.read_head(deadline)
        except UpstreamTimeout as exc:
            connection.close()
            raise UpstreamTimeout(exc.phase, exc.cause, request.timeout_setting) from exc
        except BaseException:
            connection.close()
            raise
        return UpstreamResponse(
            status, headers, connection, self._pool, key, deadline, request, self._limits.max_answer, self._under_way
        )


class _Pool:
    """Idle connections, the last used first, so that the others grow old and leave."""

    def __init__(self, limits: TransportLimits) -> None:
        self._limits = limits
        self._idle: dict[_PoolKey, deque[Connection]] = {}
        self._count = 0
        self._next_sweep = 0.0
        self._lock = threading.Lock()

    def take(self, key: _PoolKey) -> Connection | None:
        """An idle connection that is still open, or None."""
        while True:
            with self._lock:
                idle = self._idle.get(key)
                if not idle:
                    return None
                connection = idle.pop()
                self._count -= 1
                if not idle:
                    del self._idle[key]
            young = time.monotonic() - connection.idle_since < self._limits.idle_timeout
            if young and connection.is_alive():
                return connection
            connection.close()

    def give_back(self, key: _PoolKey, connection: Connection) -> None:
        """Keeps the connection for the next request, or closes it."""
        if key[0] is None or not connection.reusable:
            connection.close()
            return
        connection.forget_caller()
        connection.idle_since = time.monotonic()
        with self._lock:
            too_many = self._count >= self._limits.max_idle
            if not too_many:
                self._idle.setdefault(key, deque()).append(connection)
                self._count += 1
            stale = self._stale()
        if too_many:
            connection.close()
        for old in stale:
            old.close()

    def _stale(self) -> list[Connection]:
        # Those of data sources that nobody asks any more leave here.
        now = time.monotonic()
        if now < self._next_sweep:
            return []
        self._next_sweep = now + _SWEEP_SECONDS
        found = []
        for key in list(self._idle):
            idle = self._idle[key]
            while idle and idle[0].idle_since < now - self._limits.idle_timeout:
                found.append(idle.popleft())
                self._count -= 1
            if not idle:
                del self._idle[key]
        return found
