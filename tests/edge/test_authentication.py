from base64 import b64encode
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from flask import Blueprint, request
from flask.testing import FlaskClient
from werkzeug.wrappers import Response

from app.edge.authentication import (
    admitted,
    authenticate,
    authenticate_if_given,
    identity,
    identity_if_given,
    read_credentials,
)
from app.edge.errors import ErrorDoor, register_error_doors
from app.edge.flask_app import new_flask_app
from app.identity.authentication import BearerToken, Password
from app.identity.errors import PermissionDenied
from app.identity.identity import system
from app.identity.roles import Role
from app.services import Services
from installations import install


def _basic(text: str) -> str:
    return "Basic " + b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer glsa_x", "glsa_x"),
        ("Bearer  glsa_x", " glsa_x"),
        ("Bearer ", ""),
        (_basic("api_key:glsa_x"), "glsa_x"),
        (_basic("api_key:"), ""),
        (_basic("api_key:a:b"), "a:b"),
    ],
)
def test_a_token_is_read(header: str, token: str) -> None:
    assert read_credentials(header) == BearerToken(token)


@pytest.mark.parametrize(
    ("header", "login", "password"),
    [
        (_basic("user:password"), "user", "password"),
        (_basic("user:pass:word"), "user", "pass:word"),
        (_basic("user:"), "user", ""),
        (_basic(":password"), "", "password"),
        (_basic("ü:é"), "ü", "é"),
        (_basic("API_KEY:x"), "API_KEY", "x"),
    ],
)
def test_login_and_password_are_read(header: str, login: str, password: str) -> None:
    assert read_credentials(header) == Password(login, password)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "bearer glsa_x",
        "BEARER glsa_x",
        "basic dTpw",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic dXNlcg==",
        "Basic //79Og==",
        "Digest username=x",
        "Token x",
        "glsa_x",
        " Bearer x",
    ],
)
def test_what_cannot_be_read_is_no_credentials(header: str | None) -> None:
    assert read_credentials(header) is None


def test_what_is_printed_of_credentials_shows_no_secret() -> None:
    assert "hidden" not in repr(read_credentials("Bearer hidden"))
    assert "hidden" not in repr(read_credentials(_basic("user:hidden")))


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    made = install(tmp_path_factory.mktemp("authentication"), "")
    yield made.services
    made.close()


@pytest.fixture(scope="module")
def token(services: Services) -> str:
    operator = system(1, "test")
    account = services.service_accounts.create(operator, name="scripts", role=Role.VIEWER, is_disabled=False)
    return services.service_accounts.add_token(operator, account.id, name="one", seconds_to_live=0)[1]


Asked = list[dict[str, str]]


@pytest.fixture
def asked() -> Asked:
    """What the check before the view of ``/checked`` was called with."""
    return []


@pytest.fixture
def client(services: Services, asked: Asked) -> FlaskClient:
    """Five views: ``/open`` knows callers who say who they are, ``/closed`` knows all, ``/own`` in their own
    org and ``/pinned`` in org 2; ``/checked`` reads the body of requests that are admitted."""
    app = new_flask_app(services)
    app.register_blueprint(_view("open", authenticate_if_given("test"), _name_of_caller_if_given))
    app.register_blueprint(_view("closed", authenticate("test"), lambda: identity().login))
    app.register_blueprint(_view("own", authenticate("test", org=lambda _: None), lambda: identity().login))
    app.register_blueprint(_view("pinned", authenticate("test", org=lambda _: 2), lambda: identity().login))
    app.add_url_rule("/checked/<uid>/<part>", "checked", _checked(asked), methods=["POST"])
    register_error_doors(app, [ErrorDoor("", lambda exc: Response(type(exc).__name__, status=400))])
    return app.test_client()


def _view(name: str, before: Callable[[], None], view: Callable[[], str]) -> Blueprint:
    blueprint = Blueprint(name, __name__)
    blueprint.before_request(before)
    blueprint.add_url_rule(f"/{name}", name, view)
    return blueprint


def _name_of_caller_if_given() -> str:
    caller = identity_if_given()
    return "nobody" if caller is None else f"{caller.kind} {caller.login} through {caller.door}"


def _checked(asked: Asked) -> Callable[..., str]:
    def check(**path: str) -> None:
        asked.append(path)
        if path["uid"] != "abc":
            raise PermissionDenied("x")

    @admitted(check)
    def view(uid: str, part: str) -> str:
        return f"{uid} {part} {request.get_data(as_text=True)}"

    return view


def _get(client: FlaskClient, path: str, authorization: str | None) -> tuple[int, str]:
    response = client.get(path, headers={} if authorization is None else {"Authorization": authorization})
    return response.status_code, response.text


def test_who_gives_no_credentials_may_be_let_in_as_nobody(client: FlaskClient) -> None:
    assert _get(client, "/open", None) == (200, "nobody")
    assert _get(client, "/closed", None) == (400, "NotAuthenticated")


def test_who_gives_credentials_is_known_also_where_none_are_needed(client: FlaskClient, token: str) -> None:
    assert _get(client, "/open", f"Bearer {token}") == (200, "service_account sa-1-scripts through test")
    assert _get(client, "/closed", f"Bearer {token}") == (200, "sa-1-scripts")


@pytest.mark.parametrize(
    ("header", "error"),
    [
        ("Bearer glsa_wrong", "InvalidToken"),
        ("Bearer ", "InvalidToken"),
        (_basic("admin:wrong"), "WrongPassword"),
        (_basic("admin:"), "EmptyPassword"),
        ("Digest username=x", "NotAuthenticated"),
        ("x", "NotAuthenticated"),
    ],
)
@pytest.mark.parametrize("path", ["/open", "/closed"])
def test_wrong_credentials_are_refused_also_where_none_are_needed(
    client: FlaskClient, path: str, header: str, error: str
) -> None:
    assert _get(client, path, header) == (400, error)


def test_one_request_leaves_no_caller_for_the_next(client: FlaskClient, token: str) -> None:
    assert _get(client, "/open", f"Bearer {token}")[1] != "nobody"
    assert _get(client, "/open", None) == (200, "nobody")


def test_a_check_is_told_the_variables_of_the_path(client: FlaskClient, asked: Asked) -> None:
    assert client.post("/checked/abc/x%2Dy", data=b"body").text == "abc x-y body"
    assert asked == [{"uid": "abc", "part": "x-y"}]


@pytest.mark.parametrize(
    ("uid", "answer", "read"), [("abc", (200, "abc x body"), 4), ("other", (400, "PermissionDenied"), 0)]
)
def test_a_request_that_a_check_refuses_reaches_no_view_and_its_body_is_not_read(
    client: FlaskClient, uid: str, answer: tuple[int, str], read: int
) -> None:
    body = BytesIO(b"body")
    given = {"wsgi.input": body, "CONTENT_LENGTH": "4"}
    response = client.post(f"/checked/{uid}/x", environ_overrides=given)
    assert ((response.status_code, response.text), body.tell()) == (answer, read)


def test_a_door_with_its_own_way_to_name_the_org_does_not_look_at_the_header(client: FlaskClient, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "X-Grafana-Org-Id": "2"}
    assert client.get("/closed", headers=headers).text == "TokenOfAnotherOrg"
    assert client.get("/own", headers=headers).status_code == 200


def test_a_door_can_be_pinned_to_an_org(client: FlaskClient, token: str) -> None:
    assert client.get("/pinned", headers={"Authorization": f"Bearer {token}"}).text == "TokenOfAnotherOrg"
