"""Service accounts and their tokens: the use cases behind /api/serviceaccounts and ``sluice token``."""

import re
import zlib
from collections.abc import Callable, Sequence

from app.audit import AuditLog
from app.identity.errors import RevokedToken, ServiceAccountNotFound, ServiceAccountTaken, TokenNotFound, TokenRotated
from app.identity.identity import Identity
from app.identity.lifetimes import NO_LIMIT, expiry
from app.identity.limits import TokenLimits
from app.identity.names import check_name
from app.identity.roles import Role
from app.identity.store import NewToken, ServiceAccount, ServiceAccountSearch, ServiceAccountStore, Token
from app.identity.tokens import hash_secret, new_secret, service_token

# Of 190 characters, what a rotated token's name keeps before the words that tell it from its successor.
_KEPT_OF_NAME = 150


class ServiceAccounts:
    """Each method's first argument is the caller; rows of other orgs do not exist for it."""

    def __init__(
        self, store: ServiceAccountStore, audit: AuditLog, clock: Callable[[], float], longest_life: int
    ) -> None:
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
        with self._store.writing(identity.org_id):
            return self._create(identity, name=name, role=role, is_disabled=is_disabled)

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
            same = None if name is None else self._store.service_account_by_name(identity.org_id, name)
            if same is not None and same.id != account_id:
                raise ServiceAccountTaken(same.name)
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

    def add_token(
        self,
        identity: Identity,
        account_id: int,
        *,
        name: str,
        seconds_to_live: int,
        limits: TokenLimits | None = None,
    ) -> tuple[int, str]:
        """Id and text of a new token; the text is not kept. ``seconds_to_live`` 0: never expires.

        Raises ServiceAccountNotFound, RoleTooHigh, TokenNameTaken and the lifetime errors.
        """
        identity.require("serviceaccounts:write", _scope(account_id))
        check_name("A name", name)
        with self._store.writing(identity.org_id):
            return self._issue(identity, account_id, name, seconds_to_live, limits)

    def all_tokens(self, identity: Identity) -> Sequence[Token]:
        """Those of all service accounts of the org, by name."""
        identity.require("serviceaccounts:read")
        return self._store.account_tokens(identity.org_id)

    def token(self, identity: Identity, token_id: int) -> Token:
        """A token of any service account of the org. Raises TokenNotFound."""
        identity.require("serviceaccounts:read")
        found = self._store.account_token(identity.org_id, token_id)
        if found is None:
            raise TokenNotFound
        return found

    def delete_any_token(self, identity: Identity, token_id: int) -> Token:
        """Deletes a token of any service account of the org, and returns what it was. Raises TokenNotFound."""
        identity.require("serviceaccounts:write")
        token = self.token(identity, token_id)
        assert token.service_account_id is not None
        self.delete_token(identity, token.service_account_id, token.id)
        return token

    def rotate_token(
        self, identity: Identity, token_id: int, *, overlap: int, seconds_to_live: int | None
    ) -> tuple[int, str]:
        """Id and text of a new token with the name, account and limits of an old one, which ends after ``overlap``
        seconds and gets another name. The new one lives as long as the old one was made for, unless it is said.

        Raises TokenNotFound, RevokedToken, TokenRotated, RoleTooHigh, TokenNameTaken and the lifetime errors.
        """
        identity.require("serviceaccounts:write")
        now = int(self._clock())
        with self._store.writing(identity.org_id):
            old = self._store.account_token(identity.org_id, token_id)
            if old is None or old.service_account_id is None:
                raise TokenNotFound
            if old.is_revoked:
                raise RevokedToken
            if old.successor_id is not None:
                # A client that asks again after a lost answer would else get a successor of something about to end.
                raise TokenRotated
            ends = expiry(overlap, now=now, longest=NO_LIMIT) or now
            self._store.retire_token(
                identity.org_id,
                old.id,
                name=f"{old.name[:_KEPT_OF_NAME]} (before rotation, {old.id})",
                expires_at=ends if old.expires_at is None else min(ends, old.expires_at),
            )
            self._record(identity, "serviceaccounts.tokens:rotate", old.service_account_id, token=old.id, ends=ends)
            lived = 0 if old.expires_at is None else max(1, old.expires_at - old.created_at)
            life = lived if seconds_to_live is None else seconds_to_live
            new_id, text = self._issue(identity, old.service_account_id, old.name, life, old.limits)
            self._store.set_successor(identity.org_id, old.id, new_id)
            return new_id, text

    def delete_token(self, identity: Identity, account_id: int, token_id: int) -> None:
        """Raises ServiceAccountNotFound, TokenNotFound."""
        identity.require("serviceaccounts:write", _scope(account_id))
        with self._store.writing(identity.org_id):
            account = self._find(identity, account_id)
            if not self._store.delete_token(identity.org_id, token_id, account.id):
                raise TokenNotFound
            self._record(identity, "serviceaccounts.tokens:delete", account.id, token=token_id)

    def add_token_for_role(
        self,
        identity: Identity,
        *,
        account: str,
        role: Role,
        name: str,
        seconds_to_live: int,
        limits: TokenLimits | None,
    ) -> tuple[int, str]:
        """Id and text of a new token of the service account named ``account`` with exactly ``role``, which is made when
        the org has none of that name. Either both are made or neither.

        Raises ServiceAccountTaken when the one there is has another role or is disabled, and as create and add_token.
        """
        identity.require("serviceaccounts:write")
        check_name("A name", account)
        check_name("A name", name)
        with self._store.writing(identity.org_id):
            found = self._store.service_account_by_name(identity.org_id, account)
            if found is None:
                found = self._create(identity, name=account, role=role, is_disabled=False)
            elif found.role != role or found.is_disabled:
                raise ServiceAccountTaken(account)
            return self._issue(identity, found.id, name, seconds_to_live, limits)

    def _create(self, identity: Identity, *, name: str, role: Role, is_disabled: bool) -> ServiceAccount:
        identity.require("serviceaccounts:create")
        identity.require_role(role)
        login = f"sa-{identity.org_id}-{_slug(name)}"
        account_id = self._store.add_service_account(
            identity.org_id, name=name, login=login, role=role, is_disabled=is_disabled
        )
        self._record(identity, "serviceaccounts:create", account_id, name=name, role=role)
        return self._find(identity, account_id)

    def _issue(
        self, identity: Identity, account_id: int, name: str, seconds_to_live: int, limits: TokenLimits | None
    ) -> tuple[int, str]:
        now = int(self._clock())
        account = self._find(identity, account_id)
        identity.require_role(account.role)
        secret = new_secret()
        token_id = self._store.add_token(
            NewToken(
                org_id=identity.org_id,
                name=name,
                token_hash=hash_secret(secret),
                created_at=now,
                expires_at=expiry(seconds_to_live, now=now, longest=self._longest_life),
                role=None,
                service_account_id=account.id,
                limits=limits,
            )
        )
        detail = {} if limits is None else {"limits": limits.as_document()}
        self._record(identity, "serviceaccounts.tokens:create", account.id, token=token_id, name=name, **detail)
        return token_id, service_token(secret)

    def _find(self, identity: Identity, account_id: int) -> ServiceAccount:
        account = self._store.service_account(identity.org_id, account_id)
        if account is None:
            raise ServiceAccountNotFound
        return account

    def _record(self, identity: Identity, action: str, account_id: int, **detail: object) -> None:
        self._audit.record(identity.event(action, _scope(account_id), **detail))


def _scope(account_id: int) -> str:
    return f"serviceaccounts:id:{account_id}"


def _slug(name: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    # Names in other scripts would all give the same slug; the checksum keeps them apart, and one name to one login.
    return slug if name.isascii() and slug else f"{slug}-{zlib.crc32(name.encode()):08x}".strip("-")
