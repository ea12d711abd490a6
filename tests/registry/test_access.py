"""What permissions on a data source allow whom, decided without a database."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from app.identity.identity import Identity, system
from app.identity.limits import TokenLimits
from app.identity.roles import Role
from app.registry.access import DATA_SOURCE_ACTIONS, LEVEL_ACTIONS, Held, Level, allows
from identity.callers import caller
from registry.permitted import ACTIONS, member

V, E, A = Role.VIEWER, Role.EDITOR, Role.ADMIN
NONE, QUERY, EDIT, ADMIN = Level.NONE, Level.QUERY, Level.EDIT, Level.ADMIN
SCOPE = "datasources:uid:one"

Given = Mapping[Role, Level]


def allowed(who: Identity, by_role: Given, *levels: Level, scope: str = SCOPE) -> list[str]:
    held = Held(by_role, levels)
    return sorted(action for action in DATA_SOURCE_ACTIONS if allows(who, action, scope, held))


def narrow(who: Identity, uids: Sequence[str] | None, *, read_only: bool = False) -> Identity:
    uid_set = None if uids is None else frozenset(uids)
    return replace(who, limits=TokenLimits(data_sources=uid_set, read_only=read_only, proxy=None))


@pytest.mark.parametrize("level", Level, ids=lambda level: level.value or "none")
def test_a_level_allows_exactly_its_actions(level: Level) -> None:
    assert sorted(LEVEL_ACTIONS[level]) == ACTIONS[level]


def test_no_action_beyond_those_of_the_highest_level_can_be_given() -> None:
    assert sorted(DATA_SOURCE_ACTIONS) == ACTIONS[ADMIN]


@pytest.mark.parametrize("name", ["", "Query", "Edit", "Admin"])
def test_levels_have_the_names_that_clients_send(name: str) -> None:
    assert Level(name).value == name


@pytest.mark.parametrize(
    ("role", "default", "level"),
    [(V, V, QUERY), (V, E, NONE), (V, A, NONE), (E, V, QUERY), (E, E, QUERY), (E, A, NONE)],
    ids=str,
)
def test_the_default_counts_for_roles_to_which_nothing_was_given(role: Role, default: Role, level: Level) -> None:
    assert allowed(member(1, role, default=default), {}) == ACTIONS[level]


@pytest.mark.parametrize("default", Role, ids=lambda role: f"default {role}")
@pytest.mark.parametrize("level", [QUERY, EDIT, ADMIN], ids=str)
@pytest.mark.parametrize("role", [V, E], ids=str)
def test_what_is_given_to_a_role_its_members_have(role: Role, level: Level, default: Role) -> None:
    assert allowed(member(1, role, default=default), {role: level}) == ACTIONS[level]


@pytest.mark.parametrize("level", [QUERY, EDIT, ADMIN], ids=str)
def test_what_is_given_to_viewers_editors_have_too(level: Level) -> None:
    assert allowed(member(1, E, default=A), {V: level}) == ACTIONS[level]


@pytest.mark.parametrize("given", [{E: EDIT}, {A: ADMIN}, {E: ADMIN, A: ADMIN}], ids=["editors", "admins", "both"])
def test_what_is_given_to_a_higher_role_a_lower_one_does_not_have(given: Given) -> None:
    assert allowed(member(1, V, default=A), given) == []


@pytest.mark.parametrize(
    ("role", "default", "given", "level"),
    [
        pytest.param(V, V, {V: NONE}, NONE, id="it is taken from viewers"),
        pytest.param(E, V, {V: NONE}, QUERY, id="editors keep a default of their own"),
        pytest.param(E, V, {V: NONE, E: NONE}, NONE, id="it is taken from both"),
        pytest.param(E, E, {E: NONE}, NONE, id="it is taken from editors"),
        pytest.param(E, V, {E: NONE}, QUERY, id="editors may what viewers may"),
        pytest.param(V, V, {E: NONE}, QUERY, id="viewers do not lose what editors lose"),
        pytest.param(E, V, {V: EDIT, E: NONE}, EDIT, id="editors may what was given to viewers"),
        pytest.param(V, V, {V: EDIT, E: QUERY}, EDIT, id="a lower level above does not take away"),
    ],
)
def test_an_empty_permission_takes_the_default_from_a_role(
    role: Role, default: Role, given: Given, level: Level
) -> None:
    assert allowed(member(1, role, default=default), given) == ACTIONS[level]


@pytest.mark.parametrize("role", [V, E], ids=str)
@pytest.mark.parametrize(
    ("levels", "highest"),
    [
        pytest.param([QUERY], QUERY, id="query"),
        pytest.param([EDIT], EDIT, id="edit"),
        pytest.param([ADMIN], ADMIN, id="admin"),
        pytest.param([QUERY, EDIT], EDIT, id="own and a team's"),
        pytest.param([ADMIN, QUERY, QUERY], ADMIN, id="several teams'"),
    ],
)
def test_of_what_one_caller_was_given_the_highest_counts(role: Role, levels: Sequence[Level], highest: Level) -> None:
    assert allowed(member(1, role), {V: NONE, E: NONE}, *levels) == ACTIONS[highest]


def test_a_lower_level_of_ones_own_does_not_take_from_that_of_the_role() -> None:
    assert allowed(member(1, V), {V: EDIT}, QUERY) == ACTIONS[EDIT]


@pytest.mark.parametrize("default", Role, ids=str)
def test_an_org_admin_cannot_be_locked_out(default: Role) -> None:
    assert allowed(member(1, A, default=default), dict.fromkeys(Role, NONE), NONE) == ACTIONS[ADMIN]


def test_the_operator_cannot_be_locked_out() -> None:
    assert allowed(system(1, "test"), dict.fromkeys(Role, NONE)) == ACTIONS[ADMIN]


@pytest.mark.parametrize("server_admin", [False, True], ids=["user", "server admin"])
def test_who_is_in_no_org_has_nothing_whatever_was_given_to_them(server_admin: bool) -> None:
    assert allowed(caller(1, None, server_admin=server_admin), dict.fromkeys(Role, ADMIN), ADMIN) == []


OWNERS = pytest.mark.parametrize("who", [member(1, V), member(1, A)], ids=["viewer with admin", "admin"])


@OWNERS
def test_a_narrow_token_leaves_a_data_source_outside_its_limits_closed(who: Identity) -> None:
    assert allowed(narrow(who, ["two", "on", "one2"]), {V: ADMIN}, ADMIN) == []


@OWNERS
@pytest.mark.parametrize("uids", [["one"], None], ids=["of one data source", "of all"])
def test_a_narrow_token_never_opens_permissions(who: Identity, uids: Sequence[str] | None) -> None:
    assert allowed(narrow(who, uids), {V: ADMIN}, ADMIN) == ACTIONS[EDIT]


@OWNERS
@pytest.mark.parametrize("uids", [["one"], None], ids=["of one data source", "of all"])
def test_a_read_only_token_opens_no_more_than_reading(who: Identity, uids: Sequence[str] | None) -> None:
    assert allowed(narrow(who, uids, read_only=True), {V: ADMIN}, ADMIN) == ACTIONS[QUERY]


def test_a_narrow_token_opens_nothing_that_its_account_was_not_given() -> None:
    assert allowed(narrow(member(1, V), ["one"]), {V: NONE}) == []
