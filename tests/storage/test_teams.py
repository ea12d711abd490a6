"""Rows of teams and their members."""

import pytest

from app.identity.errors import AlreadyTeamMember, TeamNameTaken
from app.identity.people_store import Page, Team
from app.identity.roles import Role
from app.registry.access import ForTeam, Level
from app.services import Storage
from storage.accounts import add_user, unique
from storage.rows import data_source_row

NO_ID = 2**63 - 1


def add(storage: Storage, org_id: int, name: str = "crew", email: str = "") -> Team:
    with storage.teams.writing(org_id):
        return storage.teams.add_team(org_id, name, email)


def enter(storage: Storage, team: Team, user_id: int) -> None:
    with storage.teams.writing(team.org_id):
        storage.teams.add_team_member(team.org_id, team.id, user_id)


def names(storage: Storage, org_id: int, name: str = "", page: Page | None = None) -> tuple[int, list[str]]:
    total, found = storage.teams.teams(org_id, name, page or Page())
    return total, [team.name for team in found]


def test_a_team_comes_back_as_stored(storage: Storage, org: int) -> None:
    team = add(storage, org, "Crew 🔥 é", "Crew@Example.org")
    assert team == Team(team.id, team.uid, org, "Crew 🔥 é", "Crew@Example.org", 0)
    assert storage.teams.team(org, team.id) == team
    assert storage.teams.team_id_by_uid(org, team.uid) == team.id


def test_a_team_is_found_in_its_own_org_only(storage: Storage, org: int, other_org: int) -> None:
    team = add(storage, org)
    assert storage.teams.team(other_org, team.id) is None
    assert storage.teams.team_id_by_uid(other_org, team.uid) is None
    assert names(storage, other_org) == (0, [])


@pytest.mark.parametrize("number", [0, -1, NO_ID])
def test_a_number_that_no_team_has_is_not_found(storage: Storage, org: int, number: int) -> None:
    assert storage.teams.team(org, number) is None
    assert storage.teams.team_members(org, number) == []
    assert storage.teams.teams_of(org, number) == []
    with storage.teams.writing(org):
        assert not storage.teams.remove_team_member(org, number, number)


@pytest.mark.parametrize("uid", ["", "%", "unknown", "a\0b"], ids=["empty", "pattern", "unknown", "NUL"])
def test_a_uid_that_no_team_has_is_not_found(storage: Storage, org: int, uid: str) -> None:
    add(storage, org)
    assert storage.teams.team_id_by_uid(org, uid) is None


def test_the_name_of_a_team_is_taken_once_in_an_org(storage: Storage, org: int, other_org: int) -> None:
    add(storage, org, "crew")
    add(storage, other_org, "crew")
    night = add(storage, org, "night")
    with pytest.raises(TeamNameTaken):
        add(storage, org, "crew")
    with pytest.raises(TeamNameTaken), storage.teams.writing(org):
        storage.teams.change_team(org, night.id, name="crew", email="")


def test_names_of_teams_differ_by_case_and_by_spaces_at_the_end(storage: Storage, org: int) -> None:
    for name in ("crew", "Crew", "crew "):
        add(storage, org, name)
    assert names(storage, org)[0] == 3
    assert names(storage, org, "Crew") == (1, ["Crew"])


def test_teams_are_counted_in_all_and_listed_by_page_and_name(storage: Storage, org: int) -> None:
    for name in ("c", "a", "b"):
        add(storage, org, name)
    assert names(storage, org) == (3, ["a", "b", "c"])
    assert names(storage, org, page=Page("", 2, 2)) == (3, ["c"])
    assert names(storage, org, page=Page("", 1_000_000, 5_000)) == (3, [])


@pytest.mark.parametrize("word", ["Night", "Élan", "ünal"])
def test_teams_are_searched_in_any_case(storage: Storage, org: int, word: str) -> None:
    add(storage, org, f"the {word} crew")
    add(storage, org, "day")
    found = [names(storage, org, page=Page(query)) for query in (word, word.upper(), word.lower())]
    assert found == [(1, [f"the {word} crew"])] * 3


@pytest.mark.parametrize("query", ["%", "_", "\\", "'"])
def test_characters_of_sql_patterns_mean_themselves_in_a_search(storage: Storage, org: int, query: str) -> None:
    add(storage, org, "plain")
    add(storage, org, f"with {query} inside")
    assert names(storage, org, page=Page(query)) == (1, [f"with {query} inside"])


