"""The schema's history, on each of the three databases."""

from pathlib import Path
from typing import Any

import pytest
from playhouse.migrations import Runner

from app.services import Storage
from app.storage.database import Database, Row
from app.storage.errors import SchemaBehind
from app.storage.migrations import Migrations
from app.storage.tables import Tables
from conftest import NewDatabase
from servers.gunicorn import PROJECT
from storage.accounts import add_user
from storage.conftest import OpenDatabase
from storage.processes import end_of, go_on, next_line, second_process

ALL = sorted(file.stem for file in (PROJECT / "migrations").glob("[0-9]*.py"))
HISTORY = "schema_migration"

_MIGRATE = """
import sys
from app.storage.database import Database
from app.storage.migrations import Migrations
database = Database(sys.argv[1], connections=1, timeout=30)
print("ready", flush=True)
sys.stdin.readline()
with database.alone():
    print(" ".join(Migrations(database).apply()), flush=True)
"""

_COLUMNS = {
    "postgresql": (
        "SELECT column_name, data_type, character_maximum_length, is_nullable FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND table_name = %s ORDER BY column_name"
    ),
    "mariadb": (
        "SELECT column_name, column_type, is_nullable FROM information_schema.columns "
        "WHERE table_schema = database() AND table_name = %s ORDER BY column_name"
    ),
    "sqlite": 'SELECT name, type, "notnull" FROM pragma_table_info(?) ORDER BY name',
}


@pytest.fixture
def database(empty_url: str, open_database: OpenDatabase) -> Database:
    return open_database(empty_url)


@pytest.fixture
def migrations(database: Database) -> Migrations:
    return Migrations(database)


def tables_of(database: Database) -> set[str]:
    with database.connected():
        return {name for name in database.peewee.get_tables() if not name.startswith("sqlite_")}


def columns_of(database: Database, kind: str) -> dict[str, list[Row]]:
    return {table: database.rows(_COLUMNS[kind], (table,)) for table in tables_of(database) - {HISTORY}}


def models_of(database: Database) -> list[Any]:
    return list(vars(Tables(database)).values())


def test_an_empty_database_gets_every_migration_in_order(migrations: Migrations) -> None:
    assert migrations.apply() == ALL


def test_a_migrated_database_holds_the_tables_of_the_models_and_no_more(
    database: Database, migrations: Migrations
) -> None:
    migrations.apply()
    assert tables_of(database) == {model._meta.table_name for model in models_of(database)} | {HISTORY}


def test_a_second_run_applies_nothing(migrations: Migrations) -> None:
    migrations.apply()
    assert migrations.apply() == []


def test_all_steps_can_be_taken_back_and_done_again(
    database: Database, migrations: Migrations, database_kind: str
) -> None:
    migrations.apply()
    before = columns_of(database, database_kind)
    with database.connected():
        Runner(database.peewee, str(PROJECT / "migrations")).down(ALL[0])
    assert tables_of(database) == {HISTORY}
    assert migrations.apply() == ALL
    assert columns_of(database, database_kind) == before


def test_steps_of_an_empty_database_wait(migrations: Migrations) -> None:
    assert [(state.name, state.applied_at) for state in migrations.status()] == [(name, None) for name in ALL]


def test_applied_steps_have_a_time(migrations: Migrations) -> None:
    migrations.apply()
    assert all(state.applied_at is not None for state in migrations.status())


def test_asking_for_the_status_changes_nothing(database: Database, migrations: Migrations) -> None:
    migrations.status()
    assert tables_of(database) == set()


def test_a_database_with_waiting_steps_is_refused_with_their_names(migrations: Migrations) -> None:
    with pytest.raises(SchemaBehind) as refusal:
        migrations.require_current()
    assert all(name in str(refusal.value) for name in ALL)
    assert "sluice db migrate" in str(refusal.value)


def test_a_migrated_database_is_not_refused(migrations: Migrations) -> None:
    migrations.apply()
    migrations.require_current()


def test_the_models_equal_the_migrated_tables_column_for_column(
    migrations: Migrations,
    database: Database,
    database_kind: str,
    new_database: NewDatabase,
    open_database: OpenDatabase,
    tmp_path: Path,
) -> None:
    migrations.apply()
    of_models = open_database(new_database() or f"sqlite:///{tmp_path / 'models.db'}")
    with of_models.connected():
        of_models.peewee.create_tables(models_of(of_models))
    assert columns_of(database, database_kind) == columns_of(of_models, database_kind)


def test_processes_that_migrate_at_the_same_time_apply_each_step_once(empty_url: str, migrations: Migrations) -> None:
    with second_process(_MIGRATE, empty_url) as one, second_process(_MIGRATE, empty_url) as other:
        assert [next_line(one), next_line(other)] == ["ready", "ready"]
        go_on(one)
        go_on(other)
        assert sorted([next_line(one), next_line(other)]) == ["", " ".join(ALL)]
        assert [end_of(one), end_of(other)] == [0, 0]
    migrations.require_current()


def test_rows_of_an_org_go_with_the_org(empty_storage: Storage) -> None:
    database = empty_storage.database
    tables = Tables(database)
    with empty_storage.people.writing_everywhere():
        org_id = empty_storage.people.add_org("Acme").id
    add_user(empty_storage, org_id)
    assert database.rows("SELECT COUNT(*) FROM org_member") == [(1,)]
    with empty_storage.people.writing_everywhere():
        tables.orgs.delete().where(tables.orgs.id == org_id).execute()
    assert database.rows("SELECT COUNT(*) FROM org_member") == [(0,)]
