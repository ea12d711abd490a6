"""Hands an upstream's body to the client piece by piece, and cuts the connection when the upstream breaks off."""

import logging
import socket
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from app.upstream.errors import CallerGone, UpstreamError

log = logging.getLogger(__name__)


class Stream:
    """A WSGI body. The status is already sent, so an upstream that breaks off can only be told by a broken
    transfer: ending in good order would pass a part off as the whole."""

    def __init__(
        self,
        pieces: Iterable[bytes],
        environ: dict[str, Any],
        close: Callable[[], None] | None,
        broke_off: Callable[[UpstreamError], None],
    ) -> None:
        """``broke_off`` is told of an upstream that does."""
        self._pieces = iter(pieces)
        self._environ = environ
        self._close = close
        self._broke_off = broke_off

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except (UpstreamError, CallerGone) as exc:
            if isinstance(exc, UpstreamError):
                self._broke_off(exc)
                log.warning(
                    "a proxied answer broke off",
                    extra={
                        "event": "proxy_cut",
                        "path": self._environ.get("PATH_INFO"),
                        "phase": exc.phase,
                        "limit": exc.limit,
                        "why": str(exc),
                    },
                )
            if not self._cut():
                raise
            raise StopIteration from exc

    def close(self) -> None:
        """Called by the server when the client has all, or is gone."""
        if self._close is not None:
            self._close()

    def _cut(self) -> bool:
        client = self._environ.get("gunicorn.socket")
        if client is None:
            return False
        try:
            if self._environ.get("SERVER_PROTOCOL") == "HTTP/1.0":
                # An end in good order would be the end of the body there: a reset is the only way to tell.
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.close()
            else:
                client.shutdown(socket.SHUT_RDWR)
        except OSError:
            log.debug("the client was gone already")
        return True
