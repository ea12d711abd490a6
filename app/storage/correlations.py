"""Rows of correlations."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import orjson
import peewee

from app.registry.correlation import EXTERNAL, Config, Correlation, Transformation
from app.registry.correlation_store import Origin
from app.registry.json_data import JsonData
from app.storage.database import Database, Row
from app.storage.org_lock import OrgLock
from app.storage.tables import Tables


class Correlations:
    """Implements registry.correlation_store.CorrelationStore. The uids of data sources are read from their rows, so
    that they are right after a rename."""

    def __init__(self, database: Database, tables: Tables, org_lock: OrgLock) -> None:
        self._database = database
        self._rows = tables.correlations
        self._sources = tables.data_sources.alias()
        self._targets = tables.data_sources.alias()
        self._org_lock = org_lock

    def writing(self, org_id: int) -> AbstractContextManager[None]:
        """See the protocol."""
        return self._org_lock.writing(org_id)

    def find(self, org_id: int, source_id: int, uid: str) -> Correlation | None:
        """See the protocol."""
        if "\0" in uid:
            # No row has it, and PostgreSQL's driver refuses even to ask.
            return None
        rows = self._rows
        found = self._fetch(self._whole(org_id).where(rows.source_id == source_id, rows.uid == uid))
        return found[0] if found else None

    def of_source(self, org_id: int, source_id: int) -> Sequence[Correlation]:
        """See the protocol."""
        return self._fetch(self._whole(org_id).where(self._rows.source_id == source_id))

    def origins(self, org_id: int) -> Sequence[Origin]:
        """See the protocol."""
        query = self._visible(org_id, self._rows.id, self._sources.uid)
        return [Origin(*row) for row in self._database.fetch(query)]

    def some(self, org_id: int, ids: Sequence[int]) -> Sequence[Correlation]:
        """See the protocol."""
        return self._fetch(self._whole(org_id).where(self._rows.id.in_(ids))) if ids else []

    def add(self, org_id: int, row: Correlation, *, source_id: int, target_id: int | None) -> None:
        """See the protocol."""
        self._rows.insert(
            org_id=org_id,
            uid=row.uid,
            source_id=source_id,
            target_id=target_id,
            provisioned=row.provisioned,
            **_changeable(row),
        ).execute()

    def replace(self, org_id: int, row: Correlation) -> None:
        """See the protocol."""
        self._rows.change_in_org(org_id, **_changeable(row)).where(self._rows.uid == row.uid).execute()

    def delete(self, org_id: int, uid: str) -> None:
        """See the protocol."""
        self._rows.delete_in_org(org_id).where(self._rows.uid == uid).execute()

    def _whole(self, org_id: int) -> Any:
        rows = self._rows
        return self._visible(
            org_id,
            rows.uid,
            rows.org_id,
            self._sources.uid,
            self._targets.uid,
            rows.label,
            rows.description,
            rows.type,
            rows.config,
            rows.provisioned,
        )

    def _visible(self, org_id: int, *columns: Any) -> Any:
        rows, sources, targets = self._rows, self._sources, self._targets
        return (
            rows.in_org(org_id, *columns)
            .join(sources, on=(sources.id == rows.source_id) & (sources.org_id == rows.org_id))
            .join_from(
                rows,
                targets,
                peewee.JOIN.LEFT_OUTER,
                on=(targets.id == rows.target_id) & (targets.org_id == rows.org_id),
            )
            .where((rows.type == EXTERNAL) | targets.id.is_null(False))
            .order_by(rows.id)
        )

    def _fetch(self, query: Any) -> Sequence[Correlation]:
        return [_correlation(row) for row in self._database.fetch(query)]


def _changeable(row: Correlation) -> dict[str, Any]:
    return {
        "label": row.label,
        "description": row.description,
        "type": row.type,
        "config": _config_text(row.config),
    }


def _config_text(config: Config) -> str:
    # The target is text within the text, so that its numbers stay what they are and no depth of it matters.
    transformations = [[one.type, one.expression, one.field, one.map_value] for one in config.transformations]
    members = {"field": config.field, "target": config.target.text, "transformations": transformations}
    return orjson.dumps(members).decode()


def _config(text: str) -> Config:
    members = orjson.loads(text)
    return Config(
        field=members["field"],
        target=JsonData(members["target"]),
        transformations=tuple(Transformation(*one) for one in members["transformations"]),
    )


def _correlation(row: Row) -> Correlation:
    return Correlation(
        uid=row[0],
        org_id=row[1],
        source_uid=row[2],
        target_uid=row[3],
        label=row[4],
        description=row[5],
        type=row[6],
        config=_config(row[7]),
        provisioned=bool(row[8]),  # SQLite and MariaDB give 0 and 1
    )
