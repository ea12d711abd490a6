"""Rows of memberships, and what goes with one and with a user."""

import pytest

from app.identity.errors import AlreadyMember
from app.identity.people_store import Membership, Org, User
from app.identity.roles import Role
from app.registry.access import ForAccount, ForTeam, Level
from app.services import Storage
from storage.accounts import add_user, unique
from storage.rows import data_source_row


def user(storage: Storage, user_id: int) -> User:
    found = storage.people.user(user_id)
    assert found is not None
    return found


def rows_of(storage: Storage, account_id: int) -> dict[str, int]:
    """How many rows each table has of an account."""
    tables = ("org_member", "team_member", "data_source_permission")
    parameter = storage.database.peewee.param
    return {
        table: int(
            storage.database.rows(f"SELECT COUNT(*) FROM {table} WHERE account_id = {parameter}", (account_id,))[0][0]
        )
        for table in tables
    }


def entangle(storage: Storage, org_id: int, user_id: int) -> None:
    """A team that the user is in, and a permission of theirs."""
    with storage.people.writing(org_id):
        team = storage.teams.add_team(org_id, unique("team"), "")
        storage.teams.add_team_member(org_id, team.id, user_id)
        source = storage.data_sources.add(org_id, data_source_row(org_id, name=unique("source"), uid=unique("uid")))
        storage.permissions.put(org_id, source, ForAccount(user_id), Level.EDIT)
        storage.permissions.put(org_id, source, ForTeam(team.id), Level.QUERY)


def test_nobody_becomes_a_member_twice(storage: Storage, org: int) -> None:
    number = add_user(storage, org)
    with pytest.raises(AlreadyMember), storage.people.writing(org):
        storage.people.add_member(number, org, Role.ADMIN)
    assert storage.people.role_in_org(number, org) is Role.VIEWER


def test_memberships_are_listed_by_the_names_of_the_orgs(storage: Storage, org: int) -> None:
    number, word = add_user(storage, org, role=Role.EDITOR), unique("org")
    with storage.people.writing_everywhere():
        storage.people.rename_org(org, f"b {word}")
        first = storage.people.add_org(f"a {word}").id
        storage.people.add_member(number, first, Role.ADMIN)
        storage.people.set_default_query_role(first, Role.EDITOR)
    assert storage.people.memberships(number) == [
        Membership(Org(first, f"a {word}", Role.EDITOR), Role.ADMIN),
        Membership(Org(org, f"b {word}"), Role.EDITOR),
    ]


def test_a_role_is_set_in_one_org_for_one_user(storage: Storage, org: int, other_org: int) -> None:
    number, bystander = add_user(storage, org), add_user(storage, org)
    with storage.people.writing_everywhere():
        storage.people.add_member(number, other_org, Role.VIEWER)
        storage.people.set_role(number, org, Role.ADMIN)
    roles = [storage.people.role_in_org(*where) for where in ((number, org), (number, other_org), (bystander, org))]
    assert roles == [Role.ADMIN, Role.VIEWER, Role.VIEWER]


def test_a_removed_member_leaves_nothing_in_that_org_and_all_in_another(
    storage: Storage, org: int, other_org: int
) -> None:
    number, bystander = add_user(storage, org), add_user(storage, org)
    with storage.people.writing(other_org):
        storage.people.add_member(number, other_org, Role.VIEWER)
    for org_id, who in ((org, number), (other_org, number), (org, bystander)):
        entangle(storage, org_id, who)
    with storage.people.writing(org):
        storage.people.remove_member(number, org)
    assert rows_of(storage, number) == {"org_member": 1, "team_member": 1, "data_source_permission": 1}
    assert storage.people.role_in_org(number, other_org) is Role.VIEWER
    assert rows_of(storage, bystander) == {"org_member": 1, "team_member": 1, "data_source_permission": 1}
    assert user(storage, number).org_id == other_org


def test_a_deleted_user_leaves_nothing(storage: Storage, org: int, other_org: int) -> None:
    number = add_user(storage, org)
    with storage.people.writing(other_org):
        storage.people.add_member(number, other_org, Role.VIEWER)
    for org_id in (org, other_org):
        entangle(storage, org_id, number)
    with storage.people.writing_everywhere():
        storage.people.delete_user(number)
    assert storage.people.user(number) is None
    assert rows_of(storage, number) == {"org_member": 0, "team_member": 0, "data_source_permission": 0}
