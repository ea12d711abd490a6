"""What may be done with correlations: create, get, list, change, delete. They are as visible as their source is."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from app.audit import AuditLog
from app.identity.errors import PermissionDenied
from app.identity.identity import Identity
from app.registry.authorization import includes
from app.registry.correlation import (
    Correlation,
    CorrelationChange,
    NewCorrelation,
    changed,
    check_change,
    check_new,
    type_of,
)
from app.registry.correlation_store import CorrelationStore
from app.registry.datasource import ByUid, DataSource
from app.registry.errors import CorrelationNotFound, CorrelationProvisioned, DataSourceNotFound
from app.registry.registry import Registry

_READ = "datasources:read"
_WRITE = "datasources:write"
_LIMIT = 100
_HIGHEST_LIMIT = 1_000


@dataclass(frozen=True)
class CorrelationPage:
    """Some of the correlations that a caller may see, and how many there are in all."""

    correlations: Sequence[Correlation]
    total_count: int
    page: int
    limit: int


class Correlations:
    """The use cases. The caller's Identity is always the first argument, and names the org."""

    def __init__(
        self, store: CorrelationStore, registry: Registry, audit: AuditLog, new_uid: Callable[[], str]
    ) -> None:
        self._store = store
        self._registry = registry
        self._audit = audit
        self._new_uid = new_uid

    def all(self, identity: Identity, *, source_uids: Collection[str], limit: int, page: int) -> CorrelationPage:
        """A page of those whose source the caller may read, and which begin at one of ``source_uids`` if there are
        any. A limit or page below 1 means the default; the limit is at most 1000.

        Raises PermissionDenied.
        """
        identity.require(_READ)
        scopes = frozenset(self._registry.scopes(identity, _READ))
        wanted = frozenset(source_uids)
        ids = [
            origin.id
            for origin in self._store.origins(identity.org_id)
            if includes(scopes, origin.source_uid) and (not wanted or origin.source_uid in wanted)
        ]
        limit = min(limit, _HIGHEST_LIMIT) if limit > 0 else _LIMIT
        page = max(page, 1)
        shown = ids[limit * (page - 1) : limit * page]
        return CorrelationPage(self._store.some(identity.org_id, shown), len(ids), page, limit)

    def of_source(self, identity: Identity, source_uid: str) -> Sequence[Correlation]:
        """Those of one data source. Raises PermissionDenied, DataSourceNotFound."""
        source = self._registry.get(identity, ByUid(source_uid))
        return self._store.of_source(identity.org_id, source.id)

    def get(self, identity: Identity, source_uid: str, uid: str) -> Correlation:
        """One of a data source. Raises PermissionDenied, DataSourceNotFound, CorrelationNotFound."""
        source = self._registry.get(identity, ByUid(source_uid))
        return self._find(identity, source, uid)

    def create(self, identity: Identity, source_uid: str, new: NewCorrelation) -> Correlation:
        """Stores ``new``. The data source it begins at may be provisioned; the one it leads to must be readable.

        Raises PermissionDenied, InvalidCorrelation, ConfigTypeDeprecated, DataSourceNotFound.
        """
        self._registry.require(identity, ByUid(source_uid), _WRITE)
        check_new(new)
        with self._store.writing(identity.org_id):
            source = self._registry.get(identity, ByUid(source_uid), _WRITE)
            target = None if new.target_uid is None else self._target(identity, new.target_uid)
            row = Correlation(
                uid=self._new_uid(),
                org_id=identity.org_id,
                source_uid=source.uid,
                target_uid=None if target is None else target.uid,
                label=new.label,
                description=new.description,
                type=type_of(new),
                config=new.config,
                provisioned=new.provisioned,
            )
            self._store.add(identity.org_id, row, source_id=source.id, target_id=None if target is None else target.id)
            self._record(identity, "create", row)
        return row

    def change(self, identity: Identity, source_uid: str, uid: str, change: CorrelationChange) -> Correlation:
        """Writes what ``change`` names over the stored correlation.

        Raises PermissionDenied, EmptyCorrelationChange, InvalidCorrelation, DataSourceNotFound, CorrelationNotFound,
        CorrelationProvisioned.
        """
        self._registry.require(identity, ByUid(source_uid), _WRITE)
        check_change(change)
        with self._store.writing(identity.org_id):
            row = changed(self._find_to_write(identity, source_uid, uid), change)
            self._store.replace(identity.org_id, row)
            self._record(identity, "write", row)
        return row

    def delete(self, identity: Identity, source_uid: str, uid: str) -> Correlation:
        """Removes it; returns what was removed.

        Raises PermissionDenied, DataSourceNotFound, CorrelationNotFound, CorrelationProvisioned.
        """
        self._registry.require(identity, ByUid(source_uid), _WRITE)
        with self._store.writing(identity.org_id):
            row = self._find_to_write(identity, source_uid, uid)
            self._store.delete(identity.org_id, row.uid)
            self._record(identity, "delete", row)
        return row

    def _find(self, identity: Identity, source: DataSource, uid: str) -> Correlation:
        row = self._store.find(identity.org_id, source.id, uid)
        if row is None:
            raise CorrelationNotFound
        return row

    def _find_to_write(self, identity: Identity, source_uid: str, uid: str) -> Correlation:
        row = self._find(identity, self._registry.get(identity, ByUid(source_uid), _WRITE), uid)
        if row.provisioned:
            raise CorrelationProvisioned
        return row

    def _target(self, identity: Identity, uid: str) -> DataSource:
        try:
            return self._registry.get(identity, ByUid(uid))
        except PermissionDenied as exc:
            # Who may not read it must not learn here that it is there.
            raise DataSourceNotFound from exc

    def _record(self, identity: Identity, verb: str, row: Correlation) -> None:
        self._audit.record(
            identity.event(
                f"correlations:{verb}",
                f"correlations:uid:{row.uid}",
                source_uid=row.source_uid,
                target_uid=row.target_uid,
                type=row.type,
            )
        )
