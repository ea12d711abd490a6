"""Rows of audit events."""

from collections.abc import Callable

import orjson

from app.audit import AuditEvent
from app.storage.database import Database
from app.storage.tables import Tables, insert_text


class AuditEvents:
    """Implements audit.AuditLog. ``clock`` gives epoch seconds."""

    def __init__(self, database: Database, tables: Tables, clock: Callable[[], float]) -> None:
        self._database = database
        self._rows = tables.audit_events
        self._insert, self._columns = insert_text(self._rows)
        self._clock = clock

    def record(self, event: AuditEvent) -> None:
        """See the protocol. Outside a transaction the event could stay while what it tells of is rolled back."""
        if not self._database.in_transaction():
            raise RuntimeError("an audit event is recorded inside the transaction of what it tells of")
        values = {
            "org_id": event.org_id,
            "at": int(self._clock()),
            "actor": event.actor,
            "door": event.door,
            "action": event.action,
            "target": event.target,
            "detail": orjson.dumps(dict(event.detail)).decode(),
        }
        self._database.rows(self._insert, [values[name] for name in self._columns])

    def of_org(self, org_id: int) -> list[AuditEvent]:
        """All events of an org, oldest first."""
        rows = self._rows
        query = rows.in_org(org_id, rows.actor, rows.door, rows.action, rows.target, rows.detail).order_by(rows.id)
        return [
            AuditEvent(org_id=org_id, actor=actor, door=door, action=action, target=target, detail=orjson.loads(detail))
            for actor, door, action, target, detail in self._database.fetch(query)
        ]
