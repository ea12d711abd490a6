"""What a member loses who is removed from an org, and what stays, over a real database."""

import pytest

from app.identity.identity import Identity, system
from app.identity.members import Members
from app.identity.roles import Role
from app.registry.access import ForAccount, Level
from app.registry.datasource import ByUid, DataSource, NewDataSource
from app.services import Services
from identity.callers import admin
from identity.people import add_user, join, signed_in


@pytest.fixture
def members(services: Services) -> Members:
    return services.members


def operator(org: int) -> Identity:
    return system(org, "test")


def test_a_removed_member_may_nothing_with_the_next_request(services: Services, members: Members, org: int) -> None:
    user_id = add_user(services, org, Role.ADMIN)
    add_user(services, org, Role.ADMIN)
    members.remove(operator(org), org, user_id)
    after = signed_in(services, user_id)
    assert (after.role, dict(after.grants)) == (None, {})


def test_a_removed_member_goes_on_in_another_org_of_theirs(
    services: Services, members: Members, org: int, other_org: int
) -> None:
    user_id = add_user(services, org)
    join(services, user_id, other_org, Role.VIEWER)
    members.remove(operator(org), org, user_id)
    after = signed_in(services, user_id)
    assert (after.org_id, after.role) == (other_org, Role.VIEWER)


def test_a_removed_member_who_works_elsewhere_stays_there(
    services: Services, members: Members, org: int, other_org: int
) -> None:
    user_id = add_user(services, other_org)
    join(services, user_id, org, Role.VIEWER)
    join(services, user_id, 1, Role.VIEWER)
    members.remove(operator(org), org, user_id)
    assert signed_in(services, user_id).org_id == other_org


def test_who_is_in_no_org_and_joins_one_works_there(
    services: Services, members: Members, org: int, other_org: int
) -> None:
    user_id = add_user(services, org)
    members.remove(operator(org), org, user_id)
    join(services, user_id, other_org, Role.VIEWER)
    after = signed_in(services, user_id)
    assert (after.org_id, after.role) == (other_org, Role.VIEWER)


def data_source(services: Services, org: int) -> DataSource:
    return services.registry.create(admin(org), NewDataSource(name="metrics", type="testdata", access="proxy"))


def test_a_removed_member_loses_teams_and_permissions_in_that_org_for_good(
    services: Services, members: Members, org: int, other_org: int
) -> None:
    user_id = add_user(services, org, Role.VIEWER)
    join(services, user_id, other_org, Role.VIEWER)
    teams, given = {}, {}
    for there in (org, other_org):
        teams[there] = services.teams.create(admin(there), name="crew", email="").id
        services.teams.add_member(admin(there), teams[there], user_id)
        given[there] = ByUid(data_source(services, there).uid)
        services.permissions.set(admin(there), given[there], {ForAccount(user_id): Level.EDIT})
    members.remove(operator(org), org, user_id)
    join(services, user_id, org, Role.VIEWER)
    assert {there: signed_in(services, user_id, there).role for there in given} == {
        org: Role.VIEWER,
        other_org: Role.VIEWER,
    }
    assert {there: len(services.teams.members(admin(there), teams[there])) for there in teams} == {
        org: 0,
        other_org: 1,
    }
    levels = {
        there: [one.level for one in services.permissions.all(admin(there), ref) if one.grantee == ForAccount(user_id)]
        for there, ref in given.items()
    }
    assert levels == {org: [], other_org: [Level.EDIT]}
