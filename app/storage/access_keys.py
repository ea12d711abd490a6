"""Rows of access keys."""

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import peewee
from playhouse.pool import MaxConnectionsExceeded

from app.identity.roles import Role
from app.identity.store import AccessKey, AccessKeyRecord, NewAccessKey, Signer
from app.storage.database import Database
from app.storage.org_lock import OrgLock
from app.storage.remembered import Remembered
from app.storage.tables import Tables

log = logging.getLogger(__name__)

_REMEMBERED_BYTES = 4 * 1024 * 1024
_RECORD_BYTES = 2_000


class AccessKeyRows:
    """Implements identity.store.AccessKeyLookup and AccessKeyStore."""

    def __init__(self, database: Database, tables: Tables, org_lock: OrgLock) -> None:
        self._database = database
        self._rows = tables.access_keys
        self._accounts = tables.accounts
        self._members = tables.members
        self._org_lock = org_lock
        self._remembered: Remembered[AccessKeyRecord] = Remembered(
            database, limit=_REMEMBERED_BYTES, weigh=lambda _: _RECORD_BYTES
        )
        param = database.peewee.param
        # Names no org: the id of an access key is one of all, and tells the org.
        self._by_access_key_id = (
            "SELECT k.id, k.access_key_id, k.org_id, k.account_id, a.is_service_account, a.login, a.is_disabled, "
            "m.role, k.secret, k.session_token_hash, k.expires_at, k.last_used_at, o.default_query_role, "
            "o.has_permissions "
            "FROM access_key k "
            "JOIN org o ON o.id = k.org_id "
            "JOIN account a ON a.id = k.account_id "
            "LEFT JOIN org_member m ON m.account_id = k.account_id AND m.org_id = k.org_id "
            f"WHERE k.access_key_id = {param}"
        )
        self._mark_used = f"UPDATE access_key SET last_used_at = {param} WHERE id = {param}"

    def access_key(self, access_key_id: str) -> AccessKeyRecord | None:
        """See the protocol."""
        # No id has NUL, and PostgreSQL's driver refuses even to ask.
        if "\0" in access_key_id:
            return None
        return self._remembered.get(access_key_id, lambda: self._read(access_key_id))

    def mark_access_key_used(self, key: AccessKeyRecord, at: int) -> None:
        """See the protocol."""
        try:
            # Not worth a request's waiting: when somebody writes just now, the key's next use is marked.
            self._database.run_if_free(self._mark_used, (at, key.id))
        except (peewee.PeeweeException, MaxConnectionsExceeded):
            log.warning(
                "an access key's last use could not be written",
                extra={"event": "access_key_use", "access_key": key.access_key_id},
            )

    def writing(self, org_id: int) -> AbstractContextManager[None]:
        """See the protocol."""
        return self._org_lock.writing(org_id)

    def signer(self, org_id: int, login: str) -> Signer | None:
        """See the protocol."""
        if "\0" in login:
            return None
        accounts, members = self._accounts, self._members
        query = members.in_org(org_id, accounts.id, accounts.login, members.role)
        query = query.join(accounts, on=(accounts.id == members.account_id)).where(accounts.login == login)
        found = self._database.fetch(query)
        return Signer(found[0][0], found[0][1], Role(found[0][2])) if found else None

    def access_keys(self, org_id: int) -> Sequence[AccessKey]:
        """See the protocol."""
        rows, accounts = self._rows, self._accounts
        query = rows.in_org(
            org_id, rows.access_key_id, accounts.login, rows.name, rows.created_at, rows.expires_at, rows.last_used_at
        )
        query = query.join(accounts, on=(accounts.id == rows.account_id)).order_by(accounts.login, rows.id)
        return [
            AccessKey(
                access_key_id=row[0],
                login=row[1],
                name=row[2],
                created_at=row[3],
                expires_at=row[4],
                last_used_at=row[5],
            )
            for row in self._database.fetch(query)
        ]

    def count_access_keys(self, org_id: int, account_id: int) -> int:
        """See the protocol."""
        rows = self._rows
        query = rows.in_org(org_id, peewee.fn.COUNT(rows.id)).where(rows.account_id == account_id)
        return int(self._database.fetch(query)[0][0])

    def add_access_key(self, new: NewAccessKey) -> None:
        """See the protocol."""
        self._rows.insert(
            org_id=new.org_id,
            account_id=new.account_id,
            access_key_id=new.access_key_id,
            name=new.name,
            secret=new.secret,
            session_token_hash=new.session_token_hash,
            created_at=new.created_at,
            expires_at=new.expires_at,
            last_used_at=None,
        ).execute()

    def delete_access_key(self, org_id: int, access_key_id: str) -> bool:
        """See the protocol."""
        return bool(self._delete(org_id, self._rows.access_key_id == access_key_id))

    def delete_ended_access_keys(self, org_id: int, account_id: int, now: int) -> None:
        """See the protocol."""
        rows = self._rows
        self._delete(org_id, (rows.account_id == account_id) & (rows.expires_at <= now))

    def _delete(self, org_id: int, which: Any) -> int:
        return int(self._rows.delete_in_org(org_id).where(which).execute())

    def _read(self, access_key_id: str) -> AccessKeyRecord | None:
        found = self._database.rows(self._by_access_key_id, (access_key_id,))
        if not found:
            return None
        row = found[0]
        return AccessKeyRecord(
            id=row[0],
            access_key_id=row[1],
            org_id=row[2],
            account_id=row[3],
            is_service_account=bool(row[4]),
            login=row[5],
            is_disabled=bool(row[6]),
            role=None if row[7] is None else Role(row[7]),
            secret=row[8],
            session_token_hash=row[9],
            expires_at=row[10],
            last_used_at=row[11],
            default_query_role=None if row[12] is None else Role(row[12]),
            org_has_permissions=bool(row[13]),
        )
