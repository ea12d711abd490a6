"""Legacy API keys: tokens with a role of their own, as Grafana made them before service accounts."""

from collections.abc import Callable, Sequence

from app.audit import AuditLog
from app.identity.errors import ApiKeyNameTaken, ApiKeyNotFound, TokenNameTaken
from app.identity.identity import Identity
from app.identity.lifetimes import expiry
from app.identity.names import check_name
from app.identity.roles import Role
from app.identity.store import NewToken, ServiceAccountStore, Token
from app.identity.tokens import hash_secret, legacy_token, new_secret


class ApiKeys:
    """Each method's first argument is the caller; keys of other orgs do not exist for it."""

    def __init__(
        self, store: ServiceAccountStore, audit: AuditLog, clock: Callable[[], float], longest_life: int
    ) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock
        self._longest_life = longest_life

    def all(self, identity: Identity, *, include_expired: bool) -> Sequence[Token]:
        """The org's keys by name."""
        identity.require("apikeys:read")
        now = int(self._clock())
        keys = self._store.tokens(identity.org_id, None)
        return [key for key in keys if include_expired or key.expires_at is None or key.expires_at > now]

    def create(self, identity: Identity, *, name: str, role: Role, seconds_to_live: int) -> tuple[int, str]:
        """Id and text of a new key; the text is not kept.

        Raises RoleTooHigh, InvalidAccount, ApiKeyNameTaken and the lifetime errors.
        """
        identity.require("apikeys:create")
        identity.require_role(role)
        check_name("A name", name)
        now = int(self._clock())
        expires_at = expiry(seconds_to_live, now=now, longest=self._longest_life)
        secret = new_secret()
        with self._store.writing(identity.org_id):
            try:
                key_id = self._store.add_token(
                    NewToken(
                        org_id=identity.org_id,
                        name=name,
                        token_hash=hash_secret(secret),
                        created_at=now,
                        expires_at=expires_at,
                        role=role,
                        service_account_id=None,
                    )
                )
            except TokenNameTaken as exc:
                raise ApiKeyNameTaken from exc
            self._record(identity, "apikeys:create", key_id, name=name, role=role)
        return key_id, legacy_token(secret, name, identity.org_id)

    def delete(self, identity: Identity, key_id: int) -> None:
        """Raises ApiKeyNotFound."""
        identity.require("apikeys:delete", f"apikeys:id:{key_id}")
        with self._store.writing(identity.org_id):
            if not self._store.delete_token(identity.org_id, key_id, None):
                raise ApiKeyNotFound
            self._record(identity, "apikeys:delete", key_id)

    def _record(self, identity: Identity, action: str, key_id: int, **detail: object) -> None:
        self._audit.record(identity.event(action, f"apikeys:id:{key_id}", **detail))
