"""Sends a request over a pooled or new connection and hands back the response as it arrives."""

import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.upstream.connection import Connection
from app.upstream.errors import UpstreamError, UpstreamTimeout, UpstreamUnreachable
from app.upstream.request import OutboundBody, OutboundRequest

# RFC 9110 9.2.2: these may be sent again after a connection broke without an answer.
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
_DEFAULT_PORTS = {"http": 80, "https": 443}

_SWEEP_SECONDS = 5.0

_PoolKey = tuple[str, str, str, int]


@dataclass(frozen=True)
class TransportLimits:
    """Seconds, and how many idle connections one process keeps."""

    dial_timeout: float
    tls_timeout: float
    idle_timeout: float
    max_idle: int


@dataclass(slots=True)
class UpstreamResponse:
    """A response whose body is still on the wire. Iterate it to its end or close it: either frees the connection."""

    status: int
    headers: list[tuple[str, str]]
    _connection: Connection = field(repr=False)
    _pool: "_Pool" = field(repr=False)
    _key: _PoolKey = field(repr=False)
    _deadline: float
    _released: bool = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._released:
            raise StopIteration
        try:
            piece = self._connection.next_piece(self._deadline)
        except UpstreamError:
            self.close()
            raise
        if piece is None:
            self.close()
            raise StopIteration
        return piece

    def close(self) -> None:
        """Gives the connection back if the body was read to its end, and ends it otherwise."""
        if not self._released:
            self._released = True
            self._pool.give_back(self._key, self._connection)


class Transport:
    """One per process. Opens nothing before the first request, so that it can be made before a fork."""

    def __init__(self, limits: TransportLimits) -> None:
        self._limits = limits
        self._pool = _Pool(limits)
        self._tls = ssl.create_default_context()

    def send(self, request: OutboundRequest, body: OutboundBody | None) -> UpstreamResponse:
        """The response, once its headers are there. Raises UpstreamUnreachable, UpstreamTimeout, BodyUnavailable."""
        deadline = time.monotonic() + request.timeout
        port = request.port or _DEFAULT_PORTS[request.scheme]
        key = (request.pool, request.scheme, request.host, port)
        connection = self._pool.take(key)
        if connection is not None:
            try:
                return self._exchange(connection, key, request, body, deadline)
            except UpstreamUnreachable:
                # The server closed it in the very moment it was taken. Without a body nothing is lost by another try.
                if connection.answer_began or body is not None or request.method not in _IDEMPOTENT:
                    raise
        return self._exchange(self._connect(request, port, deadline), key, request, body, deadline)

    def _exchange(
        self,
        connection: Connection,
        key: _PoolKey,
        request: OutboundRequest,
        body: OutboundBody | None,
        deadline: float,
    ) -> UpstreamResponse:
        try:
            connection.send(request, body, deadline)
            status, headers = connection.read_head(deadline)
        except BaseException:
            connection.close()
            raise
        return UpstreamResponse(status, headers, connection, self._pool, key, deadline)

    def _connect(self, request: OutboundRequest, port: int, deadline: float) -> Connection:
        wait = min(self._limits.dial_timeout, deadline - time.monotonic())
        try:
            sock = socket.create_connection((request.host.strip("[]"), port), timeout=max(wait, 0.001))
        except socket.gaierror as exc:
            raise UpstreamUnreachable("dns", f"{request.host} does not resolve ({exc.strerror})") from exc
        except TimeoutError as exc:
            raise UpstreamTimeout("connect", f"{request.host}:{port} did not answer in time") from exc
        except (OSError, UnicodeError) as exc:
            raise UpstreamUnreachable("connect", f"{request.host}:{port}: {exc}") from exc
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Connection(self._secured(sock, request.host, deadline) if request.scheme == "https" else sock)

    def _secured(self, sock: socket.socket, host: str, deadline: float) -> ssl.SSLSocket:
        try:
            sock.settimeout(max(min(self._limits.tls_timeout, deadline - time.monotonic()), 0.001))
            return self._tls.wrap_socket(sock, server_hostname=host.strip("[]"))
        except TimeoutError as exc:
            sock.close()
            raise UpstreamTimeout("tls", f"the handshake with {host} was not done in time") from exc
        except (OSError, ValueError) as exc:
            sock.close()
            raise UpstreamUnreachable("tls", f"{host}: {exc}") from exc


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
        if not connection.reusable:
            connection.close()
            return
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
