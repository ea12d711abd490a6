"""grafana-api-sdk over orgs, users, teams, service accounts and API keys."""

import secrets
from typing import Any

import pytest

from clients.conftest import Org
from clients.environments import Script
from clients.library import Library, call
from servers.gunicorn import ADMIN_PASSWORD


@pytest.fixture
def server_admin(org: Org, grafana_api_sdk: Script) -> Library:
    return Library(grafana_api_sdk, org.url, ("admin", ADMIN_PASSWORD))


@pytest.fixture
def admin(org: Org, grafana_api_sdk: Script) -> Library:
    return Library(grafana_api_sdk, org.url, org.admin_token)


@pytest.fixture
def user(org: Org, grafana_api_sdk: Script) -> Library:
    return Library(grafana_api_sdk, org.url, (org.login, org.password))


@pytest.fixture
def colleague(server_admin: Library, org: Org) -> dict[str, Any]:
    """A new user who is in the org already."""
    login = f"colleague-{secrets.token_hex(6)}"
    members = {"name": "A Colleague", "email": f"{login}@example.org", "login": login, "password": "a-long-password"}
    new = {"GlobalUser": {**members, "org_id": org.org_id}}
    return {**members, "id": server_admin.gives(call("admin.Admin.create_global_user", new))}


def fresh_name() -> str:
    return f"made by a client {secrets.token_hex(6)}"


def roles(org: Org) -> dict[int, str]:
    return {one.user.id: one.role.value for one in org.services.members.all(org.identity, org.org_id)}


def test_the_current_org_is_read_and_renamed(admin: Library, org: Org) -> None:
    name = fresh_name()
    before, _, after = admin.give(
        call("organisation.Organisation.get_current_organization"),
        call("organisation.Organisation.update_current_organization", name),
        call("organisation.Organisation.get_current_organization"),
    )
    assert (before["id"], after["id"], after["name"]) == (org.org_id, org.org_id, name)


def test_an_org_is_created_found_renamed_and_deleted(server_admin: Library) -> None:
    part, name = "organisation.OrganisationAdmin", fresh_name()
    number = server_admin.gives(call(f"{part}.create_organization", name))
    by_id, by_name, _, renamed, _ = server_admin.give(
        call(f"{part}.get_organization_by_id", number),
        call(f"{part}.get_organization_by_name", name),
        call(f"{part}.update_organization", number, f"{name} again"),
        call(f"{part}.get_organization_by_id", number),
        call(f"{part}.delete_organization", number),
    )
    assert (by_id, by_name["id"], renamed["name"]) == (by_name, number, f"{name} again")
    assert "not found" in server_admin.refused(call(f"{part}.get_organization_by_id", number)).said


def test_all_orgs_are_listed(server_admin: Library, org: Org) -> None:
    listed = server_admin.gives(call("organisation.OrganisationAdmin.get_organizations"))
    assert org.org_id in {one["id"] for one in listed}


def test_members_are_listed_and_looked_up(admin: Library, org: Org, colleague: dict[str, Any]) -> None:
    part = "organisation.Organisation.get_all_users_by_the_current_organization"
    listed, looked_up = admin.give(call(part), call(f"{part}_lookup"))
    logins = {org.login, colleague["login"]}
    assert {one["login"] for one in listed} == {one["login"] for one in looked_up} == logins


def test_a_members_role_is_changed_in_the_current_org(admin: Library, org: Org, colleague: dict[str, Any]) -> None:
    part = "organisation.Organisation"
    admin.gives(call(f"{part}.update_organization_user_role_by_user_id", colleague["id"], "Editor"))
    assert roles(org)[colleague["id"]] == "Editor"


