"""Access keys, with which users and service accounts sign requests: issued, listed, deleted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.audit import AuditLog
from app.identity.access_key_sealing import AccessKeySealing
from app.identity.access_key_text import (
    LASTING,
    TEMPORARY,
    is_access_key_id,
    new_access_key_id,
    new_secret_access_key,
    new_session_token,
)
from app.identity.errors import AccessKeyNotFound, AccountNotFound, TooManyAccessKeys
from app.identity.identity import Identity
from app.identity.lifetimes import expiry
from app.identity.names import check_name
from app.identity.store import AccessKey, AccessKeyStore, NewAccessKey
from app.identity.tokens import hash_secret

MOST_OF_AN_ACCOUNT = 20


@dataclass(frozen=True, kw_only=True)
class IssuedAccessKey:
    """A new access key, the only time that its secrets are shown. ``expires_at`` is in epoch seconds."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(repr=False)  # of a temporary key, to be sent with every request
    expires_at: int | None
    login: str
    name: str


class AccessKeys:
    """Each method's first argument is the caller; keys of other orgs do not exist for it. ``clock`` gives epoch
    seconds, ``longest_life`` is in seconds, -1 for no limit."""

    def __init__(
        self,
        store: AccessKeyStore,
        audit: AuditLog,
        sealing: AccessKeySealing,
        clock: Callable[[], float],
        longest_life: int,
    ) -> None:
        self._store = store
        self._audit = audit
        self._sealing = sealing
        self._clock = clock
        self._longest_life = longest_life

    def all(self, identity: Identity) -> Sequence[AccessKey]:
        """The org's keys by login, the oldest first."""
        identity.require("accesskeys:read")
        return self._store.access_keys(identity.org_id)

    def create(self, identity: Identity, *, login: str, name: str, seconds_to_live: int) -> IssuedAccessKey:
        """A new key of the member of the org with this login, a user or a service account: one that lasts, or
        (``seconds_to_live`` above 0) a temporary one with a session token. ``name`` may be empty.

        Raises AccountNotFound, RoleTooHigh, InvalidAccount, TooManyAccessKeys and the lifetime errors.
        """
        identity.require("accesskeys:create")
        if name:
            check_name("A name", name)
        now = int(self._clock())
        expires_at = expiry(seconds_to_live, now=now, longest=self._longest_life)
        issued = IssuedAccessKey(
            access_key_id=new_access_key_id(LASTING if expires_at is None else TEMPORARY),
            secret_access_key=new_secret_access_key(),
            session_token=None if expires_at is None else new_session_token(),
            expires_at=expires_at,
            login=login,
            name=name,
        )
        with self._store.writing(identity.org_id):
            self._add(identity, issued, now)
        return issued

    def delete(self, identity: Identity, access_key_id: str) -> AccessKey:
        """Deletes a key, which opens nothing from now on, and returns what it was. Raises AccessKeyNotFound."""
        identity.require("accesskeys:delete", _scope(access_key_id))
        if not is_access_key_id(access_key_id):
            raise AccessKeyNotFound
        with self._store.writing(identity.org_id):
            keys = self._store.access_keys(identity.org_id)
            found = next((key for key in keys if key.access_key_id == access_key_id), None)
            if found is None:
                raise AccessKeyNotFound
            self._store.delete_access_key(identity.org_id, access_key_id)
            self._record(identity, "accesskeys:delete", access_key_id, login=found.login, name=found.name)
        return found

    def _add(self, identity: Identity, issued: IssuedAccessKey, now: int) -> None:
        signer = self._store.signer(identity.org_id, issued.login)
        if signer is None:
            raise AccountNotFound(issued.login)
        identity.require_role(signer.role)
        self._make_room(identity.org_id, signer.account_id, now)
        self._store.add_access_key(
            NewAccessKey(
                org_id=identity.org_id,
                account_id=signer.account_id,
                access_key_id=issued.access_key_id,
                name=issued.name,
                secret=self._sealing.sealed(identity.org_id, issued.access_key_id, issued.secret_access_key),
                session_token_hash=None if issued.session_token is None else hash_secret(issued.session_token),
                created_at=now,
                expires_at=issued.expires_at,
            )
        )
        self._record(
            identity,
            "accesskeys:create",
            issued.access_key_id,
            login=issued.login,
            name=issued.name,
            expires_at=issued.expires_at,
        )

    def _make_room(self, org_id: int, account_id: int, now: int) -> None:
        # Keys whose time is over stay as long as there is room, so that their users hear what is wrong.
        if self._store.count_access_keys(org_id, account_id) >= MOST_OF_AN_ACCOUNT:
            self._store.delete_ended_access_keys(org_id, account_id, now)
            if self._store.count_access_keys(org_id, account_id) >= MOST_OF_AN_ACCOUNT:
                raise TooManyAccessKeys(MOST_OF_AN_ACCOUNT)

    def _record(self, identity: Identity, action: str, access_key_id: str, **detail: object) -> None:
        self._audit.record(identity.event(action, _scope(access_key_id), **detail))


def _scope(access_key_id: str) -> str:
    return f"accesskeys:id:{access_key_id}"
