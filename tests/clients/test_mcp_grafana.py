"""mcp-grafana: its tools for data sources, people and pages, each called over its standard input and output."""

import contextlib
import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.registry.datasource import ByName, DataSource, NewDataSource
from app.registry.json_data import JsonData
from clients import environments
from clients.conftest import Org
from clients.mcp import Session, mcp_grafana

URL = "http://127.0.0.1:9"

NewSession = Callable[..., Session]


@pytest.fixture
def new_session(org: Org, tmp_path: Path) -> Iterator[NewSession]:
    """Starts the program for the org's server with these settings."""
    with contextlib.ExitStack() as stack:
        yield lambda **settings: stack.enter_context(mcp_grafana(org.url, tmp_path, **settings))


@pytest.fixture
def mcp(org: Org, new_session: NewSession) -> Session:
    return new_session(GRAFANA_SERVICE_ACCOUNT_TOKEN=org.admin_token)


def stored_in(org: Org, **given: Any) -> DataSource:
    new = NewDataSource(**{"name": "a / b", "type": "prometheus", "access": "proxy", "url": URL, **given})
    return org.services.registry.create(org.identity, new)


def test_the_program_is_of_the_pinned_version(mcp: Session) -> None:
    assert mcp.server["serverInfo"]["version"] == f"v{environments.version('mcp-grafana')}"


def test_it_offers_its_tools_for_data_sources(mcp: Session) -> None:
    assert {"list_datasources", "get_datasource", "create_datasource", "update_datasource"} <= set(mcp.tools())


def test_list_datasources_shows_what_the_registry_holds(org: Org, mcp: Session) -> None:
    first, second = stored_in(org, name="first"), stored_in(org, name="second", type="loki")
    assert mcp.call("list_datasources").json == {
        "datasources": [
            {"id": first.id, "uid": first.uid, "name": "first", "type": "prometheus", "isDefault": True},
            {"id": second.id, "uid": second.uid, "name": "second", "type": "loki", "isDefault": False},
        ],
        "total": 2,
        "hasMore": False,
    }


def test_list_datasources_works_with_a_viewers_token(org: Org, new_session: NewSession) -> None:
    made = stored_in(org)
    listed = new_session(GRAFANA_SERVICE_ACCOUNT_TOKEN=org.viewer_token).call("list_datasources").json
    assert [data_source["uid"] for data_source in listed["datasources"]] == [made.uid]


def test_list_datasources_shows_nothing_of_another_org(org: Org, other_org: Org, mcp: Session) -> None:
    stored_in(other_org)
    assert mcp.call("list_datasources").json["total"] == 0


def test_list_datasources_says_that_a_token_is_of_nobody(new_session: NewSession) -> None:
    answer = new_session(GRAFANA_SERVICE_ACCOUNT_TOKEN="glsa_of_nobody").call("list_datasources")
    assert answer.is_error
    assert '[401] getDataSourcesUnauthorized {"message":"Invalid API key"}' in answer.text


def test_a_password_works_in_the_org_of_the_org_id_setting(org: Org, new_session: NewSession) -> None:
    stored_in(org)
    mine = {"GRAFANA_USERNAME": org.login, "GRAFANA_PASSWORD": org.password, "GRAFANA_ORG_ID": str(org.org_id)}
    assert new_session(**mine).call("list_datasources").json["total"] == 1


def test_a_token_of_another_org_than_the_org_id_setting_is_told_so(
    org: Org, other_org: Org, new_session: NewSession
) -> None:
    mismatched = new_session(GRAFANA_SERVICE_ACCOUNT_TOKEN=org.admin_token, GRAFANA_ORG_ID=str(other_org.org_id))
    told = mismatched.call("grafana_api_request", method="GET", endpoint="/api/datasources").json
    assert (told["status"], told["data"]["messageId"]) == (401, "api-key.organization-mismatch")


def test_get_datasource_finds_by_uid_and_gives_json_data_as_they_were_sent(org: Org, mcp: Session) -> None:
    sent = {"httpMethod": "POST", "nested": {"list": [1, 2.5, None, True]}}
    made = stored_in(org, json_data=JsonData.of(sent))
    found = mcp.call("get_datasource", uid=made.uid).json
    assert (found["id"], found["orgId"], found["jsonData"]) == (made.id, org.org_id, sent)


def test_get_datasource_finds_by_a_name_with_a_slash(org: Org, mcp: Session) -> None:
    made = stored_in(org, name="a/b c?d")
    assert mcp.call("get_datasource", name="a/b c?d").json["uid"] == made.uid


def test_get_datasource_shows_of_a_secret_only_that_it_is_set(org: Org, mcp: Session) -> None:
    made = stored_in(org, secure_json_data={"httpHeaderValue1": "a secret"})
    answer = mcp.call("get_datasource", uid=made.uid)
    assert answer.json["secureJsonFields"] == {"httpHeaderValue1": True}
    assert "a secret" not in answer.text


def test_get_datasource_says_that_a_uid_is_not_there(mcp: Session) -> None:
    answer = mcp.call("get_datasource", uid="nowhere")
    assert answer.is_error
    assert answer.text.startswith("datasource with UID 'nowhere' not found")


