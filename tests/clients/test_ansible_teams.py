"""community.grafana.grafana_team, with a token and with a server admin's password."""

import secrets

import pytest

from app.identity.people_store import Page
from app.identity.roles import Role
from clients.conftest import Org, new_org
from clients.playbook import Outcome, assert_unchanged, changed, play
from installations import Installation

Outcomes = dict[str, Outcome]


@pytest.fixture(scope="module")
def played_org(shared_installation: Installation) -> Org:
    return new_org(shared_installation)


@pytest.fixture(scope="module")
def users(played_org: Org) -> list[str]:
    """The e-mails of a server admin and of another user, both of the org; a login is what stands before the @."""
    made = [(f"leader-{secrets.token_hex(6)}", True), (f"member-{secrets.token_hex(6)}", False)]
    for login, is_server_admin in made:
        played_org.services.users.create(
            played_org.identity,
            login=login,
            password=played_org.password,
            email=f"{login}@example.org",
            role=Role.ADMIN,
            is_server_admin=is_server_admin,
        )
    return [f"{login}@example.org" for login, _ in made]


@pytest.fixture(scope="module")
def outcomes(played_org: Org, users: list[str], tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    variables = {
        "url": played_org.url,
        "org_id": played_org.org_id,
        "token": played_org.admin_token,
        "login": users[0].partition("@")[0],
        "password": played_org.password,
        "email": users[0],
        "other_email": users[1],
    }
    return play("teams", variables, tmp_path_factory.mktemp("ansible"))


@pytest.fixture(scope="module")
def stored(outcomes: Outcomes, played_org: Org) -> dict[str, int]:
    _, teams = played_org.services.teams.search(played_org.identity, name="", page=Page())
    return {team.name: team.id for team in teams}


def test_the_team_module_creates_a_team(outcomes: Outcomes, stored: dict[str, int]) -> None:
    team = changed(outcomes["create"])["team"]
    assert (team["id"], team["name"], team["email"]) == (stored["On Call"], "On Call", "on-call@example.org")


def test_the_team_module_finds_a_team_beside_one_with_a_longer_name(outcomes: Outcomes) -> None:
    assert not outcomes["create one with a longer name"].failed
    assert outcomes["rerun"].said["team"]["name"] == "On Call"


def test_rerunning_the_team_module_reports_no_change(outcomes: Outcomes) -> None:
    assert_unchanged(outcomes["rerun"])


def test_the_team_module_deletes_a_team(outcomes: Outcomes, stored: dict[str, int]) -> None:
    assert not outcomes["create what is deleted"].failed
    assert changed(outcomes["delete"])["message"] == "Team deleted"
    assert "Dissolved" not in stored


def test_deleting_the_team_again_reports_no_change(outcomes: Outcomes) -> None:
    assert_unchanged(outcomes["delete again"])


def test_the_team_module_adds_members_by_e_mail(outcomes: Outcomes, users: list[str]) -> None:
    assert sorted(changed(outcomes["add members with the password"])["team"]["members"]) == sorted(users)


def test_rerunning_the_team_module_with_members_reports_no_change(outcomes: Outcomes) -> None:
    assert_unchanged(outcomes["rerun the members"])


def test_the_team_module_removes_who_is_not_named(
    outcomes: Outcomes, stored: dict[str, int], users: list[str], played_org: Org
) -> None:
    assert changed(outcomes["enforce the members"])["team"]["members"] == users[:1]
    members = played_org.services.teams.members(played_org.identity, stored["On Call"])
    assert [member.email for member in members] == users[:1]
