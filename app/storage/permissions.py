"""Rows of permissions on data sources."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from typing import Any

from app.identity.roles import Role
from app.registry.access import ForAccount, ForRole, ForTeam, Grantee, Held, Level, Permission
from app.storage.database import Database, Row
from app.storage.org_lock import OrgLock
from app.storage.remembered import Remembered
from app.storage.tables import Tables

_REMEMBERED_BYTES = 8 * 1024 * 1024
_HELD_BYTES = 600


class PermissionRows:
    """Implements registry.store.PermissionStore."""

    def __init__(self, database: Database, tables: Tables, org_lock: OrgLock) -> None:
        self._database = database
        self._rows = tables.permissions
        self._orgs = tables.orgs
        self._data_sources = tables.data_sources
        self._accounts = tables.accounts
        self._members = tables.members
        self._teams = tables.teams
        self._org_lock = org_lock
        self._held: Remembered[Held] = Remembered(database, limit=_REMEMBERED_BYTES, weigh=lambda _: _HELD_BYTES)
        self._held_in_org: Remembered[Mapping[int, Held]] = Remembered(
            database, limit=_REMEMBERED_BYTES, weigh=lambda held: _HELD_BYTES * (1 + len(held))
        )
        param = database.peewee.param
        concerning = (
            "SELECT data_source_id, role, level FROM data_source_permission "
            f"WHERE org_id = {param} AND (role IS NOT NULL OR account_id = {param} OR team_id IN "
            f"(SELECT team_id FROM team_member WHERE account_id = {param} AND org_id = {param}))"
        )
        self._names_of_teams = (
            "SELECT team.name FROM team_member JOIN team ON team.id = team_member.team_id "
            f"WHERE team_member.org_id = {param} AND team_member.account_id = {param}"
        )
        self._on_one = f"{concerning} AND data_source_id = {param}"
        self._on_all = f"{concerning} ORDER BY data_source_id"

    def writing(self, org_id: int) -> AbstractContextManager[None]:
        """See the protocol."""
        return self._org_lock.writing(org_id)

    def held(self, org_id: int, account_id: int | None, data_source_id: int) -> Held:
        """See the protocol."""
        parameters = (org_id, account_id, account_id, org_id, data_source_id)
        found = self._held.get(parameters, lambda: _held_of(self._database.rows(self._on_one, parameters)))
        assert found is not None
        return found

    def team_names(self, org_id: int, account_id: int | None) -> frozenset[str]:
        """See the protocol."""
        return frozenset(row[0] for row in self._database.rows(self._names_of_teams, (org_id, account_id)))

    def held_in_org(self, org_id: int, account_id: int | None) -> Mapping[int, Held]:
        """See the protocol."""

        def load() -> Mapping[int, Held]:
            rows = self._database.rows(self._on_all, (org_id, account_id, account_id, org_id))
            return {number: _held_of(group) for number, group in groupby(rows, lambda row: int(row[0]))}

        return self._held_in_org.get((org_id, account_id), load) or {}

    def permissions(self, org_id: int, data_source_id: int) -> Sequence[Permission]:
        """See the protocol."""
        rows, accounts, teams = self._rows, self._accounts, self._teams
        found = self._database.fetch(
            rows.in_org(
                org_id,
                rows.id,
                rows.level,
                rows.role,
                rows.account_id,
                rows.team_id,
                accounts.login,
                accounts.is_service_account,
                teams.name,
            )
            .join(accounts, "LEFT JOIN", on=(accounts.id == rows.account_id))
            .join(teams, "LEFT JOIN", on=(teams.id == rows.team_id))
            .where(rows.data_source_id == data_source_id)
            .order_by(rows.id)
        )
        return [_permission(row) for row in found]

    def knows(self, org_id: int, grantee: Grantee) -> bool:
        """See the protocol."""
        match grantee:
            case ForRole():
                return True
            case ForAccount(account_id):
                members = self._members
                query = members.in_org(org_id, members.id).where(members.account_id == account_id)
            case ForTeam(team_id):
                query = self._teams.in_org(org_id, self._teams.id).where(self._teams.id == team_id)
        return bool(self._database.fetch(query))

    def put(self, org_id: int, data_source_id: int, grantee: Grantee, level: Level | None) -> None:
        """See the protocol."""
        rows = self._rows
        column, value = _column(grantee)
        gone = rows.delete_in_org(org_id).where(rows.data_source_id == data_source_id, getattr(rows, column) == value)
        if not gone.execute() and level is None:
            return
        if level is not None:
            values: dict[str, Any] = {"org_id": org_id, "data_source_id": data_source_id, column: value}
            rows.insert(level=level.value, **values).execute()
        sources = self._data_sources
        sources.change_in_org(org_id, has_permissions=True).where(sources.id == data_source_id).execute()
        self._orgs.update(has_permissions=True).where(self._orgs.id == org_id).execute()


def _column(grantee: Grantee) -> tuple[str, str | int]:
    match grantee:
        case ForRole(role):
            return "role", role.value
        case ForAccount(account_id):
            return "account_id", account_id
        case ForTeam(team_id):
            return "team_id", team_id


def _held_of(rows: Iterable[Row]) -> Held:
    by_role: dict[Role, Level] = {}
    levels: list[Level] = []
    for _, role, level in rows:
        if role is None:
            levels.append(Level(level))
        else:
            by_role[Role(role)] = Level(level)
    return Held(by_role, levels)


def _permission(row: Row) -> Permission:
    number, level, role, account_id, team_id, login, is_service_account, team = row
    if role is not None:
        return Permission(number, ForRole(Role(role)), Level(level), role)
    if team_id is not None:
        return Permission(number, ForTeam(team_id), Level(level), team)
    return Permission(number, ForAccount(account_id), Level(level), login, bool(is_service_account))
