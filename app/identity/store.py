"""What identity use cases need of storage, as protocols and plain records."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from app.identity.limits import TokenLimits
from app.identity.roles import Role


@dataclass(frozen=True)
class TokenRecord:
    """A token or API key with the account it stands for, read in one query. Times are epoch seconds."""

    id: int
    org_id: int
    name: str
    token_hash: str = field(repr=False)
    expires_at: int | None
    is_revoked: bool
    last_used_at: int | None
    role: Role | None  # of the key itself, or of the service account in the token's org
    service_account_id: int | None
    service_account_login: str | None
    service_account_disabled: bool
    default_query_role: Role | None  # of the org; None: that of the settings
    limits: TokenLimits | None
    org_has_permissions: bool = False


@dataclass(frozen=True)
class UserRecord:
    """A person who may sign in."""

    id: int
    login: str
    password_hash: str = field(repr=False)
    is_server_admin: bool
    is_disabled: bool
    org_id: int  # the org used when a request names none


@dataclass(frozen=True)
class ServiceAccount:
    """A service account of one org, with the number of its tokens."""

    id: int
    uid: str
    org_id: int
    name: str
    login: str
    role: Role
    is_disabled: bool
    tokens: int


@dataclass(frozen=True)
class Token:
    """A token, or an API key with its role, as its owner may see it: without hash. Times are epoch seconds."""

    id: int
    name: str
    role: Role | None
    created_at: int
    expires_at: int | None
    last_used_at: int | None
    is_revoked: bool
    service_account_id: int | None
    limits: TokenLimits | None
    successor_id: int | None = None  # the token that it was rotated to


@dataclass(frozen=True)
class NewToken:
    """A token or API key to store; a key has a role of its own, a token the service account it belongs to."""

    org_id: int
    name: str
    token_hash: str = field(repr=False)
    created_at: int
    expires_at: int | None
    role: Role | None
    service_account_id: int | None
    is_revoked: bool = False
    limits: TokenLimits | None = None


@dataclass(frozen=True)
class ServiceAccountSearch:
    """Which service accounts to list. ``query`` matches name or login; ``page`` begins at 1."""

    query: str
    page: int
    per_page: int
    only_disabled: bool
    expired_tokens_at: int | None  # only accounts with a token that is expired at this time


@dataclass(frozen=True)
class Standing:
    """A user's role in an org, the org's own default_query_role, and whether permissions were ever set there."""

    role: Role
    default_query_role: Role | None
    org_has_permissions: bool


@dataclass(frozen=True, kw_only=True)
class AccessKeyRecord:
    """An access key with the account it stands for, read in one query. Times are epoch seconds."""

    id: int
    access_key_id: str
    org_id: int
    account_id: int
    is_service_account: bool
    login: str
    is_disabled: bool
    role: Role | None  # of the account in the key's org; None: not a member any more
    secret: str = field(repr=False)  # ciphertext
    session_token_hash: str | None = field(repr=False)  # of a temporary key
    expires_at: int | None
    last_used_at: int | None
    default_query_role: Role | None  # of the org; None: that of the settings
    org_has_permissions: bool


@dataclass(frozen=True, kw_only=True)
class AccessKey:
    """An access key as an admin may see it: without secrets. Times are epoch seconds."""

    access_key_id: str
    login: str
    name: str
    created_at: int
    expires_at: int | None
    last_used_at: int | None


@dataclass(frozen=True, kw_only=True)
class NewAccessKey:
    """An access key to store."""

    org_id: int
    account_id: int
    access_key_id: str
    name: str
    secret: str = field(repr=False)  # ciphertext
    session_token_hash: str | None = field(repr=False)
    created_at: int
    expires_at: int | None


@dataclass(frozen=True)
class Signer:
    """A user or service account of an org, whom an access key can be issued to."""

    account_id: int
    login: str
    role: Role


class AuthenticationStore(Protocol):
    """What it takes to find out who asks."""

    def token_by_hash(self, token_hash: str) -> TokenRecord | None: ...

    def mark_token_used(self, token_id: int, at: int) -> None:
        """Best effort: a full disk or a busy database must not fail the request that uses the token."""

    def user_by_login(self, login: str) -> UserRecord | None:
        """By login or e-mail; never a service account."""

    def standing(self, user_id: int, org_id: int) -> Standing | None:
        """None: not a member."""

    def wrong_passwords_since(self, login: str, since: int) -> int: ...

    def add_wrong_password(self, login: str, at: int, forget_before: int) -> None:
        """Counts one, and drops the rows of all logins older than ``forget_before``."""


class ServiceAccountStore(Protocol):
    """Service accounts, tokens and API keys. Each method names the org."""

    def writing(self, org_id: int) -> AbstractContextManager[None]:
        """A transaction in which no other writer of the org overlaps. Raises OrgNotFound."""

    def service_accounts(self, org_id: int, search: ServiceAccountSearch) -> tuple[int, Sequence[ServiceAccount]]:
        """How many match, and the page of them by name."""

    def service_account(self, org_id: int, account_id: int) -> ServiceAccount | None: ...

    def service_account_by_name(self, org_id: int, name: str) -> ServiceAccount | None:
        """By exactly this name."""

    def add_service_account(self, org_id: int, *, name: str, login: str, role: Role, is_disabled: bool) -> int:
        """The new id; raises ServiceAccountTaken."""

    def change_service_account(
        self, org_id: int, account_id: int, *, name: str, role: Role, is_disabled: bool
    ) -> None: ...

    def delete_service_account(self, org_id: int, account_id: int) -> None:
        """With its tokens."""

    def tokens(self, org_id: int, service_account_id: int | None) -> Sequence[Token]:
        """Of a service account, or (None) the org's legacy API keys; by name."""

    def add_token(self, new: NewToken) -> int:
        """The new id; raises TokenNameTaken."""

    def delete_token(self, org_id: int, token_id: int, service_account_id: int | None) -> bool:
        """Whether there was one."""

    def account_tokens(self, org_id: int) -> Sequence[Token]:
        """The tokens of all service accounts of the org, by name."""

    def account_token(self, org_id: int, token_id: int) -> Token | None:
        """A token of any service account of the org."""

    def retire_token(self, org_id: int, token_id: int, *, name: str, expires_at: int) -> None:
        """Gives a token another name and an end. Raises TokenNameTaken."""

    def set_successor(self, org_id: int, token_id: int, successor_id: int) -> None:
        """The token that this one was rotated to."""


class AccessKeyLookup(Protocol):
    """What it takes to find out who signed."""

    def access_key(self, access_key_id: str) -> AccessKeyRecord | None:
        """Of any org."""

    def mark_access_key_used(self, key: AccessKeyRecord, at: int) -> None:
        """Best effort: a full disk or a busy database must not fail the request that was signed."""


class AccessKeyStore(Protocol):
    """Access keys of users and service accounts. Each method names the org."""

    def writing(self, org_id: int) -> AbstractContextManager[None]:
        """A transaction in which no other writer of the org overlaps. Raises OrgNotFound."""

    def signer(self, org_id: int, login: str) -> Signer | None:
        """A member of the org, a user or a service account, by exactly this login."""

    def access_keys(self, org_id: int) -> Sequence[AccessKey]:
        """By login, the oldest first."""

    def count_access_keys(self, org_id: int, account_id: int) -> int:
        """How many the account has in the org."""

    def add_access_key(self, new: NewAccessKey) -> None: ...

    def delete_access_key(self, org_id: int, access_key_id: str) -> bool:
        """Whether there was one."""

    def delete_ended_access_keys(self, org_id: int, account_id: int, now: int) -> None:
        """Those whose time is over."""
