"""Rows of orgs, users and memberships."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import peewee

from app.identity.errors import AlreadyMember, LoginTaken, OrgNameTaken
from app.identity.people_store import Member, Membership, NewUser, Org, Page, User
from app.identity.roles import Role
from app.storage.database import Database, Row
from app.storage.org_lock import OrgLock
from app.storage.search import contains
from app.storage.tables import Tables


class People:
    """Implements identity.people_store.PeopleStore. ``clock`` gives epoch seconds."""

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
        self._team_members = tables.team_members
        self._permissions = tables.permissions
        self._access_keys = tables.access_keys
        self._wrong_passwords = tables.wrong_passwords
        self._org_lock = org_lock
        self._clock = clock
        self._new_uid = new_uid

    def writing(self, org_id: int) -> AbstractContextManager[None]:
        """See the protocol."""
        return self._org_lock.writing(org_id)

    def writing_everywhere(self) -> AbstractContextManager[None]:
        """See the protocol."""
        return self._org_lock.writing_everywhere()

    def any_user(self) -> bool:
        """See the protocol."""
        people = self._accounts.select(self._accounts.id).where(~self._accounts.is_service_account)
        return bool(self._database.fetch(people.limit(1)))

    def first_org(self) -> Org | None:
        """See the protocol."""
        found = self._database.fetch(self._some_orgs().order_by(self._orgs.id).limit(1))
        return _org(found[0]) if found else None

    def org(self, org_id: int) -> Org | None:
        """See the protocol."""
        found = self._database.fetch(self._some_orgs().where(self._orgs.id == org_id))
        return _org(found[0]) if found else None

    def count_orgs(self) -> int:
        """See the protocol."""
        return int(self._database.fetch(self._orgs.select(peewee.fn.COUNT(self._orgs.id)))[0][0])

    def org_by_name(self, name: str) -> Org | None:
        """See the protocol."""
        found = self._database.fetch(self._some_orgs().where(self._orgs.name == name)) if "\0" not in name else []
        return _org(found[0]) if found else None

    def orgs(self, name: str, page: Page) -> Sequence[Org]:
        """See the protocol."""
        orgs = self._some_orgs()
        if "\0" in name:
            return []
        if name:
            orgs = orgs.where(self._orgs.name == name)
        if page.query:
            orgs = orgs.where(contains(self._orgs.name, page.query))
        orgs = orgs.order_by(self._orgs.name).paginate(page.number, page.size)
        return [_org(row) for row in self._database.fetch(orgs)]

    def add_org(self, name: str) -> Org:
        """See the protocol."""
        try:
            org_id = self._orgs.insert(name=name, created_at=int(self._clock())).execute()
        except peewee.IntegrityError as exc:
            raise OrgNameTaken(name) from exc
        return Org(int(org_id), name)

    def rename_org(self, org_id: int, name: str) -> None:
        """See the protocol."""
        try:
            self._orgs.update(name=name).where(self._orgs.id == org_id).execute()
        except peewee.IntegrityError as exc:
            raise OrgNameTaken(name) from exc

    def set_default_query_role(self, org_id: int, role: Role | None) -> None:
        """See the protocol."""
        value = None if role is None else role.value
        self._orgs.update(default_query_role=value).where(self._orgs.id == org_id).execute()

    def delete_org(self, org_id: int) -> None:
        """See the protocol."""
        accounts = self._accounts
        accounts.delete().where(accounts.org_id == org_id, accounts.is_service_account).execute()
        people = [member.user.id for member in self.members(org_id, "")]
        self._orgs.delete().where(self._orgs.id == org_id).execute()
        for user_id in people:
            self._leave(user_id, org_id)

    def user(self, user_id: int) -> User | None:
        """See the protocol."""
        found = self._database.fetch(self._some_users().where(self._accounts.id == user_id))
        return _user(found[0]) if found else None

    def user_by_login(self, login_or_email: str) -> User | None:
        """See the protocol."""
        accounts = self._accounts
        if "\0" in login_or_email:
            return None
        found = self._database.fetch(self._some_users().where(accounts.login == login_or_email))
        found = found or self._database.fetch(self._some_users().where(accounts.email == login_or_email.lower()))
        return _user(found[0]) if found else None

    def users(self, page: Page) -> tuple[int, Sequence[User]]:
        """See the protocol."""
        users = self._matching(self._some_users(), page.query)
        total = int(self._database.fetch(users.select(peewee.fn.COUNT(self._accounts.id)))[0][0])
        users = users.order_by(self._accounts.login).paginate(page.number, page.size)
        return total, [_user(row) for row in self._database.fetch(users)]

    def add_user(self, new: NewUser, org_id: int, role: Role) -> int:
        """See the protocol."""
        self._check_free(new.login, new.email, besides=0)
        try:
            user_id = self._accounts.insert(
                uid=self._new_uid(),
                login=new.login,
                email=new.email.lower() or None,
                name=new.name,
                password_hash=new.password_hash,
                is_server_admin=new.is_server_admin,
                is_disabled=False,
                is_service_account=False,
                org_id=org_id,
                created_at=int(self._clock()),
            ).execute()
        except peewee.IntegrityError as exc:
            raise LoginTaken(new.login) from exc
        self.add_member(user_id, org_id, role)
        return int(user_id)

    def change_user(self, user_id: int, *, login: str, email: str, name: str) -> None:
        """See the protocol."""
        self._check_free(login, email, besides=user_id)
        try:
            self._change(user_id, login=login, email=email.lower() or None, name=name)
        except peewee.IntegrityError as exc:
            raise LoginTaken(login) from exc

    def password_hash(self, user_id: int) -> str:
        """See the protocol."""
        accounts = self._accounts
        found = self._database.fetch(accounts.select(accounts.password_hash).where(accounts.id == user_id))
        return str(found[0][0])

    def set_password(self, user: User, password_hash: str) -> None:
        """See the protocol."""
        wrong = self._wrong_passwords
        wrong.delete().where(wrong.login == user.login.lower()[:190]).execute()
        self._change(user.id, password_hash=password_hash)

    def set_disabled(self, user_id: int, *, is_disabled: bool) -> None:
        """See the protocol."""
        self._change(user_id, is_disabled=is_disabled)

    def set_server_admin(self, user_id: int, *, is_server_admin: bool) -> None:
        """See the protocol."""
        self._change(user_id, is_server_admin=is_server_admin)

    def set_org(self, user_id: int, org_id: int) -> None:
        """See the protocol."""
        self._change(user_id, org_id=org_id)

    def delete_user(self, user_id: int) -> None:
        """See the protocol."""
        self._accounts.delete().where(self._accounts.id == user_id, ~self._accounts.is_service_account).execute()

    def other_server_admins(self, user_id: int) -> bool:
        """See the protocol."""
        accounts = self._accounts
        others = self._some_users().where(accounts.is_server_admin, ~accounts.is_disabled, accounts.id != user_id)
        return bool(self._database.fetch(others.limit(1)))

    def role_in_org(self, user_id: int, org_id: int) -> Role | None:
        """See the protocol."""
        members, accounts = self._members, self._accounts
        people = members.in_org(org_id, members.role).join(accounts, on=(accounts.id == members.account_id))
        found = self._database.fetch(people.where(members.account_id == user_id, ~accounts.is_service_account))
        return Role(found[0][0]) if found else None

    def memberships(self, user_id: int) -> Sequence[Membership]:
        """See the protocol. Names no org, because it asks for a user's orgs."""
        found = self._database.rows(
            "SELECT o.id, o.name, o.default_query_role, m.role FROM org_member m JOIN org o ON o.id = m.org_id "
            f"WHERE m.account_id = {self._database.peewee.param} ORDER BY o.name",
            (user_id,),
        )
        return [Membership(_org(row[:3]), Role(row[3])) for row in found]

    def members(self, org_id: int, query: str) -> Sequence[Member]:
        """See the protocol."""
        members = self._members
        people = self._matching(self._some_users(members.role), query)
        people = people.join(members, on=(members.account_id == self._accounts.id)).where(members.org_id == org_id)
        found = self._database.fetch(people.order_by(self._accounts.login))
        return [Member(_user(row[:-1]), org_id, Role(row[-1])) for row in found]

    def add_member(self, user_id: int, org_id: int, role: Role) -> None:
        """See the protocol."""
        try:
            self._members.insert(org_id=org_id, account_id=user_id, role=role.value).execute()
        except peewee.IntegrityError as exc:
            raise AlreadyMember from exc
        user = self.user(user_id)
        if user is not None and self.role_in_org(user_id, user.org_id) is None:
            self.set_org(user_id, org_id)

    def set_role(self, user_id: int, org_id: int, role: Role) -> None:
        """See the protocol."""
        members = self._members
        members.change_in_org(org_id, role=role.value).where(members.account_id == user_id).execute()

    def remove_member(self, user_id: int, org_id: int) -> None:
        """See the protocol."""
        for rows in (self._members, self._team_members, self._permissions, self._access_keys):
            rows.delete_in_org(org_id).where(rows.account_id == user_id).execute()
        self._leave(user_id, org_id)

    def other_org_admins(self, user_id: int, org_id: int) -> bool:
        """See the protocol."""
        return any(
            member.role is Role.ADMIN and not member.user.is_disabled and member.user.id != user_id
            for member in self.members(org_id, "")
        )

    def _check_free(self, login: str, email: str, besides: int) -> None:
        # Someone signs in by either, so neither may be another's, in any case.
        rows, wanted = self._accounts, [text.lower() for text in (login, email) if text]
        taken = rows.select(rows.id).where(
            (peewee.fn.LOWER(rows.login).in_(wanted)) | (peewee.fn.LOWER(rows.email).in_(wanted)), rows.id != besides
        )
        if self._database.fetch(taken.limit(1)):
            raise LoginTaken(login)

    def _leave(self, user_id: int, org_id: int) -> None:
        user = self.user(user_id)
        remaining = self.memberships(user_id)
        if user is not None and user.org_id == org_id and remaining:
            self.set_org(user_id, remaining[0].org.id)

    def _change(self, user_id: int, **values: Any) -> None:
        accounts = self._accounts
        accounts.update(**values).where(accounts.id == user_id, ~accounts.is_service_account).execute()

    def _some_orgs(self) -> Any:
        return self._orgs.select(self._orgs.id, self._orgs.name, self._orgs.default_query_role)

    def _some_users(self, *more: Any) -> Any:
        rows = self._accounts
        return rows.select(
            rows.id,
            rows.uid,
            rows.login,
            rows.email,
            rows.name,
            rows.is_server_admin,
            rows.is_disabled,
            rows.org_id,
            rows.created_at,
            *more,
        ).where(~rows.is_service_account)

    def _matching(self, users: Any, query: str) -> Any:
        rows = self._accounts
        if not query:
            return users
        return users.where(contains(rows.login, query) | contains(rows.email, query) | contains(rows.name, query))


def _org(row: Row) -> Org:
    return Org(row[0], row[1], None if row[2] is None else Role(row[2]))


def _user(row: Row) -> User:
    return User(row[0], row[1], row[2], row[3] or "", row[4], bool(row[5]), bool(row[6]), row[7], row[8])
