"""Teams and who is in them, over a real database."""

from collections.abc import Callable

import pytest

from app.identity.authentication import BearerToken
from app.identity.errors import (
    AlreadyTeamMember,
    InvalidAccount,
    PermissionDenied,
    TeamMemberNotFound,
    TeamNameTaken,
    TeamNotFound,
    UserNotFound,
)
from app.identity.identity import Identity, system
from app.identity.people_store import Page, Team
from app.identity.roles import Role
from app.identity.teams import Teams
from app.registry.access import ForTeam, Level
from app.registry.datasource import ByUid, NewDataSource
from app.services import Services
from identity.callers import admin, caller
from identity.people import add_user, join, new_login, person, signed_in

Act = Callable[[Teams, Identity, Team, int], object]

# With a team and a user of the org who is not in it.
ON_A_TEAM: dict[str, Act] = {
    "get": lambda teams, who, team, _: teams.get(who, team.id),
    "find by uid": lambda teams, who, team, _: teams.id_of(who, team.uid),
    "change": lambda teams, who, team, _: teams.change(who, team.id, name="renamed", email=""),
    "delete": lambda teams, who, team, _: teams.delete(who, team.id),
    "list members": lambda teams, who, team, _: teams.members(who, team.id),
    "add a member": lambda teams, who, team, user_id: teams.add_member(who, team.id, user_id),
    "remove a member": lambda teams, who, team, user_id: teams.remove_member(who, team.id, user_id),
}
OF_THE_ORG: dict[str, Act] = {
    "search": lambda teams, who, team, _: teams.search(who, name="", page=Page()),
    "create": lambda teams, who, team, _: teams.create(who, name="more", email=""),
    "teams of a user": lambda teams, who, team, user_id: teams.of_user(who, user_id),
}


@pytest.fixture
def teams(services: Services) -> Teams:
    return services.teams


def create(teams: Teams, org: int, name: str = "crew", email: str = "crew@example.org") -> Team:
    return teams.create(admin(org), name=name, email=email)


def names(teams: Teams, org: int, *, name: str = "", page: Page | None = None) -> tuple[int, list[str]]:
    total, found = teams.search(admin(org), name=name, page=page or Page())
    return total, [team.name for team in found]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, None], ids=str)
@pytest.mark.parametrize("act", (ON_A_TEAM | OF_THE_ORG).values(), ids=(ON_A_TEAM | OF_THE_ORG).keys())
def test_only_admins_have_to_do_with_teams(
    services: Services, teams: Teams, org: int, role: Role | None, act: Act
) -> None:
    team, user_id = create(teams, org), add_user(services, org)
    with pytest.raises(PermissionDenied):
        act(teams, caller(org, role), team, user_id)
    assert (names(teams, org), teams.members(admin(org), team.id)) == ((1, ["crew"]), [])


def test_a_server_admin_has_nothing_to_do_with_the_teams_of_others(teams: Teams, org: int) -> None:
    team = create(teams, org)
    with pytest.raises(PermissionDenied):
        teams.get(caller(org, None, server_admin=True), team.id)


@pytest.mark.parametrize("act", ON_A_TEAM.values(), ids=ON_A_TEAM.keys())
def test_a_team_of_another_org_does_not_exist(
    services: Services, teams: Teams, org: int, other_org: int, act: Act
) -> None:
    team, user_id = create(teams, org), add_user(services, other_org)
    with pytest.raises(TeamNotFound):
        act(teams, admin(other_org), team, user_id)
    assert teams.get(admin(org), team.id) == team
    assert names(teams, other_org) == (0, [])


@pytest.mark.parametrize("number", [10**6, 0, -1, 2**63 - 1])
def test_a_number_that_no_team_has_is_not_found(teams: Teams, org: int, number: int) -> None:
    create(teams, org)
    with pytest.raises(TeamNotFound):
        teams.get(admin(org), number)


@pytest.mark.parametrize("uid", ["", "nothing", "%", "a\0b"], ids=["empty", "unknown", "pattern", "NUL"])
def test_a_uid_that_no_team_has_is_not_found(teams: Teams, org: int, uid: str) -> None:
    create(teams, org)
    with pytest.raises(TeamNotFound):
        teams.id_of(admin(org), uid)


def test_a_new_team_is_found_by_number_and_uid_and_is_empty(teams: Teams, org: int) -> None:
    team = create(teams, org, "crew", "crew@example.org")
    assert (team.org_id, team.name, team.email, team.members) == (org, "crew", "crew@example.org", 0)
    assert teams.get(admin(org), team.id) == team
    assert teams.id_of(admin(org), team.uid) == team.id


def test_a_team_name_is_given_once_in_an_org(teams: Teams, org: int, other_org: int) -> None:
    create(teams, org, "crew")
    create(teams, other_org, "crew")
    night = create(teams, org, "night")
    with pytest.raises(TeamNameTaken):
        create(teams, org, "crew")
    with pytest.raises(TeamNameTaken):
        teams.change(admin(org), night.id, name="crew", email="")
    assert teams.get(admin(org), night.id) == night


@pytest.mark.parametrize(
    ("name", "email"),
    [("", ""), (" ", ""), ("x" * 191, ""), ("a\0b", ""), ("crew", "x" * 191), ("crew", "a\0b")],
    ids=["empty name", "blank name", "long name", "NUL in the name", "long email", "NUL in the email"],
)
def test_such_a_team_cannot_be(teams: Teams, org: int, name: str, email: str) -> None:
    with pytest.raises(InvalidAccount):
        create(teams, org, name, email)
    team = create(teams, org, "first")
    with pytest.raises(InvalidAccount):
        teams.change(admin(org), team.id, name=name, email=email)
    assert names(teams, org) == (1, ["first"])


