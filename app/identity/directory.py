"""Orgs and the people in them: the use cases behind ``sluice org``, ``sluice user`` and the first start."""

from app.audit import AuditEvent, AuditLog
from app.identity.errors import InvalidAccount, UserNotFound
from app.identity.identity import Identity
from app.identity.names import check_name
from app.identity.passwords import LONGEST, Passwords
from app.identity.roles import Role
from app.identity.store import DirectoryStore, Org

_SHORTEST_PASSWORD = 4  # Grafana's rule for its basic password policy


class Directory:
    """Makes orgs and users. Each method's first argument is the caller."""

    def __init__(self, store: DirectoryStore, audit: AuditLog, passwords: Passwords) -> None:
        self._store = store
        self._audit = audit
        self._passwords = passwords

    def create_org(self, identity: Identity, name: str) -> Org:
        """Raises InvalidAccount, OrgNameTaken."""
        identity.require("orgs:create")
        check_name("An org's name", name)
        with self._store.writing(None):
            org = self._store.add_org(name)
            self._record(identity, org.id, "orgs:create", f"orgs:id:{org.id}", name=name)
        return org

    def create_user(
        self, identity: Identity, *, login: str, password: str, email: str, role: Role, is_server_admin: bool
    ) -> int:
        """The id of a new user who is a member of the caller's org. Raises InvalidAccount, LoginTaken, OrgNotFound."""
        identity.require("users:create")
        check_name("A login", login)
        if ":" in login:
            # RFC 7617 section 2: basic auth ends the user name at the first colon.
            raise InvalidAccount("A login cannot hold a colon, because basic auth could not carry it.")
        _check_password(password)
        password_hash = self._passwords.hash(password)
        with self._store.writing(identity.org_id):
            user_id = self._store.add_user(
                login=login,
                email=email,
                name=login,
                password_hash=password_hash,
                is_server_admin=is_server_admin,
                org_id=identity.org_id,
                role=role,
            )
            self._record(identity, identity.org_id, "users:create", f"users:id:{user_id}", login=login, role=role)
        return user_id

    def set_password(self, identity: Identity, login: str, password: str) -> None:
        """Raises InvalidAccount, UserNotFound."""
        identity.require("users:create")
        _check_password(password)
        password_hash = self._passwords.hash(password)
        with self._store.writing(None):
            if not self._store.set_password(login, password_hash):
                raise UserNotFound(login)
            self._record(identity, identity.org_id, "users.password:write", "users", login=login)

    def add_member(self, identity: Identity, login: str, role: Role) -> None:
        """Makes a user a member of the caller's org too. Raises UserNotFound, AlreadyMember, OrgNotFound."""
        identity.require("users:create")
        with self._store.writing(identity.org_id):
            user_id = self._store.user_id(login)
            if user_id is None:
                raise UserNotFound(login)
            self._store.add_member(user_id, identity.org_id, role)
            self._record(identity, identity.org_id, "org.users:add", f"users:id:{user_id}", role=role)

    def _record(self, identity: Identity, org_id: int, action: str, target: str, **detail: object) -> None:
        self._audit.record(
            AuditEvent(
                org_id=org_id,
                actor=identity.actor,
                door=identity.door,
                action=action,
                target=target,
                detail=detail,
            )
        )


def _check_password(password: str) -> None:
    if not _SHORTEST_PASSWORD <= len(password.encode("utf-8", "replace")) <= LONGEST:
        raise InvalidAccount(f"A password needs {_SHORTEST_PASSWORD} to {LONGEST} bytes.")
