"""What people may do with their own account: see it, choose the org they work in, and passwords."""

from typing import NoReturn

import pytest

from app.identity.authentication import Authenticator, BearerToken, LoginPolicy, Password
from app.identity.errors import (
    InvalidAccount,
    LoginBlocked,
    MemberNotFound,
    NotAUser,
    TooBusy,
    UserNotFound,
    WrongPassword,
)
from app.identity.identity import Identity, system
from app.identity.passwords import Passwords, TooManyAtOnce
from app.identity.people_store import Membership
from app.identity.roles import Role
from app.identity.users import Users
from app.services import Services
from identity.accounts_in_memory import sealing
from identity.callers import admin
from identity.people import PASSWORD, PASSWORDS, add_user, join, new_login, person, sign_in, signed_in, users_of

OTHER = "battery staple"
NOW = 1_700_000_000


class Crowded(Passwords):
    """So many are signing in that nobody else is verified."""

    def verify(self, password: str, stored: str | None) -> NoReturn:
        raise TooManyAtOnce


@pytest.fixture
def users(services: Services) -> Users:
    return users_of(services)


def tokens(services: Services, org: int) -> dict[str, Identity]:
    """Callers that are no people."""
    robot = services.service_accounts.create(admin(org), name="ci", role=Role.ADMIN, is_disabled=False)
    _, token = services.service_accounts.add_token(admin(org), robot.id, name="one", seconds_to_live=0)
    _, key = services.api_keys.create(admin(org), name="two", role=Role.ADMIN, seconds_to_live=0)
    by_text = services.authenticator.authenticate
    return {
        "service account": by_text(BearerToken(token), door="test", org_id=None),
        "api key": by_text(BearerToken(key), door="test", org_id=None),
        "operator": system(org, "test"),
    }


@pytest.mark.parametrize("kind", ["service account", "api key", "operator"])
def test_who_is_no_person_has_no_account_of_their_own(services: Services, users: Users, org: int, kind: str) -> None:
    asking = tokens(services, org)[kind]
    with pytest.raises(NotAUser):
        users.me(asking)
    with pytest.raises(NotAUser):
        users.my_orgs(asking)
    with pytest.raises(NotAUser):
        users.use_org(asking, org)
    with pytest.raises(NotAUser):
        users.change_my_password(asking, old=PASSWORD, new=OTHER)


@pytest.mark.parametrize("role", Role, ids=str)
def test_everybody_sees_their_own_account(services: Services, users: Users, org: int, role: Role) -> None:
    login = new_login()
    user_id = add_user(services, org, role, login=login, email=f"{login}@example.org")
    me = users.me(sign_in(services, login))
    assert (me.id, me.login, me.email, me.org_id) == (user_id, login, f"{login}@example.org", org)


def test_an_account_of_their_own_is_theirs_in_an_org_they_are_no_member_of(
    services: Services, users: Users, org: int, other_org: int
) -> None:
    asking = person(services, org, Role.VIEWER, now_in=other_org)
    assert users.me(asking).id == asking.id


def test_ones_own_orgs_are_listed_by_name_with_the_role_in_each(services: Services, users: Users, org: int) -> None:
    operator = system(0, "test")
    names = sorted(f"{prefix}-{new_login()}" for prefix in "ab")
    second, first = (services.orgs.create(operator, name) for name in reversed(names))
    user_id = add_user(services, second.id, Role.ADMIN)
    join(services, user_id, first.id, Role.VIEWER)
    assert users.my_orgs(signed_in(services, user_id)) == [
        Membership(first, Role.VIEWER),
        Membership(second, Role.ADMIN),
    ]
    assert users.orgs_of(operator, user_id) == users.my_orgs(signed_in(services, user_id))


def test_the_chosen_org_is_where_requests_run_that_name_none(
    services: Services, users: Users, org: int, other_org: int
) -> None:
    asking = person(services, org, Role.ADMIN)
    join(services, asking.id, other_org, Role.VIEWER)
    users.use_org(asking, other_org)
    later = signed_in(services, asking.id)
    assert (later.org_id, later.role) == (other_org, Role.VIEWER)


def test_the_org_of_a_request_can_be_chosen_from_within_it(
    services: Services, users: Users, org: int, other_org: int
) -> None:
    asking = person(services, org, Role.ADMIN)
    join(services, asking.id, other_org, Role.VIEWER)
    users.use_org(signed_in(services, asking.id, other_org), other_org)
    assert signed_in(services, asking.id).org_id == other_org


