"""Amazon's applications, workspaces, attachments and client tokens; the ARN of a data source."""

from typing import Any

import peewee
from playhouse.sqlite_ext import AutoIncrementField

# (table, columns, kind)
_INDEXES = (
    ("data_source", ("org_id", "aws_arn"), "UNIQUE INDEX"),
    ("application", ("public_id",), "UNIQUE INDEX"),
    ("application", ("org_id", "region", "name"), "UNIQUE INDEX"),
    ("workspace", ("application_id", "name"), "UNIQUE INDEX"),
    ("workspace", ("application_id", "public_id"), "UNIQUE INDEX"),
    ("workspace", ("org_id",), "INDEX"),
    ("attachment", ("public_id",), "UNIQUE INDEX"),
    ("attachment", ("application_id", "data_source_arn"), "UNIQUE INDEX"),
    ("attachment", ("data_source_id",), "INDEX"),
    ("attachment", ("workspace_id",), "INDEX"),
    ("attachment", ("status",), "INDEX"),
    ("attachment", ("org_id",), "INDEX"),
    ("client_token", ("org_id", "region", "operation", "token"), "UNIQUE INDEX"),
    ("client_token", ("created_at",), "INDEX"),
)

# (table, column, referenced table, what a delete there does here)
_FOREIGN_KEYS = (
    ("application", "org_id", "org", "CASCADE"),
    ("workspace", "org_id", "org", "CASCADE"),
    ("workspace", "application_id", "application", "CASCADE"),
    ("attachment", "org_id", "org", "CASCADE"),
    ("attachment", "application_id", "application", "CASCADE"),
    # The attachment stays, to say that its data source is gone.
    ("attachment", "data_source_id", "data_source", "SET NULL"),
    ("attachment", "workspace_id", "workspace", "SET NULL"),
    ("client_token", "org_id", "org", "CASCADE"),
)


def up(migrator: Any, db: Any) -> None:
    # Each step is left out where it is done: MariaDB commits every one, and a start can be interrupted between two.
    # As text: the migrator would make SQLite's tables anew, and their ids would begin to repeat.
    if "aws_arn" not in {found.name for found in db.get_columns("data_source")}:
        db.execute_sql("ALTER TABLE data_source ADD COLUMN aws_arn VARCHAR(255)")
    db.create_tables(_models(db), safe=True)
    for table, columns, kind in _INDEXES:
        if [*columns] not in [found.columns for found in db.get_indexes(table)]:
            db.execute_sql(f"CREATE {kind} {_index(table, columns)} ON {table} ({', '.join(columns)})")
    if not isinstance(db, peewee.SqliteDatabase):
        for table, column, target, on_delete in _FOREIGN_KEYS:
            if column in {found.column for found in db.get_foreign_keys(table)}:
                continue
            db.execute_sql(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column} "
                f"FOREIGN KEY ({column}) REFERENCES {target} (id) ON DELETE {on_delete}"
            )


def down(migrator: Any, db: Any) -> None:
    for model in reversed(_models(db)):
        model.drop_table(safe=False)
    table, columns, _ = _INDEXES[0]
    on_table = f" ON {table}" if isinstance(db, peewee.MySQLDatabase) else ""
    db.execute_sql(f"DROP INDEX {_index(table, columns)}{on_table}")
    db.execute_sql("ALTER TABLE data_source DROP COLUMN aws_arn")


def _index(table: str, columns: tuple[str, ...]) -> str:
    return f"{table}_{'_'.join(columns)}"


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
        target, on_delete = next(row[2:] for row in _FOREIGN_KEYS if row[:2] == (table, column))
        return integer(null=null, constraints=[peewee.SQL(f'REFERENCES "{target}" ("id") ON DELETE {on_delete}')])

    class Application(Row):
        org_id = references("application", "org_id")
        public_id = peewee.CharField(30)
        region = peewee.CharField(40)
        name = peewee.CharField(30)
        settling = peewee.CharField(20)
        ready_at = peewee.BigIntegerField()
        said = LongText()
        created_at = peewee.BigIntegerField()
        updated_at = peewee.BigIntegerField()

        class Meta:
            table_name = "application"

    class Workspace(Row):
        org_id = references("workspace", "org_id")
        application_id = references("workspace", "application_id")
        public_id = peewee.CharField(20)
        name = peewee.CharField(40)
        type = peewee.CharField(40)
        created_at = peewee.BigIntegerField()

        class Meta:
            table_name = "workspace"

    class Attachment(Row):
        org_id = references("attachment", "org_id")
        public_id = peewee.CharField(40)
        application_id = references("attachment", "application_id")
        data_source_arn = peewee.CharField(255)
        data_source_id = references("attachment", "data_source_id", null=True)
        status = peewee.CharField(20)
        workspace_id = references("attachment", "workspace_id", null=True)
        workspace_name = peewee.CharField(40, null=True)
        workspace_type = peewee.CharField(40, null=True)
        description = LongText()
        iam_role_arn = LongText()
        created_at = peewee.BigIntegerField()

        class Meta:
            table_name = "attachment"

    class ClientToken(Row):
        org_id = references("client_token", "org_id")
        region = peewee.CharField(40)
        operation = peewee.CharField(40)
        token = peewee.CharField(64)
        parameters = peewee.CharField(64)
        answer = LongText()
        created_at = peewee.BigIntegerField()

        class Meta:
            table_name = "client_token"

    return [Application, Workspace, Attachment, ClientToken]
