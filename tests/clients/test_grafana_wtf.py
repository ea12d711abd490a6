"""grafana-wtf: what it finds out about data sources, each command run as a process."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.identity.people_store import Page
from app.registry.catalog import BACKEND_TYPES
from app.registry.datasource import NewDataSource
from app.registry.json_data import JsonData
from clients import environments
from clients.conftest import Org
from servers.gunicorn import ADMIN_PASSWORD


@dataclass(frozen=True)
class Commands:
    """The program with one token, or with a login and password in the address."""

    url: str
    folder: Path
    token: str = ""

    def prints(self, *arguments: str) -> Any:
        """What the program printed as JSON."""
        status, printed, log = self.run(*arguments)
        assert status == 0, log
        return json.loads(printed)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit status, what was printed, and what was logged."""
        environ = {"GRAFANA_URL": self.url, "GRAFANA_TOKEN": self.token}
        options = ("--format=json", "--cache-ttl=0")
        done = environments.run("grafana-wtf", "grafana-wtf", *options, *arguments, cwd=self.folder, environ=environ)
        return done.returncode, done.stdout, done.stderr


@pytest.fixture
def viewer(org: Org, tmp_path: Path) -> Commands:
    """The org has two data sources."""
    for name, json_data in (("Prometheus", {"httpMethod": "POST"}), ("Loki", {"derivedFields": [{"name": "trace"}]})):
        new = NewDataSource(
            uid=f"{name}-uid",
            name=name,
            type=name.lower(),
            access="proxy",
            url=f"http://{name.lower()}.example.org",
            json_data=JsonData.of(json_data),
            secure_json_data={"basicAuthPassword": "a secret that nobody finds"},
        )
        org.services.registry.create(org.identity, new)
    return Commands(org.url, tmp_path, org.viewer_token)


@pytest.fixture
def server_admin(viewer: Commands, org: Org) -> Commands:
    """By basic auth, which is in the server admin's own org."""
    return Commands(org.url.replace("://", f"://admin:{ADMIN_PASSWORD}@"), viewer.folder)


def found(printed: dict[str, Any]) -> list[str]:
    return [item["Name"] for item in printed["datasources"]]


def test_all_data_sources_are_explored_as_unused(viewer: Commands) -> None:
    explored = viewer.prints("explore", "datasources")
    assert explored["used"] == []
    assert [item["datasource"]["name"] for item in explored["unused"]] == ["Loki", "Prometheus"]


def test_explored_data_sources_have_uid_type_and_url(viewer: Commands) -> None:
    explored = viewer.prints("explore", "datasources")["unused"][0]["datasource"]
    assert (explored["uid"], explored["type"], explored["url"]) == ("Loki-uid", "loki", "http://loki.example.org")


@pytest.mark.parametrize(
    ("expression", "names"),
    [("prometheus.example.org", ["Prometheus"]), ("derivedFields", []), ("trace", ["Loki"]), ("proxy", None)],
    ids=["a URL", "a key", "a value of jsonData", "what all have"],
)
def test_data_sources_are_found_by_their_values(viewer: Commands, expression: str, names: list[str] | None) -> None:
    assert found(viewer.prints("find", expression)) == (["Loki", "Prometheus"] if names is None else names)


def test_a_secret_is_not_found(viewer: Commands) -> None:
    assert found(viewer.prints("find", "a secret that nobody finds")) == []


def test_there_are_no_dashboards_to_explore(viewer: Commands) -> None:
    assert viewer.prints("explore", "dashboards") == []


def test_the_types_of_data_sources_are_listed_as_plugins(viewer: Commands) -> None:
    listed = viewer.prints("plugins", "list")
    assert {row.id for row in BACKEND_TYPES} <= {item["id"] for item in listed}


def test_plugins_have_a_status(viewer: Commands) -> None:
    status = {item["id"]: item for item in viewer.prints("plugins", "status")}
    assert (status["loki"]["name"], status["loki"]["type"], status["loki"]["enabled"]) == ("Loki", "datasource", True)


def test_info_tells_the_version(viewer: Commands, org: Org) -> None:
    assert viewer.prints("info")["grafana"]["version"] == org.services.settings.grafana_version


def test_info_counts_what_there_is(server_admin: Commands, org: Org) -> None:
    summary = server_admin.prints("info")["summary"]
    orgs = org.services.orgs.all(org.identity, name="", page=Page())
    counted = {name: summary[name] for name in ("datasources", "organizations", "teams", "dashboards")}
    assert counted == {"datasources": 0, "organizations": len(orgs), "teams": 0, "dashboards": 0}


def test_a_wrong_token_ends_the_program(viewer: Commands) -> None:
    status, printed, _ = Commands(viewer.url, viewer.folder, "glsa_wrong").run("explore", "datasources")
    assert status != 0
    assert printed == ""
