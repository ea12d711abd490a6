"""The caller as they stand in another org than the one their request runs in."""

from dataclasses import replace

import pytest

from app.identity.elsewhere import in_org
from app.identity.errors import PermissionDenied
from app.identity.identity import Identity, Kind, system
from app.identity.roles import Role, grants_of
from identity.callers import admin, caller, viewer

HERE, THERE = 3, 4


def role_in_org(user_id: int, org_id: int) -> Role | None:
    """User 7 is an editor there, and nobody else is anything."""
    return Role.EDITOR if (user_id, org_id) == (7, THERE) else None


def never_asked(user_id: int, org_id: int) -> Role | None:
    raise AssertionError("the role is known")


def test_in_the_org_of_the_request_nothing_changes() -> None:
    assert in_org(admin(HERE), HERE, never_asked) == admin(HERE)


@pytest.mark.parametrize("role", [*Role, None], ids=str)
def test_a_person_has_there_the_role_that_they_have_there(role: Role | None) -> None:
    assert in_org(caller(HERE, role), THERE, role_in_org) == caller(THERE, Role.EDITOR)


def test_a_person_who_is_no_member_there_has_nothing_there() -> None:
    stranger = replace(admin(HERE), id=8)
    there = in_org(stranger, THERE, role_in_org)
    assert (there.role, dict(there.grants)) == (None, {})


@pytest.mark.parametrize("kind", ["service_account", "api_key"])
def test_a_token_has_nothing_there_though_a_user_has_its_number(kind: Kind) -> None:
    there = in_org(replace(admin(HERE), kind=kind), THERE, role_in_org)
    assert (there.org_id, there.role, dict(there.grants)) == (THERE, None, {})
    with pytest.raises(PermissionDenied):
        there.require("orgs:read")


def test_a_server_admin_keeps_there_what_holds_everywhere() -> None:
    there = in_org(replace(caller(HERE, Role.ADMIN, server_admin=True), id=8), THERE, role_in_org)
    assert there.role is None
    assert there.grants == grants_of(None, server_admin=True)


def test_a_server_admin_who_is_a_member_there_has_the_role_too() -> None:
    there = in_org(caller(HERE, None, server_admin=True), THERE, role_in_org)
    assert there.grants == grants_of(Role.EDITOR, server_admin=True)


def test_the_operator_may_do_everything_there() -> None:
    assert in_org(system(HERE, "cli"), THERE, never_asked) == system(THERE, "cli")


@pytest.mark.parametrize("identity", [viewer(HERE), system(HERE, "cli")], ids=["person", "operator"])
def test_who_asks_through_which_door_stays(identity: Identity) -> None:
    there = in_org(identity, THERE, role_in_org)
    assert (there.kind, there.id, there.login, there.door) == (
        identity.kind,
        identity.id,
        identity.login,
        identity.door,
    )
