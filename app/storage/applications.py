"""Rows of applications and workspaces."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import peewee

from app.attachments.errors import ApplicationNameTaken
from app.attachments.values import (
    Application,
    NewWorkspace,
    PlacedWorkspace,
    Workspace,
    WorkspaceType,
)
from app.storage.application_columns import application, columns, is_id
from app.storage.attachments import Attachments
from app.storage.database import Database, Row
from app.storage.org_lock import OrgLock
from app.storage.remembered import Remembered
from app.storage.tables import Tables, select_text

_REMEMBERED_BYTES = 4 * 1024 * 1024
_ROW_BYTES = 1_000


class Applications:
    """Implements attachments.store.ApplicationStore."""

    def __init__(self, database: Database, tables: Tables, org_lock: OrgLock, attachments: Attachments) -> None:
        self._database = database
        self._rows = rows = tables.applications
        self._workspaces = tables.workspaces
        self._attachments = attachments
        self._wishes = tables.attachments
        self._org_lock = org_lock
        in_region = rows.in_org(0, *columns(rows)).where(rows.region == "r")
        self._by_id = select_text(in_region.where(rows.public_id == "i"), parameters=[0, "r", "i"])
        self._by_name = select_text(in_region.where(rows.name == "n"), parameters=[0, "r", "n"])
        self._found: Remembered[Application] = Remembered(database, limit=_REMEMBERED_BYTES, weigh=_weight)

    def writing(self, org_id: int) -> AbstractContextManager[None]:
        """See the protocol."""
        return self._org_lock.writing(org_id)

    def application(self, org_id: int, region: str, named: str) -> Application | None:
        """See the protocol."""
        if "\0" in named:
            # No row has it, and PostgreSQL's driver refuses even to ask.
            return None
        return self._found.get((org_id, region, named), lambda: self._find(org_id, region, named))

    def applications(self, org_id: int, region: str) -> Sequence[Application]:
        """See the protocol."""
        rows = self._rows
        query = rows.in_org(org_id, *columns(rows)).where(rows.region == region).order_by(rows.id)
        return [application(row) for row in self._database.fetch(query)]

    def add_application(self, org_id: int, new: Application) -> Application:
        """See the protocol."""
        try:
            number = self._rows.insert(
                org_id=org_id,
                public_id=new.id,
                region=new.region,
                name=new.name,
                created_at=new.created_at,
                **_changing(new),
            ).execute()
        except peewee.IntegrityError as exc:
            raise ApplicationNameTaken(new.name) from exc
        found = self._database.fetch(self._rows.in_org(org_id, *columns(self._rows)).where(self._rows.id == number))
        return application(found[0])

    def change_application(self, org_id: int, changed: Application) -> None:
        """See the protocol."""
        self._rows.change_in_org(org_id, **_changing(changed)).where(self._rows.id == changed.number).execute()

    def delete_application(self, org_id: int, number: int) -> None:
        """See the protocol."""
        self._rows.delete_in_org(org_id).where(self._rows.id == number).execute()

    def workspace(self, org_id: int, application: int, workspace_id: str) -> Workspace | None:
        """See the protocol."""
        if "\0" in workspace_id:
            return None
        rows = self._workspaces
        query = self._of(org_id, application).where(rows.public_id == workspace_id)
        found = self._database.fetch(query)
        return _workspace(found[0]) if found else None

    def has_workspace_name(self, org_id: int, application: int, name: str) -> bool:
        """See the protocol."""
        rows, wishes = self._workspaces, self._wishes
        made = self._of(org_id, application).where(rows.name == name)
        wished = wishes.in_org(org_id, wishes.id).where(
            wishes.application_id == application, wishes.workspace_name == name
        )
        return bool(self._database.fetch(made) or self._database.fetch(wished))

    def add_workspace(self, org_id: int, application: int, workspace_id: str, new: NewWorkspace, at: int) -> int:
        """See the protocol."""
        return int(
            self._workspaces.insert(
                org_id=org_id,
                application_id=application,
                public_id=workspace_id,
                name=new.name,
                type=new.type.value,
                created_at=at,
            ).execute()
        )

    def workspaces(self, org_id: int) -> Sequence[PlacedWorkspace]:
        """See the protocol."""
        rows, applications = self._workspaces, self._rows
        query = (
            rows.in_org(org_id, rows.id, rows.public_id, rows.name, rows.type, *columns(applications))
            .join(applications, on=(applications.id == rows.application_id))
            .order_by(rows.id)
        )
        attached = self._attachments.by_workspace(org_id)
        return [
            PlacedWorkspace(_workspace(row), application(row[4:]), tuple(attached.get(row[0], ())))
            for row in self._database.fetch(query)
        ]

    def _find(self, org_id: int, region: str, named: str) -> Application | None:
        sql = self._by_id if is_id(named) else self._by_name
        found = self._database.rows(sql, (org_id, region, named))
        return application(found[0]) if found else None

    def _of(self, org_id: int, application: int) -> Any:
        rows = self._workspaces
        columns = (rows.id, rows.public_id, rows.name, rows.type)
        return rows.in_org(org_id, *columns).where(rows.application_id == application)


def _weight(row: Application) -> int:
    return _ROW_BYTES + len(row.said.text)


def _changing(row: Application) -> dict[str, Any]:
    return {
        "settling": row.settling.value,
        "ready_at": row.ready_at,
        "said": row.said.text,
        "updated_at": row.updated_at,
    }


def _workspace(row: Row) -> Workspace:
    return Workspace(number=row[0], id=row[1], name=row[2], type=WorkspaceType(row[3]))
