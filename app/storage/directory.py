"""Rows of orgs, accounts, members and tokens."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import peewee

from app.identity.errors import AlreadyMember, LoginTaken, OrgNameTaken, ServiceAccountTaken, TokenNameTaken
from app.identity.roles import Role
from app.identity.store import NewToken, Org, ServiceAccount, ServiceAccountSearch, Token
from app.storage.database import Database, Row
from app.storage.org_lock import OrgLock
from app.storage.tables import Tables

# An account that cannot sign in by password: no hash scheme produces this text.
_NO_PASSWORD = "!"


class Directories:
    """Implements identity.store.DirectoryStore. ``clock`` gives epoch seconds."""

    def __init__(
        self,
        database: Database,
        tables: Tables,
        org_lock: OrgLock,
        clock: Callable[[], float],
        new_uid: Callable[[], str],
    ) -> None:
        self._database = database
        self._orgs = tables.orgs
        self._accounts = tables.accounts
        self._members = tables.members
        self._tokens = tables.tokens
        self._wrong_passwords = tables.wrong_passwords
        self._org_lock = org_lock
        self._clock = clock
        self._new_uid = new_uid

    def writing(self, org_id: int | None) -> AbstractContextManager[None]:
        """See the protocol."""
        return self._database.writing() if org_id is None else self._org_lock.writing(org_id)

    def any_user(self) -> bool:
        """See the protocol."""
        people = self._accounts.select(self._accounts.id).where(~self._accounts.is_service_account)
        return bool(self._database.fetch(people.limit(1)))

    def first_org(self) -> Org | None:
        """See the protocol."""
        orgs = self._orgs
        found = self._database.fetch(orgs.select(orgs.id, orgs.name).order_by(orgs.id).limit(1))
        return Org(*found[0]) if found else None

    def add_org(self, name: str) -> Org:
        """See the protocol."""
        try:
            org_id = self._orgs.insert(name=name, created_at=int(self._clock())).execute()
        except peewee.IntegrityError as exc:
            raise OrgNameTaken(name) from exc
        return Org(int(org_id), name)

    def add_user(
        self, *, login: str, email: str, name: str, password_hash: str, is_server_admin: bool, org_id: int, role: Role
    ) -> int:
        """See the protocol."""
        try:
            user_id = self._accounts.insert(
                uid=self._new_uid(),
                login=login,
                email=email.lower() or None,
                name=name,
                password_hash=password_hash,
                is_server_admin=is_server_admin,
                is_disabled=False,
                is_service_account=False,
                org_id=org_id,
                created_at=int(self._clock()),
            ).execute()
        except peewee.IntegrityError as exc:
            raise LoginTaken(login) from exc
        self.add_member(user_id, org_id, role)
        return int(user_id)

    def set_password(self, login: str, password_hash: str) -> bool:
        """See the protocol."""
        accounts = self._accounts
        self._wrong_passwords.delete().where(self._wrong_passwords.login == login.lower()[:190]).execute()
        change = accounts.update(password_hash=password_hash)
        return bool(change.where(accounts.login == login, ~accounts.is_service_account).execute())

    def add_member(self, user_id: int, org_id: int, role: Role) -> None:
        """See the protocol."""
        try:
            self._members.insert(org_id=org_id, account_id=user_id, role=role.value).execute()
        except peewee.IntegrityError as exc:
            raise AlreadyMember from exc

    def user_id(self, login: str) -> int | None:
        """See the protocol."""
        accounts = self._accounts
        found = self._database.fetch(
            accounts.select(accounts.id).where(accounts.login == login, ~accounts.is_service_account)
        )
        return found[0][0] if found else None

    def service_accounts(self, org_id: int, search: ServiceAccountSearch) -> tuple[int, Sequence[ServiceAccount]]:
        """See the protocol."""
        query = self._service_accounts(org_id)
        accounts = self._accounts
        if search.query:
            wanted = search.query.lower()
            query = query.where(
                peewee.fn.LOWER(accounts.name).contains(wanted) | peewee.fn.LOWER(accounts.login).contains(wanted)
            )
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
        self.add_member(account_id, org_id, role)
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
        rows = self._tokens
        query = rows.in_org(
            org_id,
            rows.id,
            rows.name,
            rows.role,
            rows.created_at,
            rows.expires_at,
            rows.last_used_at,
            rows.is_revoked,
        )
        found = self._database.fetch(query.where(self._belongs(service_account_id)).order_by(rows.name))
        return [
            Token(row[0], row[1], None if row[2] is None else Role(row[2]), row[3], row[4], row[5], bool(row[6]))
            for row in found
        ]

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
                ).execute()
            )
        except peewee.IntegrityError as exc:
            raise TokenNameTaken(new.name) from exc

    def delete_token(self, org_id: int, token_id: int, service_account_id: int | None) -> bool:
        """See the protocol."""
        gone = self._tokens.delete_in_org(org_id).where(self._tokens.id == token_id, self._belongs(service_account_id))
        return bool(gone.execute())

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
