"""Who asks: from headers to an Identity, once per request."""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import parse_qs

from flask import current_app, g, request

from app.edge.inbound import Environ
from app.identity.authentication import Authenticator, BearerToken, Credentials, Password
from app.identity.identity import Identity
from app.services import Services

EXTENSION = "sluice"
IDENTITY = "sluice.identity"
# A token may stand in for a password, for clients that know basic auth only.
_TOKEN_USER = "api_key"
_ORG_PARAMETER = "targetOrgId"
_ORG_ID = re.compile(r"[0-9]{1,18}")

_View = TypeVar("_View", bound=Callable[..., Any])


def services() -> Services:
    """The use cases of the app that serves this request."""
    return cast(Services, current_app.extensions[EXTENSION])


def identity() -> Identity:
    """Who asks. Only in views of a blueprint that runs ``authenticate`` before each request."""
    return cast(Identity, g.identity)


def identify(
    authenticator: Authenticator,
    environ: Environ,
    *,
    door: str,
    org: Callable[[Environ], int | None] | None = None,
) -> Identity:
    """Who sent a request; raises the errors of Authenticator. The request log finds the answer in ``environ``."""
    org_id = requested_org(environ) if org is None else org(environ)
    credentials = read_credentials(environ.get("HTTP_AUTHORIZATION"))
    return identify_by(authenticator, environ, credentials, door=door, org_id=org_id)


def identify_by(
    authenticator: Authenticator, environ: Environ, credentials: Credentials, *, door: str, org_id: int | None
) -> Identity:
    """As ``identify``, for a dialect that reads credentials in a way of its own."""
    found = authenticator.authenticate(credentials, door=door, org_id=org_id)
    environ[IDENTITY] = found
    return found


def authenticate(door: str, org: Callable[[Environ], int | None] | None = None) -> Callable[[], None]:
    """A ``before_request`` function for the blueprints of one dialect. ``org`` says which one is asked for, where the
    dialect has a way of its own to say it."""

    def before_request() -> None:
        g.identity = identify(services().authenticator, request.environ, door=door, org=org)

    return before_request


def authenticate_if_given(door: str) -> Callable[[], None]:
    """As ``authenticate``, for what may be asked without credentials too; wrong ones are refused all the same."""

    def before_request() -> None:
        g.identity = None
        if "HTTP_AUTHORIZATION" in request.environ:
            g.identity = identify(services().authenticator, request.environ, door=door)

    return before_request


def identity_if_given() -> Identity | None:
    """Who asks, or None for someone without credentials. Only behind ``authenticate_if_given``."""
    return cast(Identity | None, g.identity)


def allowed(action: str) -> Callable[[_View], _View]:
    """A decorator: the caller may do ``action`` at all, which is decided before the body is read.

    Whether they may do it to this very thing is decided where it is looked up.
    """

    return admitted(lambda **_: identity().require(action))


def admitted(check: Callable[..., None]) -> Callable[[_View], _View]:
    """A decorator: ``check`` is called before the body is read, with the variables of the path, and raises what stands
    against the request."""

    def decorate(view: _View) -> _View:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            check(**kwargs)
            return view(*args, **kwargs)

        return cast(_View, checked)

    return decorate


def read_credentials(authorization: str | None) -> Credentials:
    """What the Authorization header holds, if it can be read. The schemes are matched as Grafana does: ``Bearer``
    and ``Basic`` with one space."""
    if authorization is None:
        return None
    if authorization.startswith("Bearer "):
        return BearerToken(authorization.removeprefix("Bearer "))
    if authorization.startswith("Basic "):
        return _read_basic(authorization.removeprefix("Basic "))
    return None


def requested_org(environ: Environ) -> int | None:
    """The org that a request names: ``targetOrgId`` before ``X-Grafana-Org-Id``. What is no number is ignored."""
    query = environ.get("QUERY_STRING", "")
    in_query = parse_qs(query).get(_ORG_PARAMETER, [""])[0] if _ORG_PARAMETER in query else ""
    for text in (in_query, environ.get("HTTP_X_GRAFANA_ORG_ID", "")):
        if text and _ORG_ID.fullmatch(text) and int(text):
            return int(text)
    return None


def _read_basic(encoded: str) -> Credentials:
    try:
        login, colon, password = b64decode(encoded, validate=True).decode().partition(":")
    except (Base64Error, ValueError):
        return None
    if not colon:
        return None
    return BearerToken(password) if login == _TOKEN_USER else Password(login, password)
