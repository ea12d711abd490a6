"""Permissions on a data source: given, listed and taken away, and by whom."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.identity.errors import PermissionDenied
from app.identity.identity import Identity
from app.identity.limits import TokenLimits
from app.identity.roles import Role
from app.registry.access import ForAccount, ForRole, ForTeam, Grantee, Level
from app.registry.datasource import ById, ByName, ByUid, DataSource
from app.registry.errors import AdminsMayAll, DataSourceNotFound, GranteeNotFound
from app.registry.permissions import Permissions
from app.registry.registry import Registry
from app.services import Services
from identity.callers import admin, caller
from identity.people import add_user, join
from registry.given import change, new
from registry.permitted import give, give_to, member, refs, somebody

VIEWERS, EDITORS, ADMINS = ForRole(Role.VIEWER), ForRole(Role.EDITOR), ForRole(Role.ADMIN)
GIVEN = pytest.mark.parametrize("level", [Level.QUERY, Level.EDIT, Level.ADMIN], ids=str)
KINDS = pytest.mark.parametrize("kind", ["user", "service account", "team"])


@pytest.fixture
def permissions(services: Services) -> Permissions:
    """As the service itself builds them."""
    return services.permissions


@pytest.fixture
def one(registry: Registry, org: int) -> DataSource:
    return registry.create(admin(org), new("one"))


@pytest.fixture
def two(registry: Registry, one: DataSource) -> DataSource:
    return registry.create(admin(one.org_id), new("two"))


def listed(permissions: Permissions, row: DataSource, who: Identity | None = None) -> dict[Grantee, Level]:
    return {given.grantee: given.level for given in permissions.all(who or admin(row.org_id), ById(row.id))}


def stranger(services: Services, org: int, kind: str) -> Grantee:
    """The user, service account or team of somebody in ``org``."""
    return somebody(services, org, kind, role=Role.VIEWER, default=Role.VIEWER).grantee


def name_of(services: Services, org: int, grantee: Grantee) -> str:
    """Those of ``stranger`` have these names; a user has their login."""
    logins = {found.user.id: found.user.login for found in services.members.all(admin(org), org)}
    match grantee:
        case ForAccount(account_id):
            return logins.get(account_id, f"sa-{org}-scripts")
        case ForTeam():
            return "crew"
        case ForRole(role):
            return role.value


@pytest.mark.parametrize(
    ("default", "shown"),
    [(Role.VIEWER, [VIEWERS, EDITORS]), (Role.EDITOR, [EDITORS]), (Role.ADMIN, [])],
    ids=str,
)
def test_the_default_is_listed_where_nothing_was_given(
    services: Services, permissions: Permissions, one: DataSource, default: Role, shown: list[Grantee]
) -> None:
    who = member(one.org_id, Role.ADMIN, default=default)
    found = permissions.all(who, ById(one.id))
    assert [(given.id, given.grantee, given.level) for given in found] == [(0, role, Level.QUERY) for role in shown]
    assert [given.name for given in found] == [name_of(services, one.org_id, grantee) for grantee in shown]


@GIVEN
@pytest.mark.parametrize("grantee", [VIEWERS, EDITORS], ids=lambda grantee: grantee.role)
def test_what_was_given_to_a_role_is_listed_instead_of_the_default(
    permissions: Permissions, one: DataSource, grantee: ForRole, level: Level
) -> None:
    permissions.set(admin(one.org_id), ByUid(one.uid), {grantee: level})
    assert listed(permissions, one) == {VIEWERS: Level.QUERY, EDITORS: Level.QUERY} | {grantee: level}


def test_what_was_taken_from_a_role_is_not_listed(permissions: Permissions, one: DataSource) -> None:
    permissions.set(admin(one.org_id), ByUid(one.uid), {VIEWERS: Level.NONE})
    assert listed(permissions, one) == {EDITORS: Level.QUERY}


@GIVEN
@KINDS
def test_what_was_given_to_someone_is_listed_with_their_name(
    services: Services, permissions: Permissions, one: DataSource, kind: str, level: Level
) -> None:
    grantee = stranger(services, one.org_id, kind)
    give_to(services, one, grantee, level)
    [found] = [given for given in permissions.all(admin(one.org_id), ById(one.id)) if given.grantee == grantee]
    assert (found.level, found.is_service_account) == (level, kind == "service account")
    assert found.name == name_of(services, one.org_id, grantee)
    assert found.id > 0


@KINDS
def test_what_someone_had_is_written_over(
    services: Services, permissions: Permissions, one: DataSource, kind: str
) -> None:
    grantee = stranger(services, one.org_id, kind)
    for level in (Level.ADMIN, Level.QUERY):
        give_to(services, one, grantee, level)
    assert [given.level for given in permissions.all(admin(one.org_id), ById(one.id)) if given.id] == [Level.QUERY]


@KINDS
def test_what_was_taken_from_someone_is_not_listed(
    services: Services, permissions: Permissions, one: DataSource, kind: str
) -> None:
    grantee = stranger(services, one.org_id, kind)
    for level in (Level.ADMIN, Level.NONE):
        give_to(services, one, grantee, level)
    assert listed(permissions, one) == {VIEWERS: Level.QUERY, EDITORS: Level.QUERY}


def test_permissions_on_one_data_source_are_not_listed_for_another(
    services: Services, permissions: Permissions, one: DataSource, two: DataSource
) -> None:
    give(services, one, Viewer=Level.EDIT)
    assert listed(permissions, two) == {VIEWERS: Level.QUERY, EDITORS: Level.QUERY}


def test_a_data_source_is_named_by_id_uid_or_name(permissions: Permissions, one: DataSource) -> None:
    for ref, level in zip(refs(one), (Level.QUERY, Level.EDIT, Level.ADMIN), strict=True):
        permissions.set(admin(one.org_id), ref, {VIEWERS: level})
        assert {given.grantee: given.level for given in permissions.all(admin(one.org_id), ref)}[VIEWERS] is level


def test_several_are_set_at_once(services: Services, permissions: Permissions, one: DataSource) -> None:
    user, team = (stranger(services, one.org_id, kind) for kind in ("user", "team"))
    given: dict[Grantee, Level] = {VIEWERS: Level.NONE, EDITORS: Level.EDIT, user: Level.ADMIN, team: Level.QUERY}
    permissions.set(admin(one.org_id), ById(one.id), given)
    assert listed(permissions, one) == {EDITORS: Level.EDIT, user: Level.ADMIN, team: Level.QUERY}


@pytest.mark.parametrize("unknown", [ForAccount(10**8), ForTeam(10**8), ForAccount(0), ForTeam(-1)], ids=str)
def test_of_several_all_are_set_or_none(permissions: Permissions, one: DataSource, unknown: Grantee) -> None:
    before = listed(permissions, one)
    with pytest.raises(GranteeNotFound):
        permissions.set(admin(one.org_id), ById(one.id), {VIEWERS: Level.ADMIN, unknown: Level.QUERY})
    with pytest.raises(GranteeNotFound):
        permissions.set(admin(one.org_id), ById(one.id), {unknown: Level.QUERY, VIEWERS: Level.ADMIN})
    assert listed(permissions, one) == before


@KINDS
@pytest.mark.parametrize("level", [Level.QUERY, Level.NONE], ids=["give", "take away"])
def test_nothing_is_given_to_an_account_or_team_of_another_org(
    services: Services, permissions: Permissions, one: DataSource, other_org: int, kind: str, level: Level
) -> None:
    grantee = stranger(services, other_org, kind)
    with pytest.raises(GranteeNotFound):
        give_to(services, one, grantee, level)
    assert listed(permissions, one) == {VIEWERS: Level.QUERY, EDITORS: Level.QUERY}


def test_a_user_of_two_orgs_is_given_permissions_in_each_apart(
    services: Services, registry: Registry, permissions: Permissions, one: DataSource, other_org: int
) -> None:
    user = add_user(services, one.org_id)
    join(services, user, other_org, Role.VIEWER)
    theirs = registry.create(admin(other_org), new("one"))
    give_to(services, one, ForAccount(user), Level.EDIT)
    assert ForAccount(user) not in listed(permissions, theirs)
    give_to(services, theirs, ForAccount(user), Level.QUERY)
    assert listed(permissions, one)[ForAccount(user)] is Level.EDIT


Act = Callable[[Permissions, Identity, DataSource], object]
ACTS: dict[str, Act] = {
    "list": lambda permissions, who, row: permissions.all(who, ById(row.id)),
    "set": lambda permissions, who, row: permissions.set(who, ByName(row.name), {VIEWERS: Level.ADMIN}),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_permissions_of_another_org_do_not_exist(
    permissions: Permissions, one: DataSource, other_org: int, act: Act
) -> None:
    with pytest.raises(DataSourceNotFound):
        act(permissions, admin(other_org), one)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.EDITOR], ids=str)
@pytest.mark.parametrize("level", [Level.QUERY, Level.EDIT], ids=str)
def test_below_the_level_of_admin_nobody_sees_or_sets_them(
    services: Services, permissions: Permissions, one: DataSource, act: Act, role: Role | None, level: Level
) -> None:
    give(services, one, Viewer=level, Editor=level)
    with pytest.raises(PermissionDenied):
        act(permissions, caller(one.org_id, role), one)
    assert listed(permissions, one) == {VIEWERS: level, EDITORS: level}


def test_who_may_only_see_them_sets_none(permissions: Permissions, one: DataSource) -> None:
    who = replace(admin(one.org_id), grants={"datasources.permissions:read": frozenset({"datasources:*"})})
    before = listed(permissions, one, who)
    with pytest.raises(PermissionDenied):
        permissions.set(who, ById(one.id), {VIEWERS: Level.ADMIN})
    assert listed(permissions, one, who) == before


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR], ids=str)
def test_who_has_the_level_of_admin_sets_them_on_that_data_source_only(
    services: Services, permissions: Permissions, one: DataSource, two: DataSource, role: Role
) -> None:
    who = member(one.org_id, role, id=add_user(services, one.org_id, role))
    give_to(services, one, ForAccount(who.id), Level.ADMIN)
    permissions.set(who, ById(one.id), {EDITORS: Level.EDIT})
    assert listed(permissions, one, who)[EDITORS] is Level.EDIT
    for act in ACTS.values():
        with pytest.raises(PermissionDenied):
            act(permissions, who, two)
    assert listed(permissions, two) == {VIEWERS: Level.QUERY, EDITORS: Level.QUERY}


def test_who_gave_away_their_own_permission_has_it_no_more(
    services: Services, permissions: Permissions, one: DataSource
) -> None:
    who = member(one.org_id, Role.VIEWER, id=add_user(services, one.org_id))
    give_to(services, one, ForAccount(who.id), Level.ADMIN)
    permissions.set(who, ById(one.id), {ForAccount(who.id): Level.NONE})
    with pytest.raises(PermissionDenied):
        permissions.set(who, ById(one.id), {ForAccount(who.id): Level.ADMIN})


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMIN], ids=str)
def test_a_narrow_token_neither_sees_nor_sets_them(
    services: Services, permissions: Permissions, one: DataSource, act: Act, role: Role
) -> None:
    give(services, one, Viewer=Level.ADMIN)
    limits = TokenLimits(data_sources=frozenset({one.uid}), read_only=False, proxy=None)
    with pytest.raises(PermissionDenied):
        act(permissions, replace(member(one.org_id, role), limits=limits), one)


def test_permissions_are_given_on_a_data_source_that_is_read_only(
    services: Services, registry: Registry, permissions: Permissions, org: int
) -> None:
    locked = registry.create(admin(org), new("locked", read_only=True))
    give(services, locked, Viewer=Level.NONE)
    assert listed(permissions, locked) == {EDITORS: Level.QUERY}


def test_giving_permissions_leaves_the_data_source_as_it_was(
    services: Services, registry: Registry, one: DataSource
) -> None:
    give(services, one, Viewer=Level.NONE)
    after = registry.get(admin(one.org_id), ById(one.id))
    assert replace(after, has_permissions=False) == one
    assert registry.replace(admin(one.org_id), ById(one.id), change("one", version=1)).version == 2


@pytest.mark.parametrize("level", [Level.NONE, Level.QUERY, Level.EDIT])
def test_nothing_is_taken_from_admins(permissions: Permissions, one: DataSource, level: Level) -> None:
    before = permissions.all(admin(one.org_id), ById(one.id))
    with pytest.raises(AdminsMayAll):
        permissions.set(admin(one.org_id), ById(one.id), {VIEWERS: Level.NONE, ForRole(Role.ADMIN): level})
    assert permissions.all(admin(one.org_id), ById(one.id)) == before


def test_taking_away_what_nobody_had_leaves_no_mark(
    services: Services, registry: Registry, permissions: Permissions, one: DataSource
) -> None:
    user = stranger(services, one.org_id, "user")
    permissions.set(admin(one.org_id), ById(one.id), {user: Level.NONE})
    assert not registry.get(admin(one.org_id), ById(one.id)).has_permissions


def test_giving_admins_what_they_have_changes_nothing(permissions: Permissions, one: DataSource) -> None:
    before = permissions.all(admin(one.org_id), ById(one.id))
    permissions.set(admin(one.org_id), ById(one.id), {ForRole(Role.ADMIN): Level.ADMIN})
    assert permissions.all(admin(one.org_id), ById(one.id)) == before
