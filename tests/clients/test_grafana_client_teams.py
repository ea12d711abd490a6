"""grafana-client: teams, permissions on data sources, service accounts, and what there is none of."""

from typing import Any

import pytest

from app.registry.catalog import BACKEND_TYPES
from clients.conftest import Org
from clients.environments import Script
from clients.library import Library, call

LOKI = {"name": "Loki", "uid": "logs", "type": "loki", "access": "proxy", "url": "http://127.0.0.1:3100"}
CREATE = call("datasource.create_datasource", LOKI)
LIST = call("datasource.list_datasources")


@pytest.fixture
def admin(org: Org, grafana_client: Script) -> Library:
    return Library(grafana_client, org.url, org.admin_token)


@pytest.fixture
def viewer(org: Org, grafana_client: Script) -> Library:
    return Library(grafana_client, org.url, org.viewer_token)


@pytest.fixture
def team(admin: Library) -> int:
    return int(admin.gives(call("teams.add_team", {"name": "Operators", "email": "ops@example.org"}))["teamId"])


def user_id(admin: Library) -> int:
    return int(admin.gives(call("organization.get_current_organization_users"))[0]["userId"])


def permissions(admin: Library) -> dict[str, str]:
    """Who was given what on the data source."""
    listed: list[dict[str, Any]] = admin.gives(call("rbac.get_rbac_datasources", "logs"))
    names = ((one.get("team") or one.get("userLogin") or one.get("builtInRole"), one) for one in listed)
    return {str(name): one["permission"] for name, one in names if not one.get("isInherited")}


def test_a_team_is_created_and_read(admin: Library, team: int, org: Org) -> None:
    read = admin.gives(call("teams.get_team", team))
    assert (read["id"], read["name"], read["email"], read["orgId"]) == (
        team,
        "Operators",
        "ops@example.org",
        org.org_id,
    )


def test_teams_are_listed_page_after_page(admin: Library) -> None:
    admin.give(*[call("teams.add_team", f"team {number}") for number in range(5)])
    listed = admin.gives(call("teams.search_teams", perpage=2))
    assert [one["name"] for one in listed] == [f"team {number}" for number in range(5)]


def test_a_team_is_found_by_its_name(admin: Library, team: int) -> None:
    admin.gives(call("teams.add_team", "Operators of another kind"))
    assert [one["id"] for one in admin.gives(call("teams.get_team_by_name", "Operators"))] == [team]


def test_a_team_is_renamed_and_deleted(admin: Library, team: int) -> None:
    renamed, read, deleted = admin.give(
        call("teams.update_team", team, {"name": "Keepers"}),
        call("teams.get_team", team),
        call("teams.delete_team", team),
    )
    assert (renamed["message"], read["name"], deleted["message"]) == ("Team updated", "Keepers", "Team deleted")
    assert admin.refused(call("teams.get_team", team)).status == 404


def test_a_taken_team_name_is_409(admin: Library, team: int) -> None:
    refused = admin.refused(call("teams.add_team", "Operators"))
    assert (refused.status, refused.said["message"]) == (409, "Team name taken")


def test_a_user_joins_and_leaves_a_team(admin: Library, team: int, org: Org) -> None:
    number = user_id(admin)
    added, members, removed, nobody = admin.give(
        call("teams.add_team_member", team, number),
        call("teams.get_team_members", team),
        call("teams.remove_team_member", team, number),
        call("teams.get_team_members", team),
    )
    assert (added["message"], removed["message"]) == ("Member added to Team", "Team Member removed")
    assert ([one["login"] for one in members], nobody) == ([org.login], [])


def test_the_teams_of_a_user_are_listed(admin: Library, team: int, org: Org, grafana_client: Script) -> None:
    admin.gives(call("teams.add_team_member", team, user_id(admin)))
    themselves = Library(grafana_client, org.url, (org.login, org.password))
    assert [one["id"] for one in themselves.gives(call("user.get_actual_user_teams"))] == [team]


