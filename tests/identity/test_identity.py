"""The one permission check, and nobody hands out more than they hold."""

from dataclasses import replace

import pytest

from app.identity.errors import PermissionDenied, RoleTooHigh
from app.identity.identity import Identity, system
from app.identity.roles import Role
from identity.callers import admin, caller, editor, viewer

ORG = 3
ONE_UID = "datasources:uid:abc"


def reader_of_one() -> Identity:
    return replace(viewer(ORG), grants={"datasources:read": frozenset({ONE_UID})})


def test_a_granted_action_is_allowed_on_a_covered_scope() -> None:
    viewer(ORG).require("datasources:read", ONE_UID)


def test_an_action_that_is_not_granted_is_denied() -> None:
    with pytest.raises(PermissionDenied):
        viewer(ORG).require("datasources:write", ONE_UID)


def test_a_denial_names_the_action() -> None:
    with pytest.raises(PermissionDenied) as denied:
        viewer(ORG).require("datasources:create")
    assert denied.value.action == "datasources:create"


def test_an_action_that_is_granted_on_something_else_is_denied() -> None:
    with pytest.raises(PermissionDenied):
        reader_of_one().require("datasources:read", "datasources:uid:other")


def test_without_a_scope_a_grant_on_anything_is_enough() -> None:
    reader_of_one().require("datasources:read")


def test_may_tells_what_require_refuses() -> None:
    assert reader_of_one().may("datasources:read", ONE_UID)
    assert not reader_of_one().may("datasources:read", "datasources:uid:other")
    assert not reader_of_one().may("datasources:write")


@pytest.mark.parametrize(
    ("identity", "highest"),
    [(admin(ORG), Role.ADMIN), (editor(ORG), Role.EDITOR), (viewer(ORG), Role.VIEWER), (caller(ORG, None), None)],
    ids=["admin", "editor", "viewer", "not a member"],
)
def test_nobody_hands_out_a_role_above_their_own(identity: Identity, highest: Role | None) -> None:
    for role in Role:
        if highest is not None and highest.includes(role):
            identity.require_role(role)
        else:
            with pytest.raises(RoleTooHigh):
                identity.require_role(role)


def test_a_server_admin_hands_out_any_role() -> None:
    caller(ORG, None, server_admin=True).require_role(Role.ADMIN)


def test_the_operator_may_do_everything_in_the_org() -> None:
    operator = system(ORG, "cli")
    assert operator.org_id == ORG
    assert operator.door == "cli"
    for action in ("datasources:create", "serviceaccounts:write", "apikeys:create", "orgs:create", "users:create"):
        operator.require(action)


@pytest.mark.parametrize(
    ("identity", "actor"),
    [
        (viewer(ORG), "user:7"),
        (replace(viewer(ORG), kind="service_account"), "service_account:7"),
        (replace(viewer(ORG), kind="api_key"), "api_key:7"),
    ],
    ids=["user", "service account", "api key"],
)
def test_audit_rows_name_the_kind_and_number_of_the_caller(identity: Identity, actor: str) -> None:
    assert identity.actor == actor
