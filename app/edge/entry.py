"""Answers the few busiest routes before Flask, whose dispatch costs more than their work does."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response

from app.edge.errors import log_failure
from app.edge.inbound import Environ
from app.edge.json import dump
from app.edge.life import StartResponse, Wsgi

# RFC 9112 5.2: a folded line, which gunicorn's parser takes for a header without a name. What it continued is not
# what its sender meant any more, and may be framing.
_NAMELESS = Response(
    dump({"message": "A line among the headers is folded or has no name"}), 400, mimetype="application/json"
)


@dataclass(frozen=True)
class Answer:
    """Status, headers and body for WSGI; ``body`` may be an iterable with ``close``."""

    status: int
    headers: list[tuple[str, str]]
    body: Iterable[bytes]

    def close(self) -> None:
        """Lets go of what the body holds."""
        close = getattr(self.body, "close", None)
        if close is not None:
            close()


@dataclass(frozen=True)
class BusyRoute:
    """``takes`` says whether the request is this route's, by ``environ`` alone. ``answer`` calls the use case that
    the route's Flask view calls too; what it raises is worded by ``render``."""

    prefix: str
    takes: Callable[[Environ], bool]
    answer: Callable[[Environ], Answer]
    render: Callable[[Exception], Response]


class Entry:
    """The WSGI layer in front of Flask."""

    def __init__(self, flask: Wsgi, routes: Sequence[BusyRoute]) -> None:
        self._flask = flask
        self._routes = routes

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI."""
        if "HTTP_" in environ:
            return _NAMELESS(environ, start_response)
        path = environ["PATH_INFO"]
        for route in self._routes:
            if path.startswith(route.prefix) and route.takes(environ):
                return _answered(route, environ, start_response)
        return self._flask(environ, start_response)


def _answered(route: BusyRoute, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    try:
        answer = route.answer(environ)
    except Exception as exc:  # noqa: BLE001 - as Flask does: whatever happens, the client gets its dialect's words
        response = route.render(exc)
        if response.status_code >= 500:
            log_failure(exc, environ)
        return response(environ, start_response)
    try:
        start_response(_status_line(answer.status), answer.headers)
    except BaseException:
        # The server closes only what it was given.
        answer.close()
        raise
    return answer.body


def _status_line(status: int) -> str:
    return f"{status} {HTTP_STATUS_CODES.get(status, 'Unknown')}"
