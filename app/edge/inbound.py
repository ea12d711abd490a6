"""The request as it stood on the wire: raw path and query, headers, a body that is read as it comes."""

from collections.abc import Iterator
from typing import Any

from gunicorn.http.errors import ParseException

from app.upstream.errors import BodyUnavailable
from app.upstream.request import OutboundBody

Environ = dict[str, Any]

_PIECE_BYTES = 65_536
_NOT_HEADERS = frozenset({"HTTP_HOST"})


def raw_target(environ: Environ) -> tuple[str, str]:
    """Path and query as they were sent, still escaped. WSGI's own PATH_INFO is decoded and has lost ``%2F``."""
    raw = environ.get("RAW_URI") or environ["REQUEST_URI"]
    if not raw.startswith("/"):
        # RFC 9112 3.2.2: a target may be a whole URL.
        rest = raw.partition("://")[2]
        raw = rest[min(found for found in (rest.find("/"), rest.find("?"), len(rest)) if found >= 0) :]
        raw = raw if raw.startswith("/") else f"/{raw}"
    path, _, query = raw.partition("?")
    return path, query


def inbound_headers(environ: Environ) -> list[tuple[str, str]]:
    """The request's headers, names in Canonical-Case as WSGI leaves it to guess."""
    headers = [
        (name[5:].replace("_", "-").title(), value)
        for name, value in environ.items()
        if name.startswith("HTTP_") and name not in _NOT_HEADERS
    ]
    if content_type := environ.get("CONTENT_TYPE"):
        headers.append(("Content-Type", content_type))
    return headers


def inbound_body(environ: Environ) -> OutboundBody | None:
    """The body, streaming, or None when the request has none."""
    length = _content_length(environ)
    stream = environ["wsgi.input"]
    if length is None:
        chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        return OutboundBody(None, _until_end(stream)) if chunked else None
    return OutboundBody(length, _exactly(stream, length)) if length else OutboundBody(0, iter(()))


def connection(environ: Environ) -> int | None:
    """The file descriptor of the caller's connection, where the server tells it."""
    client = environ.get("gunicorn.socket")
    return None if client is None else int(client.fileno())


def _content_length(environ: Environ) -> int | None:
    text = environ.get("CONTENT_LENGTH", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _until_end(stream: Any) -> Iterator[bytes]:
    while piece := _read(stream, _PIECE_BYTES):
        yield piece


def _exactly(stream: Any, length: int) -> Iterator[bytes]:
    while length:
        piece = _read(stream, min(_PIECE_BYTES, length))
        if not piece:
            raise BodyUnavailable
        length -= len(piece)
        yield piece


def _read(stream: Any, size: int) -> bytes:
    try:
        return bytes(stream.read(size))
    except (OSError, ParseException) as exc:
        # The client is gone, or its chunks are malformed.
        raise BodyUnavailable from exc
