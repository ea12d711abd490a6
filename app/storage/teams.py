"""Rows of teams and their members."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import peewee

from app.identity.errors import AlreadyTeamMember, TeamNameTaken
from app.identity.people_store import Page, Team, User
from app.storage.database import Database
from app.storage.org_lock import OrgLock
from app.storage.people import People
from app.storage.search import contains
from app.storage.tables import Tables


class Teams:
    """Implements identity.people_store.TeamStore. ``clock`` gives epoch seconds."""

    def __init__(
        self,
        database: Database,
        tables: Tables,
        org_lock: OrgLock,
        people: People,
        clock: Callable[[], float],
        new_uid: Callable[[], str],
    ) -> None:
        self._database = database
        self._rows = tables.teams
        self._members = tables.team_members
        self._org_lock = org_lock
        self._people = people
        self._clock = clock
        self._new_uid = new_uid

    def writing(self, org_id: int) -> AbstractContextManager[None]:
        """See the protocol."""
        return self._org_lock.writing(org_id)

    def teams(self, org_id: int, name: str, page: Page) -> tuple[int, Sequence[Team]]:
        """See the protocol."""
        rows = self._rows
        teams = self._some_teams(org_id)
        if "\0" in name:
            return 0, []
        if name:
            teams = teams.where(rows.name == name)
        if page.query:
            teams = teams.where(contains(rows.name, page.query))
        total = int(self._database.fetch(teams.select(peewee.fn.COUNT(rows.id)))[0][0])
        found = self._database.fetch(teams.order_by(rows.name).paginate(page.number, page.size))
        return total, [Team(*row) for row in found]

    def team(self, org_id: int, team_id: int) -> Team | None:
        """See the protocol."""
        found = self._database.fetch(self._some_teams(org_id).where(self._rows.id == team_id))
        return Team(*found[0]) if found else None

    def team_id_by_uid(self, org_id: int, uid: str) -> int | None:
        """See the protocol."""
        if "\0" in uid:  # No row has it, and PostgreSQL's driver refuses even to ask.
            return None
        found = self._database.fetch(self._rows.in_org(org_id, self._rows.id).where(self._rows.uid == uid))
        return found[0][0] if found else None

    def add_team(self, org_id: int, name: str, email: str) -> Team:
        """See the protocol."""
        uid = self._new_uid()
        try:
            team_id = self._rows.insert(
                org_id=org_id, uid=uid, name=name, email=email, created_at=int(self._clock())
            ).execute()
        except peewee.IntegrityError as exc:
            raise TeamNameTaken(name) from exc
        return Team(int(team_id), uid, org_id, name, email, 0)

    def change_team(self, org_id: int, team_id: int, *, name: str, email: str) -> None:
        """See the protocol."""
        try:
            self._rows.change_in_org(org_id, name=name, email=email).where(self._rows.id == team_id).execute()
        except peewee.IntegrityError as exc:
            raise TeamNameTaken(name) from exc

    def delete_team(self, org_id: int, team_id: int) -> None:
        """See the protocol."""
        self._rows.delete_in_org(org_id).where(self._rows.id == team_id).execute()

    def team_members(self, org_id: int, team_id: int) -> Sequence[User]:
        """See the protocol."""
        members = self._members
        inside = self._database.fetch(members.in_org(org_id, members.account_id).where(members.team_id == team_id))
        ids = {row[0] for row in inside}
        return [member.user for member in self._people.members(org_id, "") if member.user.id in ids]

    def teams_of(self, org_id: int, user_id: int) -> Sequence[Team]:
        """See the protocol."""
        members = self._members
        ids = members.in_org(org_id, members.team_id).where(members.account_id == user_id)
        found = self._database.fetch(self._some_teams(org_id).where(self._rows.id.in_(ids)).order_by(self._rows.name))
        return [Team(*row) for row in found]

    def add_team_member(self, org_id: int, team_id: int, user_id: int) -> None:
        """See the protocol."""
        try:
            self._members.insert(org_id=org_id, team_id=team_id, account_id=user_id).execute()
        except peewee.IntegrityError as exc:
            raise AlreadyTeamMember from exc

    def remove_team_member(self, org_id: int, team_id: int, user_id: int) -> bool:
        """See the protocol."""
        members = self._members
        gone = members.delete_in_org(org_id).where(members.team_id == team_id, members.account_id == user_id)
        return bool(gone.execute())

    def _some_teams(self, org_id: int) -> Any:
        rows, members = self._rows, self._members
        count = members.in_org(org_id, peewee.fn.COUNT(members.id)).where(members.team_id == rows.id)
        return rows.in_org(org_id, rows.id, rows.uid, rows.org_id, rows.name, rows.email, count)
