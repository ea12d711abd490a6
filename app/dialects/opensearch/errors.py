"""ANSWERS: for each error, the status, OpenSearch's name of it, and the details; one shape for all.

The object fits the documented error, opensearch-py and the dashboards at once (opensearch.md 4, D21). Never a list,
never HTML.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, TypeVar, cast

from flask import g
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response

from app.dialects.opensearch.answering import CONTENT_TYPE
from app.dialects.opensearch.bodies import BuiltInSource, InvalidBody
from app.dialects.opensearch.connectors import InvalidProperties
from app.dialects.opensearch.door import like_the_plugin
from app.dialects.opensearch.mapping import NothingToKeep, TextTooLong
from app.dialects.opensearch.refusals import (
    AsyncQueries,
    Disabled,
    LimitReached,
    NameTaken,
    NeedsAnEngine,
    NoQuery,
    NoSuchIndex,
    NoSuchSource,
    NothingToChange,
    NotPermitted,
    UnknownFormat,
    UnknownParameter,
    UnreadableDirectQuery,
)
from app.edge.errors import BodyTooLarge, MalformedBody, row_for
from app.edge.json import dump
from app.identity import errors as identity
from app.proxy import errors as proxy
from app.proxy.origin import of_error
from app.query import errors as query
from app.registry import errors as registry
from app.upstream import errors as upstream

_OWN = ""  # the error's own sentence

_ILLEGAL = "IllegalArgumentException"
_STATE = "IllegalStateException"
_SECURITY = "OpenSearchSecurityException"
_NOT_FOUND = "DataSourceNotFoundException"
_UNSUPPORTED = "UnsupportedOperationException"
_CLIENT = "DataSourceClientException"

_BAD_REQUEST, _UNAUTHORIZED = 400, 401
_REASONS = {_BAD_REQUEST: "Invalid Request", 429: "Too Many Requests"}
_OTHER_REASON = "There was internal problem at backend"


@dataclass(frozen=True)
class Answer:
    """``details`` is a format with the error's own members; empty: the error's own sentence."""

    status: int
    type: str
    details: str = _OWN


ANSWERS: Mapping[type[Exception], Answer] = {
    identity.NotAuthenticated: Answer(401, _SECURITY, "Send basic auth or a bearer token."),
    identity.InvalidToken: Answer(401, _SECURITY, "This token is not known here."),
    identity.ExpiredToken: Answer(401, _SECURITY, "This token has expired: ask for a new one."),
    identity.RevokedToken: Answer(401, _SECURITY, "This token was revoked: ask for a new one."),
    identity.TokenOfAnotherOrg: Answer(401, _SECURITY, "This token is of another org than the one served here."),
    identity.WrongPassword: Answer(401, _SECURITY, "The login or the password is wrong."),
    identity.EmptyPassword: Answer(401, _SECURITY, "The password is empty."),
    identity.LoginBlocked: Answer(401, _SECURITY, "Too many wrong passwords lately: wait five minutes."),
    identity.AccountDisabled: Answer(401, _SECURITY, "This account is disabled."),
    identity.PermissionDenied: Answer(403, _SECURITY, "You need the permission {action} for this."),
    identity.ProxyRefusedByToken: Answer(403, _SECURITY, "The token's rules do not let this request through."),
    NotPermitted: Answer(403, _SECURITY),
    registry.RoleMissing: Answer(
        403,
        _SECURITY,
        "User is not authorized to access datasource {name}. "
        "User should be mapped to any of the roles in [{roles}] for access.",
    ),
    registry.DataSourceDisabled: Answer(400, "DatasourceDisabledException", "Datasource {name} is disabled."),
    NoSuchSource: Answer(404, _NOT_FOUND),
    NothingToChange: Answer(404, _NOT_FOUND),
    NameTaken: Answer(400, _ILLEGAL),
    registry.ReadOnlyDataSource: Answer(403, _SECURITY, "It is read-only: a file provisioned it."),
    registry.NameTooLong: Answer(400, _ILLEGAL, "A name may have 190 bytes."),
    registry.UrlTooLong: Answer(400, _ILLEGAL, "A URL may have 255 bytes."),
    registry.InvalidUrl: Answer(400, _ILLEGAL, "The endpoint is no URL for this connector."),
    registry.InvalidArn: Answer(
        400, _ILLEGAL, "The property aws.arn must be the ARN of a domain or a serverless collection."
    ),
    registry.DataSourceArnTaken: Answer(400, _ILLEGAL, "Another data source has the property aws.arn {arn}."),
    registry.ReservedHeader: Answer(400, _ILLEGAL, "A custom header has the name of the header that signs people in."),
    registry.TeamHeadersRefused: Answer(400, _ILLEGAL, "Team headers cannot be written here."),
    registry.VersionConflict: Answer(409, "VersionConflictEngineException", "It was changed meanwhile: try again."),
    registry.QuotaReached: Answer(400, _STATE, "The quota of data sources is reached."),
    LimitReached: Answer(400, _STATE),
    Disabled: Answer(400, "OpenSearchStatusException", "plugins.query.datasources.enabled setting is false"),
    BuiltInSource: Answer(400, "ActionRequestValidationException", "Validation Failed: 1: {args[0]};"),
    UnknownParameter: Answer(400, "illegal_argument_exception"),
    InvalidBody: Answer(400, _ILLEGAL),
    InvalidProperties: Answer(400, _ILLEGAL),
    NothingToKeep: Answer(400, _ILLEGAL),
    TextTooLong: Answer(400, _ILLEGAL),
    MalformedBody: Answer(400, _ILLEGAL),
    BodyTooLarge: Answer(413, _ILLEGAL),
    # Queries
    NoSuchIndex: Answer(404, "IndexNotFoundException"),
    NoQuery: Answer(400, _ILLEGAL, "Failed to parse request payload"),
    UnreadableDirectQuery: Answer(400, _ILLEGAL),
    UnknownFormat: Answer(400, _ILLEGAL),
    NeedsAnEngine: Answer(400, _UNSUPPORTED),
    AsyncQueries: Answer(501, _UNSUPPORTED),
    query.QueryMalformed: Answer(400, "SyntaxCheckException"),
    query.NotSupported: Answer(400, _UNSUPPORTED),
    query.QueryTooLong: Answer(400, _ILLEGAL),
    query.NoSpan: Answer(400, "RuntimeException"),
    query.DirectQueryInvalid: Answer(400, _ILLEGAL),
    query.UnknownResource: Answer(400, _ILLEGAL),
    query.TooManyRows: Answer(400, _ILLEGAL),
    query.QueryRefused: Answer(400, "SemanticCheckException"),
    query.RequestUnsuccessful: Answer(400, "PrometheusClientException"),
    query.AnswerTooLong: Answer(400, _ILLEGAL),
    query.AnswerRefused: Answer(502, "RuntimeException"),
    registry.SecretsUnreadable: Answer(500, _STATE, "Stored credentials cannot be decrypted: see the service's log."),
    proxy.GoesInCircles: Answer(508, _STATE, "The data source leads back to this gateway."),
    proxy.UnsendableHeader: Answer(500, _STATE),
    proxy.ProxyError: Answer(403, _SECURITY, "The gateway does not send this request to the data source's server."),
    upstream.AddressDenied: Answer(403, _SECURITY, "The address of the data source's server is not allowed here."),
    upstream.TooManyRequests: Answer(503, _CLIENT, "Too many requests to this data source are under way."),
    upstream.UpstreamTimeout: Answer(504, _CLIENT, "The data source's server did not answer in time."),
    upstream.UpstreamError: Answer(502, _CLIENT, "The data source's server cannot be asked: phase {phase}."),
    upstream.TlsMaterialInvalid: Answer(400, _STATE, "A certificate or key of the data source cannot be loaded."),
    upstream.BodyTooLargeToSign: Answer(413, _ILLEGAL),
    upstream.CallerGone: Answer(499, _CLIENT),
    upstream.BodyUnavailable: Answer(499, _CLIENT),
    Exception: Answer(500, "RuntimeException", "Something failed here; the log of the service says what."),
}


# Where the server's own status is another.
ON_SERVER_PROFILE: Mapping[type[Exception], Answer] = {
    registry.RoleMissing: replace(ANSWERS[registry.RoleMissing], status=401),
}


_View = TypeVar("_View", bound=Callable[..., Any])


def answers_as(reason: str) -> Callable[[_View], _View]:
    """A decorator for views: ``reason`` is what an answer of 400 gives."""

    def decorate(view: _View) -> _View:
        @wraps(view)
        def with_reason(*args: Any, **kwargs: Any) -> Any:
            g.reason = reason
            return view(*args, **kwargs)

        return cast(_View, with_reason)

    return decorate


def render_for_view(exc: Exception) -> Response:
    """``render`` for the Flask view that is running."""
    return render(exc, as_server=like_the_plugin(), reason=g.get("reason", _REASONS[_BAD_REQUEST]))


def render(exc: Exception, *, as_server: bool, reason: str = _REASONS[_BAD_REQUEST]) -> Response:
    """The answer to any exception. ``reason``: of a 400."""
    if isinstance(exc, HTTPException):
        return _of_routing(exc)
    answer = row_for(exc, (ON_SERVER_PROFILE, ANSWERS) if as_server else (ANSWERS,))
    details = answer.details.format_map({**vars(exc), "args": exc.args}) if answer.details else str(exc)
    response = _respond(answer.status, answer.type, details, reason)
    if isinstance(exc, upstream.UpstreamError):
        response.headers.extend(of_error(exc, answer.status))
    return response


def _respond(status: int, kind: str, details: str, reason: str) -> Response:
    given = reason if status == _BAD_REQUEST else _REASONS.get(status, _OTHER_REASON)
    error = {"type": kind, "reason": given, "details": details, "root_cause": [{"type": kind, "reason": details}]}
    response = Response(dump({"status": status, "error": error}), status=status, content_type=CONTENT_TYPE)
    if status == _UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Basic realm="OpenSearch Security"'
    return response


def _of_routing(exc: HTTPException) -> Response:
    status = exc.code or 500
    details = f"{exc.name}: see the documentation at /docs/"
    response = _respond(status, _ILLEGAL, details, _REASONS[_BAD_REQUEST])
    if isinstance(exc, MethodNotAllowed) and exc.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(exc.valid_methods))
    return response
