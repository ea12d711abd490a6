"""grafana-client: orgs, their members, users and teams."""

import secrets
from typing import Any

import pytest

from app.identity.people_store import Page
from clients.conftest import Org
from clients.environments import Script
from clients.library import Library, call
from servers.gunicorn import ADMIN_PASSWORD

PASSWORD = "another-long-password"


@pytest.fixture
def server_admin(org: Org, grafana_client: Script) -> Library:
    return Library(grafana_client, org.url, ("admin", ADMIN_PASSWORD))


@pytest.fixture
def admin(org: Org, grafana_client: Script) -> Library:
    return Library(grafana_client, org.url, (org.login, org.password))


@pytest.fixture
def colleague(server_admin: Library) -> dict[str, Any]:
    """Somebody who is in the server admin's org only."""
    login = f"colleague-{secrets.token_hex(6)}"
    body = {"login": login, "email": f"{login}@example.org", "name": "A Colleague", "password": PASSWORD}
    return {**body, "id": server_admin.gives(call("admin.create_user", body))["id"]}


def fresh_name() -> str:
    return f"made by a client {secrets.token_hex(6)}"


def roles(org: Org) -> dict[str, str]:
    return {one.user.login: one.role.value for one in org.services.members.all(org.identity, org.org_id)}


def test_the_current_org_has_its_id_and_name(admin: Library, org: Org) -> None:
    current = admin.gives(call("organization.get_current_organization"))
    assert (current["id"], current["name"]) == (org.org_id, org.services.orgs.get(org.identity, org.org_id).name)


def test_an_admin_renames_the_current_org(admin: Library, org: Org) -> None:
    name = fresh_name()
    changed = admin.gives(call("organization.update_current_organization", {"name": name}))
    assert changed == {"message": "Organization updated"}
    assert org.services.orgs.get(org.identity, org.org_id).name == name


def test_an_org_is_created_found_by_name_and_deleted(server_admin: Library) -> None:
    name = fresh_name()
    made, found = server_admin.give(
        call("organization.create_organization", name), call("organization.find_organization", name)
    )
    deleted, gone = server_admin.outcomes(
        call("organizations.delete_organization", made["orgId"]), call("organization.find_organization", name)
    )
    assert (found["id"], made["message"]) == (made["orgId"], "Organization created")
    assert (deleted.given()["message"], gone.status) == ("Organization deleted", 404)


def test_all_orgs_are_listed_for_a_server_admin(server_admin: Library, org: Org, other_org: Org) -> None:
    listed = server_admin.gives(call("organizations.list_organization"))
    assert {org.org_id, other_org.org_id} <= {one["id"] for one in listed}


def test_an_org_admin_may_not_list_all_orgs(admin: Library) -> None:
    assert admin.refused(call("organizations.list_organization")).status == 403


def test_members_are_listed_with_their_roles(admin: Library, org: Org) -> None:
    [member] = admin.gives(call("organization.get_current_organization_users"))
    assert (member["login"], member["role"], member["orgId"]) == (org.login, "Admin", org.org_id)


def test_a_member_is_added_changed_and_removed(admin: Library, org: Org, colleague: dict[str, Any]) -> None:
    added = admin.gives(
        call("organization.add_user_current_organization", {"loginOrEmail": colleague["email"], "role": "Viewer"})
    )
    after_add = roles(org)
    changed = admin.gives(call("organization.update_user_current_organization", colleague["id"], {"role": "Editor"}))
    after_change = roles(org)
    removed = admin.gives(call("organization.delete_user_current_organization", colleague["id"]))
    assert [one["message"] for one in (added, changed, removed)] == [
        "User added to organization",
        "Organization user updated",
        "User removed from organization",
    ]
    assert [after.get(colleague["login"]) for after in (after_add, after_change, roles(org))] == [
        "Viewer",
        "Editor",
        None,
    ]


def test_a_server_admin_manages_the_members_of_any_org(
    server_admin: Library, org: Org, colleague: dict[str, Any]
) -> None:
    added, listed, changed = server_admin.give(
        call("organizations.organization_user_add", org.org_id, {"loginOrEmail": colleague["login"], "role": "Viewer"}),
        call("organizations.organization_user_list", org.org_id),
        call("organizations.organization_user_update", org.org_id, colleague["id"], "Admin"),
    )
    assert (added["userId"], changed["message"]) == (colleague["id"], "Organization user updated")
    assert {one["login"] for one in listed} == {org.login, colleague["login"]}
    assert roles(org)[colleague["login"]] == "Admin"


def test_the_last_admin_of_an_org_cannot_be_removed(admin: Library, org: Org) -> None:
    [member] = admin.gives(call("organization.get_current_organization_users"))
    refused = admin.refused(call("organization.delete_user_current_organization", member["userId"]))
    assert (refused.status, roles(org)) == (400, {org.login: "Admin"})