def test_create_datasource_stores_what_it_was_given(org: Org, mcp: Session) -> None:
    fields = {"url": URL, "httpMethod": "POST", "timeInterval": "15s", "uid": "chosen-here"}
    answer = mcp.call("create_datasource", name="a / b", type="prometheus", schemaReviewed=True, fields=fields)
    assert not answer.is_error, answer.text
    made = org.stored_one("chosen-here")
    assert (made.name, made.type, made.access, made.url) == ("a / b", "prometheus", "proxy", URL)
    assert dict(made.json_data) == {"httpMethod": "POST", "timeInterval": "15s"}


def test_create_datasource_is_told_id_uid_name_and_message(org: Org, mcp: Session) -> None:
    told = mcp.call("create_datasource", name="a / b", type="loki", schemaReviewed=True, fields={"url": URL}).json
    made = org.services.registry.get(org.identity, ByName("a / b"))
    assert [told[name] for name in ("message", "id", "uid", "name")] == ["Datasource added", made.id, made.uid, "a / b"]


def test_create_datasource_tells_a_taken_name_in_the_servers_words(org: Org, mcp: Session) -> None:
    stored_in(org)
    answer = mcp.call("create_datasource", name="a / b", type="loki", schemaReviewed=True, fields={"url": URL})
    assert answer.is_error
    assert '[409] addDataSourceConflict {"message":"data source with the same name already exists"}' in answer.text
    assert len(org.stored()) == 1


def test_create_datasource_is_told_the_permission_that_a_viewer_lacks(org: Org, new_session: NewSession) -> None:
    viewer = new_session(GRAFANA_SERVICE_ACCOUNT_TOKEN=org.viewer_token)
    answer = viewer.call("create_datasource", name="a / b", type="loki", schemaReviewed=True, fields={"url": URL})
    assert answer.is_error
    assert "Permissions needed: datasources:create" in answer.text
    assert org.stored() == []


def test_update_datasource_changes_what_it_names_and_sends_the_version_back(org: Org, mcp: Session) -> None:
    made = stored_in(org, json_data=JsonData.of({"httpMethod": "GET", "own": [1]}), database="kept")
    fields = {"httpMethod": "POST"}
    answer = mcp.call("update_datasource", uid=made.uid, schemaReviewed=True, name="renamed", fields=fields)
    assert answer.json["message"] == "Datasource updated"
    now = org.stored_one(made.uid)
    assert (now.name, now.database, now.url, now.version) == ("renamed", "kept", URL, made.version + 1)
    assert dict(now.json_data) == {"httpMethod": "POST", "own": [1]}


def test_update_datasource_keeps_the_secrets(org: Org, mcp: Session) -> None:
    made = stored_in(org, secure_json_data={"httpHeaderValue1": "a secret"})
    assert not mcp.call("update_datasource", uid=made.uid, schemaReviewed=True, name="renamed").is_error
    assert org.secrets_of(made.uid) == {"httpHeaderValue1": "a secret"}


def test_user_info_tells_a_service_account_by_its_login_and_the_id_0(org: Org, mcp: Session) -> None:
    assert mcp.call("grafana_api_request", method="GET", endpoint="/api/user").json["data"]["id"] == 0
    told = mcp.call("user_info").json
    assert (told["login"][:3], told["isGrafanaAdmin"], told["currentOrgId"]) == ("sa-", False, org.org_id)


def test_user_info_tells_a_users_orgs_and_roles(org: Org, new_session: NewSession) -> None:
    told = new_session(GRAFANA_USERNAME=org.login, GRAFANA_PASSWORD=org.password).call("user_info").json
    assert told["login"] == org.login
    assert [(one["orgId"], one["role"]) for one in told["orgs"]] == [(org.org_id, "Admin")]


def test_search_dashboards_finds_none(mcp: Session) -> None:
    assert mcp.call("search_dashboards", query="a").json == {"dashboards": [], "total": 0, "hasMore": False}


def test_get_plugin_knows_a_type_of_data_source(mcp: Session) -> None:
    told = mcp.call("get_plugin", pluginId="prometheus").json
    assert (told["installed"], told["name"], told["type"]) == (True, "Prometheus", "datasource")


def test_links_begin_with_the_address_of_the_frontend_settings(org: Org, mcp: Session) -> None:
    request = urllib.request.Request(
        f"{org.url}/api/frontend/settings", headers={"Authorization": f"Bearer {org.admin_token}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        address = json.load(answer)["appUrl"].rstrip("/")
    assert mcp.call("generate_deeplink", resourceType="dashboard", dashboardUid="abc").text == f"{address}/d/abc"


def test_grafana_api_request_deletes_a_data_source(org: Org, mcp: Session) -> None:
    made = stored_in(org)
    told = mcp.call("grafana_api_request", method="DELETE", endpoint=f"/api/datasources/uid/{made.uid}").json
    assert (told["status"], told["data"]) == (200, {"id": made.id, "message": "Data source deleted"})
    assert org.stored() == []
