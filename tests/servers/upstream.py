"""An HTTP/1.1 server for proxy tests: it records every request as it came over the wire and answers as it is told."""

import collections
import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import httptools

from servers.certificates import peer_name
from servers.ports import LOOPBACK

_RECEIVE_BYTES = 65536
_JOIN_SECONDS = 2


@dataclass(frozen=True)
class Received:
    """One request. Texts are decoded as Latin-1, so that every byte of the wire is kept.

    ``target`` is the request target without any decoding, ``headers`` are in the order and case in which they were
    sent, ``body`` is free of chunked framing and ``trailers`` are the fields that came after the last chunk.
    ``connection`` counts the connections from 1, so that two requests with the same number shared one.
    ``client_certificate`` is the common name of the certificate by which the client signed in, if it did.
    """

    method: str
    target: str
    version: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    trailers: tuple[tuple[str, str], ...]
    connection: int
    client_certificate: str | None = None

    def values(self, name: str) -> list[str]:
        """Return the values of all header fields with this name, whose case does not matter."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


@dataclass(frozen=True)
class Answer:
    """What the upstream does with one request; ``Upstream.answer`` describes the fields."""

    status: int = 200
    headers: Sequence[tuple[str, str]] = ()
    body: bytes | Iterable[bytes] = b""
    chunked: bool = False
    raw: bytes | None = None
    close: bool = False
    hang: bool = False


@dataclass(frozen=True)
class _Request:
    received: Received
    keep_alive: bool


@dataclass
class _Message:
    # What httptools has told of a message so far; it may report the target in several pieces.
    target: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    trailers: list[tuple[str, str]] = field(default_factory=list)
    head_is_complete: bool = False


class Upstream:
    """The running server, which ``recording_upstream`` starts. Its lists only grow, and tests may read them any time.

    ``default`` is the answer for requests for which none is queued. ``malformed`` has a sentence for each connection
    that was ended with 400 because what it sent is not HTTP. With ``tls`` it speaks nothing but https.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.default = Answer()
        self.requests: list[Received] = []
        self.malformed: list[str] = []
        self._queued: collections.deque[Answer] = collections.deque()
        self._arrived = threading.Condition()
        self._closing = threading.Event()
        self._connections: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server((LOOPBACK, 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, name="upstream-acceptor", daemon=True)
        self._acceptor.start()

    @property
    def address(self) -> str:
        """``127.0.0.1:PORT``, the authority of the server's URLs."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def last(self) -> Received:
        """The newest request. Raises LookupError when there is none."""
        if not self.requests:
            raise LookupError("the upstream has received no request")
        return self.requests[-1]

    @property
    def connections(self) -> int:
        """How many connections were made to the server so far."""
        return len(self._connections)

    def answer(
        self,
        status: int = 200,
        headers: Sequence[tuple[str, str]] = (),
        body: bytes | Iterable[bytes] = b"",
        *,
        chunked: bool = False,
        raw: bytes | None = None,
        close: bool = False,
        hang: bool = False,
    ) -> None:
        """Queue the answer for one request; answers are used in the order in which they were queued.

        The headers are sent as they are, in their order, followed by Content-Length or Transfer-Encoding unless they
        contain one of these. A body that is not bytes is sent element by element, each as soon as the iterable gives
        it, and chunked unless the headers contain Content-Length; an OSError that the iterable raises breaks the
        connection off in mid-body. ``raw`` is sent verbatim in place of everything else, and then the connection is
        closed. ``close`` announces and makes the end of the connection after the answer. ``hang`` answers nothing
        until the server is closed, even when the client has gone.
        """
        self._queued.append(Answer(status, headers, body, chunked, raw, close, hang))

    def wait_for_requests(self, count: int = 1, seconds: float = 10) -> None:
        """Wait until this many requests have arrived in all. Raises TimeoutError after the given number of seconds."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.requests) >= count, seconds):
                raise TimeoutError(f"{len(self.requests)} of {count} requests arrived within {seconds} seconds")

    def close(self) -> None:
        """Break off all connections and end the server.

        A thread that is inside an iterable body can only be left to itself; it ends with the iterable.
        """
        self._closing.set()
        # Closing a socket does not wake a thread that waits in it; shutting it down does.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join()
        self._listener.close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(_JOIN_SECONDS)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                # The first read shakes hands, in the connection's own thread.
                connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
            self._connections.append(connection)
            serve = _Connection(self, connection, len(self._connections)).serve
            thread = threading.Thread(target=serve, name="upstream-connection", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _record(self, received: Received) -> Answer:
        with self._arrived:
            self.requests.append(received)
            self._arrived.notify_all()
            return self._queued.popleft() if self._queued else self.default

    def _hang(self) -> None:
        self._closing.wait()


class _Connection:
    """One client's connection and the callbacks that httptools makes while it parses what the client sends."""

    def __init__(self, upstream: Upstream, connection: socket.socket, number: int) -> None:
        self._upstream = upstream
        self._socket = connection
        self._number = number
        self._parser = httptools.HttpRequestParser(self)
        self._message = _Message()
        self._complete: collections.deque[_Request] = collections.deque()

    def serve(self) -> None:
        # An OSError means that the client has gone, that the test's body broke off or that the server is being closed.
        with self._socket, contextlib.suppress(OSError):
            while data := self._socket.recv(_RECEIVE_BYTES):
                is_http = self._parse(data)
                while self._complete:
                    request = self._complete.popleft()
                    answer = self._upstream._record(request.received)
                    if not self._send(answer, request):
                        return
                if not is_http:
                    self._socket.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    return

    def on_message_begin(self) -> None:
        self._message = _Message()

    def on_url(self, url: bytes) -> None:
        self._message.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        fields = self._message.trailers if self._message.head_is_complete else self._message.headers
        fields.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        self._message.head_is_complete = True
        if any(name.lower() == "expect" and value.lower() == "100-continue" for name, value in self._message.headers):
            self._socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._message.body += body

    def on_message_complete(self) -> None:
        message = self._message
        received = Received(
            method=self._parser.get_method().decode("latin-1"),
            target=message.target.decode("latin-1"),
            version=self._parser.get_http_version(),
            headers=tuple(message.headers),
            body=bytes(message.body),
            trailers=tuple(message.trailers),
            connection=self._number,
            client_certificate=peer_name(self._socket),
        )
        self._complete.append(_Request(received, self._parser.should_keep_alive()))

    def _parse(self, data: bytes) -> bool:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # The request itself is complete, and the upstream refuses every upgrade by answering as usual.
            pass
        except httptools.HttpParserError as error:
            self._upstream.malformed.append(f"{error}: {data!r}")
            return False
        return True

    def _send(self, answer: Answer, request: _Request) -> bool:
        """Return whether the connection stays open."""
        if answer.hang:
            self._upstream._hang()
            return False
        if answer.raw is not None:
            self._socket.sendall(answer.raw)
            return False
        given = {name.lower() for name, _ in answer.headers}
        is_chunked = answer.chunked or not (isinstance(answer.body, bytes) or "content-length" in given)
        self._socket.sendall(_head(answer, given, is_chunked))
        if request.received.method != "HEAD" and _can_have_body(answer.status):
            for piece in [answer.body] if isinstance(answer.body, bytes) else answer.body:
                # An empty chunk would end the body.
                if piece:
                    self._socket.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if is_chunked else piece)
            if is_chunked:
                self._socket.sendall(b"0\r\n\r\n")
        return request.keep_alive and not answer.close


def _can_have_body(status: int) -> bool:
    return status >= 200 and status not in (204, 304)


def _head(answer: Answer, given: set[str], is_chunked: bool) -> bytes:
    reason = http.client.responses.get(answer.status, "Unknown")
    headers = list(answer.headers)
    # Where no body can follow, a length or framing would be wrong (1xx, 204) or tell of another response's body (304).
    if _can_have_body(answer.status) and not given & {"content-length", "transfer-encoding"}:
        if is_chunked:
            headers.append(("Transfer-Encoding", "chunked"))
        elif isinstance(answer.body, bytes):
            headers.append(("Content-Length", str(len(answer.body))))
    if answer.close and "connection" not in given:
        headers.append(("Connection", "close"))
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {answer.status} {reason}\r\n{fields}\r\n".encode("latin-1")


@contextlib.contextmanager
def recording_upstream(tls: ssl.SSLContext | None = None) -> Iterator[Upstream]:
    """Run the server on a free port of 127.0.0.1 and close it, with all its connections, at the end."""
    upstream = Upstream(tls)
    try:
        yield upstream
    finally:
        upstream.close()
