"""The fifth step, on each of the three databases: over rows of the fourth one, and back."""

from collections.abc import Iterator
from pathlib import Path

import peewee
import pytest

from app.registry.datasource import ByArn, ById
from app.registry.json_data import JsonData
from app.services import Storage
from conftest import NewDatabase
from storage.attached import ARN, add_application, add_attachment, add_workspace
from storage.history import FIFTH, FOURTH, SECOND, THIRD, History, after_the_first_step
from storage.rows import data_source_row

NEW_TABLES = ("application", "workspace", "attachment", "client_token")
ARN_COLUMN = ("data_source", "aws_arn")
WITH_ARN = JsonData(f'{{"awsArn":"{ARN}"}}')
# Columns of each index, and whether it is unique.
INDEXES = {
    "application": {("public_id",): True, ("org_id", "region", "name"): True},
    "workspace": {
        ("application_id", "name"): True,
        ("application_id", "public_id"): True,
        ("org_id",): False,
    },
    "attachment": {
        ("public_id",): True,
        ("application_id", "data_source_arn"): True,
        ("data_source_id",): False,
        ("workspace_id",): False,
        ("status",): False,
        ("org_id",): False,
    },
    "client_token": {("org_id", "region", "operation", "token"): True, ("created_at",): False},
}
REFERENCES = {
    "application": {("org_id", "org")},
    "workspace": {("org_id", "org"), ("application_id", "application")},
    "attachment": {
        ("org_id", "org"),
        ("application_id", "application"),
        ("data_source_id", "data_source"),
        ("workspace_id", "workspace"),
    },
    "client_token": {("org_id", "org")},
}


@pytest.fixture
def history(database_kind: str, new_database: NewDatabase, tmp_path: Path) -> Iterator[History]:
    """After the fourth step, with rows."""
    made = after_the_first_step(database_kind, new_database, tmp_path)
    for step in (SECOND, THIRD, FOURTH):
        made.up(step)
    yield made
    made.database.close()


@pytest.fixture
def upgraded(history: History) -> Storage:
    """After the fifth step."""
    history.up(FIFTH)
    return history.storage


def indexes(history: History, table: str) -> dict[tuple[str, ...], bool]:
    with history.database.connected():
        found = history.database.peewee.get_indexes(table)
    return {tuple(index.columns): bool(index.unique) for index in found if index.columns != ["id"]}


def references(history: History, table: str) -> set[tuple[str, str]]:
    with history.database.connected():
        return {(key.column, key.dest_table) for key in history.database.peewee.get_foreign_keys(table)}


def schema(history: History) -> tuple[object, ...]:
    """All that the step makes."""
    return (
        history.tables(),
        history.columns(),
        {table: indexes(history, table) for table in (*NEW_TABLES, "data_source")},
        {table: references(history, table) for table in NEW_TABLES},
    )


def test_the_step_adds_these_tables_and_one_column(history: History) -> None:
    tables, columns = history.tables(), history.columns()
    history.up(FIFTH)
    assert history.tables() - tables == set(NEW_TABLES)
    added = history.columns() - columns
    assert {column for column in added if column[0] not in NEW_TABLES} == {ARN_COLUMN}
    assert columns <= history.columns()


@pytest.mark.parametrize("table", NEW_TABLES)
def test_each_table_is_searched_and_refers_so(history: History, table: str) -> None:
    history.up(FIFTH)
    assert indexes(history, table) == INDEXES[table]
    assert references(history, table) == REFERENCES[table]


def test_an_arn_is_unique_in_its_org(history: History) -> None:
    before = indexes(history, "data_source")
    history.up(FIFTH)
    after = indexes(history, "data_source")
    assert after == before | {("org_id", "aws_arn"): True}


def test_rows_stay_as_they_were(history: History) -> None:
    before = history.rows(without=set())
    assert all(before.values())
    history.up(FIFTH)
    assert history.rows(without={ARN_COLUMN}) == before


def test_taken_back_it_leaves_all_as_the_fourth_step_left_it(history: History) -> None:
    def left() -> tuple[object, ...]:
        return history.tables(), history.columns(), indexes(history, "data_source"), history.rows(without=set())

    before = left()
    for _ in range(2):
        history.up(FIFTH)
        history.down(FIFTH)
        assert left() == before


def test_up_again_it_makes_the_same(history: History) -> None:
    history.up(FIFTH)
    made = schema(history)
    history.down(FIFTH)
    history.up(FIFTH)
    assert schema(history) == made


# The first so many tables are undone, the last one first.
@pytest.mark.parametrize(
    "undone",
    [
        (),
        ("DROP TABLE client_token",),
        ("DROP TABLE client_token", "DROP TABLE attachment"),
        ("DROP TABLE client_token", "DROP TABLE attachment", "DROP TABLE workspace", "DROP TABLE application"),
    ],
    ids=["before it was on record", "before the last table", "before two tables", "before all tables"],
)
def test_a_step_that_was_interrupted_goes_on_where_it_was(history: History, undone: tuple[str, ...]) -> None:
    history.up(FIFTH)
    before = schema(history), history.rows(without=set())
    # MariaDB commits each statement, so that the step can be half done and not be on record.
    history.run(f"DELETE FROM schema_migration WHERE name = '{FIFTH}'", *undone)
    history.up(FIFTH)
    assert (schema(history), history.rows(without=set())) == before