def test_a_search_may_hold_nul(storage: Storage, org: int) -> None:
    add(storage, org)
    assert names(storage, org, page=Page("no team has\0 this name")) == (0, [])
    assert names(storage, org, "no team has\0 this name") == (0, [])


def test_a_team_is_changed_in_its_own_org_only(storage: Storage, org: int, other_org: int) -> None:
    team, bystander = add(storage, org), add(storage, org, "bystander")
    for one in (other_org, org):
        assert storage.teams.team(org, team.id) == team
        with storage.teams.writing(one):
            storage.teams.change_team(one, team.id, name="night", email="n@example.org")
    assert storage.teams.team(org, team.id) == Team(team.id, team.uid, org, "night", "n@example.org", 0)
    assert storage.teams.team(org, bystander.id) == bystander


def test_a_team_may_keep_its_name(storage: Storage, org: int) -> None:
    team = add(storage, org)
    with storage.teams.writing(org):
        storage.teams.change_team(org, team.id, name=team.name, email=team.email)
    assert storage.teams.team(org, team.id) == team


def test_members_are_listed_by_login_and_counted(storage: Storage, org: int) -> None:
    team, word = add(storage, org), unique("word")
    for prefix in "cab":
        enter(storage, team, add_user(storage, org, f"{prefix} {word}"))
    enter(storage, add(storage, org, "other"), add_user(storage, org))
    members = storage.teams.team_members(org, team.id)
    assert [user.login for user in members] == [f"a {word}", f"b {word}", f"c {word}"]
    assert [found.members for found in storage.teams.teams(org, "", Page())[1]] == [3, 1]


def test_members_are_seen_from_the_org_of_the_team_only(storage: Storage, org: int, other_org: int) -> None:
    team = add(storage, org)
    enter(storage, team, add_user(storage, org))
    assert storage.teams.team_members(other_org, team.id) == []


def test_nobody_is_in_a_team_twice(storage: Storage, org: int) -> None:
    team, user = add(storage, org), add_user(storage, org)
    enter(storage, team, user)
    with pytest.raises(AlreadyTeamMember):
        enter(storage, team, user)
    assert len(storage.teams.team_members(org, team.id)) == 1


def test_the_teams_of_a_user_are_those_of_the_org_by_name(storage: Storage, org: int, other_org: int) -> None:
    user = add_user(storage, org)
    with storage.people.writing(other_org):
        storage.people.add_member(user, other_org, Role.VIEWER)
    for there, name in ((org, "b"), (org, "a"), (other_org, "c")):
        enter(storage, add(storage, there, name), user)
    add(storage, org, "not theirs")
    assert [(team.name, team.members) for team in storage.teams.teams_of(org, user)] == [("a", 1), ("b", 1)]
    assert [team.name for team in storage.teams.teams_of(other_org, user)] == ["c"]


def test_a_member_is_removed_once_from_one_team_in_its_own_org(storage: Storage, org: int, other_org: int) -> None:
    team, other, user = add(storage, org), add(storage, org, "other"), add_user(storage, org)
    for one in (team, other):
        enter(storage, one, user)
    for org_id, is_removed in ((other_org, False), (org, True), (org, False)):
        with storage.teams.writing(org_id):
            assert storage.teams.remove_team_member(org_id, team.id, user) is is_removed
    assert [found.name for found in storage.teams.teams_of(org, user)] == ["other"]


def test_a_team_goes_with_its_members_and_permissions_in_its_own_org_only(
    storage: Storage, org: int, other_org: int
) -> None:
    team, user = add(storage, org), add_user(storage, org)
    enter(storage, team, user)
    with storage.permissions.writing(org):
        source = storage.data_sources.add(org, data_source_row(org))
        storage.permissions.put(org, source, ForTeam(team.id), Level.EDIT)
    for org_id, remaining in ((other_org, 1), (org, 0)):
        with storage.teams.writing(org_id):
            storage.teams.delete_team(org_id, team.id)
        assert len(storage.teams.teams_of(org, user)) == remaining
        assert len(storage.permissions.permissions(org, source)) == remaining
        assert len(storage.permissions.held(org, user, source).levels) == remaining
