"""What may be done with data sources: create, get, list, replace, delete, and read their secrets.

Every other room and every dialect goes through here, so this is where permissions, names, defaults, versions,
secrets and audit are decided.
"""

import dataclasses
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.audit import AuditEvent, AuditLog
from app.encryption.encryptor import Encryptor
from app.encryption.errors import Undecryptable
from app.identity.identity import Identity
from app.registry.datasource import DataSource, DataSourceChange, Given, NewDataSource, Ref
from app.registry.errors import (
    DataSourceNameTaken,
    DataSourceNotFound,
    DataSourceUidTaken,
    InvalidUid,
    NameTooLong,
    QuotaReached,
    ReadOnlyDataSource,
    ReservedHeader,
    SecretsUnreadable,
    TeamHeadersRefused,
    UrlTooLong,
    VersionConflict,
)
from app.registry.json_data import JsonData
from app.registry.store import DataSourceStore, Taken
from app.registry.urls import check_url

log = logging.getLogger(__name__)

# Bytes, not characters: the columns of Grafana's database count bytes.
_NAME_BYTES = 190
_URL_BYTES = 255
_UID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_UID_ATTEMPTS = 3
_TEAM_HEADERS = "teamHttpHeaders"
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
    ) -> None:
        self._store = store
        self._encryptor = encryptor
        self._audit = audit
        self._limits = limits
        self._new_uid = new_uid

    def all(self, identity: Identity) -> Sequence[DataSource]:
        """The data sources that the caller may read, by name regardless of case; without flags of secrets."""
        identity.require("datasources:read")
        rows = self._store.all(identity.org_id, self._limits.listed)
        readable = [row for row in rows if identity.may("datasources:read", _scope(row))]
        return sorted(readable, key=lambda row: row.name.lower())

    def get(self, identity: Identity, ref: Ref, action: str = "datasources:read") -> DataSource:
        """The one that ``ref`` names, if the caller may do ``action`` with it.

        Raises PermissionDenied, DataSourceNotFound.
        """
        return self._with_flags(self._find(identity, ref, action))

    def for_request(self, identity: Identity, ref: Ref) -> tuple[DataSource, Mapping[str, str]]:
        """A data source to query, with its secrets in plain text: the only call that gives them out.

        Raises PermissionDenied, DataSourceNotFound, SecretsUnreadable.
        """
        row = self._find(identity, ref, "datasources:query")
        try:
            return row, {name: self._decrypt(row, name) for name in row.ciphertexts}
        except Undecryptable as exc:
            raise SecretsUnreadable from exc

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
        InvalidUid, DataSourceNameTaken, DataSourceUidTaken.
        """
        identity.require("datasources:create")
        if new.url:
            check_url(new.type, new.url)
        self._check_headers(new)
        if _TEAM_HEADERS in new.json_data:
            raise TeamHeadersRefused
        with self._store.writing(identity.org_id):
            self.admit(identity)
            name = new.name or _free_name(new.type, self._store.names(identity.org_id))
            _check_lengths(name, new.url)
            uid, taken = self._free_uid(identity, name, new.uid)
            is_default = new.is_default or not taken.any
            if is_default and taken.any:
                self._store.clear_default(identity.org_id, keep=0)
            row = _new_row(new, org_id=identity.org_id, uid=uid, name=name)
            if is_default:
                row = dataclasses.replace(row, is_default=True)
            row = dataclasses.replace(row, id=self._store.add(identity.org_id, row))
            row = self._seal(row, new.secure_json_data)
            self._record(identity, "datasources:create", row, secrets=sorted(new.secure_json_data))
        return self._with_flags(row)

    def replace(self, identity: Identity, ref: Ref, change: DataSourceChange) -> DataSource:
        """Writes ``change`` over the stored data source; secrets are merged by key.

        Raises PermissionDenied, InvalidUrl, ReservedHeader, DataSourceNotFound, ReadOnlyDataSource, NameTooLong,
        UrlTooLong, DataSourceNameTaken, InvalidUid, VersionConflict, DataSourceUidTaken.
        """
        identity.require("datasources:write")
        check_url(change.type, change.url)
        self._check_headers(change)
        with self._store.writing(identity.org_id):
            old = self._find(identity, ref, "datasources:write")
            if old.read_only:
                raise ReadOnlyDataSource
            _check_lengths(change.name, change.url)
            taken = self._store.taken(identity.org_id, change.name, change.uid, besides=old.id)
            if taken.name:
                raise DataSourceNameTaken(change.name)
            _check_uid(change.uid)
            if change.version and change.version < old.version:
                raise VersionConflict
            if taken.uid:
                raise DataSourceUidTaken(change.uid)
            row = _replaced(old, change)
            if row.is_default:
                self._store.clear_default(identity.org_id, keep=old.id)
            self._store.replace(identity.org_id, row)
            row = self._seal(row, change.secure_json_data)
            self._record(identity, "datasources:write", row, secrets=sorted(change.secure_json_data))
        return self._with_flags(row)

    def delete(self, identity: Identity, ref: Ref) -> DataSource:
        """Removes it and its secrets; nobody else becomes the default. Returns what was removed.

        Raises PermissionDenied, DataSourceNotFound, ReadOnlyDataSource.
        """
        identity.require("datasources:delete")
        with self._store.writing(identity.org_id):
            row = self._find(identity, ref, "datasources:delete")
            if row.read_only:
                raise ReadOnlyDataSource
            self._store.delete(identity.org_id, row.id)
            self._record(identity, "datasources:delete", row)
        return row

    def actions_on(self, identity: Identity, row: DataSource) -> list[str]:
        """The data source actions that the caller holds on ``row``."""
        return [
            action
            for action in sorted(identity.grants)
            if action.startswith("datasources") and identity.may(action, _scope(row))
        ]

    def _find(self, identity: Identity, ref: Ref, action: str) -> DataSource:
        identity.require(action)
        row = self._store.find(identity.org_id, ref)
        if row is None:
            raise DataSourceNotFound
        identity.require(action, _scope(row))
        return row

    def _free_uid(self, identity: Identity, name: str, given: str) -> tuple[str, Taken]:
        for _ in range(1 if given else _UID_ATTEMPTS):
            uid = given or self._new_uid()
            taken = self._store.taken(identity.org_id, name, uid, besides=0)
            if taken.name:
                raise DataSourceNameTaken(name)
            _check_uid(given)
            if not taken.uid:
                return uid, taken
        raise DataSourceUidTaken(uid)

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
        sealed = {name: self._encryptor.encrypt(plain, _context(row, name)) for name, plain in given.items()}
        ciphertexts = {**row.ciphertexts, **sealed}
        self._store.set_ciphertexts(row.org_id, row.id, ciphertexts)
        return dataclasses.replace(row, ciphertexts=ciphertexts)

    def _with_flags(self, row: DataSource) -> DataSource:
        if not row.ciphertexts:
            return row
        flags = {name: True for name in row.ciphertexts if self._is_set(row, name)}
        return dataclasses.replace(row, secure_json_fields=flags)

    def _is_set(self, row: DataSource, name: str) -> bool:
        try:
            return self._decrypt(row, name) != ""
        except Undecryptable:
            return False

    def _decrypt(self, row: DataSource, name: str) -> str:
        try:
            return self._encryptor.decrypt(row.ciphertexts[name], _context(row, name))
        except Undecryptable:
            log.error(
                "a secret cannot be decrypted: restore the secret key it was written with, or set it again",
                extra={"event": "secret_unreadable", "org_id": row.org_id, "data_source": row.uid, "field": name},
            )
            raise

    def _record(self, identity: Identity, action: str, row: DataSource, **detail: object) -> None:
        self._audit.record(
            AuditEvent(
                org_id=identity.org_id,
                actor=identity.actor,
                door=identity.door,
                action=action,
                target=_scope(row),
                detail={"id": row.id, "name": row.name, "type": row.type, "version": row.version, **detail},
            )
        )


def _new_row(new: NewDataSource, *, org_id: int, uid: str, name: str) -> DataSource:
    return DataSource(
        id=0,
        uid=uid,
        org_id=org_id,
        name=name,
        type=new.type,
        access=new.access,
        url=new.url,
        user=new.user,
        database=new.database,
        basic_auth=new.basic_auth,
        basic_auth_user=new.basic_auth_user,
        with_credentials=new.with_credentials,
        is_default=False,
        json_data=new.json_data,
        read_only=new.read_only,
        api_version=new.api_version,
        version=1,
    )


def _replaced(old: DataSource, change: DataSourceChange) -> DataSource:
    # Grafana does not write empty values of these three columns; the other absent members are cleared.
    return dataclasses.replace(
        old,
        uid=change.uid or old.uid,
        name=change.name,
        type=change.type,
        access=change.access,
        url=change.url or old.url,
        user=change.user,
        database=change.database,
        basic_auth=change.basic_auth,
        basic_auth_user=change.basic_auth_user or old.basic_auth_user,
        with_credentials=change.with_credentials,
        is_default=change.is_default,
        json_data=_keeping_team_headers(old.json_data, change.json_data),
        api_version=change.api_version,
        version=change.version + 1,
    )


def _keeping_team_headers(old: JsonData, new: JsonData) -> JsonData:
    if _TEAM_HEADERS not in old and _TEAM_HEADERS not in new:
        return new
    members = {key: value for key, value in new.items() if key != _TEAM_HEADERS}
    if _TEAM_HEADERS in old:
        members[_TEAM_HEADERS] = old[_TEAM_HEADERS]
    return JsonData.of(members)


def _free_name(type_id: str, taken: Sequence[str]) -> str:
    lowered = {name.lower() for name in taken}
    if type_id.lower() not in lowered:
        return type_id
    number = 1
    while f"{type_id}-{number}".lower() in lowered:
        number += 1
    return f"{type_id}-{number}"


def _check_lengths(name: str, url: str) -> None:
    if len(name.encode()) > _NAME_BYTES:
        raise NameTooLong
    if len(url.encode()) > _URL_BYTES:
        raise UrlTooLong


def _check_uid(uid: str) -> None:
    if uid and not _UID.fullmatch(uid):
        raise InvalidUid


def _scope(row: DataSource) -> str:
    return f"datasources:uid:{row.uid}"


def _context(row: DataSource, name: str) -> str:
    # The id is never given again, not even after a delete, and a rename keeps it.
    return f"org {row.org_id} data source {row.id} field {name}"
