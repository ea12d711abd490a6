"""gunicorn's threaded worker, with its own error pages in JSON and without a client's words in the log."""

import json
import socket
from http import HTTPStatus
from typing import Any

from gunicorn import util
from gunicorn.http.errors import (
    ExpectationFailed,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
    UnsupportedTransferCoding,
)
from gunicorn.workers.gthread import ThreadWorker

from app.cli.client_socket import ClientSocket, HeadTooSlow

_STATUSES: dict[type[Exception], HTTPStatus] = {
    HeadTooSlow: HTTPStatus.REQUEST_TIMEOUT,
    LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
    ParseException: HTTPStatus.BAD_REQUEST,
}


# For the client to read the last answer before a reset could take it away.
_LINGER_SECONDS = 0.2


class Worker(ThreadWorker):
    """Words the errors of requests that cannot be read, bounds how long a client may stall, and closes connections
    without stopping the others."""

    def accept(self, listener: socket.socket) -> None:
        """On the main loop: the connection is a ClientSocket."""
        super().accept(_Listener(listener, self.app.client_timeout))

    def handle(self, conn: Any) -> Any:
        """In a thread of the pool: serves a request, and lingers here when the connection is to be closed."""
        conn.sock.begin_head()
        keep = super().handle(conn)
        if keep is False:
            util.close_graceful(conn.sock, timeout=_LINGER_SECONDS)
        return keep

    def handle_request(self, req: Any, conn: Any) -> Any:
        """The head of the request was read."""
        conn.sock.end_head()
        return super().handle_request(req, conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """On the main loop, which must never wait: gunicorn would linger here for each connection, one by one."""
        if not fs.cancelled() and fs.exception() is None and fs.result() is False:
            self.nr_conns -= 1
            return
        super().finish_request(conn, fs)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        """Answers with the status alone: what could not be read may hold credentials."""
        status = next(
            (status for kind, status in _STATUSES.items() if isinstance(exc, kind)), HTTPStatus.INTERNAL_SERVER_ERROR
        )
        if status is HTTPStatus.INTERNAL_SERVER_ERROR:
            self.log.error("A request failed in the server itself", exc_info=exc)
        else:
            self.log.warning("Refused a request that cannot be read: %s", type(exc).__name__)
        body = json.dumps({"message": status.phrase}).encode()
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            client.send(head.encode() + body)
        except OSError:
            self.log.debug("The client was gone already")


class _Listener:
    """What gunicorn accepts from."""

    def __init__(self, listener: socket.socket, seconds: float) -> None:
        self._listener = listener
        self._seconds = seconds
        self.getsockname = listener.getsockname

    def accept(self) -> tuple[ClientSocket, Any]:
        accepted, address = self._listener.accept()
        return ClientSocket.taken_over(accepted, self._seconds), address