def test_a_user_is_created_with_a_password_that_works(
    org: Org, grafana_client: Script, colleague: dict[str, Any]
) -> None:
    themselves = Library(grafana_client, org.url, (colleague["login"], PASSWORD))
    assert themselves.gives(call("user.get_actual_user"))["id"] == colleague["id"]


def test_a_user_is_found_by_id_login_and_address(server_admin: Library, colleague: dict[str, Any]) -> None:
    found = server_admin.give(
        call("users.get_user", colleague["id"]),
        call("users.find_user", colleague["login"]),
        call("users.find_user", colleague["email"]),
    )
    assert [(one["id"], one["login"]) for one in found] == [(colleague["id"], colleague["login"])] * 3


def test_all_users_are_listed_page_after_page(server_admin: Library, org: Org, colleague: dict[str, Any]) -> None:
    listed = server_admin.gives(call("users.search_users", perpage=2))
    total, _ = org.services.users.search(org.identity, Page(query="", number=1, size=1))
    assert len(listed) == len({one["id"] for one in listed}) == total
    assert {org.login, colleague["login"]} <= {one["login"] for one in listed}


def test_users_are_searched(server_admin: Library, colleague: dict[str, Any]) -> None:
    [found] = server_admin.gives(call("users.search_users", query=colleague["login"]))
    assert found["id"] == colleague["id"]


def test_a_user_is_changed(server_admin: Library, org: Org, colleague: dict[str, Any]) -> None:
    change = {"login": colleague["login"], "email": colleague["email"], "name": "Renamed"}
    assert server_admin.gives(call("users.update_user", colleague["id"], change))["message"] == "User updated"
    assert org.services.users.get(org.identity, colleague["id"]).name == "Renamed"


def test_a_user_changes_their_own_password(org: Org, grafana_client: Script, colleague: dict[str, Any]) -> None:
    before = Library(grafana_client, org.url, (colleague["login"], PASSWORD))
    changed = before.gives(call("user.change_actual_user_password", PASSWORD, "a-quite-new-password"))
    after = Library(grafana_client, org.url, (colleague["login"], "a-quite-new-password"))
    assert changed["message"] == "User password changed"
    assert after.gives(call("user.get_actual_user"))["id"] == colleague["id"]


def test_a_user_of_two_orgs_switches_without_a_body(
    admin: Library, org: Org, grafana_client: Script, colleague: dict[str, Any]
) -> None:
    member = {"loginOrEmail": colleague["login"], "role": "Viewer"}
    admin.gives(call("organization.add_user_current_organization", member))
    themselves = Library(grafana_client, org.url, (colleague["login"], PASSWORD))
    orgs, switched, me = themselves.give(
        call("user.get_actual_user_organisations"),
        call("user.switch_actual_user_organisation", org.org_id),
        call("user.get_actual_user"),
    )
    assert (org.org_id, "Viewer") in {(one["orgId"], one["role"]) for one in orgs}
    assert (switched["message"], me["orgId"]) == ("Active organization changed", org.org_id)


def test_a_disabled_user_is_refused_until_enabled(
    server_admin: Library, org: Org, grafana_client: Script, colleague: dict[str, Any]
) -> None:
    themselves, me = Library(grafana_client, org.url, (colleague["login"], PASSWORD)), call("user.get_actual_user")
    server_admin.gives(call("admin.set_user_enabled", colleague["id"], False))
    refused = themselves.refused(me)
    server_admin.gives(call("admin.set_user_enabled", colleague["id"], True))
    assert (refused.status, themselves.gives(me)["id"]) == (401, colleague["id"])


def test_a_server_admin_sets_passwords_and_makes_server_admins(
    server_admin: Library, org: Org, grafana_client: Script, colleague: dict[str, Any]
) -> None:
    server_admin.give(
        call("admin.change_user_password", colleague["id"], "given-by-an-admin"),
        call("admin.change_user_permissions", colleague["id"], True),
    )
    themselves = Library(grafana_client, org.url, (colleague["login"], "given-by-an-admin"))
    assert themselves.gives(call("user.get_actual_user"))["isGrafanaAdmin"] is True


def test_a_deleted_user_is_gone(server_admin: Library, colleague: dict[str, Any]) -> None:
    deleted, gone = server_admin.outcomes(
        call("admin.delete_user", colleague["id"]), call("users.get_user", colleague["id"])
    )
    assert (deleted.given()["message"], gone.status) == ("User deleted", 404)


def test_the_orgs_of_a_user_are_listed(server_admin: Library, org: Org) -> None:
    number = server_admin.gives(call("users.find_user", org.login))["id"]
    [membership] = server_admin.gives(call("users.get_user_organisations", number))
    assert (membership["orgId"], membership["role"]) == (org.org_id, "Admin")
