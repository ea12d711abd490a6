"""What every blueprint of this dialect has in common: it knows who asks, and its views which operation they are."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Blueprint, g, request

from app.attachments.values import Place
from app.dialects.aws.answering import with_request_id
from app.dialects.aws.callers import caller_of
from app.dialects.aws.members import AwsBlueprint, raw_body
from app.dialects.aws.refusals import NotImplementedHere
from app.edge.authentication import identity, services

PREFIX = "/2021-01-01"

_View = TypeVar("_View", bound=Callable[..., Any])


def aws_blueprint(name: str, path: str, description: str) -> AwsBlueprint:
    """A blueprint below ``/2021-01-01`` that finds out who asks before each request, from the whole of it."""
    blueprint = AwsBlueprint(f"aws_{name}", __name__, url_prefix=PREFIX + path, description=description)
    guard(blueprint)
    return blueprint


def guard(blueprint: Blueprint) -> None:
    """Makes the blueprint find out who asks, and mark its answers."""
    blueprint.before_request(_authenticate)
    blueprint.after_request(with_request_id)


def place() -> Place:
    """Where the caller stands: their org's account, and the Region that they signed for."""
    return cast(Place, g.place)


def operation(name: str, action: str) -> Callable[[_View], _View]:
    """A decorator for views: which operation of Amazon's it is, and that the caller may do ``action`` at all, which is
    decided before the body is looked at."""

    def decorate(view: _View) -> _View:
        @wraps(view)
        def named(*args: Any, **kwargs: Any) -> Any:
            g.operation = name
            identity().require(action)
            return view(*args, **kwargs)

        return cast(_View, named)

    return decorate


def not_implemented(name: str) -> Callable[..., Any]:
    """A view that says so."""

    def refuse(**_: str) -> Any:
        raise NotImplementedHere(name)

    return refuse


def _authenticate() -> None:
    caller = caller_of(services(), request.environ, raw_body)
    g.identity, g.place = caller.identity, caller.place