@pytest.mark.parametrize("permission", ["Query", "Edit", "Admin"])
def test_a_team_is_given_a_permission(admin: Library, team: int, permission: str) -> None:
    admin.gives(CREATE)
    given = admin.gives(call("rbac.set_rbac_datasources_teams", "logs", team, permission))
    assert given == {"message": "Permission updated"}
    assert permissions(admin)["Operators"] == permission


def test_an_empty_permission_takes_it_away(admin: Library, team: int) -> None:
    _, _, taken = admin.give(
        CREATE,
        call("rbac.set_rbac_datasources_teams", "logs", team, "Edit"),
        call("rbac.set_rbac_datasources_teams", "logs", team, ""),
    )
    assert taken == {"message": "Permission removed"}
    assert "Operators" not in permissions(admin)


def test_a_basic_role_is_given_a_permission(admin: Library, org: Org, grafana_client: Script) -> None:
    editor = Library(grafana_client, org.url, org.editor_token)
    change = call("datasource.update_datasource_by_uid", "logs", {**LOKI, "url": "http://127.0.0.1:3101"})
    admin.gives(CREATE)
    before = editor.refused(change)
    admin.gives(call("rbac.set_rbac_datasources_builtin_roles", "logs", "Editor", "Edit"))
    assert before.status == 403
    assert editor.gives(change)["message"] == "Datasource updated"


def test_an_unknown_permission_is_refused(admin: Library, team: int) -> None:
    admin.gives(CREATE)
    assert admin.refused(call("rbac.set_rbac_datasources_teams", "logs", team, "Own")).status == 400


def test_a_service_account_is_created_read_changed_and_deleted(admin: Library) -> None:
    made = admin.gives(call("serviceaccount.create", {"name": "robot", "role": "Viewer"}))
    number = made["id"]
    read, changed, found, deleted = admin.give(
        call("serviceaccount.get", number),
        call("serviceaccount.update", number, {"name": "robot", "role": "Editor"}),
        call("serviceaccount.search_one", "robot"),
        call("serviceaccount.delete", number),
    )
    assert (read["name"], read["role"], changed["serviceaccount"]["role"]) == ("robot", "Viewer", "Editor")
    assert (found["id"], deleted["message"]) == (number, "Service account deleted")


def test_a_new_token_works_until_it_is_deleted(admin: Library, org: Org, grafana_client: Script) -> None:
    number = admin.gives(call("serviceaccount.create", {"name": "robot", "role": "Viewer"}))["id"]
    token = admin.gives(call("serviceaccount.create_token", number, {"name": "first"}))
    robot = Library(grafana_client, org.url, token["key"])
    before = robot.gives(LIST)
    [listed], _ = admin.give(
        call("serviceaccount.get_tokens", number), call("serviceaccount.delete_token", number, token["id"])
    )
    assert (before, listed["name"], robot.refused(LIST).status) == ([], "first", 401)


def test_service_accounts_are_listed_page_after_page(admin: Library) -> None:
    listed = admin.gives(call("serviceaccount.search_all", perpage=1))
    assert sorted(one["name"] for one in listed) == ["client Admin", "client Editor", "client Viewer"]


def test_the_types_of_data_sources_are_plugins(admin: Library) -> None:
    listed = admin.gives(call("plugin.list"))
    assert {row.id for row in BACKEND_TYPES} <= {one["id"] for one in listed}


def test_a_plugin_is_found_by_its_id(admin: Library) -> None:
    found = admin.gives(call("plugin.by_id", "prometheus"))
    assert (found["name"], found["type"], found["enabled"]) == ("Prometheus", "datasource", True)


def test_there_are_no_dashboards(admin: Library) -> None:
    assert admin.gives(call("search.search_dashboards", query="any", limit=10, page=1)) == []


def test_unknown_query_parameters_are_ignored(viewer: Library) -> None:
    assert viewer.gives(call("search.search_dashboards", type_="dash-db", dashboard_uids=["a", "b"])) == []
