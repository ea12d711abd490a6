"""Who is in an org, with which role: behind /api/org/users, /api/orgs/:id/users and ``sluice user join``."""

from collections.abc import Sequence

from app.audit import AuditLog
from app.identity.elsewhere import in_org
from app.identity.errors import LastOrgAdmin, MemberNotFound, OrgNotFound, UserNotFound
from app.identity.identity import Identity
from app.identity.people_store import Member, PeopleStore
from app.identity.roles import Role


class Members:
    """Each method's first argument is the caller, the second the org that is meant: theirs or another."""

    def __init__(self, store: PeopleStore, audit: AuditLog) -> None:
        self._store = store
        self._audit = audit

    def require(self, identity: Identity, org_id: int, action: str) -> None:
        """Whether the caller may do ``action`` in the org. Raises PermissionDenied."""
        self._there(identity, org_id, action)

    def all(self, identity: Identity, org_id: int, *, query: str = "") -> Sequence[Member]:
        """The users of the org by login; ``query`` matches login, e-mail or name. Raises OrgNotFound."""
        self._there(identity, org_id, "org.users:read")
        if self._store.org(org_id) is None:
            raise OrgNotFound(org_id)
        return self._store.members(org_id, query)

    def add(self, identity: Identity, org_id: int, *, login: str, role: Role) -> int:
        """The id of the user with this login or e-mail, who is a member now.

        Raises RoleTooHigh, UserNotFound, AlreadyMember, OrgNotFound.
        """
        there = self._there(identity, org_id, "org.users:add")
        there.require_role(role)
        with self._store.writing(org_id):
            user = self._store.user_by_login(login)
            if user is None:
                raise UserNotFound(login)
            self._store.add_member(user.id, org_id, role)
            self._audit.record(there.event("org.users:add", _target(user.id), login=user.login, role=role.value))
        return user.id

    def change(self, identity: Identity, org_id: int, user_id: int, role: Role) -> None:
        """Raises RoleTooHigh, MemberNotFound, LastOrgAdmin, OrgNotFound."""
        there = self._there(identity, org_id, "org.users:write")
        there.require_role(role)
        with self._store.writing(org_id):
            there.require_role(self._role(user_id, org_id))
            if role is not Role.ADMIN:
                self._keep_an_admin(user_id, org_id)
            self._store.set_role(user_id, org_id, role)
            self._audit.record(there.event("org.users:write", _target(user_id), role=role.value))

    def remove(self, identity: Identity, org_id: int, user_id: int) -> None:
        """Raises RoleTooHigh, MemberNotFound, LastOrgAdmin, OrgNotFound."""
        there = self._there(identity, org_id, "org.users:remove")
        with self._store.writing(org_id):
            there.require_role(self._role(user_id, org_id))
            self._keep_an_admin(user_id, org_id)
            self._store.remove_member(user_id, org_id)
            self._audit.record(there.event("org.users:remove", _target(user_id)))

    def _there(self, identity: Identity, org_id: int, action: str) -> Identity:
        there = in_org(identity, org_id, self._store.role_in_org)
        there.require(action)
        return there

    def _role(self, user_id: int, org_id: int) -> Role:
        role = self._store.role_in_org(user_id, org_id)
        if role is None:
            raise MemberNotFound
        return role

    def _keep_an_admin(self, user_id: int, org_id: int) -> None:
        user = self._store.user(user_id)
        ends_one = user is not None and not user.is_disabled and self._role(user_id, org_id) is Role.ADMIN
        if ends_one and not self._store.other_org_admins(user_id, org_id):
            raise LastOrgAdmin


def _target(user_id: int) -> str:
    return f"users:id:{user_id}"
