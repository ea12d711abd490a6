"""Rows of service accounts, tokens and API keys."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import orjson
import peewee

from app.identity.errors import ServiceAccountTaken, TokenNameTaken
from app.identity.limits import limits_from
from app.identity.roles import Role
from app.identity.store import NewToken, ServiceAccount, ServiceAccountSearch, Token
from app.storage.database import Database, Row
from app.storage.org_lock import OrgLock
from app.storage.search import contains
from app.storage.tables import Tables

# An account that cannot sign in by password: no hash scheme produces this text.
_NO_PASSWORD = "!"


class ServiceAccountRows:
    """Implements identity.store.ServiceAccountStore. ``clock`` gives epoch seconds."""

    def __init__(
        self,
        database: Database,
        tables: Tables,
        org_lock: OrgLock,
        clock: Callable[[], float],
        new_uid: Callable[[], str],
    ) -> None:
        self._database = database
        self._accounts = tables.accounts
        self._members = tables.members
        self._tokens = tables.tokens
        self._org_lock = org_lock
        self._clock = clock
        self._new_uid = new_uid

    def writing(self, org_id: int) -> AbstractContextManager[None]:
        """See the protocol."""
        return self._org_lock.writing(org_id)

    def service_accounts(self, org_id: int, search: ServiceAccountSearch) -> tuple[int, Sequence[ServiceAccount]]:
        """See the protocol."""
        query = self._service_accounts(org_id)
        accounts = self._accounts
        if search.query:
            query = query.where(contains(accounts.name, search.query) | contains(accounts.login, search.query))
        if search.only_disabled:
            query = query.where(accounts.is_disabled)
        if search.expired_tokens_at is not None:
            tokens = self._tokens
            expired = tokens.in_org(org_id, tokens.service_account_id).where(
                tokens.expires_at.is_null(False), tokens.expires_at <= search.expired_tokens_at
            )
            query = query.where(accounts.id.in_(expired))
        total = int(self._database.fetch(query.select(peewee.fn.COUNT(accounts.id)))[0][0])
        page = query.order_by(accounts.name, accounts.id).paginate(search.page, search.per_page)
        return total, [_service_account(row) for row in self._database.fetch(page)]

    def service_account(self, org_id: int, account_id: int) -> ServiceAccount | None:
        """See the protocol."""
        found = self._database.fetch(self._service_accounts(org_id).where(self._accounts.id == account_id))
        return _service_account(found[0]) if found else None

    def service_account_by_name(self, org_id: int, name: str) -> ServiceAccount | None:
        """See the protocol."""
        found = self._database.fetch(self._service_accounts(org_id).where(self._accounts.name == name))
        return _service_account(found[0]) if found else None

    def add_service_account(self, org_id: int, *, name: str, login: str, role: Role, is_disabled: bool) -> int:
        """See the protocol."""
        try:
            account_id = self._accounts.insert(
                uid=self._new_uid(),
                login=login,
                email=None,
                name=name,
                password_hash=_NO_PASSWORD,
                is_server_admin=False,
                is_disabled=is_disabled,
                is_service_account=True,
                org_id=org_id,
                created_at=int(self._clock()),
            ).execute()
        except peewee.IntegrityError as exc:
            raise ServiceAccountTaken(name) from exc
        self._members.insert(org_id=org_id, account_id=account_id, role=role.value).execute()
        return int(account_id)

    def change_service_account(self, org_id: int, account_id: int, *, name: str, role: Role, is_disabled: bool) -> None:
        """See the protocol."""
        accounts, members = self._accounts, self._members
        change = accounts.update(name=name, is_disabled=is_disabled)
        change.where(accounts.id == account_id, accounts.org_id == org_id, accounts.is_service_account).execute()
        members.change_in_org(org_id, role=role.value).where(members.account_id == account_id).execute()

    def delete_service_account(self, org_id: int, account_id: int) -> None:
        """See the protocol."""
        accounts = self._accounts
        accounts.delete().where(
            accounts.id == account_id, accounts.org_id == org_id, accounts.is_service_account
        ).execute()

    def tokens(self, org_id: int, service_account_id: int | None) -> Sequence[Token]:
        """See the protocol."""
        query = self._some_tokens(org_id).where(self._belongs(service_account_id))
        return [_token(row) for row in self._database.fetch(query.order_by(self._tokens.name))]

    def account_tokens(self, org_id: int) -> Sequence[Token]:
        """See the protocol."""
        query = self._some_tokens(org_id).where(self._tokens.service_account_id.is_null(False))
        return [_token(row) for row in self._database.fetch(query.order_by(self._tokens.name))]

    def account_token(self, org_id: int, token_id: int) -> Token | None:
        """See the protocol."""
        rows = self._tokens
        query = self._some_tokens(org_id).where(rows.id == token_id, rows.service_account_id.is_null(False))
        found = self._database.fetch(query)
        return _token(found[0]) if found else None

    def add_token(self, new: NewToken) -> int:
        """See the protocol."""
        try:
            return int(
                self._tokens.insert(
                    org_id=new.org_id,
                    name=new.name,
                    token_hash=new.token_hash,
                    service_account_id=new.service_account_id,
                    role=None if new.role is None else new.role.value,
                    created_at=new.created_at,
                    expires_at=new.expires_at,
                    last_used_at=None,
                    is_revoked=new.is_revoked,
                    limits=None if new.limits is None else orjson.dumps(new.limits.as_document()).decode(),
                ).execute()
            )
        except peewee.IntegrityError as exc:
            raise TokenNameTaken(new.name) from exc

    def retire_token(self, org_id: int, token_id: int, *, name: str, expires_at: int) -> None:
        """See the protocol."""
        change = self._tokens.change_in_org(org_id, name=name, expires_at=expires_at)
        try:
            change.where(self._tokens.id == token_id).execute()
        except peewee.IntegrityError as exc:
            raise TokenNameTaken(name) from exc

    def set_successor(self, org_id: int, token_id: int, successor_id: int) -> None:
        """See the protocol."""
        change = self._tokens.change_in_org(org_id, successor_id=successor_id)
        change.where(self._tokens.id == token_id).execute()

    def delete_token(self, org_id: int, token_id: int, service_account_id: int | None) -> bool:
        """See the protocol."""
        gone = self._tokens.delete_in_org(org_id).where(self._tokens.id == token_id, self._belongs(service_account_id))
        return bool(gone.execute())

    def _some_tokens(self, org_id: int) -> Any:
        rows = self._tokens
        return rows.in_org(
            org_id,
            rows.id,
            rows.name,
            rows.role,
            rows.created_at,
            rows.expires_at,
            rows.last_used_at,
            rows.is_revoked,
            rows.service_account_id,
            rows.limits,
            rows.successor_id,
        )

    def _belongs(self, service_account_id: int | None) -> Any:
        if service_account_id is None:
            return self._tokens.service_account_id.is_null()
        return self._tokens.service_account_id == service_account_id

    def _service_accounts(self, org_id: int) -> Any:
        accounts, members, tokens = self._accounts, self._members, self._tokens
        count = tokens.in_org(org_id, peewee.fn.COUNT(tokens.id)).where(tokens.service_account_id == accounts.id)
        return (
            accounts.select(
                accounts.id,
                accounts.uid,
                members.org_id,
                accounts.name,
                accounts.login,
                members.role,
                accounts.is_disabled,
                count,
            )
            .join(members, on=(members.account_id == accounts.id))
            .where(members.org_id == org_id, accounts.is_service_account)
        )


def _service_account(row: Row) -> ServiceAccount:
    return ServiceAccount(row[0], row[1], row[2], row[3], row[4], Role(row[5]), bool(row[6]), row[7])


def _token(row: Row) -> Token:
    return Token(
        id=row[0],
        name=row[1],
        role=None if row[2] is None else Role(row[2]),
        created_at=row[3],
        expires_at=row[4],
        last_used_at=row[5],
        is_revoked=bool(row[6]),
        service_account_id=row[7],
        limits=None if row[8] is None else limits_from(orjson.loads(row[8])),
        successor_id=row[9],
    )
