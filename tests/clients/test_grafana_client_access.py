"""grafana-client: who may do what, and how a refusal looks."""

from pathlib import Path
from typing import Any

import pytest

from app.identity.identity import system
from app.identity.roles import Role
from app.registry.datasource import NewDataSource
from clients.conftest import Org
from clients.environments import Script, running_script
from clients.library import Library, call
from servers.gunicorn import ADMIN_PASSWORD

LOKI: dict[str, Any] = {
    "name": "Loki",
    "uid": "logs",
    "type": "loki",
    "access": "proxy",
    "url": "http://127.0.0.1:3100",
}
CREATE = call("datasource.create_datasource", LOKI)
LIST = call("datasource.list_datasources")
BY_UID = call("datasource.get_datasource_by_uid", "logs")


@pytest.fixture
def admin(org: Org, grafana_client: Script) -> Library:
    return Library(grafana_client, org.url, org.admin_token)


@pytest.fixture
def viewer(org: Org, grafana_client: Script) -> Library:
    return Library(grafana_client, org.url, org.viewer_token)


@pytest.fixture
def editor(org: Org, grafana_client: Script) -> Library:
    return Library(grafana_client, org.url, org.editor_token)


@pytest.fixture
def user(org: Org, grafana_client: Script) -> Library:
    return Library(grafana_client, org.url, (org.login, org.password))


def test_connect_without_credentials_tells_the_version(org: Org, grafana_client: Script) -> None:
    nobody = Library(grafana_client, org.url, None)
    assert nobody.gives(call("connect"))["version"] == org.services.settings.grafana_version


def test_the_version_can_be_compared(admin: Library, org: Org) -> None:
    assert admin.gives(call("version")) == org.services.settings.grafana_version


def test_an_unknown_token_is_unauthorized(org: Org, grafana_client: Script) -> None:
    stranger = Library(grafana_client, org.url, org.admin_token[:-8] + "00000000")
    assert (stranger.refused(LIST).raised, stranger.refused(LIST).status) == ("GrafanaUnauthorizedError", 401)


def test_basic_auth_of_a_user_works(user: Library, org: Org) -> None:
    user.gives(CREATE)
    assert [row.uid for row in org.stored()] == ["logs"]


def test_a_wrong_password_is_unauthorized(org: Org, grafana_client: Script) -> None:
    stranger = Library(grafana_client, org.url, (org.login, "a-wrong-password"))
    assert stranger.refused(LIST).raised == "GrafanaUnauthorizedError"


def test_a_viewer_reads_data_sources(admin: Library, viewer: Library) -> None:
    admin.gives(CREATE)
    assert [item["uid"] for item in viewer.gives(LIST)] == ["logs"]


def test_a_viewers_403_names_the_permission(viewer: Library, org: Org) -> None:
    refused = viewer.refused(CREATE)
    assert refused.status == 403
    assert refused.said["message"].endswith("Permissions needed: datasources:create")
    assert list(org.stored()) == []


@pytest.mark.parametrize(
    ("method", "arguments", "permission"),
    [
        ("datasource.update_datasource_by_uid", ["logs", LOKI], "datasources:write"),
        ("datasource.delete_datasource_by_uid", ["logs"], "datasources:delete"),
    ],
    ids=["update", "delete"],
)
def test_an_editor_neither_updates_nor_deletes(
    admin: Library, editor: Library, org: Org, method: str, arguments: list[Any], permission: str
) -> None:
    admin.gives(CREATE)
    refused = editor.refused(call(method, *arguments))
    assert refused.status == 403
    assert permission in refused.said["message"]
    assert org.stored_one("logs").version == 1


def test_a_token_for_another_org_is_an_org_mismatch(admin: Library, other_org: Org) -> None:
    refused = admin.refused(LIST, organization_id=other_org.org_id)
    assert (refused.raised, refused.said["messageId"]) == (
        "GrafanaUnauthorizedError",
        "api-key.organization-mismatch",
    )


def test_a_user_of_two_orgs_chooses_by_header(admin: Library, user: Library, org: Org, other_org: Org) -> None:
    org.services.members.add(system(other_org.org_id, "test"), other_org.org_id, login=org.login, role=Role.ADMIN)
    user.gives(CREATE, organization_id=other_org.org_id)
    assert ([row.uid for row in org.stored()], [row.uid for row in other_org.stored()]) == ([], ["logs"])


