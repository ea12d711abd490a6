"""The second step, on each of the three databases: over rows of the first one, and back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.identity.people_store import Org, Page
from app.identity.roles import Role
from app.identity.store import Token
from app.registry.access import ForRole, Level
from app.services import Storage
from conftest import NewDatabase
from storage.accounts import add_account, add_token, add_user
from storage.history import SECOND, TABLES_WITH_ROWS, History, after_the_first_step

NEW_TABLES = {"team", "team_member", "data_source_permission", "correlation"}
NEW_COLUMNS = {
    ("org", "default_query_role"),
    ("org", "has_permissions"),
    ("token", "limits"),
    ("token", "successor_id"),
    ("data_source", "has_permissions"),
}


@pytest.fixture
def history(database_kind: str, new_database: NewDatabase, tmp_path: Path) -> Iterator[History]:
    """After the first step, with its rows."""
    made = after_the_first_step(database_kind, new_database, tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def upgraded(history: History) -> Storage:
    """After the second step."""
    history.up(SECOND)
    return history.storage


def test_the_step_adds_these_tables_and_columns_and_changes_no_other(history: History) -> None:
    tables, columns = history.tables(), history.columns()
    history.up(SECOND)
    assert history.tables() - tables == NEW_TABLES
    assert {pair for pair in history.columns() - columns if pair[0] not in NEW_TABLES} == NEW_COLUMNS
    assert columns <= history.columns()


def test_rows_stay_as_they_were(history: History) -> None:
    before = history.rows(without=set())
    assert all(before.values())
    history.up(SECOND)
    assert history.rows(without=NEW_COLUMNS) == before


def test_taken_back_it_leaves_tables_columns_and_rows_of_the_first_step(history: History) -> None:
    tables, columns, rows = history.tables(), history.columns(), history.rows(without=set())
    for _ in range(2):
        history.up(SECOND)
        history.down(SECOND)
        assert (history.tables(), history.columns()) == (tables, columns)
        assert history.rows(without=set()) == rows


def test_a_step_that_was_interrupted_goes_on_where_it_was(history: History) -> None:
    history.up(SECOND)
    columns, rows = history.columns(), history.rows(without=set())
    # MariaDB commits each statement, so that the step can be half done and not be on record.
    history.run(
        f"DELETE FROM schema_migration WHERE name = '{SECOND}'",
        "ALTER TABLE data_source DROP COLUMN has_permissions",
        "DROP TABLE correlation",
    )
    history.up(SECOND)
    assert (history.columns(), history.rows(without=set())) == (columns, rows)


def test_taken_back_it_takes_what_was_said_with_the_second_step(history: History) -> None:
    history.up(SECOND)
    people = history.storage.people
    with people.writing(2):
        people.set_default_query_role(2, Role.ADMIN)
        history.storage.permissions.put(2, 7, ForRole(Role.VIEWER), Level.EDIT)
        history.storage.teams.add_team(2, "crew", "")
    history.down(SECOND)
    history.up(SECOND)
    assert people.org(2) == Org(2, "Acme é", None)
    assert history.storage.permissions.permissions(2, 7) == []
    assert history.storage.teams.teams(2, "", Page()) == (0, [])


def test_an_org_that_was_there_says_nothing_of_queries(upgraded: Storage) -> None:
    assert upgraded.people.orgs("", Page()) == [Org(2, "Acme é", None), Org(1, "Main Org.", None)]


def test_tokens_that_were_there_are_not_narrow(upgraded: Storage) -> None:
    rows = upgraded.service_accounts
    assert rows.tokens(2, None) == [Token(1, "key", Role.VIEWER, 5, None, None, False, None, None)]
    assert rows.tokens(2, 2) == [Token(2, "one", None, 5, 9, 7, True, 2, None)]
    for token_hash in ("hash 1", "hash 2"):
        record = upgraded.authentications.token_by_hash(token_hash)
        assert record is not None
        assert (record.limits, record.default_query_role, record.org_has_permissions) == (None, None, False)


def test_on_a_data_source_that_was_there_no_permission_was_ever_set(upgraded: Storage) -> None:
    found = upgraded.database.rows("SELECT uid, version, default_of, has_permissions FROM data_source WHERE id = 7")
    assert found == [("one", 3, 2, False)]
    assert upgraded.permissions.permissions(2, 7) == []


def test_people_who_were_there_may_be_in_teams(upgraded: Storage) -> None:
    with upgraded.teams.writing(2):
        team = upgraded.teams.add_team(2, "crew", "")
        upgraded.teams.add_team_member(2, team.id, 1)
    assert [user.login for user in upgraded.teams.team_members(2, team.id)] == ["ada"]


def test_an_org_that_was_there_goes_with_all_that_it_has(upgraded: Storage) -> None:
    with upgraded.people.writing_everywhere():
        upgraded.permissions.put(2, 7, ForRole(Role.VIEWER), Level.EDIT)
        upgraded.teams.add_team(2, "crew", "")
        upgraded.people.delete_org(2)
    left = {
        table: upgraded.database.rows(f"SELECT COUNT(*) FROM {table}") for table in (*TABLES_WITH_ROWS, *NEW_TABLES)
    }
    assert {table: count for table, count in left.items() if count != [(0,)]} == {"org": [(1,)], "account": [(1,)]}


def test_no_number_is_given_again_in_a_table_that_was_changed(history: History, upgraded: Storage) -> None:
    with upgraded.people.writing_everywhere():
        upgraded.data_sources.delete(2, 7)
        upgraded.service_accounts.delete_token(2, 2, 2)
        upgraded.people.delete_org(2)
        org_id = upgraded.people.add_org("Globex").id
    assert history.add_data_source() > 7
    assert org_id > 2
    assert add_token(upgraded, org_id, "token", None) > 2


def test_no_number_is_given_again_in_a_new_table(upgraded: Storage) -> None:
    numbers = []
    for _ in range(2):
        with upgraded.teams.writing(2):
            numbers.append(upgraded.teams.add_team(2, "crew", "").id)
            upgraded.teams.delete_team(2, numbers[-1])
    assert numbers[0] < numbers[1]


def test_no_number_is_given_again_after_the_step_was_taken_back(history: History) -> None:
    history.up(SECOND)
    with history.storage.people.writing_everywhere():
        history.storage.data_sources.delete(2, 7)
    history.down(SECOND)
    history.up(SECOND)
    assert history.add_data_source() > 7


def test_what_is_new_can_be_added_beside_what_was_there(upgraded: Storage) -> None:
    user, robot = add_user(upgraded, 2), add_account(upgraded, 2, "robot")
    assert min(user, robot) > 2
    assert [membership.role for membership in upgraded.people.memberships(user)] == [Role.VIEWER]
