"""Members of an org as callers, what they may do with a data source, and permissions given to them."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.identity.identity import Identity, Kind
from app.identity.roles import Role, grants_of
from app.registry.access import ForAccount, ForRole, ForTeam, Grantee, Level
from app.registry.datasource import ById, ByName, ByUid, DataSource, Ref
from app.services import Services
from identity.callers import admin
from identity.people import add_user

_QUERY = ["datasources.id:read", "datasources:query", "datasources:read"]
_EDIT = ["datasources.id:read", "datasources:delete", "datasources:query", "datasources:read", "datasources:write"]
_ADMIN = [
    "datasources.id:read",
    "datasources.permissions:read",
    "datasources.permissions:write",
    "datasources:delete",
    "datasources:query",
    "datasources:read",
    "datasources:write",
]

# What each level allows, written down once more.
ACTIONS: Mapping[Level, list[str]] = {
    Level.NONE: [],
    Level.QUERY: _QUERY,
    Level.EDIT: _EDIT,
    Level.ADMIN: _ADMIN,
}


def member(
    org_id: int, role: Role | None, *, id: int = 7, kind: Kind = "user", default: Role = Role.VIEWER
) -> Identity:
    """Someone in an org where ``default`` is the least role that may query what nobody restricted."""
    return Identity(
        kind=kind,
        id=id,
        login="ada",
        org_id=org_id,
        role=role,
        is_server_admin=False,
        door="test",
        grants=grants_of(role, server_admin=False, query_role=default),
        default_query_role=default,
    )


def refs(row: DataSource) -> list[Ref]:
    """The three ways to name it."""
    return [ById(row.id), ByUid(row.uid), ByName(row.name)]


@dataclass(frozen=True)
class Someone:
    """A stored member of an org, and a way to give permissions to them."""

    caller: Identity
    grantee: Grantee


def somebody(services: Services, org: int, kind: str, *, role: Role, default: Role) -> Someone:
    """A new member who is given permissions as what ``kind`` says: by their role, as a user or service account, or
    through a team."""
    if kind == "service account":
        account = services.service_accounts.create(admin(org), name="scripts", role=role, is_disabled=False)
        as_account = member(org, role, id=account.id, kind="service_account", default=default)
        return Someone(as_account, ForAccount(account.id))
    user = add_user(services, org, role)
    as_user = member(org, role, id=user, default=default)
    if kind == "team":
        team = services.teams.create(admin(org), name="crew", email="")
        services.teams.add_member(admin(org), team.id, user)
        return Someone(as_user, ForTeam(team.id))
    return Someone(as_user, ForRole(role) if kind == "role" else ForAccount(user))


def give(services: Services, row: DataSource, **levels: Level) -> None:
    """Permissions of roles, by their names."""
    changes: dict[Grantee, Level] = {ForRole(Role(name)): level for name, level in levels.items()}
    services.permissions.set(admin(row.org_id), ById(row.id), changes)


def give_to(services: Services, row: DataSource, grantee: Grantee, level: Level) -> None:
    """One permission."""
    services.permissions.set(admin(row.org_id), ById(row.id), {grantee: level})
