"""What may be done with data sources: create, get, list, replace, delete, and read their secrets.

Every other room and every dialect goes through here, so this is where permissions, names, defaults, versions,
secrets and audit are decided.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.audit import AuditLog
from app.encryption.encryptor import Encryptor
from app.identity.identity import Identity
from app.identity.roles import EVERY_DATA_SOURCE
from app.registry.arns import given_arn, own_arn
from app.registry.authorization import Authorization, scope_of
from app.registry.datasource import (
    UNSAID,
    ByArn,
    ById,
    DataSource,
    DataSourceChange,
    Given,
    NewDataSource,
    Ref,
    Status,
    WholeChange,
)
from app.registry.errors import (
    DataSourceArnTaken,
    DataSourceNameTaken,
    DataSourceUidTaken,
    QuotaReached,
    ReadOnlyDataSource,
    ReservedHeader,
    TeamHeadersRefused,
    VersionConflict,
)
from app.registry.rows import TEAM_HEADERS, check_lengths, check_uid, free_name, new_row, replaced
from app.registry.sealing import Sealing
from app.registry.store import DataSourceStore, HeldPermissions, Taken
from app.registry.urls import check_url

_UID_ATTEMPTS = 3
_HEADER_NAME_PREFIX = "httpHeaderName"


@dataclass(frozen=True)
class RegistryLimits:
    """Limits from the settings; None means there is none."""

    listed: int | None
    quota_of_org: int | None
    quota_of_all: int | None
    reserved_header: str | None  # header by which a proxy in front signs people in


class Registry:
    """The use cases. The caller's Identity is always the first argument, and names the org."""

    def __init__(
        self,
        store: DataSourceStore,
        encryptor: Encryptor,
        audit: AuditLog,
        limits: RegistryLimits,
        new_uid: Callable[[], str],
        permissions: HeldPermissions,
    ) -> None:
        self._store = store
        self._authorization = Authorization(store, permissions)
        self._sealing = Sealing(encryptor)
        self._audit = audit
        self._limits = limits
        self._new_uid = new_uid

    def all(self, identity: Identity) -> Sequence[DataSource]:
        """The data sources that the caller may read, by name regardless of case; without flags of secrets."""
        identity.require("datasources:read")
        rows = self._store.all(identity.org_id, None)
        # Cut in the database's order of names before they are ordered regardless of case, as Grafana does; but of what
        # the caller may read.
        readable = self._authorization.allowed_of(identity, rows, "datasources:read")[: self._limits.listed]
        return sorted(readable, key=lambda row: row.name.lower())

    def count_everywhere(self, identity: Identity) -> int:
        """How many there are in all orgs together."""
        identity.require("server.stats:read")
        return self._store.count_everywhere()

    def require(self, identity: Identity, ref: Ref, action: str) -> None:
        """What can be said before a request's body is read: whether the caller may do ``action`` with what ``ref``
        names. One who may do it with every data source learns later whether this one is there.

        Raises PermissionDenied.
        """
        self._authorization.require(identity, ref, action)

    def scopes(self, identity: Identity, action: str) -> Sequence[str]:
        """The scopes on which the caller may do ``action``: one for all, where nothing takes away from it."""
        return self.scopes_of(identity, (action,))[action]

    def scopes_of(self, identity: Identity, actions: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """The scopes of each of the actions, from one look at the data sources."""
        return self._authorization.scopes_of(identity, actions)

    def get(self, identity: Identity, ref: Ref, action: str = "datasources:read") -> DataSource:
        """The one that ``ref`` names, if the caller may do ``action`` with it.

        Raises PermissionDenied, DataSourceNotFound.
        """
        return self._sealing.with_flags(self._authorization.find(identity, ref, action))

    def look_up(self, identity: Identity, ref: Ref) -> DataSource:
        """As ``get``, without the flags of secrets, which take a look into each of them."""
        return self._authorization.find(identity, ref, "datasources:read")

    def for_request(self, identity: Identity, ref: Ref) -> DataSource:
        """A data source to query, without its flags.

        Raises PermissionDenied, DataSourceNotFound, DataSourceDisabled, RoleMissing.
        """
        row = self._authorization.find(identity, ref, "datasources:query")
        if row.opensearch is not UNSAID:
            self._authorization.check_usable(identity, row)
        return row

    def for_test(self, identity: Identity, ref: Ref) -> DataSource:
        """A data source whose connection an editor of it tests, whatever its status and roles.

        Raises PermissionDenied, DataSourceNotFound.
        """
        return self._authorization.find(identity, ref, "datasources:write")

    def set_status(self, identity: Identity, tested: DataSource, status: Status) -> None:
        """What a test of the connection found. A disabled data source stays disabled, one that was changed meanwhile
        stays as it is, and the version stays.

        Raises PermissionDenied, DataSourceNotFound.
        """
        with self._store.writing(identity.org_id):
            row = self._authorization.find(identity, ById(tested.id), "datasources:write")
            if row.opensearch.status in {status, Status.DISABLED} or row.read_only or row != tested:
                return
            side = dataclasses.replace(row.opensearch, status=status)
            self._store.replace(identity.org_id, dataclasses.replace(row, opensearch=side))
            self._record(identity, "datasources:write", row, status=status.value)

    def secrets_of(self, data_source: DataSource) -> Mapping[str, str]:
        """Its secrets in plain text: the only call that gives them out. ``data_source`` is what ``for_request`` or
        ``for_test`` gave.

        Raises SecretsUnreadable.
        """
        return self._sealing.opened(data_source)

    def admit(self, identity: Identity) -> None:
        """Whether the caller may create a data source now. Raises PermissionDenied, QuotaReached."""
        identity.require("datasources:create")
        of_org, of_all = self._limits.quota_of_org, self._limits.quota_of_all
        if of_org is not None and self._store.count(identity.org_id) >= of_org:
            raise QuotaReached
        if of_all is not None and self._store.count_everywhere() >= of_all:
            raise QuotaReached

    def create(self, identity: Identity, new: NewDataSource) -> DataSource:
        """Stores ``new`` in the caller's org. The first data source of an org becomes its default.

        Raises what ``admit`` raises, InvalidUrl, ReservedHeader, TeamHeadersRefused, NameTooLong, UrlTooLong,
        InvalidUid, DataSourceNameTaken, DataSourceUidTaken, InvalidArn, DataSourceArnTaken.
        """
        identity.require("datasources:create")
        if new.url:
            check_url(new.type, new.url)
        self._check_headers(new)
        if TEAM_HEADERS in new.json_data:
            raise TeamHeadersRefused
        with self._store.writing(identity.org_id):
            self.admit(identity)
            name = new.name or free_name(new.type, self._store.names(identity.org_id))
            check_lengths(name, new.url)
            uid, taken = self._free_uid(identity, name, new.uid)
            self._check_arn(identity, new, None)
            is_default = new.is_default or not taken.any
            if is_default and taken.any:
                self._store.clear_default(identity.org_id, keep=0)
            row = new_row(new, org_id=identity.org_id, uid=uid, name=name)
            if is_default:
                row = dataclasses.replace(row, is_default=True)
            row = dataclasses.replace(row, id=self._store.add(identity.org_id, row))
            row = self._seal(row, new.secure_json_data)
            self._record(identity, "datasources:create", row, secrets=sorted(new.secure_json_data))
        return self._sealing.with_flags(row)

    def replace(self, identity: Identity, ref: Ref, change: DataSourceChange) -> DataSource:
        """Writes ``change`` over the stored data source; secrets are merged by key, but those that a WholeChange
        neither gives nor keeps are gone.

        Raises PermissionDenied, InvalidUrl, ReservedHeader, DataSourceNotFound, ReadOnlyDataSource, NameTooLong,
        UrlTooLong, DataSourceNameTaken, InvalidUid, VersionConflict, DataSourceUidTaken, InvalidArn,
        DataSourceArnTaken.
        """
        self.require(identity, ref, "datasources:write")
        if change.url or not isinstance(change, WholeChange):
            check_url(change.type, change.url)
        self._check_headers(change)
        with self._store.writing(identity.org_id):
            old = self._authorization.find(identity, ref, "datasources:write")
            if old.read_only:
                raise ReadOnlyDataSource
            if change.uid not in {"", old.uid} or (change.is_default and not old.is_default):
                # Both reach beyond this data source: to what else is named by the uid, and to the present default.
                identity.require("datasources:write", EVERY_DATA_SOURCE)
            self._check_arn(identity, change, old)
            check_lengths(change.name, change.url)
            taken = self._store.taken(identity.org_id, change.name, change.uid, besides=old.id)
            if taken.name:
                raise DataSourceNameTaken(change.name)
            check_uid(change.uid)
            if change.version and change.version < old.version:
                raise VersionConflict
            if isinstance(change, WholeChange) and change.based_on != old:
                raise VersionConflict
            if taken.uid:
                raise DataSourceUidTaken(change.uid)
            row = replaced(old, change)
            if not identity.may("datasources:write", EVERY_DATA_SOURCE):
                row = dataclasses.replace(row, is_default=old.is_default)
            if row.is_default:
                self._store.clear_default(identity.org_id, keep=old.id)
            self._store.replace(identity.org_id, row)
            if row.ciphertexts != old.ciphertexts:
                self._store.set_ciphertexts(identity.org_id, row.id, row.ciphertexts)
            row = self._seal(row, change.secure_json_data)
            self._record(identity, "datasources:write", row, secrets=sorted(change.secure_json_data))
        return self._sealing.with_flags(row)

    def delete(self, identity: Identity, ref: Ref) -> DataSource:
        """Removes it and its secrets; nobody else becomes the default. Returns what was removed.

        Raises PermissionDenied, DataSourceNotFound, ReadOnlyDataSource.
        """
        self.require(identity, ref, "datasources:delete")
        with self._store.writing(identity.org_id):
            row = self._authorization.find(identity, ref, "datasources:delete")
            if row.read_only:
                raise ReadOnlyDataSource
            self._store.delete(identity.org_id, row.id)
            self._record(identity, "datasources:delete", row)
        return row

    def actions_on(self, identity: Identity, row: DataSource) -> list[str]:
        """The data source actions that the caller holds on ``row``."""
        return self._authorization.actions_on(identity, row)

    def _free_uid(self, identity: Identity, name: str, given: str) -> tuple[str, Taken]:
        for _ in range(1 if given else _UID_ATTEMPTS):
            uid = given or self._new_uid()
            taken = self._store.taken(identity.org_id, name, uid, besides=0)
            if taken.name:
                raise DataSourceNameTaken(name)
            check_uid(given)
            if not taken.uid:
                return uid, taken
        raise DataSourceUidTaken(uid)

    def _check_arn(self, identity: Identity, given: Given, old: DataSource | None) -> None:
        arn = given_arn(given.json_data)
        if arn is None or (old is not None and arn == own_arn(old.json_data)):
            return
        if old is not None:
            # What an ARN stands for is looked up by others, who may have meant a data source of the domain's name.
            identity.require("datasources:write", EVERY_DATA_SOURCE)
        if self._store.find(identity.org_id, ByArn(arn)) is not None:
            raise DataSourceArnTaken(arn)

    def _check_headers(self, given: Given) -> None:
        reserved = self._limits.reserved_header
        if reserved is None:
            return
        for key, value in given.json_data.items():
            if key.startswith(_HEADER_NAME_PREFIX) and str(value).lower() == reserved.lower():
                raise ReservedHeader

    def _seal(self, row: DataSource, given: Mapping[str, str]) -> DataSource:
        if not given:
            return row
        row = self._sealing.sealed(row, given)
        self._store.set_ciphertexts(row.org_id, row.id, row.ciphertexts)
        return row

    def _record(self, identity: Identity, action: str, row: DataSource, **detail: object) -> None:
        self._audit.record(
            identity.event(
                action, scope_of(row), id=row.id, name=row.name, type=row.type, version=row.version, **detail
            )
        )


def unsaved(identity: Identity, new: NewDataSource) -> DataSource:
    """``new`` as it would be in the caller's org, for a look at its server before it is stored. Raises InvalidUrl."""
    if new.url:
        check_url(new.type, new.url)
    return new_row(new, org_id=identity.org_id, uid=new.uid, name=new.name)
