"""The fourth step, on each of the three databases: over rows of the third one, and back."""

from collections.abc import Iterator
from pathlib import Path

import peewee
import pytest

from app.services import Storage
from conftest import NewDatabase
from storage.history import FOURTH, SECOND, THIRD, History, after_the_first_step

NEW_COLUMNS = {
    ("access_key", name)
    for name in (
        "id",
        "org_id",
        "account_id",
        "access_key_id",
        "name",
        "secret",
        "session_token_hash",
        "created_at",
        "expires_at",
        "last_used_at",
    )
}
ADD = (
    "INSERT INTO access_key (org_id, account_id, access_key_id, name, secret, session_token_hash, created_at, "
    "expires_at, last_used_at) VALUES (2, 1, '{}', '', 'sealed', NULL, 5, NULL, NULL)"
)
UPPER, LOWER = "AKIAABCDEFGHIJKLMNOP", "akiaabcdefghijklmnop"


@pytest.fixture
def history(database_kind: str, new_database: NewDatabase, tmp_path: Path) -> Iterator[History]:
    """After the third step, with rows."""
    made = after_the_first_step(database_kind, new_database, tmp_path)
    made.up(SECOND)
    made.up(THIRD)
    yield made
    made.database.close()


@pytest.fixture
def upgraded(history: History) -> History:
    """After the fourth step."""
    history.up(FOURTH)
    return history


def keys(history: History) -> list[tuple[object, ...]]:
    return history.database.rows("SELECT id, access_key_id FROM access_key ORDER BY id")


def indexes(history: History) -> dict[tuple[str, ...], bool]:
    """Columns of each index of the table, and whether it is unique."""
    with history.database.connected():
        found = history.database.peewee.get_indexes("access_key")
    return {tuple(index.columns): bool(index.unique) for index in found if index.columns != ["id"]}


def references(history: History) -> set[tuple[str, str]]:
    with history.database.connected():
        return {(key.column, key.dest_table) for key in history.database.peewee.get_foreign_keys("access_key")}


def test_the_step_adds_this_table_and_changes_no_other(history: History) -> None:
    tables, columns = history.tables(), history.columns()
    history.up(FOURTH)
    assert history.tables() - tables == {"access_key"}
    assert history.columns() - columns == NEW_COLUMNS
    assert columns <= history.columns()


def test_the_table_is_searched_by_key_org_and_account_and_refers_to_both(upgraded: History) -> None:
    assert indexes(upgraded) == {("access_key_id",): True, ("org_id",): False, ("account_id",): False}
    assert references(upgraded) == {("org_id", "org"), ("account_id", "account")}


def test_rows_stay_as_they_were(history: History) -> None:
    before = history.rows(without=set())
    assert all(before.values())
    history.up(FOURTH)
    assert history.rows(without=set()) == before


def test_taken_back_it_leaves_tables_columns_and_rows_of_the_third_step(history: History) -> None:
    tables, columns, rows = history.tables(), history.columns(), history.rows(without=set())
    for _ in range(2):
        history.up(FOURTH)
        history.down(FOURTH)
        assert (history.tables(), history.columns()) == (tables, columns)
        assert history.rows(without=set()) == rows


INTERRUPTED = {
    "before the table": ("DROP TABLE access_key",),
    "before the indexes": (
        "{drop} access_key_org_id",
        "{drop} access_key_account_id",
        "{drop} access_key_access_key_id",
    ),
    "before the last index": ("{drop} access_key_account_id",),
    "before it was on record": (),
}


@pytest.mark.parametrize("undone", INTERRUPTED.values(), ids=INTERRUPTED.keys())
def test_a_step_that_was_interrupted_goes_on_where_it_was(
    history: History, database_kind: str, undone: tuple[str, ...]
) -> None:
    history.up(FOURTH)
    before = history.columns(), indexes(history), references(history), history.rows(without=set())
    # MariaDB commits each statement, so that the step can be half done and not be on record.
    history.run(f"DELETE FROM schema_migration WHERE name = '{FOURTH}'")
    if database_kind == "mariadb" and undone and "TABLE" not in undone[0]:
        # It keeps an index for as long as a foreign key needs it, and the keys come after.
        history.run(
            "ALTER TABLE access_key DROP FOREIGN KEY access_key_org_id_fk",
            "ALTER TABLE access_key DROP FOREIGN KEY access_key_account_id_fk",
        )
    drop = "ALTER TABLE access_key DROP INDEX" if database_kind == "mariadb" else "DROP INDEX"
    with history.database.writing():
        for statement in undone:
            history.database.run(statement.format(drop=drop), ())
    history.up(FOURTH)
    assert (history.columns(), indexes(history), references(history), history.rows(without=set())) == before


def test_two_keys_of_the_same_id_are_refused_and_ids_are_compared_byte_by_byte(upgraded: History) -> None:
    upgraded.run(ADD.format(UPPER), ADD.format(LOWER))
    with pytest.raises(peewee.IntegrityError):
        upgraded.run(ADD.format(UPPER))
    assert [key for _, key in keys(upgraded)] == [UPPER, LOWER]
    found = upgraded.database.rows(f"SELECT access_key_id FROM access_key WHERE access_key_id = '{LOWER}'")
    assert found == [(LOWER,)]


@pytest.mark.parametrize("gone", ["account", "org"])
def test_keys_go_with_the_account_and_the_org_that_were_there(upgraded: History, gone: str) -> None:
    upgraded.run(ADD.format(UPPER))
    storage: Storage = upgraded.storage
    with storage.people.writing_everywhere():
        if gone == "account":
            storage.people.delete_user(1)
        else:
            storage.people.delete_org(2)
    assert keys(upgraded) == []


def test_no_number_is_given_again(upgraded: History) -> None:
    upgraded.run(ADD.format(UPPER))
    [(first, _)] = keys(upgraded)
    upgraded.run("DELETE FROM access_key", ADD.format(UPPER))
    [(second, _)] = keys(upgraded)
    assert isinstance(first, int)
    assert isinstance(second, int)
    assert second > first
