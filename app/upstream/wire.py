"""A socket that waits with a deadline, and no longer than somebody waits for the answer."""

import math
import select
import socket
import ssl
import time

from app.upstream.errors import CallerGone

# A closed sending side counts as gone, as Go's server has it: clients that still want an answer keep theirs open.
_GONE = select.POLLRDHUP | select.POLLHUP | select.POLLERR | select.POLLNVAL


class Wire:
    """Takes the socket over; not for two threads at once. ``caller`` is a file descriptor: the connection of whoever
    waits for the answer, so that their going ends the waiting here, or None."""

    def __init__(self, sock: socket.socket | ssl.SSLSocket) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._tls = sock if isinstance(sock, ssl.SSLSocket) else None
        self._poll = select.poll()
        self._descriptor = sock.fileno()
        self._poll.register(self._descriptor, select.POLLIN)
        self._caller: int | None = None

    def watch(self, caller: int | None) -> None:
        """From now on this caller is watched; the one before no longer: their descriptor may be another's soon."""
        if self._caller is not None:
            self._poll.unregister(self._caller)
        if caller is not None:
            self._poll.register(caller, select.POLLRDHUP)
        self._caller = caller

    def receive(self, size: int, deadline: float) -> bytes:
        """At most ``size`` bytes, none at the end. Raises TimeoutError, CallerGone, OSError."""
        while True:
            if self._tls is None or not self._tls.pending():
                self._wait(select.POLLIN, deadline)
            try:
                return self._sock.recv(size)
            except (BlockingIOError, ssl.SSLWantReadError):
                continue
            except ssl.SSLWantWriteError:
                self._wait(select.POLLOUT, deadline)

    def receive_at_once(self, size: int) -> bytes | None:
        """What is there already; None when that is nothing yet, or nothing but TLS talking to itself.

        Raises OSError.
        """
        try:
            return self._sock.recv(size)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None

    def send(self, data: memoryview, deadline: float, *, listening: bool) -> int:
        """How many bytes of ``data`` were written; 0 when the server speaks instead of reading, which only counts when
        ``listening``. Raises TimeoutError, CallerGone, OSError."""
        # A caller who gives their body drop by drop must not outlast the deadline.
        if time.monotonic() >= deadline:
            raise TimeoutError
        while True:
            try:
                return self._sock.send(data)
            except (BlockingIOError, ssl.SSLWantWriteError):
                wanted = select.POLLOUT | (select.POLLIN if listening else 0)
            except ssl.SSLWantReadError:
                wanted = select.POLLIN
            ready = self._wait(wanted, deadline)
            if listening and ready & select.POLLIN and not ready & select.POLLOUT:
                return 0

    def is_silent(self) -> bool:
        """Whether the connection is open and nothing has come that nobody asked for."""
        try:
            return self.receive_at_once(1) is None
        except OSError:
            return False

    def close(self) -> None:
        """Ends the connection, at once."""
        self._sock.close()

    def _wait(self, events: int, deadline: float) -> int:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        if events != select.POLLIN:
            self._poll.modify(self._descriptor, events)
        try:
            found = dict(self._poll.poll(math.ceil(remaining * 1000)))
        finally:
            if events != select.POLLIN:
                self._poll.modify(self._descriptor, select.POLLIN)
        if self._caller is not None and found.get(self._caller, 0) & _GONE:
            raise CallerGone
        if not found:
            raise TimeoutError
        return found.get(self._descriptor, 0)
