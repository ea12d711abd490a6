"""Applies the numbered files of ``migrations/`` with peewee's own runner."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from playhouse.migrations import Runner

from app.storage.database import Database
from app.storage.errors import SchemaBehind

# Beside the package, in a checkout as in an installed wheel.
_FOLDER = Path(__file__).parents[2] / "migrations"


@dataclass(frozen=True)
class MigrationState:
    """One step of the schema; ``applied_at`` is None while it waits."""

    name: str
    applied_at: datetime | None


class Migrations:
    """The schema's history in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def apply(self) -> list[str]:
        """Applies what waits and returns its names. The caller holds ``Database.alone``."""
        with self._database.connected():
            return list(self._runner().up())

    def status(self) -> list[MigrationState]:
        """All steps in order."""
        with self._database.connected():
            return [MigrationState(row.name, row.applied) for row in self._runner().status()]

    def require_current(self) -> None:
        """Raises SchemaBehind while steps wait."""
        pending = [row.name for row in self.status() if row.applied_at is None]
        if pending:
            raise SchemaBehind(pending)

    def _runner(self) -> Runner:
        return Runner(self._database.peewee, str(_FOLDER))
