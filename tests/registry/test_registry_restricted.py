"""Data sources with permissions of their own: who lists, reads, queries, changes and deletes them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.identity.errors import PermissionDenied
from app.identity.identity import Identity, system
from app.identity.limits import TokenLimits
from app.identity.roles import Role
from app.registry.access import ForAccount, ForRole, ForTeam, Level
from app.registry.datasource import ById, ByName, ByUid, DataSource, DataSourceChange, Ref
from app.registry.errors import DataSourceNotFound
from app.registry.registry import Registry
from app.services import Services
from identity.callers import admin, caller
from identity.people import add_user, join
from registry.given import change, new
from registry.permitted import ACTIONS, give, give_to, member, refs, somebody

Act = Callable[[Registry, Identity, Ref], object]

READS: dict[str, Act] = {
    "get": lambda registry, who, ref: registry.get(who, ref),
    "id of name": lambda registry, who, ref: registry.get(who, ref, "datasources.id:read"),
    "request": lambda registry, who, ref: registry.for_request(who, ref),
}
WRITES: dict[str, Act] = {
    "replace": lambda registry, who, ref: registry.replace(who, ref, change("changed")),
    "delete": lambda registry, who, ref: registry.delete(who, ref),
}
OPERATIONS: dict[str, Act] = READS | WRITES
KINDS = pytest.mark.parametrize("kind", ["role", "user", "service account", "team"])
GIVEN = pytest.mark.parametrize("level", [Level.QUERY, Level.EDIT, Level.ADMIN], ids=str)
CLOSED: dict[str, Level] = {"Viewer": Level.NONE, "Editor": Level.NONE}


@pytest.fixture
def one(registry: Registry, org: int) -> DataSource:
    return registry.create(admin(org), new("one"))


@pytest.fixture
def two(registry: Registry, one: DataSource) -> DataSource:
    return registry.create(admin(one.org_id), new("two"))


def now(registry: Registry, row: DataSource) -> DataSource:
    """As it is stored."""
    return registry.get(admin(row.org_id), ById(row.id))


def actions(registry: Registry, who: Identity, row: DataSource) -> list[str]:
    return registry.actions_on(who, now(registry, row))


def done(registry: Registry, who: Identity, ref: Ref) -> list[str]:
    """The operations that are not refused, those that write last."""
    names = []
    for name, act in OPERATIONS.items():
        try:
            act(registry, who, ref)
        except (PermissionDenied, DataSourceNotFound):
            continue
        names.append(name)
    return names


@KINDS
@GIVEN
def test_what_is_given_to_someone_they_may_do_whatever_the_default(
    services: Services, registry: Registry, one: DataSource, two: DataSource, kind: str, level: Level
) -> None:
    who = somebody(services, one.org_id, kind, role=Role.VIEWER, default=Role.ADMIN)
    give_to(services, one, who.grantee, level)
    assert actions(registry, who.caller, one) == ACTIONS[level]
    assert actions(registry, who.caller, two) == []
    assert registry.all(who.caller) == [now(registry, one)]
    assert registry.scopes(who.caller, "datasources:query") == [f"datasources:uid:{one.uid}"]
    assert done(registry, who.caller, ById(two.id)) == []
    assert done(registry, who.caller, ById(one.id)) == list(READS if level is Level.QUERY else OPERATIONS)


@KINDS
def test_what_is_taken_away_again_is_gone(services: Services, registry: Registry, one: DataSource, kind: str) -> None:
    who = somebody(services, one.org_id, kind, role=Role.VIEWER, default=Role.ADMIN)
    give_to(services, one, who.grantee, Level.EDIT)
    assert actions(registry, who.caller, one) == ACTIONS[Level.EDIT]
    give_to(services, one, who.grantee, Level.NONE)
    assert actions(registry, who.caller, one) == []
    assert registry.all(who.caller) == []


@pytest.mark.parametrize("kind", ["user", "service account", "team"])
def test_what_is_given_to_one_another_does_not_have(
    services: Services, registry: Registry, one: DataSource, kind: str
) -> None:
    who = somebody(services, one.org_id, kind, role=Role.VIEWER, default=Role.ADMIN)
    give_to(services, one, who.grantee, Level.ADMIN)
    outsider = member(one.org_id, Role.VIEWER, id=add_user(services, one.org_id), default=Role.ADMIN)
    for _ in range(2):
        assert actions(registry, who.caller, one) == ACTIONS[Level.ADMIN]
        assert registry.all(who.caller) == [now(registry, one)]
        assert actions(registry, outsider, one) == []
        assert registry.all(outsider) == []


def test_a_legacy_key_has_what_its_role_has_and_nothing_of_the_account_of_its_number(
    services: Services, registry: Registry, one: DataSource
) -> None:
    who = somebody(services, one.org_id, "user", role=Role.VIEWER, default=Role.ADMIN)
    give_to(services, one, who.grantee, Level.ADMIN)
    key = member(one.org_id, Role.VIEWER, id=who.caller.id, kind="api_key", default=Role.ADMIN)
    assert actions(registry, key, one) == []
    give(services, one, Viewer=Level.EDIT)
    assert actions(registry, key, one) == ACTIONS[Level.EDIT]


@pytest.mark.parametrize("default", Role, ids=lambda role: f"default {role}")
def test_what_is_given_to_viewers_all_members_have(
    services: Services, registry: Registry, one: DataSource, default: Role
) -> None:
    give(services, one, Viewer=Level.QUERY)
    for role in (Role.VIEWER, Role.EDITOR):
        assert done(registry, member(one.org_id, role, default=default), ById(one.id)) == list(READS)


def test_what_is_given_to_editors_viewers_do_not_have(services: Services, registry: Registry, one: DataSource) -> None:
    give(services, one, Editor=Level.EDIT)
    assert done(registry, member(one.org_id, Role.VIEWER, default=Role.ADMIN), ById(one.id)) == []
    assert done(registry, member(one.org_id, Role.EDITOR, default=Role.ADMIN), ById(one.id)) == list(OPERATIONS)


def test_a_data_source_taken_from_viewers_is_open_to_editors(
    services: Services, registry: Registry, one: DataSource, two: DataSource
) -> None:
    give(services, one, Viewer=Level.NONE)
    assert done(registry, member(one.org_id, Role.VIEWER), ById(one.id)) == []
    assert done(registry, member(one.org_id, Role.EDITOR), ById(one.id)) == list(READS)
    assert [row.name for row in registry.all(member(one.org_id, Role.VIEWER))] == ["two"]
    assert [row.name for row in registry.all(member(one.org_id, Role.EDITOR))] == ["one", "two"]
    assert registry.scopes(member(one.org_id, Role.VIEWER), "datasources:read") == [f"datasources:uid:{two.uid}"]
    assert registry.scopes(member(one.org_id, Role.EDITOR), "datasources:read") == ["datasources:*"]


@pytest.mark.parametrize("who", [admin, lambda org: system(org, "test")], ids=["admin", "operator"])
def test_nobody_can_lock_an_org_out_of_its_own_data_source(
    services: Services, registry: Registry, one: DataSource, who: Callable[[int], Identity]
) -> None:
    give(services, one, Viewer=Level.NONE, Editor=Level.NONE)
    assert actions(registry, who(one.org_id), one) == ACTIONS[Level.ADMIN]
    assert registry.all(who(one.org_id)) == [now(registry, one)]
    assert registry.scopes(who(one.org_id), "datasources:read") == ["datasources:*"]
    assert done(registry, who(one.org_id), ById(one.id)) == list(OPERATIONS)


@pytest.mark.parametrize("server_admin", [False, True], ids=["user", "server admin"])
def test_who_is_no_member_any_more_has_nothing_of_what_was_given_to_them(
    services: Services, registry: Registry, one: DataSource, server_admin: bool
) -> None:
    # Put past the use cases: a removal takes them away, so that none should be there.
    storage = services.storage.permissions
    user = add_user(services, one.org_id, Role.VIEWER)
    with storage.writing(one.org_id):
        for grantee in (ForAccount(user), ForRole(Role.VIEWER)):
            storage.put(one.org_id, one.id, grantee, Level.ADMIN)
    gone = replace(caller(one.org_id, None, server_admin=server_admin), id=user)
    assert actions(registry, gone, one) == []
    assert registry.scopes(gone, "datasources:read") == []
    assert done(registry, gone, ById(one.id)) == []
    with pytest.raises(PermissionDenied):
        registry.all(gone)


def test_a_permission_in_one_org_means_nothing_in_another(
    services: Services, registry: Registry, one: DataSource, other_org: int
) -> None:
    who = somebody(services, one.org_id, "user", role=Role.VIEWER, default=Role.ADMIN)
    join(services, who.caller.id, other_org, Role.VIEWER)
    give_to(services, one, who.grantee, Level.ADMIN)
    theirs = registry.create(admin(other_org), new("one", uid=one.uid))
    give(services, theirs, **CLOSED)
    there = member(other_org, Role.VIEWER, id=who.caller.id)
    assert registry.all(there) == []
    assert [done(registry, there, ref) for ref in refs(theirs)] == [[], [], []]


def test_who_may_edit_one_data_source_changes_and_deletes_only_that(
    services: Services, registry: Registry, one: DataSource, two: DataSource
) -> None:
    who = somebody(services, one.org_id, "user", role=Role.VIEWER, default=Role.VIEWER).caller
    give_to(services, one, ForAccount(who.id), Level.EDIT)
    with pytest.raises(PermissionDenied):
        registry.create(who, new("three"))
    with pytest.raises(PermissionDenied):
        registry.admit(who)
    for act in WRITES.values():
        with pytest.raises(PermissionDenied):
            act(registry, who, ByUid(two.uid))
    assert registry.replace(who, ByUid(one.uid), change("changed")).name == "changed"
    assert registry.delete(who, ByName("changed")).id == one.id
    assert registry.all(admin(one.org_id)) == [two]


BEYOND: dict[str, DataSourceChange] = {
    "another uid": change("one", uid="another"),
    "the uid of another one": change("one", uid="first"),
    "the uid in other letters": change("one", uid="ONE"),
    "to be the default": change("one", is_default=True),
}


@pytest.mark.parametrize("beyond", BEYOND.values(), ids=BEYOND.keys())
@pytest.mark.parametrize("by_token", [False, True], ids=["by permission", "by a narrow token"])
def test_who_may_edit_one_data_source_changes_nothing_beyond_it(
    services: Services, registry: Registry, org: int, beyond: DataSourceChange, by_token: bool
) -> None:
    first, one = (registry.create(admin(org), new(name, uid=name)) for name in ("first", "one"))
    who = member(org, Role.VIEWER, id=add_user(services, org))
    give_to(services, one, ForAccount(who.id), Level.ADMIN)
    if by_token:
        limits = TokenLimits(data_sources=frozenset({"one"}), read_only=False, proxy=None)
        who = replace(admin(org), limits=limits)
    with pytest.raises(PermissionDenied):
        registry.replace(who, ByUid("one"), beyond)
    assert [(row.uid, row.is_default, row.version) for row in registry.all(admin(org))] == [
        ("first", True, 1),
        ("one", False, 1),
    ]
    assert registry.all(admin(org))[0] == first


def test_who_may_edit_the_default_keeps_it_the_default(services: Services, registry: Registry, org: int) -> None:
    only = registry.create(admin(org), new("only", uid="only"))
    who = member(org, Role.VIEWER, id=add_user(services, org))
    give_to(services, only, ForAccount(who.id), Level.EDIT)
    changed = registry.replace(who, ByUid("only"), change("renamed", uid="only", is_default=True))
    assert (changed.name, changed.is_default) == ("renamed", True)


def test_permissions_stay_with_a_data_source_that_is_changed(
    services: Services, registry: Registry, one: DataSource
) -> None:
    give(services, one, **CLOSED)
    registry.replace(admin(one.org_id), ById(one.id), change("renamed", uid="renamed"))
    viewer = member(one.org_id, Role.VIEWER)
    assert registry.all(viewer) == []
    for ref in (ById(one.id), ByUid("renamed"), ByName("renamed")):
        assert done(registry, viewer, ref) == []


def test_a_data_source_with_the_uid_of_a_deleted_one_has_none_of_its_permissions(
    services: Services, registry: Registry, one: DataSource
) -> None:
    who = somebody(services, one.org_id, "user", role=Role.VIEWER, default=Role.ADMIN)
    give_to(services, one, who.grantee, Level.ADMIN)
    registry.delete(admin(one.org_id), ById(one.id))
    again = registry.create(admin(one.org_id), new("one", uid=one.uid))
    assert registry.actions_on(who.caller, again) == []
    assert registry.actions_on(member(one.org_id, Role.VIEWER), again) == ACTIONS[Level.QUERY]


def test_members_leave_and_join_teams_with_their_permissions(
    services: Services, registry: Registry, one: DataSource
) -> None:
    operator = admin(one.org_id)
    who = member(one.org_id, Role.VIEWER, id=add_user(services, one.org_id), default=Role.ADMIN)
    team = services.teams.create(operator, name="crew", email="").id
    give_to(services, one, ForTeam(team), Level.EDIT)
    assert actions(registry, who, one) == []
    services.teams.add_member(operator, team, who.id)
    assert actions(registry, who, one) == ACTIONS[Level.EDIT]
    services.teams.remove_member(operator, team, who.id)
    assert actions(registry, who, one) == []


def test_who_may_edit_the_default_cannot_take_the_flag_from_it(
    services: Services, registry: Registry, org: int
) -> None:
    made = registry.create(admin(org), new("one", uid="one"))
    who = member(org, Role.VIEWER, id=add_user(services, org))
    give_to(services, made, ForAccount(who.id), Level.EDIT)
    assert registry.replace(who, ByUid("one"), change("changed", is_default=False)).is_default
    assert registry.get(admin(org), ByUid("one")).is_default
