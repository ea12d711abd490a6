"""Orgs and the people in them, over a real database."""

import secrets

import pytest

from app.identity.authentication import Password
from app.identity.directory import Directory
from app.identity.errors import (
    AlreadyMember,
    InvalidAccount,
    LoginTaken,
    OrgNameTaken,
    OrgNotFound,
    PermissionDenied,
    UserNotFound,
    WrongPassword,
)
from app.identity.identity import Identity, system
from app.identity.passwords import Passwords
from app.identity.roles import Role
from app.services import Services
from identity.callers import admin, caller

PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def directory(services: Services) -> Directory:
    """With few rounds of hashing."""
    return Directory(services.storage.directories, services.storage.audit, Passwords(100))


@pytest.fixture
def login() -> str:
    """Logins are unique over all orgs."""
    return f"user-{secrets.token_hex(6)}"


def add(directory: Directory, org: int, login: str, *, email: str = "", role: Role = Role.EDITOR) -> int:
    return directory.create_user(
        system(org, "test"), login=login, password=PASSWORD, email=email, role=role, is_server_admin=False
    )


def sign_in(services: Services, login: str, password: str = PASSWORD, org_id: int | None = None) -> Identity:
    return services.authenticator.authenticate(Password(login, password), door="test", org_id=org_id)


def test_an_org_name_is_given_once(directory: Directory, login: str) -> None:
    directory.create_org(system(0, "test"), login)
    with pytest.raises(OrgNameTaken):
        directory.create_org(system(0, "test"), login)


@pytest.mark.parametrize("name", ["", "  ", "x" * 191, "a\0b"], ids=["empty", "blank", "191 characters", "NUL"])
def test_an_org_cannot_have_such_a_name(directory: Directory, name: str) -> None:
    with pytest.raises(InvalidAccount):
        directory.create_org(system(0, "test"), name)


@pytest.mark.parametrize("role", [*Role, None], ids=str)
def test_only_server_admins_make_orgs_and_users(directory: Directory, org: int, login: str, role: Role | None) -> None:
    with pytest.raises(PermissionDenied):
        directory.create_org(caller(org, role), login)
    with pytest.raises(PermissionDenied):
        directory.create_user(
            caller(org, role), login=login, password=PASSWORD, email="", role=Role.VIEWER, is_server_admin=True
        )
    with pytest.raises(PermissionDenied):
        directory.set_password(caller(org, role), "admin", PASSWORD)
    with pytest.raises(PermissionDenied):
        directory.add_member(caller(org, role), "admin", Role.ADMIN)


def test_a_user_signs_in_with_the_role_and_the_org_they_were_given(
    services: Services, directory: Directory, org: int, login: str
) -> None:
    user_id = add(directory, org, login)
    identity = sign_in(services, login)
    assert (identity.id, identity.login, identity.org_id, identity.role) == (user_id, login, org, Role.EDITOR)
    assert not identity.is_server_admin


def test_a_user_signs_in_with_their_email_in_any_letter_case(
    services: Services, directory: Directory, org: int, login: str
) -> None:
    add(directory, org, login, email=f"{login}@Example.org")
    assert sign_in(services, f"{login}@example.ORG").login == login


def test_users_without_email_do_not_collide(directory: Directory, org: int, login: str) -> None:
    assert add(directory, org, login) != add(directory, org, f"{login}-2")


def test_a_login_is_given_once_over_all_orgs(directory: Directory, org: int, other_org: int, login: str) -> None:
    add(directory, org, login)
    with pytest.raises(LoginTaken):
        add(directory, other_org, login)


def test_an_email_is_given_once(directory: Directory, org: int, login: str) -> None:
    add(directory, org, login, email=f"{login}@example.org")
    with pytest.raises(LoginTaken):
        add(directory, org, f"{login}-2", email=f"{login}@EXAMPLE.org")


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("", PASSWORD),
        (" ", PASSWORD),
        ("x" * 191, PASSWORD),
        ("a\0b", PASSWORD),
        ("a:b", PASSWORD),
        ("good", "abc"),
        ("good", ""),
        ("good", "x" * 4_097),
    ],
    ids=[
        "empty login",
        "blank login",
        "long login",
        "NUL in the login",
        "colon in the login",
        "short password",
        "empty password",
        "password that is too long to hash",
    ],
)
def test_such_a_user_cannot_be(directory: Directory, org: int, login: str, password: str) -> None:
    with pytest.raises(InvalidAccount):
        directory.create_user(
            system(org, "test"), login=login, password=password, email="", role=Role.VIEWER, is_server_admin=False
        )


def test_no_refusal_shows_the_password(directory: Directory, org: int, login: str) -> None:
    add(directory, org, login)
    with pytest.raises(LoginTaken) as refused:
        add(directory, org, login)
    assert PASSWORD not in repr(refused.value)


def test_a_user_of_an_org_that_does_not_exist_is_not_made(services: Services, directory: Directory, login: str) -> None:
    with pytest.raises(OrgNotFound):
        add(directory, 10**6, login)
    with pytest.raises(WrongPassword):
        sign_in(services, login)


def test_after_a_change_only_the_new_password_signs_in(
    services: Services, directory: Directory, org: int, login: str
) -> None:
    add(directory, org, login)
    sign_in(services, login)
    directory.set_password(system(org, "test"), login, "battery staple")
    with pytest.raises(WrongPassword):
        sign_in(services, login)
    assert sign_in(services, login, "battery staple").login == login


def test_a_password_that_is_too_short_is_not_set(
    services: Services, directory: Directory, org: int, login: str
) -> None:
    add(directory, org, login)
    with pytest.raises(InvalidAccount):
        directory.set_password(system(org, "test"), login, "abc")
    assert sign_in(services, login).login == login


def test_an_unknown_user_gets_no_password(directory: Directory, org: int, login: str) -> None:
    with pytest.raises(UserNotFound):
        directory.set_password(system(org, "test"), login, PASSWORD)


def test_a_service_account_gets_no_password(services: Services, directory: Directory, org: int) -> None:
    account = services.service_accounts.create(admin(org), name="ci", role=Role.ADMIN, is_disabled=False)
    with pytest.raises(UserNotFound):
        directory.set_password(system(org, "test"), account.login, PASSWORD)
    with pytest.raises(WrongPassword):
        sign_in(services, account.login)


def test_a_member_of_two_orgs_has_a_role_in_each(
    services: Services, directory: Directory, org: int, other_org: int, login: str
) -> None:
    add(directory, org, login, role=Role.ADMIN)
    directory.add_member(system(other_org, "test"), login, Role.VIEWER)
    assert sign_in(services, login).role == Role.ADMIN
    assert sign_in(services, login, org_id=other_org).role == Role.VIEWER


def test_a_user_has_no_role_where_they_are_no_member(
    services: Services, directory: Directory, org: int, other_org: int, login: str
) -> None:
    add(directory, org, login, role=Role.ADMIN)
    assert sign_in(services, login, org_id=other_org).role is None


def test_nobody_becomes_a_member_twice(directory: Directory, org: int, login: str) -> None:
    add(directory, org, login)
    with pytest.raises(AlreadyMember):
        directory.add_member(system(org, "test"), login, Role.ADMIN)


def test_somebody_who_does_not_exist_becomes_no_member(directory: Directory, org: int) -> None:
    with pytest.raises(UserNotFound):
        directory.add_member(system(org, "test"), "nobody", Role.ADMIN)
