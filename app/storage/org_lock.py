"""The one lock that writers take: the row of the org. It makes all writes of an org follow one another."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.identity.errors import OrgNotFound
from app.storage.database import Database
from app.storage.tables import Tables, select_text


class OrgLock:
    """Transactions in which no other writer of the same org overlaps, on any number of processes and machines."""

    def __init__(self, database: Database, tables: Tables) -> None:
        self._database = database
        query = tables.orgs.select(tables.orgs.id).where(tables.orgs.id == 0)
        # SQLite has no row locks and needs none: its transactions begin with the lock of the whole file.
        self._sql = select_text(query if database.is_sqlite else query.for_update(), parameters=[0])
        orgs = tables.orgs.select(tables.orgs.id).order_by(tables.orgs.id)
        self._all = select_text(orgs if database.is_sqlite else orgs.for_update(), parameters=[])

    @contextmanager
    def writing(self, org_id: int) -> Iterator[None]:
        """A transaction of the org; raises OrgNotFound."""

        def lock() -> None:
            if not self._database.rows(self._sql, (org_id,)):
                raise OrgNotFound(org_id)

        with self._database.writing(lock):
            yield

    @contextmanager
    def writing_everywhere(self) -> Iterator[None]:
        """A transaction that no writer of any org overlaps. Locks the orgs in one order, so that two of these cannot
        wait for each other."""

        def lock() -> None:
            self._database.rows(self._all)

        with self._database.writing(lock):
            yield
