"""The least role that may query what nobody set permissions on, as every use case of the registry asks for it."""

from collections.abc import Callable

import pytest

from app.identity.errors import PermissionDenied
from app.identity.identity import Identity
from app.identity.roles import Role
from app.registry.access import Level
from app.registry.datasource import ById, ByName, ByUid, DataSource
from app.registry.registry import Registry
from identity.callers import admin
from registry.given import change, new
from registry.permitted import ACTIONS, member

Act = Callable[[Registry, Identity, DataSource], object]

READS: dict[str, Act] = {
    "get by id": lambda registry, who, row: registry.get(who, ById(row.id)),
    "get by uid": lambda registry, who, row: registry.get(who, ByUid(row.uid)),
    "get by name": lambda registry, who, row: registry.get(who, ByName(row.name)),
    "id of name": lambda registry, who, row: registry.get(who, ByName(row.name), "datasources.id:read"),
    "request": lambda registry, who, row: registry.for_request(who, ById(row.id)),
}
WRITES: dict[str, Act] = {
    "replace": lambda registry, who, row: registry.replace(who, ById(row.id), change()),
    "delete": lambda registry, who, row: registry.delete(who, ById(row.id)),
    "create": lambda registry, who, row: registry.create(who, new("another")),
}
ROLES = pytest.mark.parametrize("role", Role, ids=str)
DEFAULTS = pytest.mark.parametrize("default", Role, ids=lambda role: f"default {role}")

# (role, default) of those who may query.
MAY = {
    (Role.VIEWER, Role.VIEWER),
    (Role.EDITOR, Role.VIEWER),
    (Role.EDITOR, Role.EDITOR),
    (Role.ADMIN, Role.VIEWER),
    (Role.ADMIN, Role.EDITOR),
    (Role.ADMIN, Role.ADMIN),
}
REFUSED = [(role, default) for role in Role for default in Role if (role, default) not in MAY]


@pytest.fixture
def made(registry: Registry, org: int) -> DataSource:
    return registry.create(admin(org), new())


@DEFAULTS
@ROLES
def test_the_list_shows_what_may_be_queried(registry: Registry, made: DataSource, role: Role, default: Role) -> None:
    listed = [made] if (role, default) in MAY else []
    assert registry.all(member(made.org_id, role, default=default)) == listed


@pytest.mark.parametrize(("role", "default"), sorted(MAY), ids=str)
@pytest.mark.parametrize("act", READS.values(), ids=READS.keys())
def test_a_role_from_the_default_on_reads_and_queries(
    registry: Registry, made: DataSource, act: Act, role: Role, default: Role
) -> None:
    act(registry, member(made.org_id, role, default=default), made)


@pytest.mark.parametrize(("role", "default"), REFUSED, ids=str)
@pytest.mark.parametrize("act", READS.values(), ids=READS.keys())
def test_a_role_below_the_default_neither_reads_nor_queries(
    registry: Registry, made: DataSource, act: Act, role: Role, default: Role
) -> None:
    with pytest.raises(PermissionDenied):
        act(registry, member(made.org_id, role, default=default), made)


@DEFAULTS
@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR], ids=str)
@pytest.mark.parametrize("act", WRITES.values(), ids=WRITES.keys())
def test_no_default_lets_anyone_write(
    registry: Registry, made: DataSource, act: Act, role: Role, default: Role
) -> None:
    with pytest.raises(PermissionDenied):
        act(registry, member(made.org_id, role, default=default), made)
    assert registry.all(admin(made.org_id)) == [made]


@DEFAULTS
@ROLES
def test_the_actions_on_a_data_source_follow_it(
    registry: Registry, made: DataSource, role: Role, default: Role
) -> None:
    level = Level.NONE if (role, default) not in MAY else Level.ADMIN if role is Role.ADMIN else Level.QUERY
    assert registry.actions_on(member(made.org_id, role, default=default), made) == ACTIONS[level]


@DEFAULTS
@ROLES
@pytest.mark.parametrize("action", ACTIONS[Level.QUERY])
def test_the_scopes_of_reading_follow_it(
    registry: Registry, made: DataSource, action: str, role: Role, default: Role
) -> None:
    scopes = ["datasources:*"] if (role, default) in MAY else []
    assert registry.scopes(member(made.org_id, role, default=default), action) == scopes


@DEFAULTS
@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR], ids=str)
def test_the_scopes_of_writing_do_not(registry: Registry, made: DataSource, role: Role, default: Role) -> None:
    assert registry.scopes(member(made.org_id, role, default=default), "datasources:write") == []


@pytest.mark.parametrize("action", ["datasources:read", "datasources:query"])
def test_in_an_org_without_data_sources_the_scope_tells_who_might_query(
    registry: Registry, org: int, action: str
) -> None:
    assert registry.scopes(member(org, Role.VIEWER), action) == ["datasources:*"]
    assert registry.scopes(member(org, Role.VIEWER, default=Role.EDITOR), action) == []
