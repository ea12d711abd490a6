"""grafana-api-sdk over data sources: it compares messages with literal texts, and raises for any other."""

from typing import Any

import pytest

from clients.conftest import Org
from clients.environments import Script
from clients.library import Library, call

LOKI: dict[str, Any] = {
    "name": "Loki",
    "uid": "logs",
    "type": "loki",
    "access": "proxy",
    "url": "http://127.0.0.1:3100",
    "jsonData": {"maxLines": 1000},
    "secureJsonData": {"basicAuthPassword": "secret"},
}
CREATE = call("datasource.Datasource.create_datasource", LOKI)
LIST = call("datasource.Datasource.get_all_datasources")
BY_UID = call("datasource.Datasource.get_datasource_by_uid", "logs")


@pytest.fixture
def admin(org: Org, grafana_api_sdk: Script) -> Library:
    return Library(grafana_api_sdk, org.url, org.admin_token)


@pytest.fixture
def viewer(org: Org, grafana_api_sdk: Script) -> Library:
    return Library(grafana_api_sdk, org.url, org.viewer_token)


def changed(**members: Any) -> dict[str, Any]:
    return {**LOKI, **members}


def test_the_message_of_a_create_is_the_literal_one(admin: Library, org: Org) -> None:
    admin.gives(CREATE)
    stored = org.stored_one("logs")
    assert (stored.name, stored.type, dict(stored.json_data)) == ("Loki", "loki", {"maxLines": 1000})
    assert org.secrets_of("logs") == {"basicAuthPassword": "secret"}


@pytest.mark.parametrize("key", ["datasource_uid", "datasource_id"])
def test_the_message_of_an_update_is_the_literal_one(admin: Library, org: Org, key: str) -> None:
    admin.gives(CREATE)
    target = {"datasource_uid": "logs", "datasource_id": org.stored_one("logs").id}[key]
    change = changed(url="http://127.0.0.1:3101")
    admin.gives(call("datasource.Datasource.update_datasource", change, **{key: target}))
    assert org.stored_one("logs").url == "http://127.0.0.1:3101"


@pytest.mark.parametrize("key", ["uid", "id", "name"])
def test_the_message_of_a_delete_is_the_literal_one(admin: Library, org: Org, key: str) -> None:
    admin.gives(CREATE)
    value = getattr(org.stored_one("logs"), key)
    admin.gives(call(f"datasource.Datasource.delete_datasource_by_{key}", value))
    assert list(org.stored()) == []


def test_a_data_source_is_read_by_id_uid_and_name(admin: Library, org: Org) -> None:
    admin.gives(CREATE)
    number = org.stored_one("logs").id
    found = admin.give(
        call("datasource.Datasource.get_datasource_by_id", number),
        BY_UID,
        call("datasource.Datasource.get_datasource_by_name", "Loki"),
    )
    assert [(one["id"], one["secureJsonFields"]) for one in found] == [(number, {"basicAuthPassword": True})] * 3


def test_the_id_is_found_by_name(admin: Library, org: Org) -> None:
    _, number = admin.give(CREATE, call("datasource.Datasource.get_datasource_id_by_name", "Loki"))
    assert number == org.stored_one("logs").id


def test_a_list_item_posted_back_verbatim_creates_it_again(admin: Library, org: Org) -> None:
    _, [item], _ = admin.give(CREATE, LIST, call("datasource.Datasource.delete_datasource_by_uid", "logs"))
    admin.gives(call("datasource.Datasource.create_datasource", item))
    [again] = admin.gives(LIST)
    assert again == {**item, "id": org.stored_one("logs").id}


def test_basic_auth_works(org: Org, grafana_api_sdk: Script) -> None:
    Library(grafana_api_sdk, org.url, (org.login, org.password)).gives(CREATE)
    assert [row.uid for row in org.stored()] == ["logs"]


def test_a_viewers_403_names_the_permission(viewer: Library, org: Org) -> None:
    refused = viewer.refused(CREATE)
    assert "Permissions needed: datasources:create" in refused.said
    assert list(org.stored()) == []


def test_an_invalid_token_is_told_so(org: Org, grafana_api_sdk: Script) -> None:
    stranger = Library(grafana_api_sdk, org.url, org.admin_token[:-8] + "00000000")
    refused = stranger.refused(LIST)
    assert (refused.raised, refused.said) == ("ConnectError", "Invalid API key")


def test_an_unknown_data_source_is_told_in_words(admin: Library) -> None:
    assert "Data source not found" in admin.refused(BY_UID).said


