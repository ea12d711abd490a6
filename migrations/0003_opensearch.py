"""What OpenSearch says of a data source: status, allowed roles, and a document for what the columns do not hold."""

from typing import Any

import peewee

_NEW_COLUMNS = (
    ("status", "VARCHAR(20) NOT NULL DEFAULT 'ACTIVE'"),
    ("allowed_roles", "LONGTEXT"),
    ("opensearch", "LONGTEXT"),
)


def up(migrator: Any, db: Any) -> None:
    # Each step is left out where it is done: MariaDB commits every one, and a start can be interrupted between two.
    # As text: the migrator would make SQLite's tables anew, and their ids would begin to repeat.
    for column, kind in _NEW_COLUMNS:
        if column not in {found.name for found in db.get_columns("data_source")}:
            known = kind if isinstance(db, peewee.MySQLDatabase) else kind.replace("LONGTEXT", "TEXT")
            db.execute_sql(f"ALTER TABLE data_source ADD COLUMN {column} {known}")


def down(migrator: Any, db: Any) -> None:
    for column, _ in _NEW_COLUMNS:
        db.execute_sql(f"ALTER TABLE data_source DROP COLUMN {column}")
