"""Access keys: with their secrets somebody signs requests for an account."""

from typing import Any

import peewee
from playhouse.sqlite_ext import AutoIncrementField

_TABLE = "access_key"
_FOREIGN_KEYS = {"org_id": "org", "account_id": "account"}
_INDEXES = (("access_key_id", "UNIQUE INDEX"), ("org_id", "INDEX"), ("account_id", "INDEX"))


def up(migrator: Any, db: Any) -> None:
    # Each step is left out where it is done: MariaDB commits every one, and a start can be interrupted between two.
    db.create_tables([_model(db)], safe=True)
    for column, kind in _INDEXES:
        if [column] not in [found.columns for found in db.get_indexes(_TABLE)]:
            db.execute_sql(f"CREATE {kind} {_TABLE}_{column} ON {_TABLE} ({column})")
    if not isinstance(db, peewee.SqliteDatabase):
        for column, target in _FOREIGN_KEYS.items():
            if column not in {found.column for found in db.get_foreign_keys(_TABLE)}:
                db.execute_sql(
                    f"ALTER TABLE {_TABLE} ADD CONSTRAINT {_TABLE}_{column}_fk "
                    f"FOREIGN KEY ({column}) REFERENCES {target} (id) ON DELETE CASCADE"
                )


def down(migrator: Any, db: Any) -> None:
    _model(db).drop_table(safe=False)


def _model(db: Any) -> type[peewee.Model]:
    sqlite = isinstance(db, peewee.SqliteDatabase)
    mariadb = isinstance(db, peewee.MySQLDatabase)

    class LongText(peewee.TextField):
        field_type = "LONGTEXT"

    def references(column: str) -> Any:
        integer: Any = peewee.IntegerField
        if not sqlite:
            return integer()
        target = _FOREIGN_KEYS[column]
        return integer(constraints=[peewee.SQL(f'REFERENCES "{target}" ("id") ON DELETE CASCADE')])

    class AccessKey(peewee.Model):
        # As in the first migration: ids do not repeat, and names are compared byte by byte.
        id = AutoIncrementField() if sqlite else peewee.AutoField()
        org_id = references("org_id")
        account_id = references("account_id")
        access_key_id = peewee.CharField(40)
        name = peewee.CharField(190)
        secret = LongText()
        session_token_hash = peewee.CharField(64, null=True)
        created_at = peewee.BigIntegerField()
        expires_at = peewee.BigIntegerField(null=True)
        last_used_at = peewee.BigIntegerField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = _TABLE
            table_settings = ["CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"] if mariadb else None

    return AccessKey
