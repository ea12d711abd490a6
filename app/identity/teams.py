"""Teams, which data source permissions can be given to: the use cases behind /api/teams."""

from collections.abc import Sequence

from app.audit import AuditLog
from app.identity.errors import InvalidAccount, TeamMemberNotFound, TeamNotFound, UserNotFound
from app.identity.identity import Identity
from app.identity.names import check_name
from app.identity.people_store import Page, PeopleStore, Team, TeamStore, User

_LONGEST_EMAIL = 190


class Teams:
    """Each method's first argument is the caller; teams of other orgs do not exist for it."""

    def __init__(self, store: TeamStore, people: PeopleStore, audit: AuditLog) -> None:
        self._store = store
        self._people = people
        self._audit = audit

    def search(self, identity: Identity, *, name: str, page: Page) -> tuple[int, Sequence[Team]]:
        """How many match in all, and one page of them by name."""
        identity.require("teams:read")
        return self._store.teams(identity.org_id, name, page)

    def get(self, identity: Identity, team_id: int) -> Team:
        """Raises TeamNotFound."""
        identity.require("teams:read", _scope(team_id))
        return self._find(identity, team_id)

    def id_of(self, identity: Identity, uid: str) -> int:
        """Raises TeamNotFound."""
        identity.require("teams:read")
        team_id = self._store.team_id_by_uid(identity.org_id, uid)
        if team_id is None:
            raise TeamNotFound
        return team_id

    def create(self, identity: Identity, *, name: str, email: str) -> Team:
        """Raises InvalidAccount, TeamNameTaken."""
        identity.require("teams:create")
        _check(name, email)
        with self._store.writing(identity.org_id):
            team = self._store.add_team(identity.org_id, name, email)
            self._audit.record(identity.event("teams:create", _scope(team.id), name=name))
        return team

    def change(self, identity: Identity, team_id: int, *, name: str, email: str) -> None:
        """Raises TeamNotFound, InvalidAccount, TeamNameTaken."""
        identity.require("teams:write", _scope(team_id))
        _check(name, email)
        with self._store.writing(identity.org_id):
            self._find(identity, team_id)
            self._store.change_team(identity.org_id, team_id, name=name, email=email)
            self._audit.record(identity.event("teams:write", _scope(team_id), name=name))

    def delete(self, identity: Identity, team_id: int) -> None:
        """With its permissions. Raises TeamNotFound."""
        identity.require("teams:delete", _scope(team_id))
        with self._store.writing(identity.org_id):
            team = self._find(identity, team_id)
            self._store.delete_team(identity.org_id, team_id)
            self._audit.record(identity.event("teams:delete", _scope(team_id), name=team.name))

    def members(self, identity: Identity, team_id: int) -> Sequence[User]:
        """By login. Raises TeamNotFound."""
        identity.require("teams.permissions:read", _scope(team_id))
        return self._store.team_members(identity.org_id, self._find(identity, team_id).id)

    def add_member(self, identity: Identity, team_id: int, user_id: int) -> None:
        """Raises TeamNotFound, UserNotFound (also for a user who is not in the org), AlreadyTeamMember."""
        identity.require("teams.permissions:write", _scope(team_id))
        with self._store.writing(identity.org_id):
            self._find(identity, team_id)
            if self._people.role_in_org(user_id, identity.org_id) is None:
                raise UserNotFound(str(user_id))
            self._store.add_team_member(identity.org_id, team_id, user_id)
            self._audit.record(identity.event("teams.permissions:write", _scope(team_id), added=user_id))

    def remove_member(self, identity: Identity, team_id: int, user_id: int) -> None:
        """Raises TeamNotFound, TeamMemberNotFound."""
        identity.require("teams.permissions:write", _scope(team_id))
        with self._store.writing(identity.org_id):
            self._find(identity, team_id)
            if not self._store.remove_team_member(identity.org_id, team_id, user_id):
                raise TeamMemberNotFound
            self._audit.record(identity.event("teams.permissions:write", _scope(team_id), removed=user_id))

    def of_user(self, identity: Identity, user_id: int) -> Sequence[Team]:
        """The teams of the caller's org that the user is in; one's own without permission."""
        is_own = identity.kind == "user" and identity.id == user_id
        if not is_own and not identity.may("users:read", f"global.users:id:{user_id}"):
            identity.require("teams:read")
        return self._store.teams_of(identity.org_id, user_id)

    def _find(self, identity: Identity, team_id: int) -> Team:
        team = self._store.team(identity.org_id, team_id)
        if team is None:
            raise TeamNotFound
        return team


def _scope(team_id: int) -> str:
    return f"teams:id:{team_id}"


def _check(name: str, email: str) -> None:
    check_name("A team's name", name)
    if len(email) > _LONGEST_EMAIL or "\0" in email:
        raise InvalidAccount(f"An e-mail address has at most {_LONGEST_EMAIL} characters.")
