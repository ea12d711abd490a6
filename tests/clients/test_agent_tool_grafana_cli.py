"""agent-tool-grafana-cli: discovery, diagnosis and queries through the proxy, each command run as a process."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.registry.datasource import NewDataSource
from clients import environments
from clients.conftest import Org
from servers.ports import LOOPBACK, free_port
from servers.upstream import Upstream, recording_upstream

CLIENT = "agent-tool-grafana-cli"
IS_JSON = [("Content-Type", "application/json")]
# The program's own exit statuses.
REFUSED, NOT_FOUND, CONFLICT, INVALID, UNREACHABLE, ORG_MISMATCH = 4, 5, 6, 7, 8, 9


@dataclass(frozen=True)
class Commands:
    """The program with one token."""

    org: Org
    token: str
    folder: Path

    def run(self, *arguments: str, **settings: str) -> tuple[int, Any]:
        """Exit status, and what was printed: the error when it is not 0."""
        environ = {
            "GRAFANA_URL": self.org.url,
            "GRAFANA_TOKEN": self.token,
            # A keyring of whoever runs the tests must not be asked.
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            **settings,
        }
        done = environments.run(CLIENT, "grafana-cli", *arguments, cwd=self.folder, environ=environ)
        if done.returncode:
            return done.returncode, json.loads(done.stderr)
        return 0, json.loads(done.stdout)

    def prints(self, *arguments: str, **settings: str) -> Any:
        status, printed = self.run(*arguments, **settings)
        assert status == 0, printed
        return printed


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with recording_upstream() as running:
        yield running


@pytest.fixture
def admin(org: Org, tmp_path: Path) -> Commands:
    return Commands(org, org.admin_token, tmp_path)


@pytest.fixture
def viewer(org: Org, tmp_path: Path) -> Commands:
    return Commands(org, org.viewer_token, tmp_path)


def register(org: Org, kind: str, address: str = "127.0.0.1:9", **more: Any) -> None:
    new = NewDataSource(
        uid=f"{kind}-uid", name=f"My {kind}", type=kind, access="proxy", url=f"http://{address}", **more
    )
    org.services.registry.create(org.identity, new)


def test_data_sources_are_listed_by_what_they_can_do(viewer: Commands, org: Org) -> None:
    for kind in ("loki", "prometheus", "mysql"):
        register(org, kind)
    listed = {row["uid"]: row for row in viewer.prints("datasource", "list")}
    assert {uid: (row["logs"], row["metrics"]) for uid, row in listed.items()} == {
        "loki-uid": ("supported", None),
        "prometheus-uid": (None, "supported"),
        "mysql-uid": (None, None),
    }


@pytest.mark.parametrize("reference", ["loki-uid", "My loki"], ids=["uid", "name with a space"])
def test_a_data_source_is_found_by_uid_and_by_name(viewer: Commands, org: Org, reference: str) -> None:
    register(org, "loki", secure_json_data={"httpHeaderValue1": "tenant"})
    found = viewer.prints("datasource", "get", reference)
    assert (found["uid"], found["secureFieldsSet"]) == ("loki-uid", ["httpHeaderValue1"])


def test_an_unknown_data_source_is_not_found(viewer: Commands) -> None:
    status, _ = viewer.run("datasource", "get", "nothing")
    assert status == NOT_FOUND


def test_a_403_names_the_permission(viewer: Commands, org: Org) -> None:
    body = {"name": "Loki", "type": "loki", "access": "proxy", "url": "http://127.0.0.1:3100"}
    status, printed = viewer.run("raw", "post", "datasources", "--data", json.dumps(body))
    assert (status, printed["error"]) == (REFUSED, "your token lacks the datasources:create permission.")
    assert list(org.stored()) == []


def test_a_token_of_another_org_is_told_apart_from_a_bad_one(viewer: Commands, other_org: Org) -> None:
    mismatch, printed = viewer.run("datasource", "list", GRAFANA_ORG_ID=str(other_org.org_id))
    refused, _ = viewer.run("datasource", "list", GRAFANA_TOKEN="glsa_wrong")
    assert (mismatch, refused) == (ORG_MISMATCH, REFUSED)
    assert printed["detail"]["messageId"] == "api-key.organization-mismatch"


def test_the_check_of_the_org_reports_a_mismatch(viewer: Commands, org: Org, other_org: Org) -> None:
    right = viewer.prints("org", "check", GRAFANA_ORG_ID=str(org.org_id))
    wrong = viewer.prints("org", "check", GRAFANA_ORG_ID=str(other_org.org_id))
    assert (right["ok"], right["actualOrgId"], wrong["ok"]) == (True, org.org_id, False)


def test_login_finds_the_org_of_the_token(viewer: Commands, org: Org) -> None:
    login = ["auth", "login", "--url", org.url, "--token", org.viewer_token]
    printed = viewer.prints(*login, GRAFANA_TOKEN="", GRAFANA_URL="")
    assert (printed["status"], printed["orgId"]) == ("logged in", org.org_id)
    assert printed["orgName"] == org.services.orgs.get(org.identity, org.org_id).name
    assert viewer.prints("datasource", "list", GRAFANA_TOKEN="", GRAFANA_URL="") == []


def test_the_identity_of_a_service_account_is_its_uid(viewer: Commands) -> None:
    identity = viewer.prints("auth", "status")["identity"]
    assert identity["uid"].startswith("service-account:")
    assert identity["login"].startswith("sa-")


def test_the_list_of_orgs_does_without_the_rights_of_a_server_admin(viewer: Commands) -> None:
    assert "allOrgs" not in viewer.prints("org", "list")


def test_health_and_version_need_no_valid_token(org: Org, tmp_path: Path) -> None:
    nobody = Commands(org, "glsa_wrong", tmp_path)
    health, version = nobody.prints("server", "health"), nobody.prints("server", "version")
    assert (health["database"], version["version"]) == ("ok", org.services.settings.grafana_version)


def test_the_doctor_finds_nothing_wrong(viewer: Commands, org: Org) -> None:
    report = viewer.prints("server", "doctor", GRAFANA_ORG_ID=str(org.org_id))
    assert {check["check"]: check["ok"] for check in report["checks"]} == dict.fromkeys(
        ["reachable", "token", "org", "permissions", "datasources"], True
    )


def test_the_doctor_reads_what_the_token_may_do(viewer: Commands) -> None:
    checks = {check["check"]: check for check in viewer.prints("server", "doctor")["checks"]}
    assert checks["permissions"]["capabilities"]["listDatasources"] is True


def test_the_doctor_tells_an_unreachable_data_source_from_a_reachable_one(
    viewer: Commands, org: Org, upstream: Upstream
) -> None:
    register(org, "prometheus", upstream.address)
    register(org, "loki", f"{LOOPBACK}:{free_port()}")
    upstream.answer(200, IS_JSON, b'{"status":"success","data":{"resultType":"vector","result":[]}}')
    checks = {check["check"]: check for check in viewer.prints("server", "doctor")["checks"]}
    rows = {row["uid"]: row["reachable"] for row in checks["datasources"]["datasources"]}
    assert rows == {"prometheus-uid": True, "loki-uid": False}


def test_labels_of_logs_are_discovered_through_the_proxy(viewer: Commands, org: Org, upstream: Upstream) -> None:
    secret = {"httpHeaderValue1": "tenant-7"}
    register(org, "loki", upstream.address, secure_json_data=secret)
    upstream.answer(200, IS_JSON, b'{"status":"success","data":["app"]}')
    upstream.answer(200, IS_JSON, b'{"status":"success","data":["api","worker"]}')
    [source] = viewer.prints("logs", "sources")["datasources"]
    assert (source["reachable"], source["labelCount"]) == (True, 1)
    paths = [received.target.partition("?")[0] for received in upstream.requests]
    assert paths == ["/loki/api/v1/labels", "/loki/api/v1/label/app/values"]


def test_a_metrics_query_goes_through_the_proxy(viewer: Commands, org: Org, upstream: Upstream) -> None:
    register(org, "prometheus", upstream.address)
    sample = {"metric": {"job": "node"}, "value": [1700000000, "1"]}
    vector = {"status": "success", "data": {"resultType": "vector", "result": [sample]}}
    upstream.answer(200, IS_JSON, json.dumps(vector).encode())
    printed = viewer.prints("metrics", "query", "--query", 'up{job="node"}')
    assert (printed["resultType"], printed["count"]) == ("vector", 1)
    assert upstream.last.target.startswith("/api/v1/query?query=up%7Bjob%3D%22node%22%7D&time=")


def test_an_unreachable_upstream_is_told_apart_from_an_unreachable_server(viewer: Commands, org: Org) -> None:
    register(org, "prometheus", f"{LOOPBACK}:{free_port()}")
    status, printed = viewer.run("metrics", "query", "--query", "up")
    assert (status, printed["detail"]["status"]) == (UNREACHABLE, 502)


def test_a_raw_create_and_delete_change_the_registry(admin: Commands, org: Org) -> None:
    body = {"name": "Loki", "uid": "logs", "type": "loki", "access": "proxy", "url": "http://127.0.0.1:3100"}
    made = admin.prints("raw", "post", "/api/datasources", "--data", json.dumps(body))
    uids = [row.uid for row in org.stored()]
    deleted = admin.prints("raw", "delete", "/api/datasources/uid/logs")
    assert (made["message"], deleted["message"]) == ("Datasource added", "Data source deleted")
    assert (uids, list(org.stored())) == (["logs"], [])


def test_unknown_query_parameters_are_ignored(viewer: Commands, org: Org) -> None:
    register(org, "loki")
    [item] = viewer.prints("raw", "get", "datasources", "--param", "noSuchThing=1")
    assert item["uid"] == "loki-uid"


def test_a_JSON_array_where_an_object_belongs_is_an_invalid_request(admin: Commands) -> None:
    status, printed = admin.run("raw", "post", "datasources", "--data", "[1]")
    assert (status, printed["error"]) == (INVALID, "bad request data")


def test_a_taken_name_is_a_conflict(admin: Commands, org: Org) -> None:
    register(org, "loki")
    body = {"name": "My loki", "type": "loki", "access": "proxy", "url": "http://127.0.0.1:3100"}
    status, _ = admin.run("raw", "post", "datasources", "--data", json.dumps(body))
    assert status == CONFLICT
