"""What the native dialect answers to errors: a row for each that its routes can meet, and nothing of the others."""

import inspect
import string
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import BadRequest, MethodNotAllowed, NotFound
from werkzeug.test import TestResponse

from app import create_app
from app.dialects.native.errors import ANSWERS, render
from app.edge.body import BODY_LIMIT
from app.edge.errors import BodyTooLarge, MalformedBody
from app.encryption import errors as encryption
from app.identity import errors as identity
from app.identity.roles import Role
from app.registry import errors as registry
from app.services import Services
from app.storage import errors as storage
from app.upstream import errors as upstream
from identity.callers import admin, new_org
from installations import install

# Those of signing in, of permission, of the use cases behind the routes, and of reading a body.
_MET: tuple[type[Exception], ...] = (
    identity.NotAuthenticated,
    identity.InvalidToken,
    identity.ExpiredToken,
    identity.RevokedToken,
    identity.TokenOfAnotherOrg,
    identity.WrongPassword,
    identity.EmptyPassword,
    identity.LoginBlocked,
    identity.AccountDisabled,
    identity.PermissionDenied,
    identity.RoleTooHigh,
    identity.InvalidAccount,
    identity.InvalidLimits,
    identity.OrgNotFound,
    identity.ServiceAccountNotFound,
    identity.ServiceAccountTaken,
    identity.TokenNotFound,
    identity.TokenNameTaken,
    identity.TokenRotated,
    identity.AccountNotFound,
    identity.AccessKeyNotFound,
    identity.TooManyAccessKeys,
    identity.LifetimeNegative,
    identity.LifetimeMissing,
    identity.LifetimeTooLong,
    registry.DataSourceNotFound,
    registry.DataSourceDenied,
    MalformedBody,
    BodyTooLarge,
)
_INTERNAL = [
    ZeroDivisionError("secret"),
    encryption.Undecryptable("secret"),
    storage.StorageError("postgresql://sluice:secret@db"),
    upstream.UpstreamUnreachable("dns", "secret"),
    registry.SecretsUnreadable("secret"),
]
_TOKENS = "/api/sluice/tokens"
_ACCESS_KEYS = "/api/sluice/access-keys"
_ACCESS_KEY_ID = "AKIAABCDEFGHIJKLMNOP"

Send = Callable[..., TestResponse]


def _made(kind: type[Exception]) -> Exception:
    """An error of the kind, whatever it wants to be made of."""
    parameters = [] if kind.__init__ is Exception.__init__ else list(inspect.signature(kind).parameters.values())
    wanted = [one for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]
    return kind(*(7 if one.annotation is int else one.name for one in wanted))


def _rendered(exc: Exception) -> tuple[int, Any]:
    response = render(exc)
    assert response.mimetype == "application/json"
    return response.status_code, orjson.loads(response.data)


@pytest.mark.parametrize("kind", _MET, ids=lambda kind: kind.__name__)
def test_every_error_that_the_routes_can_meet_has_words(kind: type[Exception]) -> None:
    assert any(row in ANSWERS for row in kind.__mro__[: kind.__mro__.index(Exception)])
    assert _rendered(_made(kind))[0] in {400, 401, 403, 404, 409, 413}


@pytest.mark.parametrize("kind", ANSWERS, ids=lambda kind: kind.__name__)
def test_a_row_is_what_is_answered(kind: type[Exception]) -> None:
    status, message = ANSWERS[kind]
    answered, body = _rendered(_made(kind))
    assert answered == status
    assert body.keys() == {"message"}
    if message and "{" not in message:
        assert body["message"] == message


@pytest.mark.parametrize("kind", ANSWERS, ids=lambda kind: kind.__name__)
def test_a_row_names_only_what_its_error_carries(kind: type[Exception]) -> None:
    named = {name for _, name, _, _ in string.Formatter().parse(ANSWERS[kind][1]) if name is not None}
    assert named <= set(vars(_made(kind)))


@pytest.mark.parametrize("exc", _INTERNAL, ids=lambda exc: type(exc).__name__)
def test_nothing_of_an_internal_error_is_told(exc: Exception) -> None:
    assert _rendered(exc) == (500, {"message": "Something failed here; the log of the service says what."})


@pytest.mark.parametrize(
    ("exc", "answer"),
    [
        (NotFound(), (404, "Not Found.")),
        (MethodNotAllowed(), (405, "Method Not Allowed.")),
        (BadRequest("secret"), (400, "Bad Request.")),
    ],
    ids=["path", "method", "request"],
)
def test_failures_of_the_framework_have_their_status_and_name(exc: Exception, answer: tuple[int, str]) -> None:
    assert _rendered(exc) == (answer[0], {"message": answer[1]})


def test_braces_in_what_an_error_carries_are_not_read() -> None:
    assert _rendered(identity.InvalidLimits("{secret} {0}")) == (400, {"message": "{secret} {0}"})
    assert _rendered(identity.PermissionDenied("{x}")) == (403, {"message": "You need the permission {x} for this."})


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    made = install(tmp_path_factory.mktemp("native"), "")
    yield made.services
    made.close()


@pytest.fixture(scope="module")
def client(services: Services) -> FlaskClient:
    app = create_app(services)
    app.config[BODY_LIMIT] = 10_000
    return app.test_client()


