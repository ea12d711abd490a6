"""Orgs: made, found, renamed and deleted, and what goes with them; over a real database."""

from collections.abc import Callable

import pytest

from app.identity.authentication import BearerToken
from app.identity.errors import (
    InvalidAccount,
    InvalidToken,
    LastOrg,
    OrgNameTaken,
    OrgNotFound,
    OwnOrgDeleted,
    PermissionDenied,
    ServiceAccountNotFound,
    TeamNotFound,
)
from app.identity.identity import Identity, system
from app.identity.orgs import Orgs
from app.identity.people_store import Org, Page
from app.identity.roles import Role
from app.registry.datasource import ByUid, NewDataSource
from app.registry.errors import DataSourceNotFound
from app.services import Services
from identity.callers import admin, caller, new_org
from identity.people import add_user, join, new_login, person, role_of, sign_in, signed_in
from installations import Installation

NO_ORG = 10**6
Act = Callable[[Orgs, Identity, int], object]

LOOKS: dict[str, Act] = {"get": lambda orgs, who, org: orgs.get(who, org)}
CHANGES: dict[str, Act] = {
    "rename": lambda orgs, who, org: orgs.rename(who, org, new_login()),
}
OF_THE_INSTALLATION: dict[str, Act] = {
    "list": lambda orgs, who, _: orgs.all(who, name="", page=Page()),
    "find by name": lambda orgs, who, _: orgs.by_name(who, "Main Org."),
    "create": lambda orgs, who, _: orgs.create(who, new_login()),
    "delete": lambda orgs, who, org: orgs.delete(who, org),
}


@pytest.fixture
def orgs(services: Services) -> Orgs:
    return services.orgs


@pytest.fixture
def name() -> str:
    return new_login()


def operator(org: int = 0) -> Identity:
    return system(org, "test")


def names(orgs: Orgs, *, name: str = "", query: str = "", number: int = 1, size: int = 5_000) -> list[str]:
    return [org.name for org in orgs.all(operator(), name=name, page=Page(query, number, size))]


@pytest.mark.parametrize("role", [*Role, None], ids=str)
@pytest.mark.parametrize("act", OF_THE_INSTALLATION.values(), ids=OF_THE_INSTALLATION.keys())
def test_only_server_admins_have_to_do_with_the_orgs_of_the_installation(
    orgs: Orgs, org: int, other_org: int, role: Role | None, act: Act
) -> None:
    before = names(orgs)
    for there in (org, other_org):
        with pytest.raises(PermissionDenied):
            act(orgs, caller(org, role), there)
    assert names(orgs) == before


@pytest.mark.parametrize("role", [*Role, None], ids=str)
def test_only_admins_rename_their_org(orgs: Orgs, org: int, role: Role | None, name: str) -> None:
    if role is Role.ADMIN:
        orgs.rename(caller(org, role), org, name)
        assert orgs.get(operator(), org).name == name
    else:
        with pytest.raises(PermissionDenied):
            orgs.rename(caller(org, role), org, name)


@pytest.mark.parametrize("role", Role, ids=str)
def test_every_member_sees_their_org(services: Services, orgs: Orgs, org: int, role: Role) -> None:
    assert orgs.get(person(services, org, role), org).id == org


@pytest.mark.parametrize("act", (LOOKS | CHANGES).values(), ids=(LOOKS | CHANGES).keys())
def test_an_admin_has_nothing_in_an_org_they_are_no_member_of(
    services: Services, orgs: Orgs, org: int, other_org: int, act: Act
) -> None:
    asking = person(services, org, Role.ADMIN)
    for there in (other_org, NO_ORG):
        with pytest.raises(PermissionDenied):
            act(orgs, asking, there)


