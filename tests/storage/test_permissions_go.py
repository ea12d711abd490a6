"""Permissions go with those they were given to and with their data source, and count from their commit on."""

from collections.abc import Callable

import pytest

from app.identity.roles import Role
from app.registry.access import ForAccount, ForTeam, Grantee, Held, Level
from app.registry.datasource import ById
from app.services import Services, Storage
from installations import Installation
from storage.permitted import NOTHING, VIEWERS, Crew, add_crew, levels, operator, put, put_all


@pytest.fixture
def services(installation: Installation) -> Services:
    return installation.services


@pytest.fixture
def crew(services: Services, org: int) -> Crew:
    return add_crew(services, org)


Removal = Callable[[Services, int, Crew], object]
REMOVALS: dict[str, Removal] = {
    "user": lambda services, org, crew: services.users.delete(operator(org), crew.user),
    "service_account": lambda services, org, crew: services.service_accounts.delete(
        operator(org), crew.service_account
    ),
    "team": lambda services, org, crew: services.teams.delete(operator(org), crew.team),
    "member": lambda services, org, crew: services.members.remove(operator(org), org, crew.user),
}


@pytest.mark.parametrize("removed", REMOVALS)
def test_who_is_deleted_takes_their_permissions_with_them(
    services: Services, storage: Storage, org: int, crew: Crew, removed: str
) -> None:
    put_all(storage, org, crew)
    expected = levels(storage, org, crew.data_source)
    gone: dict[str, Grantee] = {
        "user": ForAccount(crew.user),
        "member": ForAccount(crew.user),
        "service_account": ForAccount(crew.service_account),
        "team": ForTeam(crew.team),
    }
    REMOVALS[removed](services, org, crew)
    del expected[gone[removed]]
    assert levels(storage, org, crew.data_source) == expected


def test_who_left_a_team_holds_nothing_of_it(services: Services, storage: Storage, org: int, crew: Crew) -> None:
    put(storage, org, crew.data_source, ForTeam(crew.team), Level.EDIT)
    assert storage.permissions.held(org, crew.user, crew.data_source).levels == [Level.EDIT]
    services.teams.remove_member(operator(org), crew.team, crew.user)
    assert storage.permissions.held(org, crew.user, crew.data_source) == NOTHING
    assert storage.permissions.held_in_org(org, crew.user) == {}


def test_a_deleted_data_source_takes_its_permissions_with_it(
    services: Services, storage: Storage, org: int, crew: Crew
) -> None:
    put_all(storage, org, crew)
    services.registry.delete(operator(org), ById(crew.data_source))
    assert levels(storage, org, crew.data_source) == {}
    assert storage.permissions.held_in_org(org, crew.user) == {}
    assert storage.permissions.held(org, crew.user, crew.data_source) == NOTHING


def test_a_deleted_org_takes_its_permissions_with_it(
    services: Services, storage: Storage, org: int, other_org: int, crew: Crew
) -> None:
    put_all(storage, org, crew)
    services.orgs.delete(operator(other_org), org)
    assert levels(storage, org, crew.data_source) == {}


def test_what_another_process_gives_is_held_with_the_next_question(
    storage: Storage, second_storage: Storage, org: int, crew: Crew
) -> None:
    asked = (org, crew.user, crew.data_source)
    for level in (Level.QUERY, Level.ADMIN, None, Level.EDIT):
        put(second_storage, org, crew.data_source, ForAccount(crew.user), level)
        expected = NOTHING if level is None else Held({}, [level])
        assert storage.permissions.held(*asked) == expected
        assert storage.permissions.held_in_org(org, crew.user).get(crew.data_source, NOTHING) == expected
        found = storage.data_sources.find(org, ById(crew.data_source))
        assert found is not None
        assert found.has_permissions


def test_the_first_permission_of_an_org_is_known_to_the_next_request_of_its_members(
    storage: Storage, second_storage: Storage, org: int, other_org: int, crew: Crew
) -> None:
    with storage.people.writing(other_org):
        storage.people.add_member(crew.user, other_org, Role.VIEWER)

    def known(org_id: int) -> bool:
        standing = storage.authentications.standing(crew.user, org_id)
        assert standing is not None
        return standing.org_has_permissions

    assert (known(org), known(other_org)) == (False, False)
    put(second_storage, org, crew.data_source, VIEWERS, Level.NONE)
    assert (known(org), known(other_org)) == (True, False)


def test_inside_a_transaction_what_was_given_in_it_is_held(storage: Storage, org: int, crew: Crew) -> None:
    asked = (org, crew.user, crew.data_source)
    assert storage.permissions.held(*asked) == NOTHING
    with storage.permissions.writing(org):
        storage.permissions.put(org, crew.data_source, ForAccount(crew.user), Level.EDIT)
        assert storage.permissions.held(*asked) == Held({}, [Level.EDIT])
        storage.permissions.put(org, crew.data_source, ForAccount(crew.user), None)
    assert storage.permissions.held(*asked) == NOTHING


def test_what_a_failed_transaction_gave_is_not_held(storage: Storage, org: int, crew: Crew) -> None:
    def give_and_fail() -> None:
        with storage.permissions.writing(org):
            storage.permissions.put(org, crew.data_source, VIEWERS, Level.ADMIN)
            assert storage.permissions.held(org, crew.user, crew.data_source).by_role == {Role.VIEWER: Level.ADMIN}
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        give_and_fail()
    assert storage.permissions.held(org, crew.user, crew.data_source) == NOTHING
    assert levels(storage, org, crew.data_source) == {}
