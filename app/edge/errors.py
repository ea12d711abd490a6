"""Every exception becomes an answer in the words of the dialect whose path was asked."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.edge.inbound import Environ
from app.proxy.errors import ProxyError
from app.query.errors import AnswerRefused
from app.upstream.errors import UpstreamError

log = logging.getLogger(__name__)

Render = Callable[[Exception], Response]

_Row = TypeVar("_Row")


@dataclass(frozen=True)
class ErrorDoor:
    """A path prefix and the function that words the errors below it; it answers any exception at all."""

    prefix: str
    render: Render


class BodyTooLarge(Exception):
    """The request body exceeds the limit of the settings."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body has more than {limit} bytes.")
        self.limit = limit


class MalformedBody(Exception):
    """The request body is not what the schema asks for. The text is for people, and quotes no value."""


def row_for(exc: Exception, tables: Sequence[Mapping[type[Exception], _Row]]) -> _Row:
    """The row of the error's class, or of the nearest class it descends from, in the first of the tables that has one;
    else the first row of ``Exception`` itself."""
    for table in tables:
        for kind in type(exc).__mro__[:-3]:
            if kind in table:
                return table[kind]
    return next(table[Exception] for table in tables if Exception in table)


def register_error_doors(app: Flask, doors: Sequence[ErrorDoor]) -> None:
    """One handler for all: Flask would else look by blueprint and code first, and one dialect's 404 would answer
    for another."""

    def answer(exc: Exception) -> Response:
        for door in doors:
            if f"{request.path}/".startswith(f"{door.prefix}/"):
                response = door.render(exc)
                break
        else:
            response = _plain(exc)
        if response.status_code >= 500:
            log_failure(exc, request.environ)
        return response

    app.register_error_handler(Exception, answer)


def log_failure(exc: Exception, environ: Environ) -> None:
    """The log line of an answer of 500 and above; an upstream at fault, and a refusal with a name, need no traceback of
    ours."""
    if isinstance(exc, UpstreamError):
        log.warning(
            "an upstream failed",
            extra={
                "event": "upstream_failed",
                "path": environ["PATH_INFO"],
                "phase": exc.phase,
                "limit": exc.limit,
                "why": str(exc),
            },
        )
        return
    if isinstance(exc, ProxyError | AnswerRefused):
        log.warning(
            "a request was not answered",
            extra={"event": "not_answered", "path": environ["PATH_INFO"], "why": str(exc) or type(exc).__name__},
        )
        return
    log.error(
        "request failed",
        exc_info=exc,
        extra={"event": "request_failed", "method": environ["REQUEST_METHOD"], "path": environ["PATH_INFO"]},
    )


def _plain(exc: Exception) -> Response:
    status = exc.code if isinstance(exc, HTTPException) and exc.code else 500
    text = exc.name if isinstance(exc, HTTPException) else "Internal Server Error"
    return Response(f"{text}\n", status=status, mimetype="text/plain")
