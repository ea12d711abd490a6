"""The built-in roles and what each grants: a table, read by one function."""

from collections.abc import Mapping
from enum import StrEnum

# Scope of grants that are not about one thing.
NO_SCOPE = ""


class Role(StrEnum):
    """Org roles. A higher one includes the lower ones."""

    VIEWER = "Viewer"
    EDITOR = "Editor"
    ADMIN = "Admin"

    def includes(self, other: "Role") -> bool:
        """Whether someone with this role may do all that ``other`` may."""
        return _RANK[self] >= _RANK[other]


_RANK = {Role.VIEWER: 1, Role.EDITOR: 2, Role.ADMIN: 3}

# Grafana's fixed roles, as its open-source edition assigns them. (role that gets it, action, scope)
_ROLE_GRANTS: tuple[tuple[Role, str, str], ...] = (
    (Role.VIEWER, "datasources:read", "datasources:*"),
    (Role.VIEWER, "datasources:query", "datasources:*"),
    (Role.VIEWER, "datasources.id:read", "datasources:*"),
    (Role.VIEWER, "orgs:read", NO_SCOPE),
    (Role.EDITOR, "datasources:explore", NO_SCOPE),
    (Role.ADMIN, "datasources:create", NO_SCOPE),
    (Role.ADMIN, "datasources:write", "datasources:*"),
    (Role.ADMIN, "datasources:delete", "datasources:*"),
    (Role.ADMIN, "apikeys:read", "apikeys:*"),
    (Role.ADMIN, "apikeys:create", NO_SCOPE),
    (Role.ADMIN, "apikeys:delete", "apikeys:*"),
    (Role.ADMIN, "serviceaccounts:read", "serviceaccounts:*"),
    (Role.ADMIN, "serviceaccounts:create", NO_SCOPE),
    (Role.ADMIN, "serviceaccounts:write", "serviceaccounts:*"),
    (Role.ADMIN, "serviceaccounts:delete", "serviceaccounts:*"),
)

_SERVER_ADMIN_GRANTS: tuple[tuple[str, str], ...] = (
    ("orgs:create", NO_SCOPE),
    ("users:create", NO_SCOPE),
)

Grants = Mapping[str, frozenset[str]]


def _collect(role: Role | None, *, server_admin: bool) -> Grants:
    rows = [(action, scope) for least, action, scope in _ROLE_GRANTS if role and role.includes(least)]
    if server_admin:
        rows.extend(_SERVER_ADMIN_GRANTS)
    return {action: frozenset(scope for a, scope in rows if a == action) for action, _ in rows}


_GRANTS = {
    (role, server_admin): _collect(role, server_admin=server_admin)
    for role in (None, *Role)
    for server_admin in (False, True)
}


def grants_of(role: Role | None, *, server_admin: bool) -> Grants:
    """Action to scopes for a role in the org (None: not a member) and the server admin flag."""
    return _GRANTS[role, server_admin]


def covers(granted: frozenset[str], scope: str) -> bool:
    """Whether one of the ``granted`` scopes includes ``scope``; ``a:*`` includes all that begins with ``a:``."""
    for grant in granted:  # noqa: SIM110 - any() takes twice as long, and a list asks this for each of thousands
        if grant == scope or (grant[-1:] == "*" and scope.startswith(grant[:-1])):
            return True
    return False
