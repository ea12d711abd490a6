"""Rows of orgs, and all that goes with one."""

import pytest

from app.identity.errors import OrgNameTaken
from app.identity.people_store import Org, Page
from app.identity.roles import Role
from app.registry.access import ForAccount, ForRole, ForTeam, Level
from app.registry.datasource import ById
from app.services import Storage
from storage.accounts import add_account, add_token, add_user, new_org, unique
from storage.rows import data_source_row

OF_AN_ORG = (
    "org_member",
    "token",
    "team",
    "team_member",
    "data_source",
    "data_source_permission",
    "correlation",
)


def add(storage: Storage, name: str) -> Org:
    with storage.people.writing_everywhere():
        return storage.people.add_org(name)


def names(storage: Storage, *, name: str = "", query: str = "", number: int = 1, size: int = 9) -> list[str]:
    return [org.name for org in storage.people.orgs(name, Page(query, number, size))]


def rows_of(storage: Storage, org_id: int) -> dict[str, int]:
    """How many rows each table has of an org."""
    where = f"WHERE org_id = {storage.database.peewee.param}"
    return {
        table: int(storage.database.rows(f"SELECT COUNT(*) FROM {table} {where}", (org_id,))[0][0])
        for table in OF_AN_ORG
    }


def furnish(storage: Storage, org_id: int) -> tuple[int, int, int]:
    """A row in every table; the numbers of a user, a service account and a data source."""
    user, robot = add_user(storage, org_id), add_account(storage, org_id, "robot")
    add_token(storage, org_id, "token", robot)
    add_token(storage, org_id, "key", None)
    with storage.people.writing(org_id):
        team = storage.teams.add_team(org_id, "crew", "").id
        storage.teams.add_team_member(org_id, team, user)
        source = storage.data_sources.add(org_id, data_source_row(org_id))
        for grantee in (ForRole(Role.EDITOR), ForAccount(robot), ForTeam(team)):
            storage.permissions.put(org_id, source, grantee, Level.QUERY)
        storage.database.peewee.execute_sql(
            "INSERT INTO correlation "
            "(org_id, uid, source_id, target_id, label, description, type, config, provisioned) "
            f"VALUES ({org_id}, 'one', {source}, {source}, '', '', 'query', '{{}}', FALSE)"
        )
    return user, robot, source


def test_a_fresh_installation_has_no_org(empty_storage: Storage) -> None:
    assert empty_storage.people.first_org() is None
    assert names(empty_storage) == []


def test_the_first_org_is_the_oldest(empty_storage: Storage) -> None:
    oldest = add(empty_storage, "Zebra 🔥")
    add(empty_storage, "Acme")
    assert empty_storage.people.first_org() == Org(oldest.id, "Zebra 🔥")


def test_the_name_of_an_org_is_taken_once(storage: Storage, org: int) -> None:
    name = unique("Acme")
    add(storage, name)
    with pytest.raises(OrgNameTaken):
        add(storage, name)
    with pytest.raises(OrgNameTaken), storage.people.writing_everywhere():
        storage.people.rename_org(org, name)


def test_an_org_is_found_by_number_and_by_exactly_its_name(storage: Storage) -> None:
    name = unique("Äcme")
    made = add(storage, name)
    assert storage.people.org(made.id) == storage.people.org_by_name(name) == made == Org(made.id, name)
    for other in (name.upper(), f"{name} ", name[:-1], f"{name}\0", "%", ""):
        assert storage.people.org_by_name(other) is None
    for number in (0, -1, 2**63 - 1):
        assert storage.people.org(number) is None


def test_an_org_is_renamed_and_another_left_alone(storage: Storage, org: int, other_org: int) -> None:
    before, name = storage.people.org(other_org), unique("new")
    with storage.people.writing_everywhere():
        storage.people.rename_org(org, name)
    assert storage.people.org(org) == Org(org, name)
    assert storage.people.org(other_org) == before