def test_a_data_source_of_another_org_is_not_found(
    admin: Library, org: Org, other_org: Org, grafana_client: Script
) -> None:
    admin.gives(CREATE)
    stranger = Library(grafana_client, other_org.url, other_org.admin_token)
    number = org.stored_one("logs").id
    outcomes = stranger.outcomes(
        BY_UID,
        call("datasource.get_datasource_by_id", number),
        call("datasource.get_datasource_by_name", "Loki"),
        call("datasource.delete_datasource_by_id", number),
    )
    assert [outcome.status for outcome in outcomes] == [404] * 4
    assert [row.uid for row in org.stored()] == ["logs"]


def test_an_unknown_uid_is_404_with_a_message(admin: Library) -> None:
    refused = admin.refused(BY_UID)
    assert (refused.raised, refused.status) == ("GrafanaClientError", 404)
    assert refused.said["message"] == "Data source not found"


def test_a_taken_name_is_409(admin: Library) -> None:
    admin.gives(CREATE)
    refused = admin.refused(call("datasource.create_datasource", {**LOKI, "uid": "other"}))
    assert (refused.status, refused.said["message"]) == (409, "data source with the same name already exists")


def test_a_taken_uid_is_409(admin: Library) -> None:
    admin.gives(CREATE)
    refused = admin.refused(call("datasource.create_datasource", {**LOKI, "name": "Other"}))
    assert (refused.status, refused.said["message"]) == (409, "data source with the same uid already exists")


@pytest.mark.parametrize("body", [[], [LOKI]], ids=["empty", "of objects"])
def test_a_JSON_array_where_an_object_belongs_is_400(admin: Library, org: Org, body: list[Any]) -> None:
    refused = admin.refused(call("datasource.create_datasource", body))
    assert (refused.raised, refused.status) == ("GrafanaBadInputError", 400)
    assert list(org.stored()) == []


def test_a_provisioned_data_source_is_neither_changed_nor_deleted(admin: Library, org: Org) -> None:
    provisioned = NewDataSource(uid="logs", name="Loki", type="loki", access="proxy", url=LOKI["url"], read_only=True)
    org.services.registry.create(org.identity, provisioned)
    outcomes = admin.outcomes(
        call("datasource.update_datasource_by_uid", "logs", {**LOKI, "url": "http://127.0.0.1:1"}),
        call("datasource.delete_datasource_by_uid", "logs"),
    )
    assert [outcome.status for outcome in outcomes] == [403, 403]
    assert org.stored_one("logs").url == LOKI["url"]


def test_forty_creates_at_once_all_arrive(org: Org, tmp_path: Path) -> None:
    names = [f"loki-{number}" for number in range(40)]
    creates = [call("datasource.create_datasource", {**LOKI, "name": name, "uid": name}) for name in names]
    with running_script("grafana-client", "calls_async.py", tmp_path) as script:
        made = Library(script, org.url, org.admin_token).give(*creates, together=True)
    assert [one["name"] for one in made] == names
    assert sorted(row.uid for row in org.stored()) == sorted(names)


def test_creates_of_one_name_at_once_make_one(org: Org, tmp_path: Path) -> None:
    creates = [call("datasource.create_datasource", {**LOKI, "uid": f"loki-{number}"}) for number in range(10)]
    with running_script("grafana-client", "calls_async.py", tmp_path) as script:
        outcomes = Library(script, org.url, org.admin_token).outcomes(*creates, together=True)
    assert sorted(outcome.status for outcome in outcomes) == [0, *[409] * 9]
    assert len(org.stored()) == 1


def test_a_service_account_is_user_0_with_a_uid(viewer: Library, org: Org) -> None:
    me = viewer.gives(call("user.get_actual_user"))
    assert (me["id"], me["orgId"], me["isGrafanaAdmin"]) == (0, org.org_id, False)
    assert me["uid"].startswith("service-account:")


def test_a_user_sees_their_own_account(user: Library, org: Org) -> None:
    me = user.gives(call("user.get_actual_user"))
    assert (me["login"], me["orgId"], me["isGrafanaAdmin"]) == (org.login, org.org_id, False)
    assert me["id"] > 0


def test_the_server_admin_is_told_so(org: Org, grafana_client: Script) -> None:
    admin = Library(grafana_client, org.url, ("admin", ADMIN_PASSWORD))
    assert admin.gives(call("user.get_actual_user"))["isGrafanaAdmin"] is True
