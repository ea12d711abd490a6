"""Amazon's applications, workspaces, attachments and client tokens; the ARN of a data source."""

from typing import Any

import peewee
from playhouse.sqlite_ext import AutoIncrementField

_ARN_INDEX = "data_source_org_id_aws_arn"

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
    if _ARN_INDEX not in {found.name for found in db.get_indexes("data_source")}:
        db.execute_sql(f"CREATE UNIQUE INDEX {_ARN_INDEX} ON data_source (org_id, aws_arn)")
    db.create_tables(_models(db), safe=True)
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
    # MariaDB serves the foreign key of org_id with an index that begins with it, and another one does.
    on_table = " ON data_source" if isinstance(db, peewee.MySQLDatabase) else ""
    db.execute_sql(f"DROP INDEX {_ARN_INDEX}{on_table}")
    db.execute_sql("ALTER TABLE data_source DROP COLUMN aws_arn")


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
        public_id = peewee.CharField(30, unique=True)
        region = peewee.CharField(40)
        name = peewee.CharField(30)
        settling = peewee.CharField(20)
        ready_at = peewee.BigIntegerField()
        said = LongText()
        created_at = peewee.BigIntegerField()
        updated_at = peewee.BigIntegerField()

        class Meta:
            table_name = "application"
            indexes = ((("org_id", "region", "name"), True),)

    class Workspace(Row):
        org_id = references("workspace", "org_id")
        application_id = references("workspace", "application_id")
        public_id = peewee.CharField(20)
        name = peewee.CharField(40)
        type = peewee.CharField(40)
        created_at = peewee.BigIntegerField()

        class Meta:
            table_name = "workspace"
            indexes = (
                (("application_id", "name"), True),
                (("application_id", "public_id"), True),
                (("org_id",), False),
            )

    class Attachment(Row):
        org_id = references("attachment", "org_id")
        public_id = peewee.CharField(40, unique=True)
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
            indexes = (
                (("application_id", "data_source_arn"), True),
                (("data_source_id",), False),
                (("workspace_id",), False),
                (("status",), False),
                (("org_id",), False),
            )

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
            indexes = ((("org_id", "region", "operation", "token"), True), (("created_at",), False))

    return [Application, Workspace, Attachment, ClientToken]