@pytest.mark.parametrize("without_column", [False, True], ids=["before the index", "before the column"])
def test_one_that_was_interrupted_at_the_column_goes_on_too(
    history: History, database_kind: str, without_column: bool
) -> None:
    history.up(FIFTH)
    before = schema(history), history.rows(without=set())
    on_table = " ON data_source" if database_kind == "mariadb" else ""
    history.run(
        f"DELETE FROM schema_migration WHERE name = '{FIFTH}'",
        *(f"DROP TABLE {table}" for table in reversed(NEW_TABLES)),
        f"DROP INDEX data_source_org_id_aws_arn{on_table}",
        *(["ALTER TABLE data_source DROP COLUMN aws_arn"] if without_column else []),
    )
    history.up(FIFTH)
    assert (schema(history), history.rows(without=set())) == before


@pytest.mark.parametrize(
    ("table", "columns"),
    [(table, columns) for table, found in INDEXES.items() for columns in found],
    ids=lambda given: given if isinstance(given, str) else ",".join(given),
)
def test_one_that_was_interrupted_before_an_index_makes_it(
    history: History, database_kind: str, table: str, columns: tuple[str, ...]
) -> None:
    history.up(FIFTH)
    before = schema(history)
    with history.database.connected():
        [name] = [index.name for index in history.database.peewee.get_indexes(table) if tuple(index.columns) == columns]
        keys = history.database.peewee.get_foreign_keys(table)
    on_table = f" ON {table}" if database_kind == "mariadb" else ""
    undone = [f"DROP INDEX {name}{on_table}"]
    if database_kind == "mariadb":
        # It keeps an index for as long as a foreign key needs it, and the keys come after.
        undone = [*(f"ALTER TABLE {table} DROP FOREIGN KEY {table}_{key.column}" for key in keys), *undone]
    history.run(f"DELETE FROM schema_migration WHERE name = '{FIFTH}'", *undone)
    history.up(FIFTH)
    assert schema(history) == before


# Rows of then


def test_a_data_source_that_was_there_has_no_arn_and_can_be_given_one(history: History) -> None:
    history.up(FIFTH)
    rows = history.storage.data_sources
    assert history.database.rows("SELECT aws_arn FROM data_source WHERE id = 7") == [(None,)]
    with rows.writing(2):
        rows.replace(2, data_source_row(2, id=7, uid="one", name="metrics", json_data=WITH_ARN))
    found = rows.find(2, ByArn(ARN))
    assert found is not None
    assert found.id == 7


def test_data_sources_without_an_arn_are_as_many_as_anybody_likes(upgraded: Storage) -> None:
    with upgraded.data_sources.writing(2):
        for name in ("a", "b"):
            upgraded.data_sources.add(2, data_source_row(2, uid=name, name=name))
    assert upgraded.data_sources.count(2) == 3


def test_an_arn_is_given_once_in_an_org(history: History) -> None:
    history.up(FIFTH)
    history.add_data_source()
    give = "UPDATE data_source SET aws_arn = '{}' WHERE org_id = {}"
    history.run(give.format(ARN, 1), give.format(ARN, 2))
    rows = history.storage.data_sources
    with rows.writing(2):
        number = rows.add(2, data_source_row(2))
    with pytest.raises(peewee.IntegrityError):
        history.run(f"UPDATE data_source SET aws_arn = '{ARN}' WHERE id = {number}")
    history.run(f"UPDATE data_source SET aws_arn = '{ARN.upper()}' WHERE id = {number}")


def test_a_release_that_knows_only_the_fourth_step_adds_rows_after_the_fifth(history: History) -> None:
    history.up(FIFTH)
    number = history.add_data_source()
    assert history.storage.data_sources.find(1, ById(number)) is not None


def test_taken_back_it_takes_what_was_attached_with_it(history: History) -> None:
    history.up(FIFTH)
    storage = history.storage
    application = add_application(storage, 2)
    add_attachment(storage, 2, application, 7, workspace=add_workspace(storage, 2, application))
    history.down(FIFTH)
    assert history.storage.data_sources.count(2) == 1
    history.up(FIFTH)
    assert storage.applications.applications(2, application.region) == []


def test_what_refers_to_a_data_source_stays_without_it_and_what_refers_to_a_workspace_too(upgraded: Storage) -> None:
    application = add_application(upgraded, 2)
    workspace = add_workspace(upgraded, 2, application)
    add_attachment(upgraded, 2, application, 7, workspace=workspace)
    with upgraded.data_sources.writing(2):
        upgraded.data_sources.delete(2, 7)
        upgraded.database.run(f"DELETE FROM workspace WHERE id = {workspace}", ())
    found = upgraded.attachments.standing(2, application, ARN)
    assert found is not None
    assert (found.attachment.data_source_id, found.attachment.workspace) == (None, None)
