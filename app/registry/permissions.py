"""Permissions on data sources: the use cases behind /api/access-control/datasources."""

from collections.abc import Mapping, Sequence

from app.audit import AuditLog
from app.identity.identity import Identity
from app.identity.roles import Role
from app.registry.access import ForAccount, ForRole, ForTeam, Grantee, Level, Permission
from app.registry.authorization import scope_of
from app.registry.datasource import DataSource, Ref
from app.registry.errors import AdminsMayAll, GranteeNotFound
from app.registry.registry import Registry
from app.registry.store import PermissionStore

_DEFAULT_ROLES = (Role.VIEWER, Role.EDITOR)


class Permissions:
    """Each method's first argument is the caller; data sources of other orgs do not exist for it."""

    def __init__(self, store: PermissionStore, registry: Registry, audit: AuditLog) -> None:
        self._store = store
        self._registry = registry
        self._audit = audit

    def all(self, identity: Identity, ref: Ref) -> Sequence[Permission]:
        """Who may do what with the data source, the org's default included. Org admins may all, and are not listed.

        Raises PermissionDenied, DataSourceNotFound.
        """
        row = self._registry.get(identity, ref, "datasources.permissions:read")
        given = self._store.permissions(identity.org_id, row.id)
        named = {permission.grantee for permission in given}
        by_default = [
            Permission(0, ForRole(role), Level.QUERY, role.value)
            for role in _DEFAULT_ROLES
            if role.includes(identity.default_query_role) and ForRole(role) not in named
        ]
        return [*by_default, *(permission for permission in given if permission.level is not Level.NONE)]

    def set(self, identity: Identity, ref: Ref, changes: Mapping[Grantee, Level]) -> None:
        """Gives each grantee a level, all or none of them; NONE takes away what they had.

        Raises PermissionDenied, DataSourceNotFound, GranteeNotFound, AdminsMayAll.
        """
        with self._store.writing(identity.org_id):
            row = self._registry.get(identity, ref, "datasources.permissions:write")
            for grantee, level in changes.items():
                self._set(identity, row, grantee, level)

    def _set(self, identity: Identity, row: DataSource, grantee: Grantee, level: Level) -> None:
        if grantee == ForRole(Role.ADMIN):
            if level is not Level.ADMIN:
                raise AdminsMayAll
            return
        if not isinstance(grantee, ForRole) and not self._store.knows(identity.org_id, grantee):
            raise GranteeNotFound
        # Only a role can have a default to take away, so only there NONE is something to remember.
        stored = None if level is Level.NONE and not isinstance(grantee, ForRole) else level
        self._store.put(identity.org_id, row.id, grantee, stored)
        self._audit.record(
            identity.event(
                "datasources.permissions:write",
                scope_of(row),
                grantee=_described(grantee),
                permission=level.value,
            )
        )


def _described(grantee: Grantee) -> str:
    match grantee:
        case ForRole(role):
            return f"role:{role.value}"
        case ForAccount(account_id):
            return f"users:id:{account_id}"
        case ForTeam(team_id):
            return f"teams:id:{team_id}"