@pytest.fixture
def send(services: Services, client: FlaskClient) -> Send:
    """Sends a request as an org's admin, or with another role."""
    org = new_org(services)
    tokens: dict[Role, str] = {}

    def sent(method: str, path: str, *, role: Role = Role.ADMIN, **given: Any) -> TestResponse:
        if role not in tokens:
            _, tokens[role] = services.narrow_tokens.create(
                admin(org),
                name=f"of {role}",
                account=f"of {role}",
                role=role,
                data_sources=None,
                read_only=False,
                proxy=None,
                seconds_to_live=0,
            )
        return client.open(path, method=method, headers={"Authorization": f"Bearer {tokens[role]}"}, **given)

    return sent


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("GET", "/api/sluice/nothing", None, 404, "Not Found."),
        ("PATCH", f"{_TOKENS}/1", {}, 405, "Method Not Allowed."),
        ("GET", f"{_TOKENS}/1000000", None, 404, "The organization has no service account token with this id."),
        ("GET", f"{_TOKENS}/one", None, 400, "A token's id is a number."),
        ("DELETE", f"{_TOKENS}/1000000", None, 404, "The organization has no service account token with this id."),
        ("POST", f"{_TOKENS}/1000000/rotate", {}, 404, "The organization has no service account token with this id."),
        ("POST", f"{_TOKENS}/1/rotate", {"overlapSeconds": -1}, 400, "The body does not fit RotationBody."),
        ("POST", f"{_TOKENS}/1/rotate", {"overlapSeconds": 2_592_001}, 400, "The body does not fit RotationBody."),
        ("POST", _TOKENS, {}, 400, "The body does not fit NewTokenBody."),
        ("POST", _TOKENS, {"name": "x", "role": "Owner"}, 400, "The body does not fit NewTokenBody."),
        ("POST", _TOKENS, {"name": "x", "secondsToLive": -1}, 400, "A token cannot live less than no time."),
        (
            "POST",
            _TOKENS,
            {"name": "x", "dataSources": ["nothing"]},
            404,
            "The organization has no data source with one of these uids.",
        ),
        (
            "POST",
            _TOKENS,
            {"name": "x", "dataSources": []},
            400,
            "Name 1 to 1000 data sources, or leave them out for all.",
        ),
        (
            "POST",
            _TOKENS,
            {"name": "of Admin", "serviceAccount": "x"},
            409,
            "The org has a token or API key 'of Admin' already: choose another name.",
        ),
        (
            "POST",
            _TOKENS,
            {"name": "x", "serviceAccount": "of Admin"},
            409,
            "The org has a service account 'of Admin' already, or one with the same login, or one with another role or "
            "disabled: choose another name.",
        ),
        ("GET", f"{_ACCESS_KEYS}/{_ACCESS_KEY_ID}", None, 405, "Method Not Allowed."),
        (
            "DELETE",
            f"{_ACCESS_KEYS}/{_ACCESS_KEY_ID}",
            None,
            404,
            "The organization has no access key with this id.",
        ),
        ("DELETE", f"{_ACCESS_KEYS}/%00", None, 404, "The organization has no access key with this id."),
        ("POST", _ACCESS_KEYS, {}, 400, "The body does not fit NewAccessKeyBody."),
        ("POST", _ACCESS_KEYS, {"login": ""}, 400, "The body does not fit NewAccessKeyBody."),
        ("POST", _ACCESS_KEYS, {"login": "x", "secondsToLive": -1}, 400, "A token cannot live less than no time."),
        (
            "POST",
            _ACCESS_KEYS,
            {"login": "nobody"},
            404,
            "The organization has no user or service account with this login.",
        ),
        ("POST", _TOKENS, {"name": "x" * 10_000}, 413, "The body has more than 10000 bytes."),
        ("PUT", "/api/sluice/org/settings", {"defaultQueryRole": "All"}, 400, "The body does not fit OrgSettingsBody."),
    ],
)
def test_what_stands_against_a_request_is_said(
    send: Send, method: str, path: str, body: Any, status: int, message: str
) -> None:
    response = send(method, path, json=body)
    assert (response.status_code, response.get_json()) == (status, {"message": message})


@pytest.mark.parametrize("body", ["{", "[]", "1", '"x"', "{'a': 1}"])
def test_a_body_that_is_no_object_is_refused(send: Send, body: str) -> None:
    response = send("POST", _TOKENS, data=body)
    assert response.status_code == 400
    assert response.get_json()["message"] in {"The body is not JSON.", "The body is not a JSON object."}


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("GET", _TOKENS, "serviceaccounts:read"),
        ("POST", _TOKENS, "serviceaccounts:write"),
        ("GET", f"{_TOKENS}/one", "serviceaccounts:read"),
        ("DELETE", f"{_TOKENS}/1", "serviceaccounts:write"),
        ("POST", f"{_TOKENS}/1/rotate", "serviceaccounts:write"),
        ("GET", _ACCESS_KEYS, "accesskeys:read"),
        ("POST", _ACCESS_KEYS, "accesskeys:create"),
        ("DELETE", f"{_ACCESS_KEYS}/{_ACCESS_KEY_ID}", "accesskeys:delete"),
        ("PUT", "/api/sluice/org/settings", "orgs:write"),
    ],
)
@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR], ids=str)
def test_who_may_not_is_told_so_before_anything_else(
    send: Send, method: str, path: str, action: str, role: Role
) -> None:
    response = send(method, path, role=role, data="{" if method in {"POST", "PUT"} else None)
    expected = {"message": f"You need the permission {action} for this."}
    assert (response.status_code, response.get_json()) == (403, expected)


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        (None, "Send a token (Authorization: Bearer ...) or a login and password."),
        ("Bearer nothing", "This token is not known here."),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", _TOKENS), ("GET", _ACCESS_KEYS), ("GET", "/api/sluice/org/settings")]
)
def test_who_does_not_sign_in_is_told_how(
    client: FlaskClient, method: str, path: str, authorization: str | None, message: str
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    response = client.open(path, method=method, headers=headers)
    assert (response.status_code, response.get_json()) == (401, {"message": message})
