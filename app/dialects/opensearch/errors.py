"""ANSWERS: for each error, the status, OpenSearch's name of it, and the details; one shape for all.

The object fits the documented error, opensearch-py and the dashboards at once (opensearch.md 4, D21). Never a list,
never HTML.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response

from app.dialects.opensearch.bodies import BuiltInSource, InvalidBody
from app.dialects.opensearch.connectors import InvalidProperties
from app.dialects.opensearch.door import Disabled, UnknownParameter, like_the_plugin
from app.dialects.opensearch.mapping import NothingToKeep
from app.edge.errors import BodyTooLarge, MalformedBody, row_for
from app.edge.json import dump
from app.identity import errors as identity
from app.registry import errors as registry

CONTENT_TYPE = "application/json; charset=UTF-8"
_OWN = ""  # the error's own sentence

_ILLEGAL = "IllegalArgumentException"
_STATE = "IllegalStateException"
_SECURITY = "OpenSearchSecurityException"
_NOT_FOUND = "DataSourceNotFoundException"

_UNAUTHORIZED = 401
_REASONS = {400: "Invalid Request", 429: "Too Many Requests"}
_OTHER_REASON = "There was internal problem at backend"


@dataclass(frozen=True)
class Answer:
    """``details`` is a format with the error's own members; empty: the error's own sentence."""

    status: int
    type: str
    details: str = _OWN


class LimitReached(Exception):
    """The settings allow no more data sources."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"domain concurrent datasources can not exceed {limit}")


class NoSuchSource(Exception):
    """Reading and patching word it in one way."""

    def __init__(self, name: str) -> None:
        super().__init__(f"DataSource with name {name} doesn't exist.")


class NothingToChange(Exception):
    """Updating and deleting word it in another."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Datasource with name: {name} doesn't exist")


class NotPermitted(Exception):
    """The caller's role does not have it."""

    def __init__(self, verb: str, login: str) -> None:
        super().__init__(f"no permissions for [cluster:admin/opensearch/ql/datasources/{verb}] and User [name={login}]")


class NameTaken(Exception):
    """Another data source of the org has it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"A datasource already exists with name: {name}")


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
    MalformedBody: Answer(400, _ILLEGAL),
    BodyTooLarge: Answer(413, _ILLEGAL),
    Exception: Answer(500, "RuntimeException", "Something failed here; the log of the service says what."),
}


# Where the server's own status is another.
ON_SERVER_PROFILE: Mapping[type[Exception], Answer] = {
    registry.RoleMissing: replace(ANSWERS[registry.RoleMissing], status=401),
}


def render_for_view(exc: Exception) -> Response:
    """``render`` for the Flask view that is running."""
    return render(exc, as_server=like_the_plugin())


def render(exc: Exception, *, as_server: bool) -> Response:
    """The answer to any exception."""
    if isinstance(exc, HTTPException):
        return _of_routing(exc)
    answer = row_for(exc, (ON_SERVER_PROFILE, ANSWERS) if as_server else (ANSWERS,))
    if answer.details:
        return respond(answer.status, answer.type, answer.details.format_map({**vars(exc), "args": exc.args}))
    return respond(answer.status, answer.type, str(exc))


def respond(status: int, kind: str, details: str) -> Response:
    """An error in OpenSearch's shape."""
    reason = _REASONS.get(status, _OTHER_REASON)
    error = {"type": kind, "reason": reason, "details": details, "root_cause": [{"type": kind, "reason": details}]}
    response = Response(dump({"status": status, "error": error}), status=status, content_type=CONTENT_TYPE)
    if status == _UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Basic realm="OpenSearch Security"'
    return response


def _of_routing(exc: HTTPException) -> Response:
    status = exc.code or 500
    response = respond(status, _ILLEGAL, f"{exc.name}: see the documentation at /docs/")
    if isinstance(exc, MethodNotAllowed) and exc.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(exc.valid_methods))
    return response
