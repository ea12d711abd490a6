"""The one permission check, and nobody hands out more than they hold."""

from dataclasses import replace

import pytest

from app.audit import AuditEvent
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


def test_what_a_caller_does_is_told_with_org_door_and_detail() -> None:
    told = viewer(ORG).event("datasources:create", ONE_UID, name="metrics", version=1)
    assert told == AuditEvent(
        org_id=ORG,
        actor="user:7",
        door="test",
        action="datasources:create",
        target=ONE_UID,
        detail={"name": "metrics", "version": 1},
    )


@pytest.mark.parametrize(
    ("identity", "account"),
    [
        (viewer(ORG), 7),
        (replace(viewer(ORG), kind="service_account"), 7),
        (replace(viewer(ORG), kind="api_key"), None),
        (system(ORG, "cli"), None),
    ],
    ids=["user", "service account", "api key", "operator"],
)
def test_permissions_can_be_given_to_users_and_service_accounts(identity: Identity, account: int | None) -> None:
    assert identity.account_id == account


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
    assert identity.event("datasources:create", "datasources:uid:abc").actor == actor
