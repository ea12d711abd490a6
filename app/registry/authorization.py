"""The one permission check: which data sources a caller may do something with. Every door comes through here."""

from collections.abc import Collection, Mapping, Sequence

from app.identity.errors import PermissionDenied
from app.identity.identity import Identity
from app.identity.roles import EVERY_DATA_SOURCE, Role
from app.registry.access import DATA_SOURCE_ACTIONS, Held, admits, allows
from app.registry.arns import find
from app.registry.datasource import DataSource, Ref, Status
from app.registry.errors import DataSourceDenied, DataSourceDisabled, DataSourceNotFound, RoleMissing
from app.registry.store import DataSourceStore, HeldPermissions

_NOTHING_HELD = Held({}, ())


class Authorization:
    """Looks rows up for a caller, in the caller's org, or refuses."""

    def __init__(self, store: DataSourceStore, permissions: HeldPermissions) -> None:
        self._store = store
        self._permissions = permissions

    def require(self, identity: Identity, ref: Ref, action: str) -> None:
        """Whether the caller may do ``action`` with what ``ref`` names; one who may do it with every data source learns
        later whether this one is there. Raises PermissionDenied."""
        if not _may_everywhere(identity, action):
            row = find(self._store, identity.org_id, ref)
            if row is None or not self._may(identity, action, row):
                raise PermissionDenied(action)

    def find(self, identity: Identity, ref: Ref, action: str) -> DataSource:
        """The row that ``ref`` names, if the caller may do ``action`` with it. Raises DataSourceDenied,
        DataSourceNotFound."""
        row = find(self._store, identity.org_id, ref)
        if row is None:
            # Whoever may do this with some data sources only must not learn here which ones there are.
            raise DataSourceNotFound if _may_everywhere(identity, action) else DataSourceDenied(action)
        if not self._may(identity, action, row):
            raise DataSourceDenied(action)
        return row

    def check_usable(self, identity: Identity, row: DataSource) -> None:
        """OpenSearch: the status is looked at before the roles, and an admin has every role.

        Raises DataSourceDisabled, RoleMissing.
        """
        if row.opensearch.status is Status.DISABLED:
            raise DataSourceDisabled(row.name)
        side, role = row.opensearch, identity.role
        if not admits(side, role, ()) and not admits(
            side, role, self._permissions.team_names(identity.org_id, identity.account_id)
        ):
            raise RoleMissing(row.name, side.allowed_roles or ())

    def _may(self, identity: Identity, action: str, row: DataSource) -> bool:
        if not row.has_permissions or identity.role is Role.ADMIN:
            return identity.may(action, scope_of(row))
        held = self._permissions.held(identity.org_id, identity.account_id, row.id)
        return allows(identity, action, scope_of(row), held)

    def allowed_of(self, identity: Identity, rows: Sequence[DataSource], action: str) -> Sequence[DataSource]:
        """Those of ``rows`` with which the caller may do ``action``, from one look at the permissions."""
        if identity.role is Role.ADMIN or not any(row.has_permissions for row in rows):
            return [row for row in rows if identity.may(action, scope_of(row))]
        held = self._permissions.held_in_org(identity.org_id, identity.account_id)
        return [
            row
            for row in rows
            if (
                allows(identity, action, scope_of(row), held.get(row.id, _NOTHING_HELD))
                if row.has_permissions
                else identity.may(action, scope_of(row))
            )
        ]

    def scopes_of(self, identity: Identity, actions: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """The scopes of each of the actions, from one look at the data sources."""
        rows = self._store.all(identity.org_id, None)
        found: dict[str, Sequence[str]] = {}
        for action in actions:
            allowed = self.allowed_of(identity, rows, action)
            all_of_them = identity.may(action, EVERY_DATA_SOURCE) and len(allowed) == len(rows)
            found[action] = [EVERY_DATA_SOURCE] if all_of_them else [scope_of(row) for row in allowed]
        return found

    def actions_on(self, identity: Identity, row: DataSource) -> list[str]:
        """The data source actions that the caller holds on ``row``."""
        return [action for action in sorted(DATA_SOURCE_ACTIONS) if self._may(identity, action, row)]


def scope_of(row: DataSource) -> str:
    """How grants name it."""
    return _scope(row.uid)


def includes(scopes: Collection[str], uid: str) -> bool:
    """Whether the data source of this uid is among ``scopes``, as ``scopes_of`` gives them."""
    return EVERY_DATA_SOURCE in scopes or _scope(uid) in scopes


def _scope(uid: str) -> str:
    return f"datasources:uid:{uid}"


def _may_everywhere(identity: Identity, action: str) -> bool:
    # Where permissions were set, a default for all data sources may not hold for the one that is asked for.
    by_role = identity.role is Role.ADMIN or not identity.org_has_permissions
    return by_role and identity.may(action, EVERY_DATA_SOURCE)
