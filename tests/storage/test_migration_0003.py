"""The third step, on each of the three databases: over rows of the second one, and back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.registry.datasource import UNSAID, ById, OpenSearchSide, Status
from app.registry.json_data import JsonData
from app.services import Storage
from conftest import NewDatabase
from storage.history import NEWEST, SECOND, THIRD, History, after_the_first_step
from storage.rows import data_source_row

NEW_COLUMNS = {("data_source", "status"), ("data_source", "allowed_roles"), ("data_source", "opensearch")}
SAID = OpenSearchSide(status=Status.DISABLED, allowed_roles=("analyst", "é"), document=JsonData('{"description":"é"}'))


@pytest.fixture
def history(database_kind: str, new_database: NewDatabase, tmp_path: Path) -> Iterator[History]:
    """After the second step, with rows."""
    made = after_the_first_step(database_kind, new_database, tmp_path)
    made.up(SECOND)
    yield made
    made.database.close()


@pytest.fixture
def upgraded(history: History) -> Storage:
    """After the third step and those behind it, without which today's stores write nothing."""
    history.up(NEWEST)
    return history.storage


def test_the_step_adds_these_columns_and_changes_no_other(history: History) -> None:
    tables, columns = history.tables(), history.columns()
    history.up(THIRD)
    assert history.tables() == tables
    assert history.columns() - columns == NEW_COLUMNS
    assert columns <= history.columns()


def test_rows_stay_as_they_were(history: History) -> None:
    before = history.rows(without=set())
    assert all(before.values())
    history.up(THIRD)
    assert history.rows(without=NEW_COLUMNS) == before


def test_taken_back_it_leaves_tables_columns_and_rows_of_the_second_step(history: History) -> None:
    tables, columns, rows = history.tables(), history.columns(), history.rows(without=set())
    for _ in range(2):
        history.up(THIRD)
        history.down(THIRD)
        assert (history.tables(), history.columns()) == (tables, columns)
        assert history.rows(without=set()) == rows


@pytest.mark.parametrize("done", [0, 1, 2, 3])
def test_a_step_that_was_interrupted_goes_on_where_it_was(history: History, done: int) -> None:
    history.up(THIRD)
    columns, rows = history.columns(), history.rows(without=set())
    # MariaDB commits each statement, so that the step can be half done and not be on record.
    missing = ["status", "allowed_roles", "opensearch"][done:]
    history.run(
        f"DELETE FROM schema_migration WHERE name = '{THIRD}'",
        *(f"ALTER TABLE data_source DROP COLUMN {column}" for column in missing),
    )
    history.up(THIRD)
    assert (history.columns(), history.rows(without=set())) == (columns, rows)


def test_a_data_source_that_was_there_says_nothing_of_opensearch(upgraded: Storage) -> None:
    row = upgraded.data_sources.find(2, ById(7))
    assert row is not None
    assert row.opensearch is UNSAID
    assert (row.uid, row.version, row.is_default, row.has_permissions) == ("one", 3, True, False)


def test_a_data_source_that_was_there_can_be_written(upgraded: Storage) -> None:
    row = upgraded.data_sources.find(2, ById(7))
    assert row is not None
    with upgraded.data_sources.writing(2):
        upgraded.data_sources.replace(2, replace(row, opensearch=SAID))
    assert upgraded.data_sources.find(2, ById(7)) == replace(row, opensearch=SAID)


@pytest.mark.parametrize(
    "side",
    [
        UNSAID,
        SAID,
        OpenSearchSide(allowed_roles=()),
        OpenSearchSide(status=Status.ERROR),
        OpenSearchSide(document=JsonData()),
        OpenSearchSide(document=JsonData('{"description":"' + "é" * 70_000 + '"}')),
    ],
    ids=["nothing", "all", "no roles", "a status", "an empty document", "a large document"],
)
def test_what_is_said_is_kept_and_no_roles_are_not_the_same_as_nothing(upgraded: Storage, side: OpenSearchSide) -> None:
    with upgraded.data_sources.writing(2):
        number = upgraded.data_sources.add(2, data_source_row(2, opensearch=side))
    row = upgraded.data_sources.find(2, ById(number))
    assert row is not None
    assert row.opensearch == side


def test_taken_back_it_takes_what_was_said_with_it(history: History) -> None:
    history.up(NEWEST)
    rows = history.storage.data_sources
    with rows.writing(2):
        number = rows.add(2, data_source_row(2, opensearch=SAID))
    history.down(THIRD)
    history.up(NEWEST)
    with rows.writing(2):
        found = rows.find(2, ById(number))
    assert found is not None
    assert (found.name, found.opensearch) == ("Plain", UNSAID)


def test_a_release_that_knows_only_the_second_step_adds_rows_after_the_third(history: History) -> None:
    history.up(THIRD)
    number = history.add_data_source()
    row = history.storage.data_sources.find(1, ById(number))
    assert row is not None
    assert row.opensearch == UNSAID


def test_no_number_is_given_again(upgraded: Storage) -> None:
    with upgraded.data_sources.writing(2):
        upgraded.data_sources.delete(2, 7)
        assert upgraded.data_sources.add(2, data_source_row(2)) > 7
