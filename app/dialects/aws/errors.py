"""ANSWERS: for each error, the status, Amazon's code, and the message.

ResourceNotFoundException is 409, as the service's model has it; three codes share that number, so that clients tell
them apart by the code alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response

from app.attachments import errors as attachments
from app.attachments.values import Place
from app.dialects.aws.answering import respond_error
from app.dialects.aws.arns import application_arn, direct_query_arn, domain_arn, user_arn
from app.dialects.aws.refusals import (
    NOT_AUTHORIZED,
    Disabled,
    DomainExists,
    DomainNotFound,
    InvalidRequest,
    NotAuthorized,
    NotImplementedHere,
)
from app.dialects.aws.sigv4 import SignatureError, UnreadableAuthorization
from app.edge.errors import BodyTooLarge, MalformedBody, row_for
from app.identity import errors as identity
from app.registry import errors as registry

_OWN = ""  # the error's own sentence

_DENIED = "AccessDeniedException"
_INVALID = "ValidationException"
_CONFLICT = "ConflictException"
_MISSING = "ResourceNotFoundException"
_DISABLED = "DisabledOperationException"
_EXISTS = "ResourceAlreadyExistsException"
_UNKNOWN_KEY = "UnrecognizedClientException"
_INTERNAL = "InternalException"


@dataclass(frozen=True)
class Answer:
    """``message`` is a format with the error's own members; empty: the error's own sentence."""

    status: int
    code: str
    message: str = _OWN


ANSWERS: Mapping[type[Exception], Answer] = {
    identity.NotAuthenticated: Answer(
        403, "MissingAuthenticationTokenException", "Sign the request with an access key, or send a bearer token."
    ),
    UnreadableAuthorization: Answer(403, "IncompleteSignatureException"),
    SignatureError: Answer(403, "InvalidSignatureException"),
    identity.WrongSignature: Answer(
        403,
        "InvalidSignatureException",
        "The signature does not fit the request: check the secret access key, and that nothing between changes the "
        "path, the Host header or the body.",
    ),
    identity.UnknownAccessKey: Answer(
        403, _UNKNOWN_KEY, "The access key, or the session token that belongs to it, is not known here."
    ),
    identity.ExpiredAccessKey: Answer(403, "ExpiredTokenException", "The session has expired: ask for a new key."),
    identity.InvalidToken: Answer(403, _UNKNOWN_KEY, "This token is not known here."),
    identity.ExpiredToken: Answer(403, "ExpiredTokenException", "This token has expired: ask for a new one."),
    identity.RevokedToken: Answer(403, _UNKNOWN_KEY, "This token was revoked: ask for a new one."),
    identity.TokenOfAnotherOrg: Answer(403, _UNKNOWN_KEY, "This token is of another org than the one asked for."),
    identity.WrongPassword: Answer(403, _UNKNOWN_KEY, "The login or the password is wrong."),
    identity.EmptyPassword: Answer(403, _UNKNOWN_KEY, "The password is empty."),
    identity.LoginBlocked: Answer(403, _DENIED, "Too many wrong passwords lately: wait five minutes."),
    identity.AccountDisabled: Answer(403, _DENIED, "This account is disabled."),
    identity.AccessKeyUnreadable: Answer(500, _INTERNAL, "The stored access key cannot be decrypted: see the log."),
    identity.PermissionDenied: Answer(403, _DENIED, NOT_AUTHORIZED),
    NotAuthorized: Answer(403, _DENIED),
    attachments.AttachmentsError: Answer(400, _INVALID),
    attachments.ApplicationNotFound: Answer(409, _MISSING),
    attachments.AttachmentNotFound: Answer(409, _MISSING),
    attachments.SourceNotFound: Answer(409, _MISSING),
    attachments.WorkspaceNotFound: Answer(409, _MISSING),
    attachments.ApplicationNameTaken: Answer(409, _CONFLICT),
    attachments.ApplicationNotActive: Answer(409, _CONFLICT),
    attachments.AttachmentPending: Answer(409, _CONFLICT),
    attachments.WorkspaceNameTaken: Answer(409, _CONFLICT),
    attachments.ClientTokenReused: Answer(409, _CONFLICT),
    attachments.ForeignAccount: Answer(403, _DENIED),
    attachments.NotAnArn: Answer(400, _INVALID),
    DomainNotFound: Answer(409, _MISSING),
    DomainExists: Answer(409, _EXISTS),
    identity.OrgNotFound: Answer(409, _MISSING),
    registry.DataSourceNotFound: Answer(409, _MISSING, "There is no such data source here."),
    registry.DataSourceNameTaken: Answer(409, _EXISTS),
    registry.DataSourceArnTaken: Answer(409, _EXISTS),
    registry.QuotaReached: Answer(409, "LimitExceededException", "The quota of data sources is reached."),
    registry.ReadOnlyDataSource: Answer(409, _CONFLICT, "A file provisioned this data source: change it there."),
    registry.VersionConflict: Answer(409, _CONFLICT, "It was changed meanwhile: try again."),
    registry.InvalidUrl: Answer(400, _INVALID, "{url!r} is no URL for a data source of this type."),
    registry.UrlTooLong: Answer(400, _INVALID, "A URL may have 255 bytes."),
    registry.ReservedHeader: Answer(
        400, _INVALID, "It has a custom header by which a proxy signs people in: remove it."
    ),
    registry.InvalidArn: Answer(400, _INVALID),
    registry.NameTooLong: Answer(400, _INVALID, "A name may have 190 bytes."),
    InvalidRequest: Answer(400, _INVALID),
    MalformedBody: Answer(400, _INVALID),
    BodyTooLarge: Answer(413, "RequestEntityTooLargeException"),
    Disabled: Answer(409, _DISABLED),
    NotImplementedHere: Answer(409, _DISABLED),
    # The body must be JSON, or boto3 does not look for the code.
    Exception: Answer(500, _INTERNAL, "Something failed here; the log of the service says what."),
}


# What a variable of a path names.
_RESOURCES: Mapping[str, Callable[[Place, str], str]] = {
    "id": application_arn,
    "domain_name": domain_arn,
    "data_source_name": direct_query_arn,
}


def render(exc: Exception) -> Response:
    """The answer to any exception."""
    if isinstance(exc, HTTPException):
        return _of_routing(exc)
    answer = row_for(exc, (ANSWERS,))
    facts = {**vars(exc), **_denied()} if isinstance(exc, identity.PermissionDenied) else vars(exc)
    return respond_error(answer.status, answer.code, answer.message.format_map(facts) if answer.message else str(exc))


def _denied() -> dict[str, str]:
    """Who may not do what with which resource."""
    named = [
        _RESOURCES[member](g.place, name) for member, name in (request.view_args or {}).items() if member in _RESOURCES
    ]
    return {
        "user": user_arn(g.place, g.identity.login),
        "operation": g.get("operation", "*"),
        "resource": named[0] if named else "*",
    }


def _of_routing(exc: HTTPException) -> Response:
    response = respond_error(
        exc.code or 500, "UnknownOperationException", f"{exc.name}: no operation has this method and path."
    )
    if isinstance(exc, MethodNotAllowed) and exc.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(exc.valid_methods))
    return response
