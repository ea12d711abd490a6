"""People who sign in: made, found, changed and deleted by server admins, over a real database."""

from collections.abc import Callable

import pytest

from app.identity.errors import (
    AccountDisabled,
    LoginTaken,
    OrgNotFound,
    PermissionDenied,
    UserNotFound,
    WrongPassword,
)
from app.identity.identity import Identity, system
from app.identity.people_store import Page, User
from app.identity.roles import Role
from app.identity.users import Users
from app.services import Services
from identity.callers import admin, caller, new_org
from identity.people import PASSWORD, add_user, join, new_login, person, role_of, sign_in, users_of

Act = Callable[[Users, Identity, int], object]

# What only server admins may do with a user.
ACTS: dict[str, Act] = {
    "search": lambda users, who, _: users.search(who, Page()),
    "get": lambda users, who, user_id: users.get(who, user_id),
    "find by login": lambda users, who, _: users.by_login(who, "admin"),
    "orgs of": lambda users, who, user_id: users.orgs_of(who, user_id),
    "create": lambda users, who, _: users.create(
        who, login=new_login(), password=PASSWORD, email="", role=Role.VIEWER, is_server_admin=False
    ),
    "create elsewhere": lambda users, who, _: users.create(
        who, login=new_login(), password=PASSWORD, email="", role=Role.VIEWER, is_server_admin=True, org_id=1
    ),
    "change": lambda users, who, user_id: users.change(who, user_id, login="x", email="", name=""),
    "set the password": lambda users, who, user_id: users.set_password(who, user_id, "battery staple"),
    "disable": lambda users, who, user_id: users.set_disabled(who, user_id, is_disabled=True),
    "enable": lambda users, who, user_id: users.set_disabled(who, user_id, is_disabled=False),
    "make server admin": lambda users, who, user_id: users.set_server_admin(who, user_id, is_server_admin=True),
    "delete": lambda users, who, user_id: users.delete(who, user_id),
}


@pytest.fixture
def users(services: Services) -> Users:
    return users_of(services)


@pytest.fixture
def login() -> str:
    return new_login()


def operator(org: int) -> Identity:
    return system(org, "test")


def get(users: Users, user_id: int) -> User:
    return users.get(operator(1), user_id)


def logins(users: Users, query: str, number: int = 1, size: int = 9) -> tuple[int, list[str]]:
    total, page = users.search(operator(1), Page(query, number, size))
    return total, [user.login for user in page]


@pytest.mark.parametrize("role", [*Role, None], ids=str)
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_only_server_admins_have_to_do_with_the_users_of_the_installation(
    services: Services, users: Users, org: int, role: Role | None, act: Act
) -> None:
    user_id = add_user(services, org)
    before = users.search(operator(org), Page())
    with pytest.raises(PermissionDenied):
        act(users, caller(org, role), user_id)
    assert users.search(operator(org), Page()) == before


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_a_server_admin_may_though_they_are_in_no_org(services: Services, users: Users, org: int, act: Act) -> None:
    act(users, caller(org, None, server_admin=True), add_user(services, new_org(services)))


def test_a_user_signs_in_with_the_role_and_the_org_they_were_given(services: Services, org: int, login: str) -> None:
    user_id = add_user(services, org, Role.EDITOR, login=login)
    identity = sign_in(services, login)
    assert (identity.id, identity.login, identity.org_id, identity.role) == (user_id, login, org, Role.EDITOR)
    assert not identity.is_server_admin


def test_a_user_can_be_made_in_another_org_than_the_callers(
    services: Services, users: Users, org: int, other_org: int, login: str
) -> None:
    users.create(
        operator(org),
        login=login,
        password=PASSWORD,
        email="",
        role=Role.ADMIN,
        is_server_admin=False,
        org_id=other_org,
    )
    assert (sign_in(services, login).org_id, sign_in(services, login).role) == (other_org, Role.ADMIN)
    assert sign_in(services, login, org_id=org).role is None


def test_a_user_signs_in_with_their_email_in_any_letter_case(services: Services, org: int, login: str) -> None:
    add_user(services, org, login=login, email=f"{login}@Example.org")
    assert sign_in(services, f"{login}@example.ORG").login == login


def test_users_without_email_do_not_collide(services: Services, org: int) -> None:
    assert add_user(services, org) != add_user(services, org)


def test_a_login_is_given_once_over_all_orgs(services: Services, org: int, other_org: int, login: str) -> None:
    add_user(services, org, login=login)
    with pytest.raises(LoginTaken):
        add_user(services, other_org, login=login)


def test_an_email_is_given_once(services: Services, org: int, login: str) -> None:
    add_user(services, org, email=f"{login}@example.org")
    with pytest.raises(LoginTaken):
        add_user(services, org, email=f"{login}@EXAMPLE.org")


def test_no_refusal_shows_the_password(services: Services, org: int, login: str) -> None:
    add_user(services, org, login=login)
    with pytest.raises(LoginTaken) as refused:
        add_user(services, org, login=login)
    assert PASSWORD not in repr(refused.value)


def test_a_user_of_an_org_that_does_not_exist_is_not_made(services: Services, login: str) -> None:
    with pytest.raises(OrgNotFound):
        add_user(services, 10**6, login=login)
    with pytest.raises(WrongPassword):
        sign_in(services, login)


