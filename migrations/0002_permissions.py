"""Teams, permissions on data sources, narrow tokens, correlations."""

from typing import Any

import peewee
from playhouse.sqlite_ext import AutoIncrementField

_NEW_COLUMNS = (
    ("org", "default_query_role", "VARCHAR(20)"),
    ("org", "has_permissions", "BOOLEAN NOT NULL DEFAULT FALSE"),
    ("token", "limits", "LONGTEXT"),
    ("token", "successor_id", "INTEGER"),
    ("data_source", "has_permissions", "BOOLEAN NOT NULL DEFAULT FALSE"),
)

_FOREIGN_KEYS = (
    ("team", "org_id", "org"),
    ("team_member", "org_id", "org"),
    ("team_member", "team_id", "team"),
    ("team_member", "account_id", "account"),
    ("data_source_permission", "org_id", "org"),
    ("data_source_permission", "data_source_id", "data_source"),
    ("data_source_permission", "account_id", "account"),
    ("data_source_permission", "team_id", "team"),
    ("correlation", "org_id", "org"),
    ("correlation", "source_id", "data_source"),
    ("correlation", "target_id", "data_source"),
)


def up(migrator: Any, db: Any) -> None:
    # Each step is left out where it is done: MariaDB commits every one, and a start can be interrupted between two.
    # As text: the migrator would make SQLite's tables anew, and their ids would begin to repeat.
    for table, column, kind in _NEW_COLUMNS:
        if column not in {found.name for found in db.get_columns(table)}:
            db.execute_sql(f"ALTER TABLE {table} ADD COLUMN {column} {_known_to(db, kind)}")
    db.create_tables(_models(db), safe=True)
    if not isinstance(db, peewee.SqliteDatabase):
        for table, column, target in _FOREIGN_KEYS:
            if column in {found.column for found in db.get_foreign_keys(table)}:
                continue
            db.execute_sql(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column} "
                f"FOREIGN KEY ({column}) REFERENCES {target} (id) ON DELETE CASCADE"
            )


def down(migrator: Any, db: Any) -> None:
    for model in reversed(_models(db)):
        model.drop_table(safe=False)
    for table, column, _ in _NEW_COLUMNS:
        db.execute_sql(f"ALTER TABLE {table} DROP COLUMN {column}")


def _known_to(db: Any, kind: str) -> str:
    if not isinstance(db, peewee.MySQLDatabase):
        kind = kind.replace("LONGTEXT", "TEXT")
    return kind.replace("BOOLEAN", "INTEGER") if isinstance(db, peewee.SqliteDatabase) else kind


def _models(db: Any) -> list[type[peewee.Model]]:
    sqlite = isinstance(db, peewee.SqliteDatabase)
    mariadb = isinstance(db, peewee.MySQLDatabase)

    class Row(peewee.Model):
        # As in the first migration: ids do not repeat, and names are compared byte by byte.
        id = AutoIncrementField() if sqlite else peewee.AutoField()

        class Meta:
            database = db
            legacy_table_names = False
            table_settings = ["CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"] if mariadb else None

    class LongText(peewee.TextField):
        field_type = "LONGTEXT"

    def references(table: str, column: str, *, null: bool = False) -> Any:
        integer: Any = peewee.IntegerField
        if not sqlite:
            return integer(null=null)
        target = next(target for owner, name, target in _FOREIGN_KEYS if (owner, name) == (table, column))
        return integer(null=null, constraints=[peewee.SQL(f'REFERENCES "{target}" ("id") ON DELETE CASCADE')])

    class Team(Row):
        org_id = references("team", "org_id")
        uid = peewee.CharField(40, unique=True)
        name = peewee.CharField(190)
        email = peewee.CharField(190)
        created_at = peewee.BigIntegerField()

        class Meta:
            table_name = "team"
            indexes = ((("org_id", "name"), True),)

    class TeamMember(Row):
        org_id = references("team_member", "org_id")
        team_id = references("team_member", "team_id")
        account_id = references("team_member", "account_id")

        class Meta:
            table_name = "team_member"
            indexes = ((("team_id", "account_id"), True), (("account_id", "org_id"), False))

    class DataSourcePermission(Row):
        org_id = references("data_source_permission", "org_id")
        data_source_id = references("data_source_permission", "data_source_id")
        role = peewee.CharField(20, null=True)
        account_id = references("data_source_permission", "account_id", null=True)
        team_id = references("data_source_permission", "team_id", null=True)
        level = peewee.CharField(20)

        class Meta:
            table_name = "data_source_permission"
            # NULL differs from NULL, so each index binds only the rows of its own kind.
            indexes = (
                (("data_source_id", "role"), True),
                (("data_source_id", "account_id"), True),
                (("data_source_id", "team_id"), True),
                (("org_id", "account_id"), False),
                (("org_id", "team_id"), False),
                (("org_id", "role"), False),
            )

    class Correlation(Row):
        org_id = references("correlation", "org_id")
        uid = peewee.CharField(40)
        source_id = references("correlation", "source_id")
        target_id = references("correlation", "target_id", null=True)
        label = LongText()
        description = LongText()
        type = peewee.CharField(40)
        config = LongText()
        provisioned = peewee.BooleanField()

        class Meta:
            table_name = "correlation"
            indexes = ((("org_id", "uid"), True), (("source_id",), False), (("target_id",), False))

    return [Team, TeamMember, DataSourcePermission, Correlation]
