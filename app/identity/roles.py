"""The built-in roles and what each grants: a table, read by one function."""

from collections.abc import Mapping
from enum import StrEnum

# Scope of grants that are not about one thing.
NO_SCOPE = ""
EVERY_DATA_SOURCE = "datasources:*"
EVERY_ORG = "orgs:*"
# No uid makes this scope, so it opens no data source that is stored.
BUILT_IN = "datasources:builtin:grafana"


class Role(StrEnum):
    """Org roles. A higher one includes the lower ones."""

    VIEWER = "Viewer"
    EDITOR = "Editor"
    ADMIN = "Admin"

    def includes(self, other: "Role") -> bool:
        """Whether someone with this role may do all that ``other`` may."""
        return _RANK[self] >= _RANK[other]


_RANK = {Role.VIEWER: 1, Role.EDITOR: 2, Role.ADMIN: 3}

# What those may do who may query a data source.
QUERY_ACTIONS = ("datasources:read", "datasources:query", "datasources.id:read")

# Grafana's fixed roles, as its open-source edition assigns them. (role that gets it, action, scope)
_ROLE_GRANTS: tuple[tuple[Role, str, str], ...] = (
    # Grafana's built-in data source, which is no row: everyone may list, and sees what is theirs to see.
    *((Role.VIEWER, action, BUILT_IN) for action in QUERY_ACTIONS),
    (Role.VIEWER, "orgs:read", NO_SCOPE),
    (Role.EDITOR, "datasources:explore", NO_SCOPE),
    # Amazon's applications, which Grafana has no words for.
    (Role.VIEWER, "applications:read", NO_SCOPE),
    (Role.EDITOR, "attachments:write", NO_SCOPE),
    (Role.ADMIN, "applications:write", NO_SCOPE),
    (Role.ADMIN, "datasources:create", NO_SCOPE),
    (Role.ADMIN, "datasources:write", EVERY_DATA_SOURCE),
    (Role.ADMIN, "datasources:delete", EVERY_DATA_SOURCE),
    (Role.ADMIN, "datasources.permissions:read", EVERY_DATA_SOURCE),
    (Role.ADMIN, "datasources.permissions:write", EVERY_DATA_SOURCE),
    (Role.ADMIN, "apikeys:read", "apikeys:*"),
    (Role.ADMIN, "apikeys:create", NO_SCOPE),
    (Role.ADMIN, "apikeys:delete", "apikeys:*"),
    (Role.ADMIN, "accesskeys:read", "accesskeys:*"),
    (Role.ADMIN, "accesskeys:create", NO_SCOPE),
    (Role.ADMIN, "accesskeys:delete", "accesskeys:*"),
    (Role.ADMIN, "serviceaccounts:read", "serviceaccounts:*"),
    (Role.ADMIN, "serviceaccounts:create", NO_SCOPE),
    (Role.ADMIN, "serviceaccounts:write", "serviceaccounts:*"),
    (Role.ADMIN, "serviceaccounts:delete", "serviceaccounts:*"),
    (Role.ADMIN, "orgs:write", NO_SCOPE),
    (Role.ADMIN, "org.users:read", "users:*"),
    (Role.ADMIN, "org.users:add", "users:*"),
    (Role.ADMIN, "org.users:write", "users:*"),
    (Role.ADMIN, "org.users:remove", "users:*"),
    (Role.ADMIN, "teams:read", "teams:*"),
    (Role.ADMIN, "teams:create", NO_SCOPE),
    (Role.ADMIN, "teams:write", "teams:*"),
    (Role.ADMIN, "teams:delete", "teams:*"),
    (Role.ADMIN, "teams.permissions:read", "teams:*"),
    (Role.ADMIN, "teams.permissions:write", "teams:*"),
)

# Those of the whole installation hold in every org, also where the server admin is no member.
_SERVER_ADMIN_GRANTS: tuple[tuple[str, str], ...] = (
    ("orgs:read", EVERY_ORG),
    ("orgs:create", NO_SCOPE),
    ("orgs:write", NO_SCOPE),
    ("orgs:delete", NO_SCOPE),
    ("org.users:read", "users:*"),
    ("org.users:add", "users:*"),
    ("org.users:write", "users:*"),
    ("org.users:remove", "users:*"),
    ("users:read", "global.users:*"),
    ("users:create", NO_SCOPE),
    ("users:write", "global.users:*"),
    ("users:delete", "global.users:*"),
    ("users:enable", "global.users:*"),
    ("users:disable", "global.users:*"),
    ("users.password:write", "global.users:*"),
    ("users.permissions:write", "global.users:*"),
    ("server.stats:read", NO_SCOPE),
)

Grants = Mapping[str, frozenset[str]]


def _collect(role: Role | None, query_role: Role, *, server_admin: bool) -> Grants:
    rows = [(action, scope) for least, action, scope in _ROLE_GRANTS if role and role.includes(least)]
    if role and role.includes(query_role):
        rows.extend((action, EVERY_DATA_SOURCE) for action in QUERY_ACTIONS)
    if server_admin:
        rows.extend(_SERVER_ADMIN_GRANTS)
    return {action: frozenset(scope for a, scope in rows if a == action) for action, _ in rows}


_GRANTS = {
    (role, query_role, server_admin): _collect(role, query_role, server_admin=server_admin)
    for role in (None, *Role)
    for query_role in Role
    for server_admin in (False, True)
}


def grants_of(role: Role | None, *, server_admin: bool, query_role: Role = Role.VIEWER) -> Grants:
    """Action to scopes for a role in the org (None: not a member) and the server admin flag. ``query_role`` is the
    least role that may query the data sources of the org which nobody restricted."""
    return _GRANTS[role, query_role, server_admin]


def covers(granted: frozenset[str], scope: str) -> bool:
    """Whether one of the ``granted`` scopes includes ``scope``; ``a:*`` includes all that begins with ``a:``."""
    for grant in granted:  # noqa: SIM110 - any() takes twice as long, and a list asks this for each of thousands
        if grant == scope or (grant[-1:] == "*" and scope.startswith(grant[:-1])):
            return True
    return False