def test_without_a_name_a_user_has_their_login_as_name(services: Services, users: Users, org: int, login: str) -> None:
    assert get(users, add_user(services, org, login=login)).name == login


@pytest.mark.parametrize("asked", ["login", "email"])
def test_a_user_is_found_by_login_and_by_email_in_any_case(
    services: Services, users: Users, org: int, login: str, asked: str
) -> None:
    user_id = add_user(services, org, login=login, email=f"{login}@Example.org")
    wanted = {"login": login, "email": f"{login}@EXAMPLE.org"}[asked]
    assert users.by_login(operator(org), wanted).id == user_id


def test_users_are_searched_by_login_email_and_name(services: Services, users: Users, org: int, login: str) -> None:
    add_user(services, org, login=f"{login}-c")
    add_user(services, org, login=f"b-{login[5:]}", email=f"x.{login}@example.org")
    third = add_user(services, org, login=f"a-{login[5:]}")
    users.change(operator(org), third, login="", email="", name=f"Ms. {login.upper()}")
    found = [f"a-{login[5:]}", f"b-{login[5:]}", f"{login}-c"]
    assert logins(users, login.title()) == (3, found)
    assert logins(users, login, number=2, size=2) == (3, found[2:])


@pytest.mark.parametrize("act", ["get", "orgs of", "change", "set the password", "disable", "enable", "delete"])
def test_a_stranger_and_a_service_account_are_no_users(services: Services, users: Users, org: int, act: str) -> None:
    robot = services.service_accounts.create(admin(org), name="ci", role=Role.ADMIN, is_disabled=False)
    for number in (robot.id, 10**6, 0, -1, 2**63 - 1):
        with pytest.raises(UserNotFound):
            ACTS[act](users, operator(org), number)
    assert services.service_accounts.get(admin(org), robot.id) == robot


def test_a_service_account_is_not_found_by_its_login(services: Services, users: Users, org: int) -> None:
    robot = services.service_accounts.create(admin(org), name="ci", role=Role.ADMIN, is_disabled=False)
    with pytest.raises(UserNotFound):
        users.by_login(operator(org), robot.login)
    assert logins(users, robot.login) == (0, [])


def test_what_is_not_said_of_a_changed_user_stays(services: Services, users: Users, org: int, login: str) -> None:
    user_id = add_user(services, org, login=login, email=f"{login}@example.org")
    users.change(operator(org), user_id, login="", email="", name="Ada")
    changed = get(users, user_id)
    assert (changed.login, changed.email, changed.name) == (login, f"{login}@example.org", "Ada")
    users.change(operator(org), user_id, login=f"{login}-2", email="", name="")
    assert sign_in(services, f"{login}-2").id == user_id
    with pytest.raises(WrongPassword):
        sign_in(services, login)


def test_the_login_and_email_of_somebody_else_cannot_be_taken(
    services: Services, users: Users, org: int, login: str
) -> None:
    add_user(services, org, login=login, email=f"{login}@example.org")
    user_id = add_user(services, org)
    before = get(users, user_id)
    with pytest.raises(LoginTaken):
        users.change(operator(org), user_id, login=login, email="", name="")
    with pytest.raises(LoginTaken):
        users.change(operator(org), user_id, login="", email=f"{login}@Example.ORG", name="")
    assert get(users, user_id) == before


def test_a_disabled_user_cannot_sign_in_until_enabled(services: Services, users: Users, org: int, login: str) -> None:
    user_id = add_user(services, org, login=login)
    sign_in(services, login)
    users.set_disabled(operator(org), user_id, is_disabled=True)
    with pytest.raises(AccountDisabled):
        sign_in(services, login)
    users.set_disabled(operator(org), user_id, is_disabled=False)
    assert sign_in(services, login).role is Role.EDITOR


def test_a_server_admin_is_one_until_it_is_taken_back(services: Services, users: Users, org: int, login: str) -> None:
    user_id = add_user(services, org, login=login)
    users.set_server_admin(operator(org), user_id, is_server_admin=True)
    assert sign_in(services, login).may("users:delete")
    users.set_server_admin(operator(org), user_id, is_server_admin=False)
    assert not sign_in(services, login).may("users:delete")


def test_a_deleted_user_is_gone_from_every_org_and_team(
    services: Services, users: Users, org: int, other_org: int, login: str
) -> None:
    user_id = add_user(services, org, login=login)
    join(services, user_id, other_org, Role.VIEWER)
    team = services.teams.create(admin(other_org), name="crew", email="")
    services.teams.add_member(admin(other_org), team.id, user_id)
    users.delete(operator(org), user_id)
    with pytest.raises(WrongPassword):
        sign_in(services, login)
    assert (role_of(services, user_id, org), role_of(services, user_id, other_org)) == (None, None)
    assert services.teams.get(admin(other_org), team.id).members == 0


def test_the_number_of_a_deleted_user_is_not_given_again(services: Services, users: Users, org: int) -> None:
    first = person(services, org, Role.VIEWER).id
    users.delete(operator(org), first)
    assert add_user(services, org) > first