@pytest.mark.parametrize(("there", "may"), [(Role.ADMIN, True), (Role.EDITOR, False)], ids=["admin", "editor"])
def test_the_role_in_the_other_org_counts_there(
    services: Services, orgs: Orgs, org: int, other_org: int, there: Role, may: bool
) -> None:
    asking = person(services, org, Role.EDITOR if may else Role.ADMIN)
    join(services, asking.id, other_org, there)
    assert orgs.get(asking, other_org).id == other_org
    if may:
        orgs.rename(asking, other_org, new_login())
    else:
        with pytest.raises(PermissionDenied):
            orgs.rename(asking, other_org, new_login())


def test_a_server_admin_renames_orgs_they_are_no_member_of(orgs: Orgs, org: int, other_org: int, name: str) -> None:
    orgs.rename(caller(org, None, server_admin=True), other_org, name)
    assert orgs.get(operator(), other_org) == Org(other_org, name)


@pytest.mark.parametrize("act", [*CHANGES.values(), *LOOKS.values(), OF_THE_INSTALLATION["delete"]])
def test_an_org_that_does_not_exist_is_told_to_server_admins(orgs: Orgs, org: int, act: Act) -> None:
    for number in (NO_ORG, 0, -1):
        with pytest.raises(OrgNotFound):
            act(orgs, caller(org, None, server_admin=True), number)


def test_an_org_name_is_given_once(orgs: Orgs, org: int, name: str) -> None:
    orgs.create(operator(), name)
    with pytest.raises(OrgNameTaken):
        orgs.create(operator(), name)
    with pytest.raises(OrgNameTaken):
        orgs.rename(operator(), org, name)


def test_an_org_may_keep_its_name(orgs: Orgs, org: int, name: str) -> None:
    orgs.rename(operator(), org, name)
    orgs.rename(operator(), org, name)
    assert orgs.get(operator(), org).name == name


@pytest.mark.parametrize("name", ["", "  ", "x" * 191, "a\0b"], ids=["empty", "blank", "191 characters", "NUL"])
def test_an_org_cannot_have_such_a_name(orgs: Orgs, org: int, name: str) -> None:
    with pytest.raises(InvalidAccount):
        orgs.create(operator(), name)
    with pytest.raises(InvalidAccount):
        orgs.rename(operator(), org, name)


def test_a_person_who_makes_an_org_is_its_admin(services: Services, orgs: Orgs, org: int, name: str) -> None:
    founder = person(services, org, Role.VIEWER, is_server_admin=True)
    made = orgs.create(founder, name)
    assert role_of(services, founder.id, made.id) is Role.ADMIN
    assert signed_in(services, founder.id).org_id == org


def test_the_operator_makes_an_org_without_members(services: Services, orgs: Orgs, name: str) -> None:
    made = orgs.create(operator(), name)
    assert services.members.all(operator(), made.id) == []


def test_an_org_is_found_by_exactly_its_name(orgs: Orgs, name: str) -> None:
    made = orgs.create(operator(), name)
    assert orgs.by_name(operator(), name) == made
    for other in (name.upper(), f"{name} ", name[:-1], "", "a\0b"):
        with pytest.raises(OrgNotFound):
            orgs.by_name(operator(), other)


def test_orgs_are_listed_by_name_in_pages_and_searched_in_any_case(orgs: Orgs, name: str) -> None:
    for prefix in "cab":
        orgs.create(operator(), f"{prefix}-{name}")
    in_order = [f"{prefix}-{name}" for prefix in "abc"]
    assert names(orgs, query=name.upper()) == in_order
    assert names(orgs, query=name, number=2, size=2) == in_order[2:]
    assert names(orgs, name=f"b-{name}") == [f"b-{name}"]
    assert names(orgs, name=name) == []


def test_nobody_deletes_the_org_they_work_in(services: Services, orgs: Orgs, org: int) -> None:
    asking = person(services, org, Role.ADMIN, is_server_admin=True)
    with pytest.raises(OwnOrgDeleted):
        orgs.delete(asking, org)
    assert orgs.get(asking, org).id == org


