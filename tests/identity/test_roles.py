"""What the built-in roles grant."""

import pytest

from app.identity.roles import NO_SCOPE, Role, covers, grants_of

VIEWER_ACTIONS = {"datasources:read", "datasources:query", "datasources.id:read", "orgs:read"}
EDITOR_ACTIONS = VIEWER_ACTIONS | {"datasources:explore"}
ADMIN_ACTIONS = EDITOR_ACTIONS | {
    "datasources:create",
    "datasources:write",
    "datasources:delete",
    "apikeys:read",
    "apikeys:create",
    "apikeys:delete",
    "serviceaccounts:read",
    "serviceaccounts:create",
    "serviceaccounts:write",
    "serviceaccounts:delete",
}
SERVER_ACTIONS = {"orgs:create", "users:create"}


@pytest.mark.parametrize(
    ("role", "actions"),
    [(Role.VIEWER, VIEWER_ACTIONS), (Role.EDITOR, EDITOR_ACTIONS), (Role.ADMIN, ADMIN_ACTIONS), (None, set())],
    ids=["viewer", "editor", "admin", "not a member"],
)
def test_a_role_grants_exactly_these_actions(role: Role | None, actions: set[str]) -> None:
    assert set(grants_of(role, server_admin=False)) == actions


@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_a_server_admin_may_also_make_orgs_and_users(role: Role | None) -> None:
    more = set(grants_of(role, server_admin=True)) - set(grants_of(role, server_admin=False))
    assert more == SERVER_ACTIONS


def test_a_server_admin_who_is_no_member_may_do_nothing_with_data_sources() -> None:
    assert set(grants_of(None, server_admin=True)) == SERVER_ACTIONS


@pytest.mark.parametrize("action", ["datasources:read", "datasources:query", "datasources:write", "datasources:delete"])
def test_data_source_grants_are_on_all_data_sources(action: str) -> None:
    assert grants_of(Role.ADMIN, server_admin=False)[action] == frozenset({"datasources:*"})


def test_creating_is_granted_without_scope() -> None:
    assert grants_of(Role.ADMIN, server_admin=False)["datasources:create"] == frozenset({NO_SCOPE})


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