@pytest.mark.parametrize("role", [*Role, None], ids=str)
def test_what_an_org_says_of_queries_comes_back(storage: Storage, org: int, other_org: int, role: Role | None) -> None:
    with storage.people.writing(org):
        storage.people.set_default_query_role(org, Role.EDITOR)
        storage.people.set_default_query_role(org, role)
    found, other = storage.people.org(org), storage.people.org(other_org)
    assert found is not None
    assert other is not None
    assert (found.default_query_role, other.default_query_role) == (role, None)


def test_orgs_are_listed_by_page_and_name(storage: Storage) -> None:
    word = unique("word")
    for prefix in "cab":
        add(storage, f"{prefix} {word}")
    assert names(storage, query=word) == [f"a {word}", f"b {word}", f"c {word}"]
    assert names(storage, query=word, number=2, size=2) == [f"c {word}"]
    assert names(storage, name=f"b {word}") == [f"b {word}"]
    assert names(storage, name=f"b {word}", query="nothing of it") == []
    assert names(storage, name=word) == []


@pytest.mark.parametrize("word", ["Acme", "Élan", "ünal"])
def test_orgs_are_searched_in_any_case(storage: Storage, word: str) -> None:
    name = unique(word)
    add(storage, name)
    assert [names(storage, query=query) for query in (name, name.upper(), name.lower())] == [[name]] * 3


@pytest.mark.parametrize("query", ["%", "_", "\\", "'"])
def test_characters_of_sql_patterns_mean_themselves_in_a_search(storage: Storage, query: str) -> None:
    word = unique("word")
    add(storage, f"plain {word}")
    add(storage, f"{word} {query}")
    assert names(storage, query=f"{word} {query}") == [f"{word} {query}"]


def test_a_search_may_hold_nul(storage: Storage) -> None:
    assert names(storage, query="no org has\0 this name") == []
    assert names(storage, name="no org has\0 this name") == []


def test_everything_of_an_org_goes_with_it_and_nothing_of_another(storage: Storage, org: int, other_org: int) -> None:
    _, robot, source = furnish(storage, org)
    furnish(storage, other_org)
    before = rows_of(storage, other_org)
    assert all(before.values())
    with storage.people.writing_everywhere():
        storage.people.delete_org(org)
    assert storage.people.org(org) is None
    assert rows_of(storage, org) == dict.fromkeys(OF_AN_ORG, 0)
    assert rows_of(storage, other_org) == before
    assert storage.data_sources.find(org, ById(source)) is None
    accounts = f"SELECT COUNT(*) FROM account WHERE id = {storage.database.peewee.param}"
    assert storage.database.rows(accounts, (robot,)) == [(0,)]


def test_the_service_accounts_of_another_org_stay(storage: Storage, org: int, other_org: int) -> None:
    robot = add_account(storage, other_org, "robot")
    with storage.people.writing_everywhere():
        storage.people.delete_org(org)
    assert storage.service_accounts.service_account(other_org, robot) is not None


def test_users_of_a_deleted_org_stay_and_go_on_in_another_of_theirs(storage: Storage, org: int, other_org: int) -> None:
    homeless, moving, working_elsewhere = (add_user(storage, there) for there in (org, org, other_org))
    third = new_org(storage)
    with storage.people.writing_everywhere():
        storage.people.add_member(moving, third, Role.VIEWER)
        storage.people.add_member(working_elsewhere, org, Role.VIEWER)
        storage.people.add_member(working_elsewhere, third, Role.VIEWER)
        storage.people.delete_org(org)
    homes = [storage.people.user(number) for number in (homeless, moving, working_elsewhere)]
    assert [home and home.org_id for home in homes] == [org, third, other_org]
    assert storage.people.memberships(homeless) == []


def test_the_number_of_a_deleted_org_is_not_given_again(storage: Storage) -> None:
    first = add(storage, unique("Acme"))
    with storage.people.writing_everywhere():
        storage.people.delete_org(first.id)
    assert add(storage, first.name).id > first.id
