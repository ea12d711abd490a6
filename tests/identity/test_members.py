"""Who is in an org and with which role, over a real database."""

from collections.abc import Callable

import pytest

from app.identity.authentication import BearerToken
from app.identity.errors import (
    AlreadyMember,
    MemberNotFound,
    OrgNotFound,
    PermissionDenied,
    RoleTooHigh,
    UserNotFound,
)
from app.identity.identity import Identity, system
from app.identity.members import Members
from app.identity.roles import Role
from app.services import Services
from identity.callers import admin, caller, editor_with_the_grants_of_an_admin
from identity.people import add_user, join, new_login, person, role_of, sign_in, signed_in, users_of

NO_ORG = 10**6
Act = Callable[[Members, Identity, int, int], object]

ACTS: dict[str, Act] = {
    "list": lambda members, who, org, _: members.all(who, org),
    "add": lambda members, who, org, _: members.add(who, org, login="admin", role=Role.VIEWER),
    "change": lambda members, who, org, user_id: members.change(who, org, user_id, Role.VIEWER),
    "remove": lambda members, who, org, user_id: members.remove(who, org, user_id),
}


@pytest.fixture
def members(services: Services) -> Members:
    return services.members


def operator(org: int) -> Identity:
    return system(org, "test")


def logins(members: Members, org: int, query: str = "") -> list[str]:
    return [member.user.login for member in members.all(operator(org), org, query=query)]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, None], ids=str)
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_only_admins_have_to_do_with_the_members(
    services: Services, members: Members, org: int, role: Role | None, act: Act
) -> None:
    user_id = add_user(services, org)
    with pytest.raises(PermissionDenied):
        act(members, caller(org, role), org, user_id)
    assert role_of(services, user_id, org) is Role.EDITOR


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_an_org_admin_may_do_it_in_their_own_org(services: Services, members: Members, org: int, act: Act) -> None:
    act(members, person(services, org, Role.ADMIN), org, add_user(services, org))


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_a_server_admin_may_do_it_in_an_org_they_are_no_member_of(
    services: Services, members: Members, org: int, other_org: int, act: Act
) -> None:
    asking = person(services, org, Role.VIEWER, is_server_admin=True)
    act(members, asking, other_org, add_user(services, other_org))


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_an_admin_may_do_nothing_of_it_in_an_org_where_their_role_is_lower(
    services: Services, members: Members, org: int, other_org: int, act: Act
) -> None:
    asking, user_id = person(services, org, Role.ADMIN), add_user(services, other_org)
    with pytest.raises(PermissionDenied):
        act(members, asking, other_org, user_id)
    join(services, asking.id, other_org, Role.EDITOR)
    with pytest.raises(PermissionDenied):
        act(members, asking, other_org, user_id)
    assert role_of(services, user_id, other_org) is Role.EDITOR


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_who_is_admin_of_another_org_may_do_it_there_from_here(
    services: Services, members: Members, org: int, other_org: int, act: Act
) -> None:
    asking = person(services, org, Role.VIEWER)
    join(services, asking.id, other_org, Role.ADMIN)
    act(members, asking, other_org, add_user(services, other_org))


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_an_org_that_does_not_exist_is_told_to_server_admins(
    services: Services, members: Members, org: int, act: Act
) -> None:
    with pytest.raises(OrgNotFound):
        act(members, caller(org, None, server_admin=True), NO_ORG, add_user(services, org))


def test_members_are_listed_by_login_with_their_roles(services: Services, members: Members, org: int) -> None:
    word = new_login()
    for prefix, role in (("c", Role.VIEWER), ("a", Role.ADMIN), ("b", Role.EDITOR)):
        add_user(services, org, role, login=f"{prefix}-{word}")
    listed = members.all(operator(org), org)
    assert [(member.user.login, member.role, member.org_id) for member in listed] == [
        (f"a-{word}", Role.ADMIN, org),
        (f"b-{word}", Role.EDITOR, org),
        (f"c-{word}", Role.VIEWER, org),
    ]


def test_members_are_searched_by_login_email_and_name_in_any_case(
    services: Services, members: Members, org: int
) -> None:
    word = new_login()
    by_login = add_user(services, org, login=f"c-{word}")
    by_email = add_user(services, org, login=f"b-{new_login()}", email=f"{word}@example.org")
    add_user(services, org)
    assert [member.user.id for member in members.all(operator(org), org, query=word.upper())] == [by_email, by_login]


def test_members_of_another_org_are_not_listed(services: Services, members: Members, org: int, other_org: int) -> None:
    add_user(services, other_org)
    assert logins(members, org) == []


def test_a_member_of_two_orgs_has_a_role_in_each(
    services: Services, members: Members, org: int, other_org: int
) -> None:
    login = new_login()
    user_id = add_user(services, org, Role.ADMIN, login=login)
    assert members.add(operator(other_org), other_org, login=login, role=Role.VIEWER) == user_id
    assert sign_in(services, login).role == Role.ADMIN
    assert sign_in(services, login, org_id=other_org).role == Role.VIEWER


