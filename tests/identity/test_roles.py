"""What the built-in roles grant."""

import pytest

from app.identity.roles import NO_SCOPE, Role, covers, grants_of

EVERY = "datasources:*"
# Grafana's built-in data source, which everyone sees.
BUILT_IN = "datasources:builtin:grafana"
QUERIES = ("datasources:read", "datasources:query", "datasources.id:read")

# Grafana's own table, as its documentation of the fixed roles has it. What may be queried is added to it below.
# The three of applications and attachments are for Amazon's API and nothing of Grafana's.
VIEWER: dict[str, str] = {"orgs:read": NO_SCOPE, "applications:read": NO_SCOPE}
EDITOR = VIEWER | {"datasources:explore": NO_SCOPE, "attachments:write": NO_SCOPE}
ADMIN = EDITOR | {
    "applications:write": NO_SCOPE,
    "datasources:create": NO_SCOPE,
    "datasources:write": EVERY,
    "datasources:delete": EVERY,
    "datasources.permissions:read": EVERY,
    "datasources.permissions:write": EVERY,
    "apikeys:read": "apikeys:*",
    "apikeys:create": NO_SCOPE,
    "apikeys:delete": "apikeys:*",
    "accesskeys:read": "accesskeys:*",
    "accesskeys:create": NO_SCOPE,
    "accesskeys:delete": "accesskeys:*",
    "serviceaccounts:read": "serviceaccounts:*",
    "serviceaccounts:create": NO_SCOPE,
    "serviceaccounts:write": "serviceaccounts:*",
    "serviceaccounts:delete": "serviceaccounts:*",
    "orgs:write": NO_SCOPE,
    "org.users:read": "users:*",
    "org.users:add": "users:*",
    "org.users:write": "users:*",
    "org.users:remove": "users:*",
    "teams:read": "teams:*",
    "teams:create": NO_SCOPE,
    "teams:write": "teams:*",
    "teams:delete": "teams:*",
    "teams.permissions:read": "teams:*",
    "teams.permissions:write": "teams:*",
}
SERVER_ADMIN = {
    "orgs:read": "orgs:*",
    "orgs:create": NO_SCOPE,
    "orgs:write": NO_SCOPE,
    "orgs:delete": NO_SCOPE,
    "org.users:read": "users:*",
    "org.users:add": "users:*",
    "org.users:write": "users:*",
    "org.users:remove": "users:*",
    "users:read": "global.users:*",
    "users:create": NO_SCOPE,
    "users:write": "global.users:*",
    "users:delete": "global.users:*",
    "users:enable": "global.users:*",
    "users:disable": "global.users:*",
    "users.password:write": "global.users:*",
    "users.permissions:write": "global.users:*",
    "server.stats:read": NO_SCOPE,
}
OF_A_ROLE: dict[Role | None, dict[str, str]] = {
    None: {},
    Role.VIEWER: VIEWER,
    Role.EDITOR: EDITOR,
    Role.ADMIN: ADMIN,
}
# Who may query what nobody restricted, by the least role that may.
MAY_QUERY = {
    Role.VIEWER: {Role.VIEWER, Role.EDITOR, Role.ADMIN},
    Role.EDITOR: {Role.EDITOR, Role.ADMIN},
    Role.ADMIN: {Role.ADMIN},
}


def table(role: Role | None, query_role: Role, *, server_admin: bool) -> dict[str, set[str]]:
    """Action to scopes, from the tables above."""
    rows = {(action, scope) for action, scope in OF_A_ROLE[role].items()}
    if role is not None:
        rows |= {(action, BUILT_IN) for action in QUERIES}
    if role in MAY_QUERY[query_role]:
        rows |= {(action, EVERY) for action in QUERIES}
    if server_admin:
        rows |= set(SERVER_ADMIN.items())
    return {action: {scope for other, scope in rows if other == action} for action, _ in rows}


@pytest.mark.parametrize("server_admin", [False, True], ids=["", "server admin"])
@pytest.mark.parametrize("query_role", Role, ids=lambda role: f"queries from {role}")
@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_a_role_grants_exactly_these_actions_on_these_scopes(
    role: Role | None, query_role: Role, server_admin: bool
) -> None:
    granted = grants_of(role, server_admin=server_admin, query_role=query_role)
    assert granted == table(role, query_role, server_admin=server_admin)


def test_where_nothing_is_said_viewers_query() -> None:
    assert grants_of(Role.VIEWER, server_admin=False) == grants_of(
        Role.VIEWER, server_admin=False, query_role=Role.VIEWER
    )


@pytest.mark.parametrize("query_role", Role, ids=str)
def test_an_admin_queries_whatever_the_least_role_is(query_role: Role) -> None:
    assert EVERY in grants_of(Role.ADMIN, server_admin=False, query_role=query_role)["datasources:query"]


@pytest.mark.parametrize("query_role", Role, ids=str)
def test_a_server_admin_who_is_no_member_may_do_nothing_with_data_sources_teams_and_tokens(query_role: Role) -> None:
    rooms = {action.split(":")[0].split(".")[0] for action in grants_of(None, server_admin=True, query_role=query_role)}
    assert rooms == {"orgs", "org", "users", "server"}


LOOKS = {
    "datasources:read",
    "datasources:query",
    "datasources.id:read",
    "datasources:explore",
    "orgs:read",
    "applications:read",
}


@pytest.mark.parametrize(
    ("role", "changes"),
    [(None, set()), (Role.VIEWER, set()), (Role.EDITOR, {"attachments:write"})],
    ids=["None", "Viewer", "Editor"],
)
def test_only_admins_change_anything_but_what_is_attached(role: Role | None, changes: set[str]) -> None:
    assert set(grants_of(role, server_admin=False)) - LOOKS == changes


@pytest.mark.parametrize(
    ("higher", "lower", "included"),
    [
        (Role.ADMIN, Role.ADMIN, True),
        (Role.ADMIN, Role.EDITOR, True),
        (Role.ADMIN, Role.VIEWER, True),
        (Role.EDITOR, Role.ADMIN, False),
        (Role.EDITOR, Role.EDITOR, True),
        (Role.EDITOR, Role.VIEWER, True),
        (Role.VIEWER, Role.ADMIN, False),
        (Role.VIEWER, Role.EDITOR, False),
        (Role.VIEWER, Role.VIEWER, True),
    ],
    ids=str,
)
def test_a_role_includes_itself_and_the_lower_ones(higher: Role, lower: Role, included: bool) -> None:
    assert higher.includes(lower) is included


@pytest.mark.parametrize(
    ("granted", "scope", "covered"),
    [
        ({"datasources:*"}, "datasources:uid:abc", True),
        ({"datasources:uid:*"}, "datasources:uid:abc", True),
        ({"datasources:uid:abc"}, "datasources:uid:abc", True),
        ({"*"}, "datasources:uid:abc", True),
        ({"datasources:uid:abc"}, "datasources:uid:abcd", False),
        ({"datasources:uid:abcd"}, "datasources:uid:abc", False),
        ({"datasources:id:*"}, "datasources:uid:abc", False),
        ({"serviceaccounts:*"}, "datasources:uid:abc", False),
        ({NO_SCOPE}, "datasources:uid:abc", False),
        (set(), "datasources:uid:abc", False),
        ({"datasources:uid:x", "datasources:uid:abc"}, "datasources:uid:abc", True),
    ],
    ids=lambda value: str(sorted(value)) if isinstance(value, set) else str(value),
)
def test_a_scope_is_covered_by_itself_and_by_a_wildcard_before_it(granted: set[str], scope: str, covered: bool) -> None:
    assert covers(frozenset(granted), scope) is covered
