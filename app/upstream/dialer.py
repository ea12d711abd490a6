"""Makes connections: name, address guard, TCP, a proxy of the environment, TLS; each with its own time and its own
words when it fails."""

import socket
import ssl
import time

import httptools

from app.upstream.addresses import Candidate, candidates, check_literal
from app.upstream.connection import Connection
from app.upstream.errors import UpstreamTimeout, UpstreamUnreachable
from app.upstream.forward_proxies import ForwardProxies, ForwardProxy
from app.upstream.limits import TransportLimits
from app.upstream.request import OutboundRequest, TlsSettings
from app.upstream.tls import TlsContexts

_DEFAULT_PORTS = {"http": 80, "https": 443}
_DIAL_TIMEOUT = "GF_DATAPROXY_DIALTIMEOUT"
_TLS_TIMEOUT = "GF_DATAPROXY_TLS_HANDSHAKE_TIMEOUT_SECONDS"
# The head of a proxy's answer to CONNECT, which is a status and a few fields.
_MOST_HEAD_BYTES = 16_384
_OK = 200


class Dialer:
    """One per process."""

    def __init__(self, limits: TransportLimits, forward_proxies: ForwardProxies) -> None:
        self._limits = limits
        self._forward_proxies = forward_proxies
        self._tls = TlsContexts()

    def check(self, request: OutboundRequest) -> None:
        """Raises TlsMaterialInvalid: before anything is sent, and also where the server speaks no TLS."""
        if request.tls is not None:
            self._tls.of(request.tls)

    def connect(self, request: OutboundRequest, deadline: float) -> Connection:
        """Raises UpstreamUnreachable, UpstreamTimeout or AddressDenied, in phase dns, connect or tls."""
        port = request.port or _DEFAULT_PORTS[request.scheme]
        proxy = self._forward_proxies.proxy_for(request.scheme, request.host, port)
        if proxy is None:
            sock = self._dial(request.host, port, request, deadline)
        else:
            check_literal(request.host, self._limits.denied)
            sock = self._dial(proxy.host, proxy.port, request, deadline)
        if request.scheme == "http":
            return Connection(sock, None if proxy is None else _through(proxy, request.host, request.port))
        if proxy is not None:
            _tunnel(sock, proxy, f"{request.host}:{port}", request, deadline)
        return Connection(self._secured(sock, request, deadline))

    def _dial(self, host: str, port: int, request: OutboundRequest, deadline: float) -> socket.socket:
        failure: Exception = UpstreamUnreachable("connect", f"{host} has no address")
        until = min(time.monotonic() + self._limits.dial_timeout, deadline)
        for candidate in candidates(host, port, self._limits.denied):
            remaining = until - time.monotonic()
            if remaining <= 0:
                if isinstance(failure, UpstreamUnreachable):
                    failure = UpstreamTimeout(
                        "connect", f"{host}:{port} was not asked in time", request.timeout_setting
                    )
                break
            try:
                return self._reach(candidate, remaining)
            except TimeoutError:
                limit = _DIAL_TIMEOUT if until < deadline else request.timeout_setting
                failure = UpstreamTimeout("connect", f"{host}:{port} did not answer in time", limit)
            except OSError as exc:
                failure = UpstreamUnreachable("connect", f"{host}:{port}: {exc.strerror or exc}")
        raise failure

    def _reach(self, candidate: Candidate, seconds: float) -> socket.socket:
        family, address = candidate
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(seconds)
            sock.connect(address)
        except BaseException:
            sock.close()
            raise
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A server that vanished without a word is found out while a connection to it is idle.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, max(1, int(self._limits.keep_alive)))
        return sock

    def _secured(self, sock: socket.socket, request: OutboundRequest, deadline: float) -> ssl.SSLSocket:
        settings = request.tls or TlsSettings()
        host = settings.server_name or request.host.strip("[]")
        until = min(time.monotonic() + self._limits.tls_timeout, deadline)
        try:
            # Before the wrap, which takes the socket away from us and would leave it open.
            if "\0" in host or not host.encode("idna"):
                raise ValueError(f"{host!r} is no name of a server")
            sock.settimeout(max(until - time.monotonic(), 0.001))
            return self._tls.of(settings).wrap_socket(sock, server_hostname=host, suppress_ragged_eofs=False)
        except TimeoutError as exc:
            sock.close()
            limit = _TLS_TIMEOUT if until < deadline else request.timeout_setting
            raise UpstreamTimeout("tls", f"the handshake with {host} was not done in time", limit) from exc
        except (OSError, ValueError) as exc:
            sock.close()
            raise UpstreamUnreachable("tls", f"{host}: {exc}") from exc


def _through(proxy: ForwardProxy, host: str, port: int) -> tuple[str, str | None]:
    # RFC 9112 3.2.2: a proxy is given the whole URL; the one that was checked, whatever the Host field says.
    return f"http://{host}:{port}" if port else f"http://{host}", proxy.authorization


def _tunnel(
    sock: socket.socket, proxy: ForwardProxy, authority: str, request: OutboundRequest, deadline: float
) -> None:
    """RFC 9110 9.3.6: CONNECT. Raises UpstreamUnreachable, UpstreamTimeout."""
    lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
    if proxy.authorization is not None:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    try:
        sock.settimeout(max(deadline - time.monotonic(), 0.001))
        sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        status = _Head().read(sock)
    except TimeoutError as exc:
        sock.close()
        limit = request.timeout_setting
        raise UpstreamTimeout("connect", "the proxy of the environment did not answer", limit) from exc
    except (OSError, httptools.HttpParserError) as exc:
        sock.close()
        raise UpstreamUnreachable("connect", f"the proxy of the environment: {exc}") from exc
    if status != _OK:
        sock.close()
        raise UpstreamUnreachable("connect", f"the proxy of the environment answered {status} to CONNECT")


class _Head:
    """The head of an answer to CONNECT, read byte by byte: what follows belongs to the TLS handshake."""

    def __init__(self) -> None:
        self._complete = False

    def read(self, sock: socket.socket) -> int:
        """The status, or 0 when there was none. Raises OSError, HttpParserError."""
        parser = httptools.HttpResponseParser(self)
        for _ in range(_MOST_HEAD_BYTES):
            byte = sock.recv(1)
            if not byte:
                return 0
            try:
                parser.feed_data(byte)
            except httptools.HttpParserUpgrade:
                self._complete = True
            if self._complete:
                return int(parser.get_status_code())
        return 0

    def on_headers_complete(self) -> None:
        """Called by the parser."""
        self._complete = True
