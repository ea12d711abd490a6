"""What happens around every request, before and behind Flask: response headers and the request log. WSGI layers."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from app.edge.authentication import IDENTITY
from app.edge.inbound import Environ
from app.identity.identity import Identity

log = logging.getLogger("app.requests")

_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "deny"),
    ("X-XSS-Protection", "1; mode=block"),
)
_NO_STORE = ("Cache-Control", "no-store")

StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]


class DefaultHeaders:
    """Adds to every answer the headers of Grafana's that it does not have itself."""

    def __init__(self, wsgi: Wsgi) -> None:
        self._wsgi = wsgi

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI."""

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            present = {name.lower() for name, _ in headers}
            added = [header for header in _HEADERS if header[0].lower() not in present]
            # An answer with the sandbox policy came from an upstream and keeps what that says of caching.
            if environ["PATH_INFO"].startswith("/api/") and "content-security-policy" not in present:
                added.append(_NO_STORE)
            return start_response(status, headers + added, *exc_info)

        return self._wsgi(environ, start)


class RequestLog:
    """Logs a line for each request. The query string is never logged: callers put tokens there."""

    def __init__(self, wsgi: Wsgi) -> None:
        self._wsgi = wsgi

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI."""
        began = time.perf_counter()

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            identity: Identity | None = environ.get(IDENTITY)
            log.info(
                "request",
                extra={
                    "event": "request",
                    "method": environ["REQUEST_METHOD"],
                    "path": environ["PATH_INFO"],
                    "status": int(status[:3]),
                    "milliseconds": round((time.perf_counter() - began) * 1000, 1),
                    "org_id": identity.org_id if identity else None,
                    "actor": identity.actor if identity else None,
                },
            )
            return start_response(status, headers, *exc_info)

        return self._wsgi(environ, start)
