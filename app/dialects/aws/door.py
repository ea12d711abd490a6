"""What every blueprint of this dialect has in common: who asks, from where, and what they sent."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Blueprint, g, request

from app.attachments.values import Place
from app.dialects.aws.answering import with_request_id
from app.dialects.aws.members import AwsBlueprint, raw_body
from app.dialects.aws.refusals import Disabled, NotImplementedHere
from app.dialects.aws.sigv4 import SignedRequest, check, is_proven, is_signed, read_authorization
from app.edge.authentication import identify_by, identity, read_credentials, requested_org, services
from app.edge.inbound import Environ, raw_target
from app.identity.authentication import Credentials, Signature

NAME = "aws"
PREFIX = "/2021-01-01"

# For callers who do not sign, and so name no Region.
_DEFAULT_REGION = "us-east-1"
_SESSION_TOKEN = "x-amz-security-token"

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


def operation(name: str, action: str | None = None) -> Callable[[_View], _View]:
    """A decorator for views: which operation of Amazon's it is, and that the caller may do ``action`` at all, which is
    decided before the body is looked at."""

    def decorate(view: _View) -> _View:
        @wraps(view)
        def named(*args: Any, **kwargs: Any) -> Any:
            g.operation = name
            if action is not None:
                identity().require(action)
            return view(*args, **kwargs)

        return cast(_View, named)

    return decorate


def not_implemented(name: str) -> Callable[..., Any]:
    """A view that says so."""

    def refuse(**_: str) -> Any:
        raise NotImplementedHere(name)

    return refuse


def _account_of(org_id: int) -> str:
    """The twelve digits of the account that an org is."""
    return services().settings.aws_accounts.get(org_id) or f"{org_id:012}"


def _authenticate() -> None:
    settings, environ = services().settings, request.environ
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    credentials: Credentials
    if is_signed(authorization):
        credentials, region = _signature(environ)
        org_id = None
    else:
        credentials, region = read_credentials(authorization), settings.aws_region or _DEFAULT_REGION
        org_id = requested_org(environ)
    g.identity = identify_by(services().authenticator, environ, credentials, door=NAME, org_id=org_id)
    g.place = Place(_account_of(g.identity.org_id), region)
    if not settings.aws_enabled:
        raise Disabled


def _signature(environ: Environ) -> tuple[Signature, str]:
    settings = services().settings
    authorization = read_authorization(environ["HTTP_AUTHORIZATION"])
    path, query = raw_target(environ)
    headers = _headers(environ)
    signed = SignedRequest(method=environ["REQUEST_METHOD"], path=path, query=query, headers=headers, body=b"")
    check(authorization, signed, now=time.time(), region=settings.aws_region or None)
    # A proxy in front that serves us below a path of its own takes that away, and the client signed it.
    below = urlsplit(settings.root_url).path.rstrip("/")
    prefixes = ("", below) if below else ("",)
    signature = Signature(
        access_key_id=authorization.access_key_id,
        session_token=headers.get(_SESSION_TOKEN),
        # The signature is over the body too, which is not read for a stranger.
        proves=lambda secret: is_proven(authorization, replace(signed, body=raw_body()), secret, prefixes=prefixes),
    )
    return signature, authorization.scope.region


def _headers(environ: Environ) -> dict[str, str]:
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    return headers
