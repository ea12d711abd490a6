"""Service accounts and their tokens: the use cases behind /api/serviceaccounts and ``sluice token``."""

import re
import zlib
from collections.abc import Callable, Sequence

from app.audit import AuditEvent, AuditLog
from app.identity.errors import ServiceAccountNotFound, TokenNotFound
from app.identity.identity import Identity
from app.identity.lifetimes import expiry
from app.identity.names import check_name
from app.identity.roles import Role
from app.identity.store import DirectoryStore, NewToken, ServiceAccount, ServiceAccountSearch, Token
from app.identity.tokens import hash_secret, new_secret, service_token


class ServiceAccounts:
    """Each method's first argument is the caller; rows of other orgs do not exist for it."""

    def __init__(self, store: DirectoryStore, audit: AuditLog, clock: Callable[[], float], longest_life: int) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock
        self._longest_life = longest_life

    def search(
        self, identity: Identity, *, query: str, page: int, per_page: int, disabled: bool, expired_tokens: bool
    ) -> tuple[int, Sequence[ServiceAccount]]:
        """How many match in all, and one page of them."""
        identity.require("serviceaccounts:read")
        at = int(self._clock()) if expired_tokens else None
        return self._store.service_accounts(identity.org_id, ServiceAccountSearch(query, page, per_page, disabled, at))

    def get(self, identity: Identity, account_id: int) -> ServiceAccount:
        """Raises ServiceAccountNotFound."""
        identity.require("serviceaccounts:read", _scope(account_id))
        return self._find(identity, account_id)

    def create(self, identity: Identity, *, name: str, role: Role, is_disabled: bool) -> ServiceAccount:
        """Raises InvalidAccount, RoleTooHigh, ServiceAccountTaken."""
        identity.require("serviceaccounts:create")
        identity.require_role(role)
        check_name("A name", name)
        login = f"sa-{identity.org_id}-{_slug(name)}"
        with self._store.writing(identity.org_id):
            account_id = self._store.add_service_account(
                identity.org_id, name=name, login=login, role=role, is_disabled=is_disabled
            )
            self._record(identity, "serviceaccounts:create", account_id, name=name, role=role)
            return self._find(identity, account_id)

    def change(
        self, identity: Identity, account_id: int, *, name: str | None, role: Role | None, is_disabled: bool | None
    ) -> ServiceAccount:
        """None keeps what is stored. Raises as create does, and ServiceAccountNotFound."""
        identity.require("serviceaccounts:write", _scope(account_id))
        if role is not None:
            identity.require_role(role)
        if name is not None:
            check_name("A name", name)
        with self._store.writing(identity.org_id):
            old = self._find(identity, account_id)
            identity.require_role(old.role)
            self._store.change_service_account(
                identity.org_id,
                account_id,
                name=old.name if name is None else name,
                role=old.role if role is None else role,
                is_disabled=old.is_disabled if is_disabled is None else is_disabled,
            )
            self._record(identity, "serviceaccounts:write", account_id)
            return self._find(identity, account_id)

    def delete(self, identity: Identity, account_id: int) -> None:
        """With all its tokens. Raises ServiceAccountNotFound."""
        identity.require("serviceaccounts:delete", _scope(account_id))
        with self._store.writing(identity.org_id):
            account = self._find(identity, account_id)
            self._store.delete_service_account(identity.org_id, account.id)
            self._record(identity, "serviceaccounts:delete", account.id, name=account.name)

    def tokens(self, identity: Identity, account_id: int) -> Sequence[Token]:
        """Raises ServiceAccountNotFound."""
        identity.require("serviceaccounts:read", _scope(account_id))
        return self._store.tokens(identity.org_id, self._find(identity, account_id).id)

    def add_token(self, identity: Identity, account_id: int, *, name: str, seconds_to_live: int) -> tuple[int, str]:
        """Id and text of a new token; the text is not kept. ``seconds_to_live`` 0: never expires.

        Raises ServiceAccountNotFound, RoleTooHigh, TokenNameTaken and the lifetime errors.
        """
        identity.require("serviceaccounts:write", _scope(account_id))
        check_name("A name", name)
        now = int(self._clock())
        expires_at = expiry(seconds_to_live, now=now, longest=self._longest_life)
        secret = new_secret()
        with self._store.writing(identity.org_id):
            account = self._find(identity, account_id)
            identity.require_role(account.role)
            token_id = self._store.add_token(
                NewToken(
                    org_id=identity.org_id,
                    name=name,
                    token_hash=hash_secret(secret),
                    created_at=now,
                    expires_at=expires_at,
                    role=None,
                    service_account_id=account.id,
                )
            )
            self._record(identity, "serviceaccounts.tokens:create", account.id, token=token_id, name=name)
        return token_id, service_token(secret)

    def delete_token(self, identity: Identity, account_id: int, token_id: int) -> None:
        """Raises ServiceAccountNotFound, TokenNotFound."""
        identity.require("serviceaccounts:write", _scope(account_id))
        with self._store.writing(identity.org_id):
            account = self._find(identity, account_id)
            if not self._store.delete_token(identity.org_id, token_id, account.id):
                raise TokenNotFound
            self._record(identity, "serviceaccounts.tokens:delete", account.id, token=token_id)

    def for_role(self, identity: Identity, *, name: str, role: Role) -> ServiceAccount:
        """The service account ``name`` with exactly ``role``, made when the org has none of that name.

        Raises ServiceAccountTaken when the one there is has another role or is disabled.
        """
        identity.require("serviceaccounts:read")
        found = self._store.service_account_by_name(identity.org_id, name)
        if found is not None and found.role == role and not found.is_disabled:
            return found
        return self.create(identity, name=name, role=role, is_disabled=False)

    def _find(self, identity: Identity, account_id: int) -> ServiceAccount:
        account = self._store.service_account(identity.org_id, account_id)
        if account is None:
            raise ServiceAccountNotFound
        return account

    def _record(self, identity: Identity, action: str, account_id: int, **detail: object) -> None:
        self._audit.record(
            AuditEvent(
                org_id=identity.org_id,
                actor=identity.actor,
                door=identity.door,
                action=action,
                target=_scope(account_id),
                detail=detail,
            )
        )


def _scope(account_id: int) -> str:
    return f"serviceaccounts:id:{account_id}"


def _slug(name: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    # Names in other scripts would all give the same slug; the checksum keeps them apart, and one name to one login.
    return slug if name.isascii() and slug else f"{slug}-{zlib.crc32(name.encode()):08x}".strip("-")
