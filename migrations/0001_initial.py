"""Orgs, accounts, tokens, data sources, data keys, audit."""

from typing import Any

import peewee
from playhouse.sqlite_ext import AutoIncrementField


def up(migrator: Any, db: Any) -> None:
    db.create_tables(_models(db), safe=False)
    # Added here and not in the models: MariaDB ignores foreign keys written at the column.
    if not isinstance(db, peewee.SqliteDatabase):
        for table, column, target in _FOREIGN_KEYS:
            db.execute_sql(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column} "
                f"FOREIGN KEY ({column}) REFERENCES {target} (id) ON DELETE CASCADE"
            )


def down(migrator: Any, db: Any) -> None:
    # One by one: drop_tables would sort them by the models' own references, and these have none.
    for model in reversed(_models(db)):
        model.drop_table(safe=False)


_FOREIGN_KEYS = (
    ("org_member", "org_id", "org"),
    ("org_member", "account_id", "account"),
    ("token", "org_id", "org"),
    ("token", "service_account_id", "account"),
    ("data_source", "org_id", "org"),
)


def _models(db: Any) -> list[type[peewee.Model]]:
    sqlite = isinstance(db, peewee.SqliteDatabase)
    mariadb = isinstance(db, peewee.MySQLDatabase)

    class Row(peewee.Model):
        # AUTOINCREMENT: SQLite would else give the id of a deleted last row again, and a ciphertext is bound to it.
        id = AutoIncrementField() if sqlite else peewee.AutoField()

        class Meta:
            database = db
            legacy_table_names = False
            # Names are compared byte by byte, trailing spaces too, as SQLite and PostgreSQL do.
            table_settings = ["CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"] if mariadb else None

    class LongText(peewee.TextField):
        field_type = "LONGTEXT"

    def references(column: str, *, null: bool = False) -> Any:
        integer: Any = peewee.IntegerField
        if not sqlite:
            return integer(null=null)
        target = next(table for _, name, table in _FOREIGN_KEYS if name == column)
        return integer(null=null, constraints=[peewee.SQL(f'REFERENCES "{target}" ("id") ON DELETE CASCADE')])

    class Org(Row):
        name = peewee.CharField(190, unique=True)
        created_at = peewee.BigIntegerField()

        class Meta:
            table_name = "org"

    class Account(Row):
        uid = peewee.CharField(40, unique=True)
        login = peewee.CharField(255, unique=True)
        email = peewee.CharField(190, null=True, unique=True)
        name = peewee.CharField(255)
        password_hash = peewee.CharField(255)
        is_server_admin = peewee.BooleanField()
        is_disabled = peewee.BooleanField()
        is_service_account = peewee.BooleanField()
        org_id = peewee.IntegerField()
        created_at = peewee.BigIntegerField()

        class Meta:
            table_name = "account"

    class Member(Row):
        org_id = references("org_id")
        account_id = references("account_id")
        role = peewee.CharField(20)

        class Meta:
            table_name = "org_member"
            indexes = ((("org_id", "account_id"), True), (("account_id",), False))

    class Token(Row):
        org_id = references("org_id")
        name = peewee.CharField(190)
        token_hash = peewee.CharField(64, unique=True)
        service_account_id = references("service_account_id", null=True)
        role = peewee.CharField(20, null=True)
        created_at = peewee.BigIntegerField()
        expires_at = peewee.BigIntegerField(null=True)
        last_used_at = peewee.BigIntegerField(null=True)
        is_revoked = peewee.BooleanField()

        class Meta:
            table_name = "token"
            indexes = ((("org_id", "name"), True), (("service_account_id",), False))

    class DataSource(Row):
        org_id = references("org_id")
        uid = peewee.CharField(40)
        name = peewee.CharField(190)
        type = peewee.CharField(255)
        access = peewee.CharField(255)
        url = peewee.CharField(255)
        user = peewee.CharField(255)
        database = peewee.CharField(255)
        basic_auth = peewee.BooleanField()
        basic_auth_user = peewee.CharField(255)
        with_credentials = peewee.BooleanField()
        default_of = peewee.IntegerField(null=True, unique=True)
        json_data = LongText()
        ciphertexts = LongText()
        read_only = peewee.BooleanField()
        api_version = peewee.CharField(255)
        version = peewee.BigIntegerField()
        created_at = peewee.BigIntegerField()
        updated_at = peewee.BigIntegerField()

        class Meta:
            table_name = "data_source"
            indexes = ((("org_id", "name"), True), (("org_id", "uid"), True))

    class DataKey(Row):
        key_id = peewee.CharField(40, unique=True)
        salt = peewee.CharField(64)
        wrapped = peewee.CharField(255)
        is_active = peewee.BooleanField()
        created_at = peewee.BigIntegerField()

        class Meta:
            table_name = "data_key"

    class AuditEvent(Row):
        org_id = peewee.IntegerField()
        at = peewee.BigIntegerField()
        actor = peewee.CharField(255)
        door = peewee.CharField(40)
        action = peewee.CharField(190)
        target = peewee.CharField(255)
        detail = LongText()

        class Meta:
            table_name = "audit_event"
            indexes = ((("org_id", "at"), False),)

    class WrongPassword(Row):
        login = peewee.CharField(190)
        at = peewee.BigIntegerField()

        class Meta:
            table_name = "wrong_password"
            indexes = ((("login", "at"), False), (("at",), False))

    return [Org, Account, Member, Token, DataSource, DataKey, AuditEvent, WrongPassword]
