"""community.grafana's modules for orgs, users and members, and data sources with such a user's password."""

import secrets

import pytest

from app.identity.identity import Identity, system
from app.identity.people_store import Page
from app.identity.roles import Role
from app.registry.datasource import ByName
from app.services import Services
from clients.conftest import Org, new_org
from clients.playbook import Outcome, assert_unchanged, changed, play
from installations import Installation
from servers.gunicorn import ADMIN_PASSWORD

UPSTREAM = "http://127.0.0.1:9"
OPERATOR = system(0, "test")
Outcomes = dict[str, Outcome]


@pytest.fixture(scope="module")
def services(shared_installation: Installation) -> Services:
    return shared_installation.services


@pytest.fixture(scope="module")
def foreign_org(shared_installation: Installation) -> Org:
    return new_org(shared_installation)


@pytest.fixture(scope="module")
def tag() -> str:
    return secrets.token_hex(6)


@pytest.fixture(scope="module")
def outcomes(tag: str, foreign_org: Org, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    variables = {
        "url": foreign_org.url,
        "server_login": "admin",
        "server_password": ADMIN_PASSWORD,
        "foreign_org_id": foreign_org.org_id,
        "tag": tag,
        "upstream": UPSTREAM,
    }
    return play("people", variables, tmp_path_factory.mktemp("ansible"))


@pytest.fixture(scope="module")
def in_one(outcomes: Outcomes, services: Services, tag: str) -> Identity:
    return system(services.orgs.by_name(OPERATOR, f"one-{tag}").id, "test")


@pytest.fixture(scope="module")
def in_two(outcomes: Outcomes, services: Services, tag: str) -> Identity:
    return system(services.orgs.by_name(OPERATOR, f"two-{tag}").id, "test")


def roles_in(services: Services, caller: Identity) -> dict[str, Role]:
    return {member.user.login: member.role for member in services.members.all(caller, caller.org_id)}


def test_the_org_module_creates_an_org(outcomes: Outcomes, in_one: Identity, tag: str) -> None:
    org = changed(outcomes["create an org"])["org"]
    assert (org["id"], org["name"]) == (in_one.org_id, f"one-{tag}")


def test_rerunning_the_org_module_reports_no_change(outcomes: Outcomes) -> None:
    assert_unchanged(outcomes["rerun the org"])


def test_the_org_module_deletes_an_org(outcomes: Outcomes, services: Services, tag: str) -> None:
    assert not outcomes["create an org that is deleted"].failed
    assert changed(outcomes["delete the org"])["msg"] == "Organization deleted"
    assert services.orgs.all(OPERATOR, name=f"Three {tag}", page=Page()) == []


def test_deleting_the_org_again_reports_no_change(outcomes: Outcomes) -> None:
    assert_unchanged(outcomes["delete the org again"])


def test_the_user_module_creates_a_user(outcomes: Outcomes, services: Services, tag: str) -> None:
    user = changed(outcomes["create a user"])["user"]
    assert (user["name"], user["email"]) == ("A Person", f"person-{tag}@example.org")
    assert user["id"] == services.users.by_login(OPERATOR, f"person-{tag}").id


def test_rerunning_the_user_module_reports_no_change(outcomes: Outcomes) -> None:
    assert_unchanged(outcomes["rerun the user"])


def test_the_user_module_renames_a_user(outcomes: Outcomes, services: Services, tag: str) -> None:
    assert changed(outcomes["rename the user"])["user"]["name"] == "Another Name"
    assert services.users.by_login(OPERATOR, f"person-{tag}").name == "Another Name"


def test_the_user_module_makes_a_user_a_server_admin(outcomes: Outcomes, services: Services, tag: str) -> None:
    assert changed(outcomes["make the user a server admin"])["user"]["isGrafanaAdmin"] is True
    assert services.users.by_login(OPERATOR, f"boss-{tag}").is_server_admin


def test_the_user_module_deletes_a_user(outcomes: Outcomes, services: Services, in_one: Identity, tag: str) -> None:
    assert not outcomes["create a user that is deleted"].failed
    assert changed(outcomes["delete the user"])["message"] == "User deleted"
    assert f"gone-{tag}" not in roles_in(services, in_one)


def test_deleting_the_user_again_reports_no_change(outcomes: Outcomes) -> None:
    assert_unchanged(outcomes["delete the user again"])


def test_the_member_module_adds_a_user_to_an_org(outcomes: Outcomes, tag: str) -> None:
    user = changed(outcomes["add the user to the org"])["user"]
    assert (user["login"], user["role"]) == (f"person-{tag}", "Viewer")


def test_rerunning_the_member_module_reports_no_change(outcomes: Outcomes) -> None:
    assert_unchanged(outcomes["rerun the member"])


def test_the_member_module_changes_a_role(outcomes: Outcomes, services: Services, in_one: Identity, tag: str) -> None:
    assert changed(outcomes["give the member another role"])["user"]["role"] == "Admin"
    assert roles_in(services, in_one)[f"person-{tag}"] is Role.ADMIN


def test_the_member_module_adds_a_user_by_e_mail(
    outcomes: Outcomes, services: Services, in_two: Identity, tag: str
) -> None:
    assert changed(outcomes["add the user to another org by e-mail"])["user"]["login"] == f"person-{tag}"
    assert roles_in(services, in_two)[f"person-{tag}"] is Role.EDITOR


def test_the_member_module_removes_a_member(outcomes: Outcomes, services: Services, in_one: Identity, tag: str) -> None:
    assert not outcomes["add who leaves"].failed
    changed(outcomes["remove the member"])
    assert f"boss-{tag}" not in roles_in(services, in_one)


def test_removing_the_member_again_reports_no_change(outcomes: Outcomes) -> None:
    assert_unchanged(outcomes["remove the member again"])


def test_the_module_makes_a_data_source_in_the_org_that_it_names(
    outcomes: Outcomes, services: Services, in_one: Identity
) -> None:
    made = changed(outcomes["create a data source with the password"])["datasource"]
    assert (made["orgId"], made["name"]) == (in_one.org_id, "a / b")
    assert services.registry.get(in_one, ByName("a / b")).url == UPSTREAM


def test_rerunning_the_module_with_a_password_reports_no_change(outcomes: Outcomes) -> None:
    assert_unchanged(outcomes["rerun the data source with the password"])


def test_the_module_has_in_each_org_the_users_role_there(
    outcomes: Outcomes, services: Services, in_two: Identity
) -> None:
    assert outcomes["create a data source as an editor of the other org"].said["msg"] == "Permission Denied"
    assert services.registry.all(in_two) == []


def test_the_module_is_unauthorized_in_an_org_that_its_user_is_not_in(outcomes: Outcomes, foreign_org: Org) -> None:
    told = outcomes["create a data source in a foreign org"].said["msg"]
    assert told.startswith("Unauthorized to perform action 'POST'")
    assert told.endswith(f"/api/user/using/{foreign_org.org_id}'")
    assert foreign_org.stored() == []