def test_the_only_org_is_not_deleted(sqlite_installation: Installation) -> None:
    orgs = sqlite_installation.services.orgs
    with pytest.raises(LastOrg):
        orgs.delete(operator(), 1)
    second = orgs.create(operator(), "second").id
    orgs.delete(operator(second), 1)
    assert names(orgs) == ["second"]


def test_a_deleted_org_is_gone_and_its_name_is_free(orgs: Orgs, name: str) -> None:
    made = orgs.create(operator(), name)
    orgs.delete(operator(), made.id)
    with pytest.raises(OrgNotFound):
        orgs.get(operator(), made.id)
    assert orgs.create(operator(), name).id > made.id


def test_service_accounts_and_their_tokens_go_with_their_org(services: Services, orgs: Orgs, org: int) -> None:
    going = new_org(services)
    account = services.service_accounts.create(admin(going), name="ci", role=Role.ADMIN, is_disabled=False)
    _, token = services.service_accounts.add_token(admin(going), account.id, name="one", seconds_to_live=0)
    _, key = services.api_keys.create(admin(going), name="two", role=Role.ADMIN, seconds_to_live=0)
    orgs.delete(operator(), going)
    for text in (token, key):
        with pytest.raises(InvalidToken):
            services.authenticator.authenticate(BearerToken(text), door="test", org_id=None)
    with pytest.raises(ServiceAccountNotFound):
        services.service_accounts.get(admin(going), account.id)


def test_data_sources_and_teams_go_with_their_org(services: Services, orgs: Orgs) -> None:
    going = new_org(services)
    team = services.teams.create(admin(going), name="crew", email="")
    made = services.registry.create(admin(going), NewDataSource(name="metrics", type="testdata", access="proxy"))
    orgs.delete(operator(), going)
    with pytest.raises(TeamNotFound):
        services.teams.get(admin(going), team.id)
    with pytest.raises(DataSourceNotFound):
        services.registry.get(admin(going), ByUid(made.uid))


def test_what_belongs_to_another_org_stays_when_one_is_deleted(services: Services, orgs: Orgs, org: int) -> None:
    going = new_org(services)
    account = services.service_accounts.create(admin(org), name="ci", role=Role.ADMIN, is_disabled=False)
    _, token = services.service_accounts.add_token(admin(org), account.id, name="one", seconds_to_live=0)
    team = services.teams.create(admin(org), name="crew", email="")
    made = services.registry.create(admin(org), NewDataSource(name="metrics", type="testdata", access="proxy"))
    orgs.delete(operator(), going)
    assert services.authenticator.authenticate(BearerToken(token), door="test", org_id=None).id == account.id
    assert services.teams.get(admin(org), team.id) == team
    assert services.registry.get(admin(org), ByUid(made.uid)) == made


def test_members_of_a_deleted_org_go_on_in_another_org_of_theirs(services: Services, orgs: Orgs, org: int) -> None:
    going = new_org(services)
    user_id = add_user(services, going, Role.ADMIN)
    join(services, user_id, org, Role.VIEWER)
    orgs.delete(operator(), going)
    after = signed_in(services, user_id)
    assert (after.org_id, after.role) == (org, Role.VIEWER)


def test_members_of_a_deleted_org_who_work_in_another_stay_there(services: Services, orgs: Orgs, org: int) -> None:
    going = new_org(services)
    user_id = add_user(services, org, Role.EDITOR)
    join(services, user_id, going, Role.ADMIN)
    join(services, user_id, new_org(services), Role.ADMIN)
    orgs.delete(operator(), going)
    assert signed_in(services, user_id).org_id == org


def test_who_was_only_in_a_deleted_org_signs_in_and_may_nothing(services: Services, orgs: Orgs) -> None:
    going, login = new_org(services), new_login()
    add_user(services, going, Role.ADMIN, login=login)
    orgs.delete(operator(), going)
    assert sign_in(services, login).role is None
    assert not sign_in(services, login).grants