def test_a_changed_team_keeps_its_number_uid_and_members(services: Services, teams: Teams, org: int) -> None:
    team = create(teams, org)
    teams.add_member(admin(org), team.id, add_user(services, org))
    teams.change(admin(org), team.id, name="night", email="")
    assert teams.get(admin(org), team.id) == Team(team.id, team.uid, org, "night", "", 1)


def test_teams_are_counted_in_all_and_listed_by_page_and_name(teams: Teams, org: int) -> None:
    for name in ("c", "a", "b"):
        create(teams, org, name)
    assert names(teams, org) == (3, ["a", "b", "c"])
    assert names(teams, org, page=Page("", 2, 2)) == (3, ["c"])


def test_teams_are_searched_in_any_case_or_named_exactly(teams: Teams, org: int) -> None:
    for name in ("Night crew", "Day crew", "Office"):
        create(teams, org, name)
    assert names(teams, org, page=Page("CREW")) == (2, ["Day crew", "Night crew"])
    assert names(teams, org, name="Night crew") == (1, ["Night crew"])
    assert names(teams, org, name="crew") == (0, [])


def test_members_are_listed_by_login_and_counted(services: Services, teams: Teams, org: int) -> None:
    team, word = create(teams, org), new_login()
    for prefix in "cab":
        teams.add_member(admin(org), team.id, add_user(services, org, login=f"{prefix}-{word}"))
    add_user(services, org)
    listed = teams.members(admin(org), team.id)
    assert [user.login for user in listed] == [f"a-{word}", f"b-{word}", f"c-{word}"]
    assert teams.get(admin(org), team.id).members == 3


def test_nobody_is_in_a_team_twice(services: Services, teams: Teams, org: int) -> None:
    team, user_id = create(teams, org), add_user(services, org)
    teams.add_member(admin(org), team.id, user_id)
    with pytest.raises(AlreadyTeamMember):
        teams.add_member(admin(org), team.id, user_id)


def test_who_is_not_in_the_org_comes_into_no_team(services: Services, teams: Teams, org: int, other_org: int) -> None:
    team = create(teams, org)
    for number in (add_user(services, other_org), 10**6, 0, -1):
        with pytest.raises(UserNotFound):
            teams.add_member(admin(org), team.id, number)
    assert teams.get(admin(org), team.id).members == 0


def test_a_service_account_comes_into_no_team(services: Services, teams: Teams, org: int) -> None:
    robot = services.service_accounts.create(admin(org), name="ci", role=Role.VIEWER, is_disabled=False)
    team = create(teams, org)
    with pytest.raises(UserNotFound):
        teams.add_member(admin(org), team.id, robot.id)
    assert teams.get(admin(org), team.id).members == 0


def test_who_is_not_in_the_team_cannot_be_removed_from_it(services: Services, teams: Teams, org: int) -> None:
    team, other = create(teams, org), create(teams, org, "other")
    user_id = add_user(services, org)
    teams.add_member(admin(org), other.id, user_id)
    with pytest.raises(TeamMemberNotFound):
        teams.remove_member(admin(org), team.id, user_id)
    assert teams.get(admin(org), other.id).members == 1


def test_a_removed_member_can_be_added_again(services: Services, teams: Teams, org: int) -> None:
    team, user_id = create(teams, org), add_user(services, org)
    for _ in range(2):
        teams.add_member(admin(org), team.id, user_id)
        teams.remove_member(admin(org), team.id, user_id)
    assert teams.members(admin(org), team.id) == []


def test_a_person_sees_their_own_teams_in_the_org_by_name(
    services: Services, teams: Teams, org: int, other_org: int
) -> None:
    asking = person(services, org, Role.VIEWER)
    join(services, asking.id, other_org, Role.VIEWER)
    for there, name in ((org, "b"), (org, "a"), (other_org, "c")):
        teams.add_member(admin(there), create(teams, there, name).id, asking.id)
    create(teams, org, "not theirs")
    assert [team.name for team in teams.of_user(asking, asking.id)] == ["a", "b"]
    assert [team.name for team in teams.of_user(admin(org), asking.id)] == ["a", "b"]
    assert [team.name for team in teams.of_user(signed_in(services, asking.id, other_org), asking.id)] == ["c"]


def test_a_token_does_not_see_the_teams_of_a_user_with_its_number(services: Services, teams: Teams, org: int) -> None:
    _, text = services.api_keys.create(system(org, "test"), name="page", role=Role.VIEWER, seconds_to_live=0)
    key = services.authenticator.authenticate(BearerToken(text), door="test", org_id=None)
    with pytest.raises(PermissionDenied):
        teams.of_user(key, key.id)


def test_a_deleted_team_goes_with_its_members_and_its_permissions(services: Services, teams: Teams, org: int) -> None:
    team, user_id = create(teams, org), add_user(services, org, Role.VIEWER)
    teams.add_member(admin(org), team.id, user_id)
    made = services.registry.create(admin(org), NewDataSource(name="metrics", type="testdata", access="proxy"))
    services.permissions.set(admin(org), ByUid(made.uid), {ForTeam(team.id): Level.EDIT})
    teams.delete(admin(org), team.id)
    assert names(teams, org) == (0, [])
    assert teams.of_user(admin(org), user_id) == []
    assert ForTeam(team.id) not in {one.grantee for one in services.permissions.all(admin(org), ByUid(made.uid))}


def test_members_who_are_viewers_do_not_see_the_team(services: Services, teams: Teams, org: int) -> None:
    team, asking = create(teams, org), person(services, org, Role.VIEWER)
    teams.add_member(admin(org), team.id, asking.id)
    with pytest.raises(PermissionDenied):
        teams.members(asking, team.id)
