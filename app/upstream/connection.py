"""One HTTP/1.1 connection: writes a request, reads a response piece by piece. httptools does the parsing."""

import socket
import ssl
from collections import deque
from collections.abc import Iterator

import httptools

from app.upstream.errors import UpstreamTimeout, UpstreamUnreachable
from app.upstream.request import OutboundBody, OutboundRequest
from app.upstream.wire import Wire

# Large enough that the kernel's copies dominate, small enough for hundreds of streams in one process.
_CHUNK_BYTES = 65_536
# An upstream that never ends its headers must not fill the memory.
_HEAD_BYTES = 262_144
# What a server may answer while it still reads; the rest waits in the kernel's buffers until it has read all.
_UNREAD_BYTES = 1_048_576
# RFC 9110 6.4.1: these never have a body, whatever their headers say.
_WITHOUT_BODY = frozenset({204, 304})
_CONTINUE, _SWITCHING = 100, 101
_FIRST_REFUSAL = 300
# OpenSSL 3's word for it; some versions of Python raise it as an error of any kind.
_CUT = "UNEXPECTED_EOF_WHILE_READING"


class Connection:
    """Not for two threads at once. ``idle_since`` is monotonic seconds, kept by the pool."""

    def __init__(self, sock: socket.socket | ssl.SSLSocket, through: tuple[str, str | None] | None = None) -> None:
        """``through``: the origin that a proxy in between wants before each target, and its Proxy-Authorization."""
        self._wire = Wire(sock)
        self._through = through
        self._reader = _Reader("GET")
        self._is_whole = True
        self.idle_since = 0.0

    def send(
        self, request: OutboundRequest, body: OutboundBody | None, deadline: float, caller: int | None = None
    ) -> None:
        """Writes the request, or as much of it as the server wants: one that refuses a body early is not sent the rest.

        ``caller``: see Wire. Raises UpstreamUnreachable or UpstreamTimeout (phase send), CallerGone, and what ``body``
        raises.
        """
        self._wire.watch(caller)
        self._reader = _Reader(request.method)
        self._is_whole = False
        head = _head(request, body, self._through)
        try:
            # One packet for a small request: the head waits for the first piece of the body.
            for piece in _framed(body) if body is not None else ():
                if not self._write(head + piece, deadline):
                    return
                head = b""
            self._is_whole = self._write(head, deadline)
        except TimeoutError as exc:
            raise UpstreamTimeout("send", "the time was over while the request was written") from exc
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError) as exc:
            # A server may answer and close before it read all; what it answered is worth more than our error.
            if not self._reader.began and not self._answered(deadline):
                raise UpstreamUnreachable("send", "the connection was closed while the request was written") from exc
        except OSError as exc:
            raise UpstreamUnreachable("send", str(exc)) from exc

    def forget_caller(self) -> None:
        """Before the connection waits for another request: nobody waits for an answer."""
        self._wire.watch(None)

    def read_head(self, deadline: float) -> tuple[int, list[tuple[str, str]]]:
        """Status and headers. Raises UpstreamUnreachable or UpstreamTimeout (phase first-byte)."""
        reader = self._reader
        while not reader.has_head:
            self._feed("first-byte", deadline)
            if reader.ended and not reader.has_head:
                raise UpstreamUnreachable("first-byte", "the connection was closed before an answer")
            self._check_head_size()
        if not _CONTINUE <= reader.status <= 999:
            raise UpstreamUnreachable("first-byte", f"the answer has status {reader.status}, which is none")
        if reader.status == _SWITCHING:
            raise UpstreamUnreachable("first-byte", "the server switched protocols, which nobody asked for")
        codings = [value.strip().lower() for name, value in reader.headers if name.lower() == "transfer-encoding"]
        if codings and codings != ["chunked"]:
            # The caller would get coded bytes without the header that says so.
            raise UpstreamUnreachable("first-byte", "the answer has a transfer coding other than chunked")
        return reader.status, reader.headers

    def next_piece(self, deadline: float) -> bytes | None:
        """The next bytes of the body, or None at its end. Raises UpstreamUnreachable or UpstreamTimeout (body)."""
        reader = self._reader
        idle_bytes = 0
        while not reader.pieces:
            if reader.complete:
                return None
            if idle_bytes > _HEAD_BYTES:
                raise UpstreamUnreachable("body", f"the answer's framing or trailers exceed {_HEAD_BYTES} bytes")
            if reader.ended:
                if reader.until_close:
                    return None
                raise UpstreamUnreachable("body", "the connection was closed before the end of the answer")
            idle_bytes += self._feed("body", deadline)
        return reader.pieces.popleft()

    @property
    def answer_began(self) -> bool:
        """Whether any byte of the answer to the last request arrived."""
        return self._reader.began

    @property
    def at_end(self) -> bool:
        """Whether nothing of the answer is left to be read."""
        return self._reader.complete and not self._reader.pieces

    @property
    def reusable(self) -> bool:
        """Whether the exchange ended in a way that leaves the connection fit for another."""
        reader = self._reader
        return self._is_whole and reader.complete and reader.keep_alive and not reader.pieces

    def is_alive(self) -> bool:
        """Whether an idle connection is still open and silent: a byte now could only be a close or a stray answer."""
        return self._wire.is_silent()

    def close(self) -> None:
        """Ends the connection, at once."""
        self._wire.close()

    def _answered(self, deadline: float) -> bool:
        try:
            self._feed("first-byte", deadline)
        except (UpstreamTimeout, UpstreamUnreachable):
            return False
        return self._reader.began

    def _write(self, data: bytes, deadline: float) -> bool:
        """Whether all was written: False once the server has refused."""
        left = memoryview(data)
        while left:
            written = self._wire.send(left, deadline, listening=self._reader.listens)
            left = left[written:]
            if not written:
                self._feed("send", None)
                self._check_head_size()
                if self._reader.has_head and self._reader.status >= _FIRST_REFUSAL:
                    return False
        return True

    def _check_head_size(self) -> None:
        if not self._reader.has_head and self._reader.head_bytes > _HEAD_BYTES:
            raise UpstreamUnreachable("first-byte", f"the answer's headers exceed {_HEAD_BYTES} bytes")

    def _feed(self, phase: str, deadline: float | None) -> int:
        """Reads once, and waits for that until ``deadline``; None: not at all. How many bytes there were."""
        try:
            if deadline is None:
                data = self._wire.receive_at_once(_CHUNK_BYTES)
                if data is None:
                    return 0
            else:
                data = self._wire.receive(_CHUNK_BYTES, deadline)
        except TimeoutError as exc:
            raise UpstreamTimeout(phase, "the time was over before the answer was") from exc
        except ssl.SSLError as exc:
            if isinstance(exc, ssl.SSLEOFError) or exc.reason == _CUT:
                # An end that TLS does not vouch for: somebody in between may have cut the answer.
                raise UpstreamUnreachable(phase, "the connection was cut") from exc
            # TLS 1.3: a server refuses our certificate, or the lack of one, after the handshake.
            raise UpstreamUnreachable(phase if self._reader.began else "tls", str(exc)) from exc
        except OSError as exc:
            raise UpstreamUnreachable(phase, str(exc)) from exc
        try:
            self._reader.feed(data)
        except httptools.HttpParserError as exc:
            raise UpstreamUnreachable(phase, f"the answer is not HTTP ({exc})") from exc
        return len(data)


