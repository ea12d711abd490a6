"""ANSWERS: for each error that the native routes can meet, the status and a message that says what to do."""

from collections.abc import Mapping

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.edge.errors import BodyTooLarge, MalformedBody, row_for
from app.edge.json import dump
from app.identity import errors as identity
from app.proxy import errors as proxy
from app.registry import errors as registry
from app.upstream import errors as upstream

# The error's own sentence.
_OWN = ""

ANSWERS: Mapping[type[Exception], tuple[int, str]] = {
    identity.NotAuthenticated: (401, "Send a token (Authorization: Bearer ...) or a login and password."),
    identity.InvalidToken: (401, "This token is not known here."),
    identity.ExpiredToken: (401, "This token has expired: ask for a new one."),
    identity.RevokedToken: (401, "This token was revoked: ask for a new one."),
    identity.TokenOfAnotherOrg: (401, "This token belongs to another organization than the one that was asked for."),
    identity.WrongPassword: (401, "The login or the password is wrong."),
    identity.EmptyPassword: (401, "The password is empty."),
    identity.LoginBlocked: (401, "Too many wrong passwords lately: wait five minutes."),
    identity.AccountDisabled: (401, "This account is disabled."),
    identity.PermissionDenied: (403, "You need the permission {action} for this."),
    identity.RoleTooHigh: (403, "You cannot hand out a role above your own."),
    identity.InvalidAccount: (400, _OWN),
    identity.InvalidLimits: (400, _OWN),
    identity.OrgNotFound: (404, _OWN),
    identity.ServiceAccountNotFound: (404, "The organization has no such service account."),
    identity.ServiceAccountTaken: (409, _OWN),
    identity.TokenNotFound: (404, "The organization has no service account token with this id."),
    identity.TokenNameTaken: (409, _OWN),
    identity.TokenRotated: (409, _OWN),
    identity.AccountNotFound: (404, "The organization has no user or service account with this login."),
    identity.AccessKeyNotFound: (404, "The organization has no access key with this id."),
    identity.TooManyAccessKeys: (409, _OWN),
    identity.LifetimeNegative: (400, _OWN),
    identity.LifetimeMissing: (400, _OWN),
    identity.LifetimeTooLong: (400, _OWN),
    registry.DataSourceNotFound: (404, "The organization has no data source with one of these uids."),
    registry.DataSourceDisabled: (403, _OWN),
    registry.InvalidUrl: (
        400,
        "It needs a URL such as http://server:9090, and {url!r} is none.",
    ),
    proxy.TypeNotInstalled: (400, "There is no such type of data source here."),
    proxy.TypeNotHttp: (400, "Data sources of type {type_id} speak no HTTP: their check comes with queries."),
    proxy.HostNotAllowed: (403, "The settings list the servers that may be reached, and this one is not among them."),
    proxy.UnsendableHeader: (400, "A custom header cannot be sent: look at httpHeaderName and httpHeaderValue."),
    upstream.TlsMaterialInvalid: (
        400,
        "A certificate or key cannot be loaded: PEM, the key not encrypted.",
    ),
    MalformedBody: (400, _OWN),
    BodyTooLarge: (413, _OWN),
    Exception: (500, "Something failed here; the log of the service says what."),
}


def render(exc: Exception) -> Response:
    """The answer to any exception: ``{"message": ...}``."""
    if isinstance(exc, HTTPException):
        return _respond(exc.code or 500, f"{exc.name}.")
    status, message = row_for(exc, (ANSWERS,))
    return _respond(status, message.format_map(vars(exc)) if message else str(exc))


def _respond(status: int, message: str) -> Response:
    return Response(dump({"message": message}), status=status, mimetype="application/json")
