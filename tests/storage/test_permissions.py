"""Rows of permissions: kept as they are given, and found for whom they concern, in their own org only."""

from dataclasses import replace

import pytest

from app.identity.roles import Role
from app.registry.access import ForAccount, ForRole, ForTeam, Grantee, Held, Level, Permission
from app.registry.datasource import ById
from app.services import Services, Storage
from installations import Installation
from storage.permitted import (
    EDITORS,
    NOTHING,
    VIEWERS,
    Crew,
    add_crew,
    add_data_source,
    add_user,
    levels,
    operator,
    put,
    put_all,
)


@pytest.fixture
def services(installation: Installation) -> Services:
    return installation.services


@pytest.fixture
def crew(services: Services, org: int) -> Crew:
    return add_crew(services, org)


def test_all_on_a_data_source_are_told_in_the_order_of_their_giving(storage: Storage, org: int, crew: Crew) -> None:
    put_all(storage, org, crew)
    login = next(member.user.login for member in storage.people.members(org, "") if member.user.id == crew.user)
    found = storage.permissions.permissions(org, crew.data_source)
    assert [replace(permission, id=0) for permission in found] == [
        Permission(0, VIEWERS, Level.NONE, "Viewer"),
        Permission(0, EDITORS, Level.EDIT, "Editor"),
        Permission(0, ForAccount(crew.user), Level.QUERY, login),
        Permission(0, ForAccount(crew.service_account), Level.ADMIN, f"sa-{org}-scripts", is_service_account=True),
        Permission(0, ForTeam(crew.team), Level.EDIT, "crew"),
    ]
    assert sorted({permission.id for permission in found}) == [permission.id for permission in found]


def test_what_a_grantee_had_is_written_over(storage: Storage, org: int, crew: Crew) -> None:
    put_all(storage, org, crew)
    for grantee in levels(storage, org, crew.data_source):
        put(storage, org, crew.data_source, grantee, Level.QUERY)
    assert levels(storage, org, crew.data_source) == {
        VIEWERS: Level.QUERY,
        EDITORS: Level.QUERY,
        ForAccount(crew.user): Level.QUERY,
        ForAccount(crew.service_account): Level.QUERY,
        ForTeam(crew.team): Level.QUERY,
    }


def test_nothing_in_place_of_a_level_removes_it_and_leaves_the_others(storage: Storage, org: int, crew: Crew) -> None:
    put_all(storage, org, crew)
    for grantee in (VIEWERS, ForAccount(crew.user), ForTeam(crew.team), ForTeam(10**8)):
        put(storage, org, crew.data_source, grantee, None)
    assert levels(storage, org, crew.data_source) == {
        EDITORS: Level.EDIT,
        ForAccount(crew.service_account): Level.ADMIN,
    }


def test_a_team_and_an_account_of_the_same_number_are_two(empty_storage: Storage) -> None:
    with empty_storage.people.writing_everywhere():
        org = empty_storage.people.add_org("Acme").id
    user = add_user(empty_storage, org)
    with empty_storage.teams.writing(org):
        team = empty_storage.teams.add_team(org, "crew", "").id
    data_source = add_data_source(empty_storage, org, "metrics")
    assert user == team
    put(empty_storage, org, data_source, ForAccount(user), Level.QUERY)
    put(empty_storage, org, data_source, ForTeam(team), Level.EDIT)
    put(empty_storage, org, data_source, ForAccount(user), None)
    assert levels(empty_storage, org, data_source) == {ForTeam(team): Level.EDIT}


def test_a_data_source_remembers_that_permissions_were_set_on_it(storage: Storage, org: int, crew: Crew) -> None:
    def has_permissions(number: int) -> bool:
        found = storage.data_sources.find(org, ById(number))
        assert found is not None
        return found.has_permissions

    other = add_data_source(storage, org, "other")
    assert not has_permissions(crew.data_source)
    put(storage, org, crew.data_source, VIEWERS, Level.NONE)
    assert (has_permissions(crew.data_source), has_permissions(other)) == (True, False)
    put(storage, org, crew.data_source, VIEWERS, None)
    assert levels(storage, org, crew.data_source) == {}


def test_what_one_holds_is_that_of_the_roles_their_own_and_their_teams(storage: Storage, org: int, crew: Crew) -> None:
    put_all(storage, org, crew)
    held = storage.permissions.held(org, crew.user, crew.data_source)
    assert held.by_role == {Role.VIEWER: Level.NONE, Role.EDITOR: Level.EDIT}
    assert sorted(held.levels) == [Level.EDIT, Level.QUERY]


