"""Rows of data sources."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Any

import orjson
import peewee

from app.registry.arns import own_arn
from app.registry.datasource import UNSAID, ByArn, ById, ByName, ByUid, DataSource, OpenSearchSide, Ref, Status
from app.registry.errors import DataSourceNameTaken
from app.registry.json_data import JsonData
from app.registry.store import Taken
from app.storage.database import Database, Row
from app.storage.org_lock import OrgLock
from app.storage.remembered import Remembered
from app.storage.tables import Tables, insert_text, select_text, update_in_org_text

_REMEMBERED_BYTES = 64 * 1024 * 1024
# What a row takes besides its two long columns, measured roughly.
_ROW_BYTES = 1_500
_NO_CIPHERTEXTS: Mapping[str, str] = MappingProxyType({})


class DataSources:
    """Implements registry.store.DataSourceStore. ``clock`` gives epoch seconds."""

    def __init__(self, database: Database, tables: Tables, org_lock: OrgLock, clock: Callable[[], float]) -> None:
        self._database = database
        self._rows = rows = tables.data_sources
        self._org_lock = org_lock
        self._clock = clock
        self._found: Remembered[DataSource] = Remembered(database, limit=_REMEMBERED_BYTES, weigh=_weight)
        self._listed: Remembered[Sequence[DataSource]] = Remembered(
            database, limit=_REMEMBERED_BYTES, weigh=lambda rows: sum(map(_weight, rows))
        )
        columns = (
            rows.id,
            rows.uid,
            rows.org_id,
            rows.name,
            rows.type,
            rows.access,
            rows.url,
            rows.user,
            rows.database,
            rows.basic_auth,
            rows.basic_auth_user,
            rows.with_credentials,
            rows.default_of,
            rows.json_data,
            rows.read_only,
            rows.api_version,
            rows.version,
            rows.ciphertexts,
            rows.has_permissions,
            rows.status,
            rows.allowed_roles,
            rows.opensearch,
        )
        in_org = rows.in_org(0, *columns)
        self._by_id = select_text(in_org.where(rows.id == 1), parameters=[0, 1])
        self._by_uid = select_text(in_org.where(rows.uid == "u"), parameters=[0, "u"])
        self._by_name = select_text(in_org.where(rows.name == "n"), parameters=[0, "n"])
        self._by_arn = select_text(in_org.where(rows.aws_arn == "a"), parameters=[0, "a"])
        self._all = select_text(in_org.order_by(rows.name).limit(1), parameters=[0, 1])
        ids = rows.in_org(0, rows.id)
        some, same_name, same_uid = (
            select_text(query.limit(1), parameters=parameters)
            for query, parameters in (
                (ids, [0, 1]),
                (ids.where(rows.name == "n", rows.id != 1), [0, "n", 1, 1]),
                (ids.where(rows.uid == "u", rows.id != 1), [0, "u", 1, 1]),
            )
        )
        self._taken = f"SELECT ({some}), ({same_name}), ({same_uid})"
        self._defaults = select_text(ids.where(rows.default_of == 2, rows.id != 1), parameters=[0, 2, 1])
        self._insert, self._columns = insert_text(rows)
        self._changed = [name for name in self._columns if name not in {"org_id", "ciphertexts", "created_at"}]
        self._update = update_in_org_text(rows, self._changed)
        self._update_ciphertexts = update_in_org_text(rows, ["ciphertexts"])
        self._update_default = update_in_org_text(rows, ["default_of"])

    def writing(self, org_id: int) -> AbstractContextManager[None]:
        """See the protocol."""
        return self._org_lock.writing(org_id)

    def find(self, org_id: int, ref: Ref) -> DataSource | None:
        """See the protocol."""
        return self._found.get((org_id, ref), lambda: self._find(org_id, ref))

    def all(self, org_id: int, limit: int | None) -> Sequence[DataSource]:
        """See the protocol."""
        # The largest LIMIT that all three databases take.
        most = 2**31 - 1 if limit is None else limit
        return self._listed.get((org_id, most), lambda: self._all_of(org_id, most)) or []

    def count(self, org_id: int) -> int:
        """See the protocol."""
        return int(self._database.fetch(self._rows.in_org(org_id, peewee.fn.COUNT(self._rows.id)))[0][0])

    def count_everywhere(self) -> int:
        """See the protocol. Counts rows without looking into any."""
        return int(self._database.rows("SELECT COUNT(*) FROM data_source")[0][0])

    def names(self, org_id: int) -> Sequence[str]:
        """See the protocol."""
        return [row[0] for row in self._database.fetch(self._rows.in_org(org_id, self._rows.name))]

    def taken(self, org_id: int, name: str, uid: str, besides: int) -> Taken:
        """See the protocol."""
        parameters = (org_id, 1, org_id, name, besides, 1, org_id, uid, besides, 1)
        some, same_name, same_uid = self._database.rows(self._taken, parameters)[0]
        return Taken(some is not None, same_name is not None, same_uid is not None)

    def add(self, org_id: int, row: DataSource) -> int:
        """See the protocol."""
        now = int(self._clock())
        values = {**_values(row), "org_id": org_id, "ciphertexts": "{}", "created_at": now, "updated_at": now}
        try:
            return int(self._database.rows(self._insert, [values[name] for name in self._columns])[0][0])
        except peewee.IntegrityError as exc:
            raise DataSourceNameTaken(row.name) from exc

    def replace(self, org_id: int, row: DataSource) -> None:
        """See the protocol."""
        values = {**_values(row), "updated_at": int(self._clock())}
        try:
            self._database.run(self._update, [*(values[name] for name in self._changed), org_id, row.id])
        except peewee.IntegrityError as exc:
            raise DataSourceNameTaken(row.name) from exc

    def set_ciphertexts(self, org_id: int, data_source_id: int, ciphertexts: Mapping[str, str]) -> None:
        """See the protocol."""
        text = orjson.dumps(dict(ciphertexts)).decode()
        self._database.run(self._update_ciphertexts, (text, org_id, data_source_id))

    def clear_default(self, org_id: int, keep: int) -> None:
        """See the protocol."""
        for (default,) in self._database.rows(self._defaults, (org_id, org_id, keep)):
            self._database.run(self._update_default, (None, org_id, default))

    def delete(self, org_id: int, data_source_id: int) -> None:
        """See the protocol."""
        self._rows.delete_in_org(org_id).where(self._rows.id == data_source_id).execute()

    def _find(self, org_id: int, ref: Ref) -> DataSource | None:
        match ref:
            case ById(number):
                found = self._database.rows(self._by_id, (org_id, number))
            case ByUid(text) | ByName(text) | ByArn(text) if "\0" in text:
                # No row has it, and PostgreSQL's driver refuses even to ask.
                found = []
            case ByUid(uid):
                found = self._database.rows(self._by_uid, (org_id, uid))
            case ByName(name):
                found = self._database.rows(self._by_name, (org_id, name))
            case ByArn(arn):
                found = self._database.rows(self._by_arn, (org_id, arn))
        return _data_source(found[0]) if found else None

    def _all_of(self, org_id: int, most: int) -> Sequence[DataSource]:
        return [_data_source(row) for row in self._database.rows(self._all, (org_id, most))]


def _values(row: DataSource) -> dict[str, Any]:
    return {
        "uid": row.uid,
        "name": row.name,
        "type": row.type,
        "access": row.access,
        "url": row.url,
        "user": row.user,
        "database": row.database,
        "basic_auth": row.basic_auth,
        "basic_auth_user": row.basic_auth_user,
        "with_credentials": row.with_credentials,
        "default_of": row.org_id if row.is_default else None,
        "json_data": row.json_data.text,
        "read_only": row.read_only,
        "api_version": row.api_version,
        "version": row.version,
        "has_permissions": row.has_permissions,
        "status": row.opensearch.status.value,
        "allowed_roles": None
        if row.opensearch.allowed_roles is None
        else orjson.dumps(row.opensearch.allowed_roles).decode(),
        "opensearch": None if row.opensearch.document is None else row.opensearch.document.text,
        "aws_arn": own_arn(row.json_data),
    }


def _data_source(row: Row) -> DataSource:
    # SQLite and MariaDB give booleans as 0 and 1.
    return DataSource(
        id=row[0],
        uid=row[1],
        org_id=row[2],
        name=row[3],
        type=row[4],
        access=row[5],
        url=row[6],
        user=row[7],
        database=row[8],
        basic_auth=bool(row[9]),
        basic_auth_user=row[10],
        with_credentials=bool(row[11]),
        is_default=row[12] is not None,
        json_data=JsonData(row[13]),
        read_only=bool(row[14]),
        api_version=row[15],
        version=row[16],
        ciphertexts=orjson.loads(row[17]) if row[17] != "{}" else _NO_CIPHERTEXTS,
        has_permissions=bool(row[18]),
        opensearch=UNSAID if row[19] == "ACTIVE" and row[20] is None and row[21] is None else _opensearch(*row[19:22]),
    )


def _opensearch(status: str, roles: str | None, document: str | None) -> OpenSearchSide:
    return OpenSearchSide(
        status=Status(status),
        allowed_roles=None if roles is None else tuple(orjson.loads(roles)),
        document=None if document is None else JsonData(document),
    )


def _weight(row: DataSource) -> int:
    document = row.opensearch.document
    texts = (row.json_data.text, document.text if document is not None else "", *row.ciphertexts.values())
    return _ROW_BYTES + sum(map(len, texts))
