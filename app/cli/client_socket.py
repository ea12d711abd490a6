"""The server's side of a client's connection: a client that stalls does not keep a thread."""

import errno
import socket
import time
from typing import Any

from gunicorn.http.errors import ParseException

# A head fits into a few packets. Strangers can send the first byte of one on as many connections as there are threads.
_HEAD_SECONDS = 10.0


class HeadTooSlow(ParseException):
    """The head of a request took longer than a client may take."""


class ClientSocket(socket.socket):
    """Blocks for ``seconds`` at most where gunicorn would block for ever: for the next bytes of a request, for a whole
    head, and for room for the next bytes of an answer. A client that is slow but goes on is served to the end."""

    seconds = 0.0
    _head_until: float | None = None

    @classmethod
    def taken_over(cls, accepted: socket.socket, seconds: float) -> "ClientSocket":
        """The same connection; ``accepted`` is of no use any more."""
        made = cls(accepted.family, accepted.type, accepted.proto, fileno=accepted.detach())
        made.seconds = seconds
        return made

    def setblocking(self, flag: bool) -> None:
        """With a bound where ``flag`` asks for none."""
        self.settimeout(self.seconds if flag else 0.0)

    def begin_head(self) -> None:
        """From now until ``end_head`` the bound is for all bytes together, and short: one a minute is no request."""
        self._head_until = time.monotonic() + min(self.seconds, _HEAD_SECONDS)

    def end_head(self) -> None:
        """The request is read but for its body."""
        self._head_until = None
        self.settimeout(self.seconds)

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """Raises HeadTooSlow, or ConnectionResetError for a body that stalls."""
        if self._head_until is not None:
            remaining = self._head_until - time.monotonic()
            if remaining <= 0:
                raise HeadTooSlow
            self.settimeout(remaining)
        try:
            return super().recv(bufsize, flags)
        except TimeoutError as exc:
            if self._head_until is not None:
                raise HeadTooSlow from exc
            raise _gone() from exc

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Raises ConnectionResetError when the client takes nothing."""
        left = memoryview(data)
        try:
            while left:
                left = left[self.send(left, flags) :]
        except TimeoutError as exc:
            raise _gone() from exc


def _gone() -> ConnectionResetError:
    # What gunicorn takes for a client that left, without a traceback.
    return ConnectionResetError(errno.ECONNRESET, "the client stalled")