class _Reader:
    """Collects what the parser reports about one response."""

    def __init__(self, method: str) -> None:
        self._method = method
        self._parser = httptools.HttpResponseParser(self)
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.pieces: deque[bytes] = deque()
        self.unread = 0  # bytes of the pieces that came while the request was written
        self.has_head = False
        self.head_bytes = 0
        self.complete = False
        self.ended = False
        self.began = False
        self.keep_alive = False
        self.until_close = False
        self._stray = False

    @property
    def listens(self) -> bool:
        """Whether it takes more of the answer before the request is written: a server may answer while it reads, but
        not fill the memory."""
        return not self.ended and not self.complete and self.unread < _UNREAD_BYTES

    def feed(self, data: bytes) -> None:
        if not data:
            self.ended = True
            return
        self.began = True
        if not self.has_head:
            self.head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # 101: the gateway does not tunnel; nothing after the head is read.
            self.complete = True
        except httptools.HttpParserError:
            if not self.complete:
                raise
            # Bytes after the end of the answer: the answer stands, the connection does not.
            self.keep_alive = False

    def on_message_begin(self) -> None:
        # A second answer to one request: nobody asked for it, so it must not touch the first, nor be the next one's.
        if self.has_head:
            self._stray = True
            self.keep_alive = False

    def on_header(self, name: bytes, value: bytes) -> None:
        # RFC 9110 6.5.1: trailers are never merged into the headers; the gateway passes none on.
        if not self._stray and not self.has_head:
            self.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        if self._stray:
            return
        self.status = self._parser.get_status_code()
        if _CONTINUE <= self.status < 200 and self.status != _SWITCHING:
            # RFC 9110 15.2: interim answers precede the real one.
            self.headers = []
            return
        self.has_head = True
        self.keep_alive = self._parser.should_keep_alive()
        names = {name.lower() for name, _ in self.headers}
        self.until_close = not names & {"content-length", "transfer-encoding"}
        if self._method == "HEAD" or self.status in _WITHOUT_BODY:
            self.complete = True
            # The parser does not know the method and may hold a connection for a body that never comes.
            self.keep_alive = self.keep_alive or not self._closes()

    def on_body(self, piece: bytes) -> None:
        if self.complete or self._stray:
            self.keep_alive = False
        else:
            self.pieces.append(piece)
            self.unread += len(piece)

    def on_message_complete(self) -> None:
        if self.has_head and not self._stray:
            self.complete = True

    def _closes(self) -> bool:
        if self._parser.get_http_version() == "1.0":
            return True
        return any(name.lower() == "connection" and "close" in value.lower() for name, value in self.headers)


def _head(request: OutboundRequest, body: OutboundBody | None, through: tuple[str, str | None] | None) -> bytes:
    origin, authorization = through or ("", None)
    lines = [f"{request.method} {origin}{request.target} HTTP/1.1", f"Host: {request.host_header}"]
    if authorization is not None:
        lines.append(f"Proxy-Authorization: {authorization}")
    lines.extend(f"{name}: {value}" for name, value in request.headers)
    if body is not None:
        lines.append("Transfer-Encoding: chunked" if body.length is None else f"Content-Length: {body.length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _framed(body: OutboundBody) -> Iterator[bytes]:
    if body.length is not None:
        yield from body.chunks
        return
    # An empty chunk would say that the body ends here.
    for chunk in filter(None, body.chunks):
        yield b"%x\r\n%b\r\n" % (len(chunk), chunk)
    yield b"0\r\n\r\n"
