"""grafana-backup: saved, lost and restored."""

import json
import subprocess
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from app.identity.identity import system
from app.identity.people_store import Page
from app.identity.roles import Role
from app.registry.datasource import ById, DataSource, NewDataSource
from app.registry.json_data import JsonData
from clients import environments
from clients.conftest import Org, new_org
from installations import Installation, install
from servers.gunicorn import ADMIN_PASSWORD

SECRET = "the secret of the metrics"
DATA_SOURCES = [
    NewDataSource(
        uid="prom",
        name="Metrics / all of them",
        type="prometheus",
        access="proxy",
        url="http://127.0.0.1:9090",
        basic_auth=True,
        basic_auth_user="reader",
        is_default=True,
        json_data=JsonData.of({"timeInterval": "15s", "nested": [{"ratio": 0.5}, None]}),
        secure_json_data={"basicAuthPassword": SECRET},
    ),
    NewDataSource(
        uid="sensors",
        name="Sensoren",
        type="influxdb",
        access="direct",
        url="http://127.0.0.1:8086",
        user="writer",
        database="sensors",
        with_credentials=True,
    ),
    NewDataSource(uid="bare", name="bare", type="a-type-of-our-own", access="proxy"),
]


@dataclass(frozen=True)
class Backup:
    """The program, for one org, in a folder of its own."""

    org: Org
    folder: Path

    def run(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environ = {
            "GRAFANA_URL": self.org.url,
            "GRAFANA_TOKEN": self.org.admin_token,
            "GRAFANA_ADMIN_ACCOUNT": "admin",
            "GRAFANA_ADMIN_PASSWORD": ADMIN_PASSWORD,
            "DEFAULT_USER_PASSWORD": "given-by-the-backup",
            "BACKUP_DIR": "saved",
            "DEBUG": "false",
            **settings,
        }
        return environments.run("grafana-backup", "grafana-backup", *arguments, cwd=self.folder, environ=environ)

    def save(self, component: str, **settings: str) -> dict[str, Any]:
        """What is in the archive: file name to content."""
        done = self.run("save", f"--components={component}", **settings)
        assert done.returncode == 0, done.stdout + done.stderr
        with tarfile.open(self.archive) as archive:
            members = [member for member in archive.getmembers() if member.isfile() and ".txt" not in member.name]
            opened = {Path(member.name).name: archive.extractfile(member) for member in members}
            return {name: json.load(file) for name, file in opened.items() if file is not None}

    def restore(self, component: str) -> str:
        """What the program printed."""
        done = self.run("restore", f"--components={component}", str(self.archive))
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def archive(self) -> Path:
        [archive] = (self.folder / "saved").glob("*.tar.gz")
        return archive


@pytest.fixture(scope="module")
def own_installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Not the shared one: users and orgs are saved and restored all together."""
    made = install(tmp_path_factory.mktemp("for_backup"), "")
    yield made
    made.close()


@pytest.fixture
def backup(own_installation: Installation, tmp_path: Path) -> Backup:
    return Backup(new_org(own_installation), tmp_path)


def fill(org: Org) -> None:
    for new in DATA_SOURCES:
        org.services.registry.create(org.identity, new)


@dataclass(frozen=True)
class Story:
    """Data sources that were saved, then deleted, then restored."""

    before: Sequence[DataSource]
    saved: dict[str, Any]
    backup: Backup


@pytest.fixture(scope="module")
def story(own_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Story:
    backup = Backup(new_org(own_installation), tmp_path_factory.mktemp("story"))
    org = backup.org
    fill(org)
    told = Story(org.stored(), backup.save("datasources"), backup)
    for row in told.before:
        org.services.registry.delete(org.identity, ById(row.id))
    backup.restore("datasources")
    return told


def as_listed(rows: Sequence[DataSource]) -> list[DataSource]:
    """Only what the items of a list show, which is what the program saves; in no org."""
    hidden: dict[str, Any] = {"basic_auth_user": "", "with_credentials": False}
    hidden |= {"ciphertexts": {}, "secure_json_fields": {}}
    return [replace(row, id=0, org_id=0, **hidden) for row in rows]


def test_each_data_source_is_saved_under_its_uid(story: Story) -> None:
    assert set(story.saved) == {"prom.datasource", "sensors.datasource", "bare.datasource"}
    assert story.saved["prom.datasource"]["name"] == "Metrics / all of them"


def test_no_secret_is_saved(story: Story) -> None:
    assert SECRET not in json.dumps(story.saved)


def test_what_was_deleted_is_back_in_everything_that_a_list_shows(story: Story) -> None:
    assert as_listed(story.backup.org.stored()) == as_listed(story.before)


def test_secrets_are_not_back(story: Story) -> None:
    assert story.backup.org.secrets_of("prom") == {}


def test_restoring_over_what_is_there_changes_nothing(story: Story) -> None:
    before = story.backup.org.stored()
    printed = story.backup.restore("datasources")
    assert printed.count("status: 409") == len(DATA_SOURCES)
    assert story.backup.org.stored() == before


def test_data_sources_move_to_another_org(story: Story, own_installation: Installation) -> None:
    target = Backup(new_org(own_installation), story.backup.folder)
    target.restore("datasources")
    assert as_listed(target.org.stored()) == as_listed(story.before)


def test_a_viewer_saves_data_sources(backup: Backup) -> None:
    fill(backup.org)
    saved = backup.save("datasources", GRAFANA_TOKEN=backup.org.viewer_token, API_AUTH_CHECK="false")
    assert len(saved) == len(DATA_SOURCES)


def test_a_wrong_token_saves_nothing(backup: Backup) -> None:
    fill(backup.org)
    done = backup.run("save", "--components=datasources", GRAFANA_TOKEN="glsa_wrong")
    assert done.returncode != 0
    assert not list(backup.folder.glob("saved/*.tar.gz"))


def test_saving_all_components_saves_the_data_sources(backup: Backup) -> None:
    fill(backup.org)
    done = backup.run("save")
    assert done.returncode == 0, done.stdout + done.stderr
    with tarfile.open(backup.archive) as archive:
        names = {Path(name).name for name in archive.getnames()}
    assert {"prom.datasource", "sensors.datasource", "bare.datasource"} <= names


def test_a_deleted_team_is_restored(backup: Backup) -> None:
    teams, caller = backup.org.services.teams, backup.org.identity
    number = teams.create(caller, name="Operators", email="ops@example.org").id
    backup.save("teams")
    teams.delete(caller, number)
    backup.restore("teams")
    _, found = teams.search(caller, name="", page=Page())
    assert [(team.name, team.email) for team in found] == [("Operators", "ops@example.org")]


def test_who_left_a_team_is_restored(backup: Backup) -> None:
    org = backup.org
    teams, user = org.services.teams, org.services.users.by_login(org.identity, org.login).id
    number = teams.create(org.identity, name="Operators", email="").id
    teams.add_member(org.identity, number, user)
    backup.save("team-members")
    teams.remove_member(org.identity, number, user)
    backup.restore("team-members")
    assert [member.login for member in teams.members(org.identity, number)] == [org.login]


def test_a_deleted_user_is_restored_as_a_member_of_their_orgs(backup: Backup, own_installation: Installation) -> None:
    org, second, users = backup.org, new_org(own_installation), backup.org.services.users
    login, email = f"lost-{org.org_id}", f"lost-{org.org_id}@example.org"
    number = users.create(
        org.identity,
        login=login,
        password="a-long-password",
        email=email,
        role=Role.VIEWER,
        is_server_admin=False,
        name="Lost and Found",
    )
    org.services.members.add(second.identity, second.org_id, login=login, role=Role.EDITOR)
    backup.save("users")
    users.delete(org.identity, number)
    backup.restore("users")
    found = users.by_login(org.identity, login)
    assert (found.name, found.email) == ("Lost and Found", email)
    roles = {one.org.id: one.role for one in users.orgs_of(org.identity, found.id)}
    assert roles == {org.org_id: Role.VIEWER, second.org_id: Role.EDITOR}


def test_a_deleted_org_is_restored_by_name(backup: Backup) -> None:
    orgs = backup.org.services.orgs
    lost = orgs.create(system(0, "test"), f"lost by {backup.org.org_id}")
    backup.save("organizations")
    orgs.delete(backup.org.identity, lost.id)
    backup.restore("organizations")
    assert orgs.by_name(backup.org.identity, lost.name).id > lost.id