def test_a_user_becomes_a_member_by_their_email_too(services: Services, members: Members, org: int) -> None:
    email = f"{new_login()}@example.org"
    user_id = add_user(services, 1, email=email)
    assert members.add(operator(org), org, login=email.upper(), role=Role.VIEWER) == user_id


def test_a_user_has_no_role_where_they_are_no_member(services: Services, org: int, other_org: int) -> None:
    assert person(services, org, Role.ADMIN, now_in=other_org).role is None


def test_nobody_becomes_a_member_twice(services: Services, members: Members, org: int) -> None:
    login = new_login()
    user_id = add_user(services, org, Role.VIEWER, login=login)
    with pytest.raises(AlreadyMember):
        members.add(operator(org), org, login=login, role=Role.ADMIN)
    assert role_of(services, user_id, org) is Role.VIEWER


@pytest.mark.parametrize("login", ["nobody", "", "a\0b"], ids=["stranger", "nothing", "NUL"])
def test_somebody_who_does_not_exist_becomes_no_member(members: Members, org: int, login: str) -> None:
    with pytest.raises(UserNotFound):
        members.add(operator(org), org, login=login, role=Role.ADMIN)


def test_a_service_account_becomes_no_member(services: Services, members: Members, org: int, other_org: int) -> None:
    robot = services.service_accounts.create(admin(org), name="ci", role=Role.VIEWER, is_disabled=False)
    with pytest.raises(UserNotFound):
        members.add(operator(other_org), other_org, login=robot.login, role=Role.VIEWER)


@pytest.mark.parametrize("act", ["change", "remove"])
def test_who_is_no_member_is_not_found(
    services: Services, members: Members, org: int, other_org: int, act: str
) -> None:
    elsewhere = add_user(services, other_org)
    for number in (elsewhere, 10**6, 0, -1):
        with pytest.raises(MemberNotFound):
            ACTS[act](members, operator(org), org, number)
    assert role_of(services, elsewhere, other_org) is Role.EDITOR


@pytest.mark.parametrize("act", ["change", "remove"])
def test_a_service_account_is_no_member(services: Services, members: Members, org: int, act: str) -> None:
    robot = services.service_accounts.create(admin(org), name="ci", role=Role.EDITOR, is_disabled=False)
    assert logins(members, org) == []
    with pytest.raises(MemberNotFound):
        ACTS[act](members, operator(org), org, robot.id)
    assert services.service_accounts.get(admin(org), robot.id) == robot


def test_a_role_that_is_changed_counts_with_the_next_request(services: Services, members: Members, org: int) -> None:
    user_id = add_user(services, org, Role.VIEWER)
    assert signed_in(services, user_id).role is Role.VIEWER
    members.change(operator(org), org, user_id, Role.EDITOR)
    assert signed_in(services, user_id).role is Role.EDITOR


def test_a_role_is_changed_in_the_one_org_only(services: Services, members: Members, org: int, other_org: int) -> None:
    user_id = add_user(services, org, Role.VIEWER)
    join(services, user_id, other_org, Role.VIEWER)
    members.change(operator(org), org, user_id, Role.ADMIN)
    assert (role_of(services, user_id, org), role_of(services, user_id, other_org)) == (Role.ADMIN, Role.VIEWER)


def test_nobody_hands_out_a_role_above_their_own(services: Services, members: Members, org: int) -> None:
    asking, user_id, login = editor_with_the_grants_of_an_admin(org), add_user(services, org, Role.VIEWER), new_login()
    joining = add_user(services, 1, login=login)
    with pytest.raises(RoleTooHigh):
        members.add(asking, org, login=login, role=Role.ADMIN)
    with pytest.raises(RoleTooHigh):
        members.change(asking, org, user_id, Role.ADMIN)
    assert (role_of(services, joining, org), role_of(services, user_id, org)) == (None, Role.VIEWER)


@pytest.mark.parametrize("act", ["change", "remove"])
def test_nobody_takes_a_role_above_their_own(services: Services, members: Members, org: int, act: str) -> None:
    boss = add_user(services, org, Role.ADMIN)
    add_user(services, org, Role.ADMIN)
    with pytest.raises(RoleTooHigh):
        ACTS[act](members, editor_with_the_grants_of_an_admin(org), org, boss)
    assert role_of(services, boss, org) is Role.ADMIN


def test_a_token_has_nothing_in_another_org(services: Services, members: Members, org: int, other_org: int) -> None:
    robot = services.service_accounts.create(admin(org), name="ci", role=Role.ADMIN, is_disabled=False)
    _, text = services.service_accounts.add_token(admin(org), robot.id, name="one", seconds_to_live=0)
    token = services.authenticator.authenticate(BearerToken(text), door="test", org_id=None)
    user_id = add_user(services, other_org)
    for act in ACTS.values():
        with pytest.raises(PermissionDenied):
            act(members, token, other_org, user_id)


def test_a_deleted_user_is_no_member(services: Services, members: Members, org: int) -> None:
    user_id = add_user(services, org)
    users_of(services).delete(operator(org), user_id)
    assert logins(members, org) == []
