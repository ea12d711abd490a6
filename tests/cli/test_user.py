"""``sluice user``: whoever is made here can sign in."""

import pytest

from app.bootstrap import build_prepared
from app.identity.authentication import Password
from app.identity.errors import WrongPassword
from app.identity.identity import Identity
from app.identity.roles import Role
from app.settings import Settings as ServiceSettings
from cli.commands import printed, refusal, sluice
from cli.conftest import Settings
from servers.gunicorn import ADMIN_PASSWORD

PASSWORD = "correct-horse"


def signed_in(settings: Settings, login: str, password: str) -> Identity:
    services = build_prepared(ServiceSettings.from_environment(settings))
    try:
        return services.authenticator.authenticate(Password(login, password), door="test", org_id=None)
    finally:
        services.storage.database.close()


def create(settings: Settings, *options: str, login: str = "ada") -> str:
    with_password = {**settings, "SLUICE_PASSWORD": PASSWORD}
    return printed(sluice(with_password, "user", "create", "--login", login, *options))


def test_create_prints_only_the_id_of_a_user_who_can_sign_in(prepared: Settings) -> None:
    number = int(create(prepared))
    identity = signed_in(prepared, "ada", PASSWORD)
    assert (identity.id, identity.org_id, identity.role) == (number, 1, Role.VIEWER)
    assert not identity.is_server_admin


def test_create_gives_what_its_options_say(prepared: Settings) -> None:
    org = printed(sluice(prepared, "org", "create", "--name", "Acme")).strip()
    create(prepared, "--email", "ada@example.org", "--org", org, "--role", "Editor", "--server-admin")
    identity = signed_in(prepared, "ada@example.org", PASSWORD)
    assert (identity.login, identity.org_id, identity.role) == ("ada", int(org), Role.EDITOR)
    assert identity.is_server_admin


def test_create_asks_twice_for_a_password_that_is_not_given(prepared: Settings) -> None:
    typed = "typed-password\ntyped-password\n"
    assert sluice(prepared, "user", "create", "--login", "ada", typed=typed).returncode == 0
    assert signed_in(prepared, "ada", "typed-password").login == "ada"


def test_a_typed_password_is_not_shown(prepared: Settings) -> None:
    done = sluice(prepared, "user", "create", "--login", "ada", typed="typed-password\ntyped-password\n")
    assert "typed-password" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("login", "options", "password", "words"),
    [
        ("admin", (), PASSWORD, "taken"),
        ("a:b", (), PASSWORD, "colon"),
        (" ", (), PASSWORD, "login"),
        ("ada", (), "123", "password"),
        ("ada", ("--org", "77"), PASSWORD, "no org 77"),
        ("ada", ("--email", "admin@localhost"), PASSWORD, "taken"),
    ],
    ids=["taken login", "colon", "empty login", "short password", "unknown org", "taken email"],
)
def test_a_user_who_cannot_be_made_is_refused(
    prepared: Settings, login: str, options: tuple[str, ...], password: str, words: str
) -> None:
    with_password = {**prepared, "SLUICE_PASSWORD": password}
    assert words in refusal(sluice(with_password, "user", "create", "--login", login, *options)).lower()


def test_a_role_that_does_not_exist_is_a_mistake_of_usage(prepared: Settings) -> None:
    done = sluice({**prepared, "SLUICE_PASSWORD": PASSWORD}, "user", "create", "--login", "ada", "--role", "King")
    assert done.returncode == 2
    assert "Viewer" in done.stderr


def test_password_sets_another_and_the_old_one_stops(prepared: Settings) -> None:
    printed(sluice({**prepared, "SLUICE_PASSWORD": PASSWORD}, "user", "password", "--login", "admin"))
    assert signed_in(prepared, "admin", PASSWORD).is_server_admin
    with pytest.raises(WrongPassword):
        signed_in(prepared, "admin", ADMIN_PASSWORD)


def test_the_password_of_nobody_cannot_be_set(prepared: Settings) -> None:
    given = {**prepared, "SLUICE_PASSWORD": PASSWORD}
    assert "'nobody'" in refusal(sluice(given, "user", "password", "--login", "nobody"))


def test_the_password_of_a_service_account_cannot_be_set(prepared: Settings) -> None:
    printed(sluice(prepared, "token", "create", "--org", "1", "--role", "Viewer", "--name", "robot"))
    given = {**prepared, "SLUICE_PASSWORD": PASSWORD}
    assert "no user" in refusal(sluice(given, "user", "password", "--login", "sa-1-robot"))