def test_permissions_of_users_teams_and_roles_are_set_and_removed(admin: Library, org: Org) -> None:
    admin.gives(CREATE)
    user = org.services.users.by_login(org.identity, org.login).id
    team = org.services.teams.create(org.identity, name="Operators", email="").id
    part = "datasource.DatasourcePermissions.update_datasource"
    query, nothing = ({"DatasourcePermission": {"permission": name}} for name in ("Query", None))
    for permission in (query, nothing):
        admin.give(
            call(f"{part}_user_access_by_uid", "logs", user, permission),
            call(f"{part}_team_access_by_uid", "logs", team, permission),
            call(f"{part}_basic_role_access_by_uid", "logs", "Viewer", permission),
        )


def test_a_viewer_may_update_what_a_permission_says(admin: Library, viewer: Library, org: Org) -> None:
    admin.gives(CREATE)
    change = call("datasource.Datasource.update_datasource", changed(name="Logs"), datasource_uid="logs")
    before = viewer.refused(change)
    edit = {"DatasourcePermission": {"permission": "Edit"}}
    part = "datasource.DatasourcePermissions.update_datasource_basic_role_access_by_uid"
    admin.gives(call(part, "logs", "Viewer", edit))
    viewer.gives(change)
    assert "datasources:write" in before.said
    assert org.stored_one("logs").name == "Logs"


CORRELATION = {
    "CorrelationObject": {
        "source_datasource_uid": "logs",
        "target_datasource_uid": "traces",
        "label": "to traces",
        "description": "what the line belongs to",
        "config_type": "query",
        "config_field": "trace_id",
        "config_target": {"expr": "${trace_id}"},
    }
}


@pytest.fixture
def correlation(admin: Library) -> str:
    """The uid of a correlation from ``logs`` to ``traces``."""
    tempo = {"name": "Tempo", "uid": "traces", "type": "tempo", "access": "proxy", "url": "http://127.0.0.1:3200"}
    _, _, made = admin.give(
        CREATE,
        call("datasource.Datasource.create_datasource", tempo),
        call("correlations.Correlations.create_correlations", CORRELATION),
    )
    assert made["message"] == "Correlation created"
    return str(made["result"]["uid"])


def test_a_correlation_is_created_and_read(admin: Library, correlation: str) -> None:
    one = admin.gives(call("correlations.Correlations.get_correlation", "logs", correlation))
    assert (one["sourceUID"], one["targetUID"], one["label"]) == ("logs", "traces", "to traces")
    assert one["config"]["target"] == {"expr": "${trace_id}"}


def test_correlations_are_listed_of_one_data_source_and_of_all(admin: Library, correlation: str) -> None:
    of_one, of_all = admin.give(
        call("correlations.Correlations.get_all_correlations_by_datasource_uid", "logs"),
        call("correlations.Correlations.get_all_correlations"),
    )
    assert [one["uid"] for one in of_one] == [correlation]
    assert [one["uid"] for one in of_all["correlations"]] == [correlation]


def test_a_correlation_is_changed_and_deleted(admin: Library, correlation: str) -> None:
    part = "correlations.Correlations"
    changed_one, read, _ = admin.give(
        call(f"{part}.update_correlations", "logs", correlation, "renamed", "another description"),
        call(f"{part}.get_correlation", "logs", correlation),
        call(f"{part}.delete_correlations", "logs", correlation),
    )
    assert (changed_one["message"], read["label"]) == ("Correlation updated", "renamed")
    assert "not found" in admin.refused(call(f"{part}.get_correlation", "logs", correlation)).said


def test_health_has_version_and_commit(org: Org, grafana_api_sdk: Script) -> None:
    nobody = Library(grafana_api_sdk, org.url, None)
    health = nobody.gives(call("other_http.OtherHTTP.get_health_status"))
    assert (health["database"], health["version"]) == ("ok", org.services.settings.grafana_version)


def test_frontend_settings_list_data_sources_without_secrets(admin: Library) -> None:
    _, settings = admin.give(CREATE, call("other_http.OtherHTTP.get_frontend_settings"))
    assert settings["datasources"]["Loki"]["uid"] == "logs"
    assert "secret" not in str(settings["datasources"]["Loki"]["jsonData"])
    assert len(settings["buildInfo"]["version"].split(".")) == len(["major", "minor", "patch"])


def test_a_ping_says_Logged_in(admin: Library) -> None:
    admin.gives(call("other_http.OtherHTTP.renew_login_session_based_on_remember_cookie"))