def test_a_member_is_removed_from_and_added_to_the_current_org(
    admin: Library, org: Org, colleague: dict[str, Any]
) -> None:
    part = "organisation.Organisation"
    admin.gives(call(f"{part}.delete_organization_user_by_user_id", colleague["id"]))
    without = roles(org)
    added = admin.gives(call(f"{part}.add_new_user_to_current_organization", colleague["login"], "Viewer"))
    assert (colleague["id"] in without, added, roles(org)[colleague["id"]]) == (False, colleague["id"], "Viewer")


def test_a_server_admin_manages_members_of_any_org(server_admin: Library, other_org: Org, colleague: Any) -> None:
    part, number = "organisation.OrganisationAdmin", other_org.org_id
    added, _, listed, _ = server_admin.give(
        call(f"{part}.add_organization_user", number, colleague["email"], "Viewer"),
        call(f"{part}.update_organization_user", number, colleague["id"], "Admin"),
        call(f"{part}.get_organization_users", number),
        call(f"{part}.delete_organization_user", number, colleague["id"]),
    )
    assert (added, {one["userId"]: one["role"] for one in listed}[colleague["id"]]) == (colleague["id"], "Admin")
    assert colleague["id"] not in roles(other_org)


def test_a_user_is_found_by_id_login_and_address(server_admin: Library, colleague: dict[str, Any]) -> None:
    found = server_admin.give(
        call("user.User.get_user_by_id", colleague["id"]),
        call("user.User.get_user_by_username_or_email", colleague["login"]),
        call("user.User.get_user_by_username_or_email", colleague["email"]),
    )
    assert [one["login"] for one in found] == [colleague["login"]] * 3


def test_users_are_listed_and_searched(server_admin: Library, colleague: dict[str, Any]) -> None:
    listed, page = server_admin.give(
        call("user.User.search_users"),
        call("user.User.search_users_with_paging", results_per_page=1, query=colleague["login"]),
    )
    assert colleague["id"] in {one["id"] for one in listed}
    assert (page["totalCount"], [one["id"] for one in page["users"]]) == (1, [colleague["id"]])


def test_null_in_a_change_of_a_user_keeps_what_is_stored(
    server_admin: Library, org: Org, colleague: dict[str, Any]
) -> None:
    change = {"UserObject": {"email": None, "name": "Renamed", "login": colleague["login"], "theme": None}}
    server_admin.gives(call("user.User.update_user", colleague["id"], change))
    stored = org.services.users.get(org.identity, colleague["id"])
    assert (stored.name, stored.email) == ("Renamed", colleague["email"])


def test_orgs_and_teams_of_a_user_are_listed(server_admin: Library, org: Org, colleague: dict[str, Any]) -> None:
    orgs, teams = server_admin.give(
        call("user.User.get_user_organizations", colleague["id"]), call("user.User.get_user_teams", colleague["id"])
    )
    assert ([one["orgId"] for one in orgs], teams) == ([org.org_id], [])


def test_a_server_admin_sets_a_password_a_permission_and_deletes(
    server_admin: Library, org: Org, colleague: dict[str, Any], grafana_api_sdk: Script
) -> None:
    server_admin.give(
        call("admin.Admin.update_user_password", colleague["id"], "given-by-an-admin"),
        call("admin.Admin.update_user_permissions", colleague["id"], True),
    )
    themselves = Library(grafana_api_sdk, org.url, (colleague["login"], "given-by-an-admin"))
    me = themselves.gives(call("user.CurrentUser.get_user"))
    server_admin.gives(call("admin.Admin.delete_global_user", colleague["id"]))
    assert (me["id"], me["isGrafanaAdmin"]) == (colleague["id"], True)
    assert themselves.refused(call("user.CurrentUser.get_user")).raised


def test_a_service_account_is_user_0(admin: Library, org: Org) -> None:
    me = admin.gives(call("user.CurrentUser.get_user"))
    assert (me["id"], me["orgId"]) == (0, org.org_id)


