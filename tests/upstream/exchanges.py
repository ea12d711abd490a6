"""Requests to send, and upstream servers whose every byte a test decides."""

import contextlib
import queue
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from app.upstream.addresses import Network
from app.upstream.errors import UpstreamError
from app.upstream.forward_proxies import ForwardProxies
from app.upstream.limits import TransportLimits
from app.upstream.request import OutboundBody, OutboundRequest, TlsSettings
from app.upstream.transport import Transport, UpstreamResponse
from servers.ports import LOOPBACK

Talk = Callable[[socket.socket], None]

TIMEOUT_SETTING = "GF_DATAPROXY_TIMEOUT"
STRAIGHT = ForwardProxies()

_PATIENCE = 10.0


def outbound(
    port: int,
    method: str = "GET",
    *,
    target: str = "/",
    headers: Sequence[tuple[str, str]] = (),
    pool: str | None = "1",
    scheme: str = "http",
    host: str = LOOPBACK,
    timeout: float = _PATIENCE,
    tls: TlsSettings | None = None,
) -> OutboundRequest:
    """A request that differs from the plainest one in what the test names."""
    return OutboundRequest(
        pool=pool,
        scheme=scheme,
        host=host,
        port=port,
        host_header=f"{host}:{port}",
        method=method,
        target=target,
        headers=headers,
        timeout=timeout,
        timeout_setting=TIMEOUT_SETTING,
        tls=tls,
    )


def transport(
    *,
    dial_timeout: float = _PATIENCE,
    tls_timeout: float = _PATIENCE,
    max_idle: int = 0,
    most: int | None = None,
    max_answer: int | None = None,
    denied: tuple[Network, ...] = (),
    forward_proxies: ForwardProxies = STRAIGHT,
) -> Transport:
    """A transport that keeps no idle connection. ``most``: exchanges of one data source at a time."""
    limits = limits_of(dial_timeout=dial_timeout, tls_timeout=tls_timeout, max_idle=max_idle)
    return Transport(replace(limits, max_per_data_source=most, max_answer=max_answer, denied=denied), forward_proxies)


def limits_of(
    *,
    dial_timeout: float = _PATIENCE,
    tls_timeout: float = _PATIENCE,
    max_idle: int,
    idle_timeout: float = 90.0,
) -> TransportLimits:
    return TransportLimits(
        dial_timeout=dial_timeout,
        tls_timeout=tls_timeout,
        idle_timeout=idle_timeout,
        keep_alive=30.0,
        max_idle=max_idle,
        max_per_data_source=None,
        max_answer=None,
    )


class _Noting(Transport):
    """Notes which pools were used, because a transport has no end of its own that would close what it keeps."""

    def __init__(self, limits: TransportLimits) -> None:
        super().__init__(limits, STRAIGHT)
        self.used: set[tuple[str | None, int]] = set()

    def send(self, request: OutboundRequest, body: OutboundBody | None, caller: int | None = None) -> UpstreamResponse:
        self.used.add((request.pool, request.port))
        return super().send(request, body, caller)


@contextlib.contextmanager
def keeping(*, max_idle: int = 10, idle_timeout: float = 90.0) -> Iterator[Transport]:
    """A transport that keeps idle connections. The servers that it was used with must have ended before the block
    does: it drops what a server closed when the next request asks for it."""
    made = _Noting(limits_of(max_idle=max_idle, idle_timeout=idle_timeout))
    yield made
    for pool, port in list(made.used):
        with contextlib.suppress(UpstreamError):
            made.send(outbound(port, "POST", pool=pool), None).close()


@dataclass
class RawServer:
    """What happened so far: ``ended`` gets the number of each connection whose talk is over and that is closed."""

    port: int
    accepted: int = 0
    ended: queue.SimpleQueue[int] = field(default_factory=queue.SimpleQueue)
    failures: list[BaseException] = field(default_factory=list)


@contextlib.contextmanager
def raw_server(*talks: Talk) -> Iterator[RawServer]:
    """Hands its first connection to the first talk, the second to the next, and closes each when its talk is over.

    At the end all connections are broken off. Raises then what a talk raised.
    """
    with socket.create_server((LOOPBACK, 0)) as listener, contextlib.ExitStack() as stack:
        server = RawServer(listener.getsockname()[1])

        def converse(number: int, connection: socket.socket, talk: Talk) -> None:
            with connection:
                connection.settimeout(_PATIENCE)
                try:
                    talk(connection)
                except BaseException as exc:  # noqa: BLE001  # a thread's failure is the test's
                    server.failures.append(exc)
            server.ended.put(number)

        def accept() -> None:
            for number, talk in enumerate(talks, start=1):
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                server.accepted = number
                thread = threading.Thread(target=converse, args=(number, connection, talk), daemon=True)
                thread.start()
                stack.callback(thread.join, _PATIENCE)
                stack.callback(_break_off, connection)

        acceptor = threading.Thread(target=accept, daemon=True)
        acceptor.start()
        try:
            yield server
        finally:
            # Closing alone would not wake the thread.
            _break_off(listener)
            acceptor.join(_PATIENCE)
    if server.failures:
        raise server.failures[0]


def _break_off(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def read_request(connection: socket.socket) -> bytes:
    """The next request's head; LookupError when the client has gone instead."""
    head = b""
    while b"\r\n\r\n" not in head:
        data = connection.recv(65536)
        if not data:
            raise LookupError("the client has gone")
        head += data
    return head


def read_to_end(connection: socket.socket) -> bytes:
    """All that comes until the client closes the connection, in good order or not."""
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while data := connection.recv(65536):
            received += data
    return received
