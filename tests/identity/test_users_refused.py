"""Logins, addresses, names and passwords that no user can have, over a real database."""

import pytest

from app.identity.errors import InvalidAccount, TooBusy
from app.identity.identity import Identity, system
from app.identity.passwords import Passwords, TooManyAtOnce
from app.identity.people_store import Page
from app.identity.roles import Role
from app.identity.users import Users
from app.services import Services
from identity.people import PASSWORD, add_user, new_login, sign_in, users_of

LOGINS = {
    "empty": "",
    "blank": " ",
    "long": "x" * 191,
    "NUL": "a\0b",
    "colon": "a:b",
    "blank before": " ada",
    "blank after": "ada ",
    "line break after": "ada\n",
    "the name that tokens come with": "api_key",
    "like a service account's": "sa-1-ci",
}
EMAILS = {"long": "x" * 191, "NUL": "a\0b"}
NAMES = {"blank": " ", "long": "x" * 191, "NUL": "a\0b"}
PASSWORDS = {"short": "abc", "empty": "", "too long to hash": "x" * 4_097}


class Crowded(Passwords):
    """So many passwords are being hashed that no other is."""

    def hash(self, password: str) -> str:
        raise TooManyAtOnce


@pytest.fixture
def users(services: Services) -> Users:
    return users_of(services)


def operator(org: int) -> Identity:
    return system(org, "test")


def create(
    users: Users, org: int, *, login: str = "", email: str = "", name: str = "", password: str = PASSWORD
) -> int:
    return users.create(
        operator(org), login=login, password=password, email=email, name=name, role=Role.VIEWER, is_server_admin=False
    )


@pytest.mark.parametrize("login", LOGINS.values(), ids=LOGINS.keys())
def test_nobody_has_such_a_login(users: Users, org: int, login: str) -> None:
    before = users.search(operator(org), Page())
    with pytest.raises(InvalidAccount):
        create(users, org, login=login)
    assert users.search(operator(org), Page()) == before


@pytest.mark.parametrize("login", [login for login in LOGINS.values() if login], ids=[*LOGINS][1:])
def test_nobody_is_renamed_to_such_a_login(services: Services, users: Users, org: int, login: str) -> None:
    before = users.get(operator(org), add_user(services, org))
    with pytest.raises(InvalidAccount):
        users.change(operator(org), before.id, login=login, email="", name="")
    assert users.get(operator(org), before.id) == before


@pytest.mark.parametrize("email", EMAILS.values(), ids=EMAILS.keys())
def test_nobody_has_such_an_email(services: Services, users: Users, org: int, email: str) -> None:
    with pytest.raises(InvalidAccount):
        create(users, org, login=new_login(), email=email)
    with pytest.raises(InvalidAccount):
        users.change(operator(org), add_user(services, org), login="", email=email, name="")


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_nobody_has_such_a_name(services: Services, users: Users, org: int, name: str) -> None:
    with pytest.raises(InvalidAccount):
        create(users, org, login=new_login(), name=name)
    with pytest.raises(InvalidAccount):
        users.change(operator(org), add_user(services, org), login="", email="", name=name)


@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS.keys())
def test_nobody_has_such_a_password(users: Users, org: int, password: str) -> None:
    with pytest.raises(InvalidAccount):
        create(users, org, login=new_login(), password=password)


@pytest.mark.parametrize("login", ["sa", "sa-", "sa-x", "api_keys", "Api", "a b", "a@b.example", "é"])
def test_what_only_resembles_a_reserved_login_is_taken(services: Services, users: Users, org: int, login: str) -> None:
    user_id = create(users, org, login=login)
    assert sign_in(services, login).id == user_id
    users.delete(operator(org), user_id)


def test_where_too_many_passwords_are_hashed_a_user_is_made_later(services: Services, org: int) -> None:
    crowded, login = Users(services.storage.people, services.storage.audit, Crowded(100)), new_login()
    user_id = add_user(services, org, login=login)
    with pytest.raises(TooBusy):
        create(crowded, org, login=new_login())
    with pytest.raises(TooBusy):
        crowded.set_password(operator(org), user_id, "battery staple")
    assert sign_in(services, login).id == user_id
