"""What happens around every request: response headers and the request log."""

import logging
import time

from flask import Flask, Response, g, request

log = logging.getLogger("app.requests")

_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "deny"),
    ("X-XSS-Protection", "1; mode=block"),
)


def register_life(app: Flask, *, log_all: bool) -> None:
    """Adds the headers that Grafana's answers carry; logs each request when ``log_all``.

    The query string is never logged: callers put tokens there.
    """

    def begin() -> None:
        g.began = time.perf_counter()

    def add_headers(response: Response) -> Response:
        for name, value in _HEADERS:
            response.headers.setdefault(name, value)
        # An answer of the proxy keeps what its upstream says of caching.
        if request.path.startswith("/api") and not response.direct_passthrough:
            response.headers["Cache-Control"] = "no-store"
        return response

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

    app.after_request(add_headers)
    if log_all:
        app.before_request(begin)
        app.after_request(write_line)
