"""Who may do what with which data source."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.identity.errors import OrgNotFound, PermissionDenied
from app.identity.identity import Identity, system
from app.identity.roles import Role
from app.registry.access import Level
from app.registry.datasource import ById, ByName, ByUid, DataSource, Ref
from app.registry.errors import DataSourceNotFound
from app.registry.registry import Registry
from identity.callers import admin, caller, editor, viewer
from registry.given import change, new
from registry.permitted import ACTIONS, refs

Act = Callable[[Registry, Identity, Ref], object]

READS: dict[str, Act] = {
    "list": lambda registry, who, ref: registry.all(who),
    "get": lambda registry, who, ref: registry.get(who, ref),
    "query": lambda registry, who, ref: registry.for_request(who, ref),
}
WRITES: dict[str, Act] = {
    "create": lambda registry, who, ref: registry.create(who, new("another")),
    "admit": lambda registry, who, ref: registry.admit(who),
    "replace": lambda registry, who, ref: registry.replace(who, ref, change()),
    "delete": lambda registry, who, ref: registry.delete(who, ref),
}


def reader_of(row: DataSource) -> Identity:
    scopes = frozenset({f"datasources:uid:{row.uid}"})
    actions = ("datasources:read", "datasources:query", "datasources:write", "datasources:delete")
    return replace(viewer(row.org_id), grants=dict.fromkeys(actions, scopes))


@pytest.mark.parametrize("role", list(Role), ids=str)
@pytest.mark.parametrize("act", READS.values(), ids=READS.keys())
def test_every_role_reads_and_queries(registry: Registry, org: int, role: Role, act: Act) -> None:
    made = registry.create(admin(org), new())
    act(registry, caller(org, role), ByUid(made.uid))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR], ids=str)
@pytest.mark.parametrize("act", WRITES.values(), ids=WRITES.keys())
def test_viewers_and_editors_write_nothing(registry: Registry, org: int, role: Role, act: Act) -> None:
    made = registry.create(admin(org), new())
    with pytest.raises(PermissionDenied):
        act(registry, caller(org, role), ByUid(made.uid))
    assert registry.all(admin(org)) == [made]


@pytest.mark.parametrize("server_admin", [False, True], ids=["user", "server admin"])
@pytest.mark.parametrize("act", (READS | WRITES).values(), ids=(READS | WRITES).keys())
def test_who_is_no_member_may_do_nothing(registry: Registry, org: int, server_admin: bool, act: Act) -> None:
    made = registry.create(admin(org), new())
    with pytest.raises(PermissionDenied):
        act(registry, caller(org, None, server_admin=server_admin), ByUid(made.uid))


def test_a_data_source_of_another_org_does_not_exist(registry: Registry, org: int, other_org: int) -> None:
    made = registry.create(admin(org), new())
    for ref in refs(made):
        for act in (READS["get"], READS["query"], WRITES["replace"], WRITES["delete"]):
            with pytest.raises(DataSourceNotFound):
                act(registry, admin(other_org), ref)
    assert registry.all(admin(other_org)) == []
    assert registry.get(admin(org), ByUid(made.uid)) == made


def test_a_data_source_is_named_by_id_uid_or_name(registry: Registry, org: int) -> None:
    made = registry.create(admin(org), new())
    assert [registry.get(viewer(org), ref) for ref in refs(made)] == [made, made, made]


@pytest.mark.parametrize(
    "ref", [ById(10**9), ById(0), ById(-1), ByUid("nothing"), ByUid(""), ByName("nothing"), ByName("METRICS")], ids=str
)
def test_what_is_not_there_is_not_found(registry: Registry, org: int, ref: Ref) -> None:
    registry.create(admin(org), new("metrics"))
    with pytest.raises(DataSourceNotFound):
        registry.get(admin(org), ref)


def test_without_permission_it_is_not_told_whether_there_is_one(registry: Registry, org: int) -> None:
    with pytest.raises(PermissionDenied):
        registry.delete(viewer(org), ByUid("nothing"))


def test_who_is_granted_one_data_source_lists_only_that(registry: Registry, org: int) -> None:
    one = registry.create(admin(org), new("one"))
    registry.create(admin(org), new("two"))
    assert [row.name for row in registry.all(reader_of(one))] == ["one"]


@pytest.mark.parametrize("act", [READS["get"], READS["query"], WRITES["replace"], WRITES["delete"]])
def test_who_is_granted_one_data_source_is_denied_another(registry: Registry, org: int, act: Act) -> None:
    one, two = (registry.create(admin(org), new(name)) for name in ("one", "two"))
    for ref in refs(two):
        with pytest.raises(PermissionDenied):
            act(registry, reader_of(one), ref)
    assert registry.get(admin(org), ByUid(two.uid)) == two


def test_nothing_is_created_in_an_org_that_does_not_exist(registry: Registry) -> None:
    with pytest.raises(OrgNotFound):
        registry.create(system(10**6, "test"), new())


@pytest.mark.parametrize(
    ("make", "level"),
    [(viewer, Level.QUERY), (editor, Level.QUERY), (admin, Level.ADMIN)],
    ids=["viewer", "editor", "admin"],
)
def test_the_actions_on_a_data_source_are_those_granted_on_it(
    registry: Registry, org: int, make: Callable[[int], Identity], level: Level
) -> None:
    made = registry.create(admin(org), new())
    assert registry.actions_on(make(org), made) == ACTIONS[level]
