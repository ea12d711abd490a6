"""What Amazon's dialect answers to errors: a row for each that its routes can meet, and nothing of the others."""

import inspect
import re
import string
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pytest
from botocore import session
from flask import Flask, g
from werkzeug.exceptions import MethodNotAllowed, NotFound

from app.attachments import errors as attachments
from app.attachments.values import Place
from app.dialects.aws import refusals, sigv4
from app.dialects.aws.errors import ANSWERS, render
from app.edge.errors import BodyTooLarge, MalformedBody
from app.encryption import errors as encryption
from app.identity import errors as identity
from app.identity.identity import system
from app.registry import errors as registry
from app.storage import errors as storage
from dialects.aws.service_model import statuses

_DENIED = (403, "AccessDeniedException")
_UNKNOWN_KEY = (403, "UnrecognizedClientException")
_EXPIRED = (403, "ExpiredTokenException")
_WRONG_SIGNATURE = (403, "InvalidSignatureException")
_INVALID = (400, "ValidationException")
_MISSING = (409, "ResourceNotFoundException")
_CONFLICT = (409, "ConflictException")
_EXISTS = (409, "ResourceAlreadyExistsException")
_DISABLED = (409, "DisabledOperationException")
_INTERNAL = (500, "InternalException")

# Those of signing in, of permission, of reading a body, and of the use cases behind the routes.
_EXPECTED: Mapping[type[Exception], tuple[int, str]] = {
    identity.NotAuthenticated: (403, "MissingAuthenticationTokenException"),
    sigv4.UnreadableAuthorization: (403, "IncompleteSignatureException"),
    sigv4.SignatureError: _WRONG_SIGNATURE,
    sigv4.SignatureRefused: _WRONG_SIGNATURE,
    identity.WrongSignature: _WRONG_SIGNATURE,
    identity.UnknownAccessKey: _UNKNOWN_KEY,
    identity.ExpiredAccessKey: _EXPIRED,
    identity.InvalidToken: _UNKNOWN_KEY,
    identity.ExpiredToken: _EXPIRED,
    identity.RevokedToken: _UNKNOWN_KEY,
    identity.TokenOfAnotherOrg: _UNKNOWN_KEY,
    identity.WrongPassword: _UNKNOWN_KEY,
    identity.EmptyPassword: _UNKNOWN_KEY,
    identity.LoginBlocked: _DENIED,
    identity.AccountDisabled: _DENIED,
    identity.AccessKeyUnreadable: _INTERNAL,
    identity.PermissionDenied: _DENIED,
    refusals.NotAuthorized: _DENIED,
    identity.OrgNotFound: _MISSING,
    registry.DataSourceDenied: _DENIED,
    attachments.ForeignAccount: _DENIED,
    attachments.NotAnArn: _INVALID,
    attachments.ApplicationNotFound: _MISSING,
    attachments.AttachmentNotFound: _MISSING,
    attachments.SourceNotFound: _MISSING,
    attachments.WorkspaceNotFound: _MISSING,
    attachments.ApplicationNameTaken: _CONFLICT,
    attachments.ApplicationNotActive: _CONFLICT,
    attachments.AttachmentPending: _CONFLICT,
    attachments.WorkspaceNameTaken: _CONFLICT,
    attachments.ClientTokenReused: _CONFLICT,
    refusals.DomainNotFound: _MISSING,
    refusals.DomainExists: _EXISTS,
    refusals.InvalidRequest: _INVALID,
    refusals.InvalidNextToken: _INVALID,
    refusals.NameInUse: _INVALID,
    refusals.TypeFixed: _INVALID,
    refusals.Disabled: _DISABLED,
    refusals.NotImplementedHere: _DISABLED,
    registry.DataSourceNotFound: _MISSING,
    registry.DataSourceNameTaken: _EXISTS,
    registry.DataSourceArnTaken: _EXISTS,
    registry.QuotaReached: (409, "LimitExceededException"),
    registry.ReadOnlyDataSource: _CONFLICT,
    registry.VersionConflict: _CONFLICT,
    registry.InvalidUrl: _INVALID,
    registry.InvalidArn: _INVALID,
    registry.UrlTooLong: _INVALID,
    registry.NameTooLong: _INVALID,
    registry.ReservedHeader: _INVALID,
    MalformedBody: _INVALID,
    BodyTooLarge: (413, "RequestEntityTooLargeException"),
}
_NOT_TOLD = [
    ZeroDivisionError("hunter2"),
    KeyError("hunter2"),
    encryption.Undecryptable("hunter2"),
    encryption.WrongSecretKey("hunter2"),
    storage.DatabaseUnreachable("postgresql://sluice:hunter2@db"),
    registry.SecretsUnreadable("hunter2"),
]
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(autouse=True)
def _of_a_caller() -> Iterator[None]:
    """The errors are those of a request of somebody who is known."""
    with Flask(__name__).test_request_context("/2021-01-01/domain"):
        g.place, g.identity, g.operation = Place("000000000001", "us-east-1"), system(1, "test"), "ListDomainNames"
        yield