@pytest.mark.parametrize("is_server_admin", [False, True], ids=["user", "server admin"])
def test_an_org_of_others_cannot_be_chosen(
    services: Services, users: Users, org: int, other_org: int, is_server_admin: bool
) -> None:
    asking = person(services, org, Role.ADMIN, is_server_admin=is_server_admin)
    for there in (other_org, 10**6):
        with pytest.raises(MemberNotFound):
            users.use_org(asking, there)
    with pytest.raises(MemberNotFound):
        users.use_org(signed_in(services, asking.id, other_org), other_org)
    assert signed_in(services, asking.id).org_id == org


def test_after_a_change_only_the_new_password_signs_in(services: Services, users: Users, org: int) -> None:
    login = new_login()
    user_id = add_user(services, org, login=login)
    sign_in(services, login)
    users.set_password(system(org, "test"), user_id, OTHER)
    with pytest.raises(WrongPassword):
        sign_in(services, login)
    assert sign_in(services, login, OTHER).login == login


def test_whoever_knows_their_password_can_change_it(services: Services, users: Users, org: int) -> None:
    login = new_login()
    add_user(services, org, Role.VIEWER, login=login)
    users.change_my_password(sign_in(services, login), old=PASSWORD, new=OTHER)
    with pytest.raises(WrongPassword):
        sign_in(services, login)
    assert sign_in(services, login, OTHER).login == login


@pytest.mark.parametrize("old", ["wrong", "", OTHER], ids=["wrong", "empty", "the new one"])
def test_without_the_old_password_it_is_not_changed(services: Services, users: Users, org: int, old: str) -> None:
    login = new_login()
    add_user(services, org, login=login)
    with pytest.raises(WrongPassword):
        users.change_my_password(sign_in(services, login), old=old, new=OTHER)
    assert sign_in(services, login).login == login


def test_where_too_many_sign_in_the_old_password_is_asked_again_later(services: Services, org: int) -> None:
    login = new_login()
    add_user(services, org, login=login)
    crowded = Users(services.storage.people, services.storage.audit, Crowded(100))
    with pytest.raises(TooBusy):
        crowded.change_my_password(sign_in(services, login), old=PASSWORD, new=OTHER)
    assert sign_in(services, login).login == login


@pytest.mark.parametrize("password", ["", "abc", "x" * 4_097], ids=["empty", "short", "too long to hash"])
def test_such_a_password_is_not_set(services: Services, users: Users, org: int, password: str) -> None:
    login = new_login()
    user_id = add_user(services, org, login=login)
    with pytest.raises(InvalidAccount):
        users.set_password(system(org, "test"), user_id, password)
    with pytest.raises(InvalidAccount):
        users.change_my_password(sign_in(services, login), old=PASSWORD, new=password)
    assert sign_in(services, login).login == login


def test_an_unknown_user_gets_no_password(users: Users, org: int) -> None:
    with pytest.raises(UserNotFound):
        users.set_password(system(org, "test"), 10**6, PASSWORD)


def test_a_service_account_gets_no_password(services: Services, users: Users, org: int) -> None:
    account = services.service_accounts.create(admin(org), name="ci", role=Role.ADMIN, is_disabled=False)
    with pytest.raises(UserNotFound):
        users.set_password(system(org, "test"), account.id, PASSWORD)
    with pytest.raises(WrongPassword):
        sign_in(services, account.login)


def block(services: Services, name: str) -> None:
    """Five wrong passwords."""
    for _ in range(5):
        with pytest.raises(WrongPassword):
            sign_in_now(services, name, "wrong password")


def sign_in_now(services: Services, name: str, password: str) -> Identity:
    """At a time that stands still."""
    policy = LoginPolicy(passwords_allowed=True, block_after_wrong_passwords=True)
    storage = services.storage
    asking = Authenticator(storage.authentications, PASSWORDS, policy, lambda: NOW, storage.access_keys, sealing())
    return asking.authenticate(Password(name, password), door="test", org_id=None)


@pytest.mark.parametrize("tried", ["login", "email", "LOGIN"])
def test_a_new_password_lifts_the_block_of_the_login(services: Services, users: Users, org: int, tried: str) -> None:
    login = new_login()
    user_id = add_user(services, org, login=login, email=f"{login}@example.org")
    block(services, {"login": login, "email": f"{login}@example.org", "LOGIN": login.upper()}[tried])
    with pytest.raises(LoginBlocked):
        sign_in_now(services, login, PASSWORD)
    users.set_password(system(org, "test"), user_id, OTHER)
    assert sign_in_now(services, login, OTHER).id == user_id


def test_a_new_password_leaves_the_blocks_of_other_logins(services: Services, users: Users, org: int) -> None:
    login = new_login()
    add_user(services, org, login=login)
    block(services, login)
    users.set_password(system(org, "test"), add_user(services, org), OTHER)
    with pytest.raises(LoginBlocked):
        sign_in_now(services, login, PASSWORD)
