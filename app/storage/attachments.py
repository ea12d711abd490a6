"""Rows of attachments, with what their status depends on."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import peewee

from app.attachments.values import (
    Application,
    Attachment,
    AttachmentStatus,
    NewWorkspace,
    Source,
    Standing,
    WorkspaceType,
)
from app.registry.datasource import Status
from app.storage.application_columns import COLUMNS, application, columns, is_id
from app.storage.database import Database, Row
from app.storage.org_lock import OrgLock
from app.storage.remembered import Remembered
from app.storage.tables import Tables, insert_text, select_text, update_in_org_text

_REMEMBERED_BYTES = 16 * 1024 * 1024
_ROW_BYTES = 2_000
# The largest LIMIT that all three databases take.
_ALL = 2**31 - 1
# The one select of these rows that names no org: it looks for orgs, and into nothing else.
_ORGS_TO_SETTLE = (
    "SELECT DISTINCT org_id FROM attachment "
    "WHERE status = 'PENDING' OR (data_source_id IS NULL AND status <> 'FAILED') ORDER BY org_id"
)


class Attachments:
    """Implements attachments.store.AttachmentStore."""

    def __init__(self, database: Database, tables: Tables, org_lock: OrgLock) -> None:
        self._database = database
        self._rows = rows = tables.attachments
        self._applications = tables.applications
        self._sources = tables.data_sources
        self._org_lock = org_lock
        self._by_arn = select_text(
            self._standings(0).where(rows.application_id == 1, rows.data_source_arn == "a"), parameters=[0, 1, "a"]
        )

        applications = tables.applications
        in_region = self._standings(0).where(applications.region == "r", rows.data_source_arn == "a")
        self._by_id_and_arn = select_text(in_region.where(applications.public_id == "i"), parameters=[0, "r", "a", "i"])
        self._by_name_and_arn = select_text(in_region.where(applications.name == "n"), parameters=[0, "r", "a", "n"])
        self._insert, self._columns = insert_text(rows)
        move = update_in_org_text(rows, ["status", "workspace_name", "workspace_type"])
        self._move = f"{move} AND status = {database.peewee.param}"
        self._found: Remembered[Standing] = Remembered(database, limit=_REMEMBERED_BYTES, weigh=_weight)

    def writing(self, org_id: int) -> AbstractContextManager[None]:
        """See the protocol."""
        return self._org_lock.writing(org_id)

    def standing(self, org_id: int, application: Application, arn: str) -> Standing | None:
        """See the protocol."""
        return self._found.get((org_id, application.number, arn), lambda: self._find(org_id, application.number, arn))

    def named(self, org_id: int, region: str, application: str, arn: str) -> Standing | None:
        """See the protocol."""
        key = (org_id, region, application, arn)
        return self._found.get(key, lambda: self._find_named(org_id, region, application, arn))

    def standings(
        self, org_id: int, application: Application, *, after: int = 0, limit: int | None = None
    ) -> Sequence[Standing]:
        """See the protocol."""
        rows = self._rows
        query = self._standings(org_id).where(rows.application_id == application.number, rows.id > after)
        return self._fetch(query.limit(_ALL if limit is None else limit))

    def of_data_source(self, org_id: int, data_source_id: int) -> Sequence[Standing]:
        """See the protocol."""
        return self._fetch(self._standings(org_id).where(self._rows.data_source_id == data_source_id))

    def by_workspace(self, org_id: int) -> Mapping[int, Sequence[Standing]]:
        """Those that are in a workspace, by its number."""
        rows = self._rows
        query = self._standings(org_id).where(
            rows.workspace_id.is_null(False),
            rows.data_source_id.is_null(False),
            rows.status == AttachmentStatus.ATTACHED.value,
        )
        found: dict[int, list[Standing]] = {}
        for standing in self._fetch(query):
            assert standing.attachment.workspace is not None
            found.setdefault(standing.attachment.workspace, []).append(standing)
        return found

    def unsettled(self, org_id: int) -> Sequence[Standing]:
        """See the protocol."""
        return self._fetch(self._standings(org_id).where(self._is_unsettled()))

    def orgs_to_settle(self) -> Sequence[int]:
        """See the protocol."""
        return [row[0] for row in self._database.rows(_ORGS_TO_SETTLE)]

    def add(self, org_id: int, application: Application, new: Attachment) -> None:
        """See the protocol."""
        workspace = new.new_workspace
        values = {
            "org_id": org_id,
            "public_id": new.id,
            "application_id": application.number,
            "data_source_arn": new.data_source_arn,
            "data_source_id": new.data_source_id,
            "status": new.status.value,
            "workspace_id": new.workspace,
            "workspace_name": None if workspace is None else workspace.name,
            "workspace_type": None if workspace is None else workspace.type.value,
            "description": new.description,
            "iam_role_arn": new.iam_role_arn,
            "created_at": new.created_at,
        }
        self._database.rows(self._insert, [values[name] for name in self._columns])

    def move(self, org_id: int, number: int, *, old: AttachmentStatus, new: AttachmentStatus) -> bool:
        """See the protocol."""
        return bool(self._database.run(self._move, (new.value, None, None, org_id, number, old.value)))

    def put_into_workspace(self, org_id: int, number: int, workspace: int) -> None:
        """See the protocol."""
        self._rows.change_in_org(org_id, workspace_id=workspace).where(self._rows.id == number).execute()

    def describe(self, org_id: int, number: int, *, description: str, iam_role_arn: str) -> None:
        """See the protocol."""
        change = self._rows.change_in_org(org_id, description=description, iam_role_arn=iam_role_arn)
        change.where(self._rows.id == number).execute()

    def delete(self, org_id: int, number: int) -> None:
        """See the protocol."""
        self._rows.delete_in_org(org_id).where(self._rows.id == number).execute()

    def _find(self, org_id: int, application: int, arn: str) -> Standing | None:
        found = self._database.rows(self._by_arn, (org_id, application, arn))
        return _standing(found[0]) if found else None

    def _find_named(self, org_id: int, region: str, application: str, arn: str) -> Standing | None:
        if "\0" in application:
            # No row has it, and PostgreSQL's driver refuses even to ask.
            return None
        sql = self._by_id_and_arn if is_id(application) else self._by_name_and_arn
        found = self._database.rows(sql, (org_id, region, arn, application))
        return _standing(found[0]) if found else None

    def _is_unsettled(self) -> Any:
        rows = self._rows
        gone = rows.data_source_id.is_null() & (rows.status != AttachmentStatus.FAILED.value)
        return (rows.status == AttachmentStatus.PENDING.value) | gone

    def _fetch(self, query: Any) -> list[Standing]:
        return [_standing(row) for row in self._database.fetch(query)]

    def _standings(self, org_id: int) -> Any:
        rows, applications, sources = self._rows, self._applications, self._sources
        return (
            rows.in_org(
                org_id,
                *columns(applications),
                rows.id,
                rows.public_id,
                rows.data_source_arn,
                rows.data_source_id,
                rows.status,
                rows.workspace_id,
                rows.workspace_name,
                rows.workspace_type,
                rows.description,
                rows.iam_role_arn,
                rows.created_at,
                sources.uid,
                sources.status,
                sources.updated_at,
            )
            .join(applications, on=(applications.id == rows.application_id))
            .switch(rows)
            .join(sources, peewee.JOIN.LEFT_OUTER, on=(sources.id == rows.data_source_id))
            .order_by(rows.id)
        )


def _weight(row: Standing) -> int:
    attachment = row.attachment
    said = (row.application.said.text, attachment.description, attachment.iam_role_arn)
    return _ROW_BYTES + sum(map(len, said))


def _standing(row: Row) -> Standing:
    number, public_id, arn, source_id, status, workspace, name, kind, description, role, at = row[
        len(COLUMNS) : len(COLUMNS) + 11
    ]
    uid, source_status, changed_at = row[len(COLUMNS) + 11 :]
    return Standing(
        attachment=Attachment(
            number=number,
            id=public_id,
            data_source_arn=arn,
            data_source_id=source_id,
            status=AttachmentStatus(status),
            workspace=workspace,
            new_workspace=None if name is None else NewWorkspace(name, WorkspaceType(kind)),
            description=description,
            iam_role_arn=role,
            created_at=at,
        ),
        application=application(row),
        source=None if uid is None else Source(uid, Status(source_status), changed_at),
    )
