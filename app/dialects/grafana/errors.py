"""ANSWERS: for each error of the rooms below, the status, body shape and message that Grafana's clients expect.

What an operation words differently stands in a table of its own, which is looked at first. The row of ``Exception``
is for what nobody foresaw.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from types import MappingProxyType
from typing import Any, TypeVar, cast

from flask import g
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from app.dialects.grafana.ids import IdMissing, IdNotPositive, InvalidId
from app.dialects.grafana.paths import InvalidPathUid
from app.dialects.grafana.roles import InvalidRole
from app.edge.errors import BodyTooLarge, MalformedBody
from app.edge.json import dump
from app.identity import errors as identity
from app.proxy import errors as proxy
from app.registry import errors as registry
from app.upstream import errors as upstream


class Shape(Enum):
    """The five error bodies of Grafana, and none."""

    E0 = "message"
    E1 = "message, traceID"
    E2 = "message, messageId, statusCode, traceID"
    E3 = "as E2 with extra"
    E4 = "title, message, accessErrorId"
    EMPTY = "no body"


@dataclass(frozen=True)
class Answer:
    """``message`` may name attributes of the error in braces."""

    status: int
    shape: Shape
    message: str = ""
    message_id: str = ""


Answers = Mapping[type[Exception], Answer]
E0, E1, E2, E3, E4, EMPTY = Shape.E0, Shape.E1, Shape.E2, Shape.E3, Shape.E4, Shape.EMPTY

ANSWERS: Answers = {
    # Who asks
    identity.NotAuthenticated: Answer(401, E3, "Unauthorized", "auth.unauthorized"),
    identity.InvalidToken: Answer(401, E3, "Invalid API key", "api-key.invalid"),
    identity.ExpiredToken: Answer(401, E3, "Expired API key", "api-key.expired"),
    identity.RevokedToken: Answer(401, E3, "Revoked API key", "api-key.revoked"),
    identity.TokenOfAnotherOrg: Answer(
        401, E3, "API key does not belong to the requested organization", "api-key.organization-mismatch"
    ),
    identity.WrongPassword: Answer(401, E3, "Invalid username or password", "password-auth.failed"),
    identity.EmptyPassword: Answer(401, E3, "Invalid username or password", "password-auth.empty"),
    identity.LoginBlocked: Answer(401, E3, "Invalid username or password", "login-attempt.blocked"),
    identity.AccountDisabled: Answer(401, E3, "Unauthorized", "identity.disabled"),
    identity.PermissionDenied: Answer(
        403, E4, "You'll need additional permissions to perform this action. Permissions needed: {action}"
    ),
    identity.RoleTooHigh: Answer(403, E0, "Cannot assign a role higher than user's role"),
    # Accounts and tokens
    identity.OrgNotFound: Answer(404, E0, "Organization not found"),
    identity.OrgNameTaken: Answer(409, E0, "Organization name taken"),
    identity.LoginTaken: Answer(412, E0, "User with email or username already exists"),
    identity.AlreadyMember: Answer(409, E0, "User is already member of this organization"),
    identity.UserNotFound: Answer(404, E0, "user not found"),
    identity.InvalidAccount: Answer(400, E0, "Bad request data"),
    identity.ServiceAccountNotFound: Answer(404, E2, "service account not found", "serviceaccounts.ErrNotFound"),
    identity.ServiceAccountTaken: Answer(400, E2, "service account already exists", "serviceaccounts.ErrAlreadyExists"),
    identity.TokenNotFound: Answer(404, E2, "service account token not found", "serviceaccounts.ErrTokenNotFound"),
    identity.TokenNameTaken: Answer(
        400,
        E2,
        "service account token with given name already exists in the organization",
        "serviceaccounts.ErrTokenAlreadyExists",
    ),
    identity.LifetimeNegative: Answer(400, E2, "invalid SecondsToLive value", "serviceaccounts.ErrInvalidInput"),
    identity.LifetimeMissing: Answer(400, E0, "Number of seconds before expiration should be set"),
    identity.LifetimeTooLong: Answer(400, E0, "Number of seconds before expiration is greater than the global limit"),
    identity.ApiKeyNotFound: Answer(404, E1, "Failed to delete API key"),
    identity.ApiKeyNameTaken: Answer(409, E0, "API key, organization ID and name must be unique"),
    InvalidRole: Answer(400, E0, "Invalid role specified"),
    # Data sources
    registry.DataSourceNotFound: Answer(404, E0, "Data source not found"),
    registry.DataSourceNameTaken: Answer(409, E1, "data source with the same name already exists"),
    registry.DataSourceUidTaken: Answer(409, E1, "data source with the same uid already exists"),
    registry.NameTooLong: Answer(400, E2, "Invalid datasource name.", "datasource.nameInvalid"),
    registry.UrlTooLong: Answer(400, E2, "Invalid datasource url.", "datasource.urlInvalid"),
    registry.InvalidUid: Answer(400, E2, "Invalid datasource UID.", "datasource.uidInvalid"),
    registry.InvalidUrl: Answer(400, E1, "Validation error, invalid URL"),
    registry.ReadOnlyDataSource: Answer(403, E0, "Cannot update read-only data source"),
    registry.VersionConflict: Answer(
        409, E1, "Datasource has already been updated by someone else. Please reload and try again"
    ),
    registry.QuotaReached: Answer(403, E0, "data_source Quota reached"),
    registry.TeamHeadersRefused: Answer(
        403,
        E0,
        "Cannot create datasource with team HTTP headers, need to use updateDatasourceLBACRules API",
    ),
    registry.ReservedHeader: Answer(400, E1, "Failed to add datasource"),
    registry.SecretsUnreadable: Answer(500, E1, "Unable to load datasource meta data"),
    # The proxy
    proxy.TypeNotInstalled: Answer(404, E0, "Unable to find datasource plugin"),
    proxy.TypeNotHttp: Answer(400, E0, "Data sources of type {type_id} do not speak HTTP and cannot be proxied"),
    proxy.HostNotAllowed: Answer(403, E0, "Data proxy hostname and ip are not included in whitelist"),
    proxy.MethodRefused: Answer(403, E0, "{method} requests are not proxied: the answer would repeat the credentials"),
    proxy.UndecodablePath: Answer(400, E0, "The proxied path has an invalid percent escape"),
    proxy.PathClimbs: Answer(403, E0, "The proxied path must not contain .. segments"),
    proxy.UnsendableHeader: Answer(500, E1, "Failed creating data source proxy"),
    upstream.UpstreamUnreachable: Answer(502, EMPTY),
    upstream.UpstreamTimeout: Answer(504, EMPTY),
    upstream.BodyUnavailable: Answer(499, EMPTY),
    # Requests
    InvalidId: Answer(400, E0, "id is invalid"),
    IdMissing: Answer(400, E0, "Datasource id is missing"),
    IdNotPositive: Answer(400, E0, "Missing valid datasource id"),
    InvalidPathUid: Answer(400, E0, "UID is invalid"),
    MalformedBody: Answer(400, E1, "bad request data"),
    BodyTooLarge: Answer(413, E0, "The request body is larger than {limit} bytes"),
    Exception: Answer(500, E1, "Internal Server Error"),
}

ON_LIST: Answers = {Exception: Answer(500, E1, "Failed to query datasources")}

ON_GET_BY_UID: Answers = {Exception: Answer(500, E1, "Failed to query datasource")}

ON_CREATE: Answers = {Exception: Answer(500, E1, "Failed to add datasource")}

ON_UPDATE: Answers = {
    InvalidId: Answer(400, E1, "id is invalid"),
    IdMissing: Answer(400, E1, "Datasource id is missing"),
    registry.DataSourceNameTaken: Answer(
        409, E1, "Failed to update datasource: data source with the same name already exists"
    ),
    # Grafana maps a taken uid only where it inserts; its clients know the 500.
    registry.DataSourceUidTaken: Answer(500, E1, "Failed to update datasource"),
    registry.ReservedHeader: Answer(400, E1, "Failed to update datasource"),
    Exception: Answer(500, E1, "Failed to update datasource"),
}

ON_DELETE: Answers = {
    InvalidId: Answer(400, E1, "id is invalid"),
    registry.ReadOnlyDataSource: Answer(403, E0, "Cannot delete read-only data source"),
    Exception: Answer(500, E1, "Failed to delete datasource"),
}

ON_PROXY: Answers = {
    InvalidId: Answer(400, E1, "id is invalid"),
    registry.DataSourceNotFound: Answer(404, E1, "Unable to find datasource"),
    registry.InvalidUrl: Answer(400, E1, 'Invalid data source URL: "{url}"'),
    Exception: Answer(500, E1, "Unable to load datasource meta data"),
}

ON_SERVICE_ACCOUNTS: Answers = {
    InvalidId: Answer(400, E0, "Service Account ID is invalid"),
    MalformedBody: Answer(400, E1, "Bad request data"),
}

ON_API_KEYS: Answers = {
    identity.InvalidAccount: Answer(400, E0, "bad request data"),
    identity.LifetimeNegative: Answer(400, E0, "negative value for SecondsToLive"),
    Exception: Answer(500, E1, "Failed to add API Key"),
}

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
    return _respond(_find(exc, (table, ANSWERS)), exc)


def render_for_view(exc: Exception) -> Response:
    """``render`` with the table of the Flask view that is running."""
    return render(exc, g.get("answers", {}))


def _routing_answer(exc: HTTPException) -> Answer:
    if exc.code in {404, 405}:
        return Answer(404, E0, "Not found")
    return Answer(exc.code or 500, E0, exc.name)


def _find(exc: Exception, tables: Sequence[Answers]) -> Answer:
    for table in tables:
        for kind in type(exc).__mro__[:-3]:
            if kind in table:
                return table[kind]
    return next(table[Exception] for table in tables if Exception in table)


def _respond(answer: Answer, exc: Exception) -> Response:
    if answer.shape is EMPTY:
        return Response(status=answer.status)
    body = _BODIES[answer.shape](answer, answer.message.format_map(vars(exc)))
    return Response(dump(body), status=answer.status, mimetype="application/json")


def _access_denied(_: Answer, message: str) -> dict[str, Any]:
    error_id = "ACE" + "".join(secrets.choice("0123456789") for _ in range(10))
    return {"title": "Access denied", "message": message, "accessErrorId": error_id}


def _structured(answer: Answer, message: str) -> dict[str, Any]:
    return {"message": message, "messageId": answer.message_id, "statusCode": answer.status, "traceID": ""}


_BODIES: dict[Shape, Callable[[Answer, str], dict[str, Any]]] = {
    E0: lambda _, message: {"message": message},
    E1: lambda _, message: {"message": message, "traceID": ""},
    E2: _structured,
    E3: lambda answer, message: {"extra": None, **_structured(answer, message)},
    E4: _access_denied,
}