@pytest.fixture(scope="module")
def modelled() -> Mapping[str, frozenset[int]]:
    """The statuses of each code."""
    return statuses(session.Session().get_service_model("opensearch").operation_model("AttachDataSource"))


def _refusals_of(room: Any) -> list[type[Exception]]:
    found = [kind for _, kind in inspect.getmembers(room, inspect.isclass)]
    return [kind for kind in found if issubclass(kind, Exception) and kind.__module__ == room.__name__]


def _made(kind: type[Exception], text: str = "What is wrong.") -> Exception:
    """An error of the kind, whatever it wants to be made of."""
    if kind.__init__ is Exception.__init__:
        return kind(text)
    parameters = inspect.signature(kind).parameters.values()
    wanted = [one for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]
    return kind(*(7 if one.annotation is int else one.name for one in wanted))


def _rendered(exc: Exception) -> tuple[int, str, str]:
    """Status, code and message of an answer that has all that clients look for."""
    response = render(exc)
    assert response.mimetype == "application/json"
    assert _UUID.fullmatch(response.headers["x-amzn-RequestId"])
    body = orjson.loads(response.data)
    assert body.keys() == {"__type", "message"}
    assert response.headers["x-amzn-ErrorType"] == body["__type"]
    assert body["message"]
    return response.status_code, body["__type"], body["message"]


@pytest.mark.parametrize("kind", _EXPECTED, ids=lambda kind: kind.__name__)
def test_every_error_that_the_routes_can_meet_has_a_status_and_a_code(kind: type[Exception]) -> None:
    assert _rendered(_made(kind))[:2] == _EXPECTED[kind]


@pytest.mark.parametrize("room", [attachments, refusals], ids=["attachments", "refusals"])
def test_no_refusal_of_the_rooms_behind_the_routes_is_left_out(room: Any) -> None:
    kinds = [kind for kind in _refusals_of(room) if kind is not attachments.AttachmentsError]
    assert kinds
    assert [kind.__name__ for kind in kinds if kind not in _EXPECTED] == []


def test_what_the_room_of_attachments_will_refuse_one_day_is_the_callers_fault() -> None:
    class Unheard(attachments.AttachmentsError):
        pass

    assert _rendered(Unheard("What is wrong.")) == (*_INVALID, "What is wrong.")


@pytest.mark.parametrize("kind", ANSWERS, ids=lambda kind: kind.__name__)
def test_every_row_has_a_code_and_a_status_of_the_service(
    modelled: Mapping[str, frozenset[int]], kind: type[Exception]
) -> None:
    answer = ANSWERS[kind]
    assert answer.status in modelled[answer.code]


@pytest.mark.parametrize("kind", ANSWERS, ids=lambda kind: kind.__name__)
def test_every_row_names_only_what_its_error_carries(kind: type[Exception]) -> None:
    named = {name for _, name, _, _ in string.Formatter().parse(ANSWERS[kind].message) if name is not None}
    known = {"user", "operation", "resource"} if kind is identity.PermissionDenied else set(vars(_made(kind)))
    assert named <= known


@pytest.mark.parametrize(
    "kind",
    [kind for kind in _refusals_of(identity) if kind in ANSWERS and kind.__init__ is Exception.__init__],
    ids=lambda kind: kind.__name__,
)
def test_what_somebody_signed_in_with_is_not_quoted(kind: type[Exception]) -> None:
    assert "hunter2" not in _rendered(_made(kind, "hunter2"))[2]


@pytest.mark.parametrize("exc", _NOT_TOLD, ids=lambda exc: type(exc).__name__)
def test_nothing_of_an_internal_error_is_told(exc: Exception) -> None:
    assert _rendered(exc) == (*_INTERNAL, "Something failed here; the log of the service says what.")


@pytest.mark.parametrize(
    ("exc", "status", "message"),
    [
        (NotFound(), 404, "Not Found: no operation has this method and path."),
        (MethodNotAllowed(), 405, "Method Not Allowed: no operation has this method and path."),
    ],
    ids=["path", "method"],
)
def test_what_no_route_has_is_an_unknown_operation(exc: Exception, status: int, message: str) -> None:
    assert _rendered(exc) == (status, "UnknownOperationException", message)


def test_the_right_methods_are_told() -> None:
    assert render(MethodNotAllowed(["PUT", "GET"])).headers["Allow"] == "GET, PUT"


def test_each_answer_has_an_id_of_its_own() -> None:
    ids = [render(attachments.NotAnArn()).headers["x-amzn-RequestId"] for _ in range(2)]
    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    ("exc", "message"),
    [
        (refusals.InvalidRequest("{secret} {0}"), "{secret} {0}"),
        (registry.InvalidUrl("{secret}"), "'{secret}' is no URL for a data source of this type."),
        (refusals.DomainNotFound("{name}"), "There is no domain with the name {name} here."),
    ],
    ids=lambda value: type(value).__name__,
)
def test_braces_in_what_an_error_carries_are_not_read(exc: Exception, message: str) -> None:
    assert _rendered(exc)[2] == message
