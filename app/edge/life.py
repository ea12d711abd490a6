"""What happens around every request: response headers and the request log."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, g, request

log = logging.getLogger("app.requests")

_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "deny"),
    ("X-XSS-Protection", "1; mode=block"),
)
_NO_STORE = ("Cache-Control", "no-store")

_Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class DefaultHeaders:
    """Adds to every answer the headers of Grafana's that it does not have itself.

    A WSGI layer, because Flask's own hook costs ten times as much.
    """

    def __init__(self, wsgi: _Wsgi) -> None:
        self._wsgi = wsgi

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI."""

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            present = {name.lower() for name, _ in headers}
            headers.extend(header for header in _HEADERS if header[0].lower() not in present)
            # An answer with the sandbox policy came from an upstream and keeps what that says of caching.
            if environ["PATH_INFO"].startswith("/api") and "content-security-policy" not in present:
                headers.append(_NO_STORE)
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        return self._wsgi(environ, start)


def register_request_log(app: Flask) -> None:
    """Logs a line for each request. The query string is never logged: callers put tokens there."""

    def begin() -> None:
        g.began = time.perf_counter()

    def write_line(response: Response) -> Response:
        identity = g.get("identity")
        log.info(
            "request",
            extra={
                "event": "request",
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "milliseconds": round((time.perf_counter() - g.began) * 1000, 1),
                "org_id": identity.org_id if identity else None,
                "actor": identity.actor if identity else None,
            },
        )
        return response

    app.before_request(begin)
    app.after_request(write_line)