def test_a_user_sees_their_orgs_and_switches(user: Library, org: Org) -> None:
    orgs, teams, _, me = user.give(
        call("user.CurrentUser.get_user_organizations"),
        call("user.CurrentUser.get_user_teams"),
        call("user.CurrentUser.switch_current_user_context", org.org_id),
        call("user.CurrentUser.get_user"),
    )
    assert ([(one["orgId"], one["role"]) for one in orgs], teams) == ([(org.org_id, "Admin")], [])
    assert me["orgId"] == org.org_id


def test_a_user_changes_their_password(user: Library, org: Org, grafana_api_sdk: Script) -> None:
    new = "a-quite-new-password"
    user.gives(call("user.CurrentUser.update_password", org.password, new, new))
    assert Library(grafana_api_sdk, org.url, (org.login, new)).gives(call("user.CurrentUser.get_user"))["id"] > 0


def test_a_team_lives_from_create_to_delete(admin: Library, org: Org) -> None:
    new = {"TeamObject": {"name": "Operators", "email": "", "org_id": org.org_id}}
    number = admin.gives(call("team.Team.add_team", new))
    read, page, _, renamed, _ = admin.give(
        call("team.Team.get_team_by_id", number),
        call("team.Team.search_team", query="Oper"),
        call("team.Team.update_team", number, "Keepers", "keepers@example.org"),
        call("team.Team.get_team_by_id", number),
        call("team.Team.delete_team_by_id", number),
    )
    assert (read["name"], page["totalCount"], renamed["email"]) == ("Operators", 1, "keepers@example.org")
    assert admin.refused(call("team.Team.get_team_by_id", number)).raised


def test_a_user_joins_and_leaves_a_team(admin: Library, org: Org, colleague: dict[str, Any]) -> None:
    number = org.services.teams.create(org.identity, name="Operators", email="").id
    _, members, _ = admin.give(
        call("team.Team.add_team_member", number, colleague["id"]),
        call("team.Team.get_team_members", number),
        call("team.Team.delete_team_member", number, colleague["id"]),
    )
    assert [one["userId"] for one in members] == [colleague["id"]]
    assert list(org.services.teams.members(org.identity, number)) == []


def test_a_service_account_and_its_token_live_from_create_to_delete(
    admin: Library, org: Org, grafana_api_sdk: Script
) -> None:
    part = "service_account.ServiceAccount"
    number = admin.gives(call(f"{part}.create_service_account", "robot", "Viewer"))["id"]
    token = admin.gives(call(f"{part}.create_service_account_token_by_id", number, "first", "Viewer"))
    robot = Library(grafana_api_sdk, org.url, token["key"])
    me = robot.gives(call("user.CurrentUser.get_user"))
    read, page, changed, tokens, _, _ = admin.give(
        call(f"{part}.get_service_account_by_id", number),
        call(f"{part}.search_service_account", query="robot"),
        call(f"{part}.update_service_account", number, "robot", "Editor"),
        call(f"{part}.get_service_account_tokens_by_id", number),
        call(f"{part}.delete_service_account_token_by_id", number, token["id"]),
        call(f"{part}.delete_service_account", number),
    )
    assert (me["orgId"], read["role"], page["totalCount"], changed["id"]) == (org.org_id, "Viewer", 1, number)
    assert [one["name"] for one in tokens] == ["first"]
    assert robot.refused(call("user.CurrentUser.get_user")).said == "Invalid API key"


def test_a_legacy_API_key_works_until_it_is_deleted(admin: Library, org: Org, grafana_api_sdk: Script) -> None:
    made = admin.gives(call("authentication.Authentication.create_api_token", "old script", "Viewer"))
    script = Library(grafana_api_sdk, org.url, made["key"])
    current = call("organisation.Organisation.get_current_organization")
    before = script.gives(current)
    listed, _ = admin.give(
        call("authentication.Authentication.get_api_tokens"),
        call("authentication.Authentication.delete_api_token", made["id"]),
    )
    assert (before["id"], [one["name"] for one in listed]) == (org.org_id, ["old script"])
    assert script.refused(current).said == "Invalid API key"
