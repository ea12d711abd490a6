"""From an error to the answer that Grafana's clients expect: which row of which table, and its body."""

from collections.abc import Callable
from functools import wraps
from types import MappingProxyType
from typing import Any, TypeVar, cast

from flask import g
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.dialects.grafana.answers import ANSWERS, ON_PROXY, ON_RESOURCES
from app.dialects.grafana.shapes import BODIES, E0, EMPTY, Answer, Answers
from app.edge.errors import row_for
from app.edge.json import dump
from app.proxy.origin import of_error

_View = TypeVar("_View", bound=Callable[..., Any])


def answers(table: Answers) -> Callable[[_View], _View]:
    """A decorator for views: errors are looked up in ``table`` before ANSWERS."""

    def decorate(view: _View) -> _View:
        @wraps(view)
        def with_table(*args: Any, **kwargs: Any) -> Any:
            g.answers = table
            return view(*args, **kwargs)

        return cast(_View, with_table)

    return decorate


def render(exc: Exception, table: Answers = MappingProxyType({})) -> Response:
    """The answer to ``exc``, looked up in ``table`` before ANSWERS; unknown paths and methods are both 404 here,
    as in Grafana."""
    if isinstance(exc, HTTPException):
        return _respond(_routing_answer(exc), exc)
    response = _respond(row_for(exc, (table, ANSWERS)), exc)
    if table is ON_PROXY or table is ON_RESOURCES:
        response.headers.extend(of_error(exc, response.status_code))
    return response


def render_for_view(exc: Exception) -> Response:
    """``render`` with the table of the Flask view that is running."""
    return render(exc, g.get("answers", {}))


def _routing_answer(exc: HTTPException) -> Answer:
    if exc.code in {404, 405}:
        return Answer(404, E0, "Not found")
    return Answer(exc.code or 500, E0, exc.name)


def _respond(answer: Answer, exc: Exception) -> Response:
    if answer.shape is EMPTY:
        return Response(status=answer.status)
    body = BODIES[answer.shape](answer, answer.message.format_map(vars(exc)))
    return Response(dump(body), status=answer.status, mimetype="application/json")
