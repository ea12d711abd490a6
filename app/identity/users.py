"""People who sign in: the use cases behind /api/user, /api/users, /api/admin/users and ``sluice user``."""

import re
from collections.abc import Sequence
from dataclasses import replace

from app.audit import AuditLog
from app.identity.elsewhere import in_org
from app.identity.errors import (
    InvalidAccount,
    LastOrgAdmin,
    LastServerAdmin,
    MemberNotFound,
    NotAUser,
    OrgNotFound,
    TooBusy,
    UserNotFound,
    WrongPassword,
)
from app.identity.identity import Identity
from app.identity.names import check_name
from app.identity.passwords import LONGEST, Passwords, TooManyAtOnce
from app.identity.people_store import Membership, NewUser, Page, PeopleStore, User
from app.identity.roles import Role

_SHORTEST_PASSWORD = 4  # Grafana's rule for its basic password policy
_LONGEST_EMAIL = 190
# Basic auth with this name carries a token.
_NOT_LOGINS = frozenset({"api_key"})
_OF_SERVICE_ACCOUNTS = re.compile(r"sa-[0-9]+-")


class Users:
    """Each method's first argument is the caller."""

    def __init__(self, store: PeopleStore, audit: AuditLog, passwords: Passwords) -> None:
        self._store = store
        self._audit = audit
        self._passwords = passwords

    def me(self, identity: Identity) -> User:
        """The caller's own account. Raises NotAUser."""
        if identity.kind != "user":
            raise NotAUser
        return self._find(identity.id)

    def my_orgs(self, identity: Identity) -> Sequence[Membership]:
        """The orgs that the caller is a member of, by name. Raises NotAUser."""
        return self._store.memberships(self.me(identity).id)

    def use_org(self, identity: Identity, org_id: int) -> None:
        """Requests of the caller that name no org run in ``org_id`` from now on. Raises NotAUser, MemberNotFound."""
        user = self.me(identity)
        if in_org(identity, org_id, self._store.role_in_org).role is None:
            raise MemberNotFound
        with self._store.writing(org_id):
            self._store.set_org(user.id, org_id)

    def change_my_password(self, identity: Identity, *, old: str, new: str) -> None:
        """Raises NotAUser, WrongPassword, TooBusy, InvalidAccount."""
        user = self.me(identity)
        _check_password(new)
        verified = self._store.password_hash(user.id)
        try:
            right = self._passwords.verify(old, verified)
        except TooManyAtOnce as exc:
            raise TooBusy from exc
        if not right:
            raise WrongPassword
        self._set_password(identity, user, new, verified)

    def search(self, identity: Identity, page: Page) -> tuple[int, Sequence[User]]:
        """How many match in all, and one page of them by login."""
        identity.require("users:read")
        return self._store.users(page)

    def get(self, identity: Identity, user_id: int) -> User:
        """Raises UserNotFound."""
        identity.require("users:read", _scope(user_id))
        return self._find(user_id)

    def by_login(self, identity: Identity, login_or_email: str) -> User:
        """Raises UserNotFound."""
        identity.require("users:read")
        user = self._store.user_by_login(login_or_email)
        if user is None:
            raise UserNotFound(login_or_email)
        return user

    def orgs_of(self, identity: Identity, user_id: int) -> Sequence[Membership]:
        """Raises UserNotFound."""
        return self._store.memberships(self.get(identity, user_id).id)

    def create(
        self,
        identity: Identity,
        *,
        login: str,
        password: str,
        email: str,
        role: Role,
        is_server_admin: bool,
        name: str = "",
        org_id: int | None = None,
    ) -> int:
        """The id of a new user who is a member of ``org_id``, or of the caller's org.

        Raises InvalidAccount, LoginTaken, OrgNotFound.
        """
        identity.require("users:create")
        _check_profile(login, email, name)
        _check_password(password)
        home = identity.org_id if org_id is None else org_id
        new = NewUser(
            login=login,
            email=email,
            name=name or login,
            password_hash=self._hash(password),
            is_server_admin=is_server_admin,
        )
        # Everywhere: no login may be another's, whichever org they are made in.
        with self._store.writing_everywhere():
            if self._store.org(home) is None:
                raise OrgNotFound(home)
            user_id = self._store.add_user(new, home, role)
            there = replace(identity, org_id=home)
            self._audit.record(there.event("users:create", f"users:id:{user_id}", login=login, role=role.value))
        return user_id

    def change(self, identity: Identity, user_id: int, *, login: str, email: str, name: str) -> None:
        """An empty text keeps what is stored. Raises UserNotFound, InvalidAccount, LoginTaken."""
        identity.require("users:write", _scope(user_id))
        with self._store.writing_everywhere():
            old = self._find(user_id)
            login, email, name = login or old.login, email or old.email, name or old.name
            _check_profile(login, email, name)
            self._store.change_user(user_id, login=login, email=email, name=name)
            self._audit.record(identity.event("users:write", _scope(user_id), login=login))

    def set_password(self, identity: Identity, user_id: int, password: str) -> None:
        """The old one stops at once, and a login that wrong passwords blocked opens. Raises UserNotFound,
        InvalidAccount."""
        identity.require("users.password:write", _scope(user_id))
        _check_password(password)
        self._set_password(identity, self._find(user_id), password)

    def set_disabled(self, identity: Identity, user_id: int, *, is_disabled: bool) -> None:
        """The last admin of an org can be disabled, because shutting somebody out must not wait for a successor: server
        admins may act in every org. Raises UserNotFound, LastServerAdmin."""
        action = "users:disable" if is_disabled else "users:enable"
        identity.require(action, _scope(user_id))
        with self._store.writing_everywhere():
            user = self._find(user_id)
            if is_disabled and not user.is_disabled:
                self._keep_a_server_admin(user)
            self._store.set_disabled(user_id, is_disabled=is_disabled)
            self._audit.record(identity.event(action, _scope(user_id)))

    def set_server_admin(self, identity: Identity, user_id: int, *, is_server_admin: bool) -> None:
        """Raises UserNotFound, LastServerAdmin."""
        identity.require("users.permissions:write", _scope(user_id))
        with self._store.writing_everywhere():
            user = self._find(user_id)
            if not is_server_admin:
                self._keep_a_server_admin(user)
            self._store.set_server_admin(user_id, is_server_admin=is_server_admin)
            self._audit.record(
                identity.event("users.permissions:write", _scope(user_id), is_server_admin=is_server_admin)
            )

    def delete(self, identity: Identity, user_id: int) -> None:
        """Raises UserNotFound, LastServerAdmin, LastOrgAdmin."""
        identity.require("users:delete", _scope(user_id))
        with self._store.writing_everywhere():
            user = self._find(user_id)
            self._can_go(user)
            self._store.delete_user(user_id)
            self._audit.record(identity.event("users:delete", _scope(user_id), login=user.login))

    def _set_password(self, identity: Identity, user: User, password: str, verified: str | None = None) -> None:
        password_hash = self._hash(password)
        with self._store.writing_everywhere():
            # Between the look at the old one and this moment an admin may have taken it away.
            if verified is not None and self._store.password_hash(user.id) != verified:
                raise WrongPassword
            self._store.set_password(user, password_hash)
            self._audit.record(identity.event("users.password:write", _scope(user.id), login=user.login))

    def _hash(self, password: str) -> str:
        try:
            return self._passwords.hash(password)
        except TooManyAtOnce as exc:
            raise TooBusy from exc

    def _find(self, user_id: int) -> User:
        user = self._store.user(user_id)
        if user is None:
            raise UserNotFound(str(user_id))
        return user

    def _can_go(self, user: User) -> None:
        if user.is_disabled:
            return
        self._keep_a_server_admin(user)
        for membership in self._store.memberships(user.id):
            if membership.role is Role.ADMIN and not self._store.other_org_admins(user.id, membership.org.id):
                raise LastOrgAdmin

    def _keep_a_server_admin(self, user: User) -> None:
        if user.is_server_admin and not self._store.other_server_admins(user.id):
            raise LastServerAdmin


def _scope(user_id: int) -> str:
    return f"global.users:id:{user_id}"


def _check_profile(login: str, email: str, name: str) -> None:
    check_name("A login", login)
    if ":" in login:
        # RFC 7617 section 2: basic auth ends the user name at the first colon.
        raise InvalidAccount("A login cannot hold a colon, because basic auth could not carry it.")
    if login != login.strip() or login in _NOT_LOGINS or _OF_SERVICE_ACCOUNTS.match(login):
        raise InvalidAccount(f"{login!r} cannot be a login: it is reserved, or begins or ends with a blank.")
    # Stored in lower case, which can be longer.
    if len(email.lower()) > _LONGEST_EMAIL or "\0" in email:
        raise InvalidAccount(f"An e-mail address has at most {_LONGEST_EMAIL} characters.")
    if name:
        check_name("A name", name)


def _check_password(password: str) -> None:
    if not _SHORTEST_PASSWORD <= len(password.encode("utf-8", "replace")) <= LONGEST:
        raise InvalidAccount(f"A password needs {_SHORTEST_PASSWORD} to {LONGEST} bytes.")
