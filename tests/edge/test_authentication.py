from base64 import b64encode

import pytest

from app.edge.authentication import read_credentials
from app.identity.authentication import BearerToken, Password


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
