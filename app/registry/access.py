"""Who may do what with one data source: levels, whom they are given to, and the decision. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.identity.identity import Identity
from app.identity.roles import QUERY_ACTIONS, Role
from app.registry.datasource import OpenSearchSide


class Level(StrEnum):
    """What a permission allows; a higher one includes the lower ones."""

    NONE = ""  # takes from a role what the org's default gives it
    QUERY = "Query"
    EDIT = "Edit"
    ADMIN = "Admin"


_EDIT_ACTIONS = (*QUERY_ACTIONS, "datasources:write", "datasources:delete")
_ADMIN_ACTIONS = (*_EDIT_ACTIONS, "datasources.permissions:read", "datasources.permissions:write")

LEVEL_ACTIONS: Mapping[Level, Sequence[str]] = {
    Level.NONE: (),
    Level.QUERY: QUERY_ACTIONS,
    Level.EDIT: _EDIT_ACTIONS,
    Level.ADMIN: _ADMIN_ACTIONS,
}

# All that can be done with one data source.
DATA_SOURCE_ACTIONS: Sequence[str] = _ADMIN_ACTIONS


@dataclass(frozen=True, slots=True)
class ForRole:
    """Everyone with this role or a higher one."""

    role: Role


@dataclass(frozen=True, slots=True)
class ForAccount:
    """A user or a service account: they share ids."""

    account_id: int


@dataclass(frozen=True, slots=True)
class ForTeam:
    """The members of a team."""

    team_id: int


Grantee = ForRole | ForAccount | ForTeam


@dataclass(frozen=True)
class Permission:
    """What one grantee may do with a data source. ``id`` 0: the org's default, which is no row.

    ``name`` is the login of the account or the name of the team or role.
    """

    id: int
    grantee: Grantee
    level: Level
    name: str
    is_service_account: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """The permissions on a data source that concern one caller: those of roles, and the levels given to the caller's
    account and teams."""

    by_role: Mapping[Role, Level]
    levels: Sequence[Level]


def allows(identity: Identity, action: str, scope: str, held: Held) -> bool:
    """Whether the caller may do ``action`` with the data source of ``scope``, on which permissions were set.

    An org admin may always, so that nobody can lock an org out of its own data source. Someone who is in no org has
    nothing, whatever was given to them before.
    """
    if identity.role is None or (identity.limits is not None and not identity.limits.admit(action, scope)):
        return False
    if identity.role is Role.ADMIN:
        return identity.may(action, scope)
    levels = [*held.levels, *role_levels(identity.role, identity.default_query_role, held.by_role)]
    return any(action in LEVEL_ACTIONS[level] for level in levels)


def admits(side: OpenSearchSide, role: Role | None, teams: Iterable[str]) -> bool:
    """Whether somebody of this role and these teams has one of the roles that a data source is for.

    OpenSearch: an admin has every role. A team's name gives nobody a role of the org.
    """
    wanted = side.allowed_roles
    if wanted is None or role is Role.ADMIN:
        return True
    own = set() if role is None else {role.value}
    return not (own | set(teams).difference(Role)).isdisjoint(wanted)


def role_levels(role: Role, default_query_role: Role, given: Mapping[Role, Level]) -> Sequence[Level]:
    """What each role that ``role`` includes may do: what was given to it, else what the org's default says."""
    return [
        given.get(included, Level.QUERY if included.includes(default_query_role) else Level.NONE)
        for included in Role
        if role.includes(included)
    ]