@pytest.mark.parametrize("known", [True, False], ids=["another user", "a caller without account"])
def test_what_one_holds_another_does_not(storage: Storage, org: int, crew: Crew, known: bool) -> None:
    other = add_user(storage, org) if known else None
    put_all(storage, org, crew)
    for _ in range(2):
        assert storage.permissions.held(org, crew.service_account, crew.data_source).levels == [Level.ADMIN]
        assert storage.permissions.held(org, other, crew.data_source) == Held(
            {Role.VIEWER: Level.NONE, Role.EDITOR: Level.EDIT}, []
        )
        assert storage.permissions.held_in_org(org, crew.service_account)[crew.data_source].levels == [Level.ADMIN]
        assert storage.permissions.held_in_org(org, other)[crew.data_source].levels == []


def test_the_whole_of_an_org_is_held_by_data_source(storage: Storage, org: int, crew: Crew) -> None:
    closed, free = (add_data_source(storage, org, name) for name in ("closed", "free"))
    put_all(storage, org, crew)
    put(storage, org, closed, VIEWERS, Level.NONE)
    put(storage, org, free, ForAccount(crew.service_account), Level.ADMIN)
    held = storage.permissions.held_in_org(org, crew.user)
    assert held.keys() == {crew.data_source, closed}
    assert held[closed] == Held({Role.VIEWER: Level.NONE}, [])
    assert held[crew.data_source] == storage.permissions.held(org, crew.user, crew.data_source)


def test_one_data_source_says_nothing_for_another(storage: Storage, org: int, crew: Crew) -> None:
    other = add_data_source(storage, org, "other")
    put_all(storage, org, crew)
    assert levels(storage, org, other) == {}
    assert storage.permissions.held(org, crew.user, other) == NOTHING


def test_giving_and_taking_on_one_data_source_leaves_the_others(storage: Storage, org: int, crew: Crew) -> None:
    other = add_data_source(storage, org, "other")
    put_all(storage, org, crew)
    before = levels(storage, org, crew.data_source)
    for grantee in before:
        put(storage, org, other, grantee, Level.QUERY)
        put(storage, org, other, grantee, None)
    assert levels(storage, org, other) == {}
    assert levels(storage, org, crew.data_source) == before


def test_another_org_reads_and_writes_none_of_them(storage: Storage, org: int, other_org: int, crew: Crew) -> None:
    put_all(storage, org, crew)
    before = levels(storage, org, crew.data_source)
    put(storage, other_org, crew.data_source, ForAccount(crew.user), None)
    assert levels(storage, org, crew.data_source) == before
    assert levels(storage, other_org, crew.data_source) == {}
    assert storage.permissions.held(other_org, crew.user, crew.data_source) == NOTHING
    assert storage.permissions.held_in_org(other_org, crew.user) == {}


def test_a_member_of_two_orgs_holds_in_each_what_was_given_there(
    services: Services, storage: Storage, org: int, other_org: int, crew: Crew
) -> None:
    theirs = add_crew(services, other_org)
    with storage.people.writing(other_org):
        storage.people.add_member(crew.user, other_org, Role.VIEWER)
    services.teams.add_member(operator(other_org), theirs.team, crew.user)
    put(storage, org, crew.data_source, ForTeam(crew.team), Level.QUERY)
    put(storage, other_org, theirs.data_source, ForTeam(theirs.team), Level.ADMIN)
    assert storage.permissions.held_in_org(org, crew.user) == {crew.data_source: Held({}, [Level.QUERY])}
    assert storage.permissions.held_in_org(other_org, crew.user) == {theirs.data_source: Held({}, [Level.ADMIN])}


@pytest.mark.parametrize("kind", ["user", "service_account", "team"])
def test_an_org_knows_its_own_accounts_and_teams_only(
    storage: Storage, org: int, other_org: int, crew: Crew, kind: str
) -> None:
    number = getattr(crew, kind)
    grantee: Grantee = ForTeam(number) if kind == "team" else ForAccount(number)
    assert storage.permissions.knows(org, grantee)
    assert not storage.permissions.knows(other_org, grantee)


@pytest.mark.parametrize("number", [0, -1, 10**8, 2**63 - 1, -(2**63)], ids=str)
def test_an_org_does_not_know_numbers_of_nobody(storage: Storage, org: int, number: int) -> None:
    assert not storage.permissions.knows(org, ForAccount(number))
    assert not storage.permissions.knows(org, ForTeam(number))


def test_every_org_knows_the_roles(storage: Storage, org: int) -> None:
    assert [storage.permissions.knows(org, ForRole(role)) for role in Role] == [True, True, True]
