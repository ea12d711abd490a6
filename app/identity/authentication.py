"""From credentials to an Identity; knows neither HTTP headers nor SQL."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from app.identity.access_key_sealing import AccessKeySealing
from app.identity.errors import (
    AccountDisabled,
    EmptyPassword,
    ExpiredAccessKey,
    ExpiredToken,
    InvalidToken,
    LoginBlocked,
    NotAuthenticated,
    RevokedToken,
    TokenOfAnotherOrg,
    UnknownAccessKey,
    WrongPassword,
    WrongSignature,
)
from app.identity.identity import Identity
from app.identity.passwords import Passwords, TooManyAtOnce
from app.identity.roles import Role, grants_of
from app.identity.store import AccessKeyLookup, AccessKeyRecord, AuthenticationStore, TokenRecord, UserRecord
from app.identity.tokens import LegacyToken, hash_secret, read_token

# Grafana: five wrong passwords within five minutes block the login until the oldest of them is that old.
_WRONG_PASSWORDS = 5
_WRONG_PASSWORD_SECONDS = 300
# Logins come from strangers: what is longer than a login can be is counted under its first part.
_LOGIN_LENGTH = 190
# The last use of a token or access key is shown to people; writing it more often would make every read a write.
_LAST_USED_SECONDS = 60


@dataclass(frozen=True)
class BearerToken:
    """A token as the caller sent it."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class Password:
    """A login (or e-mail) and password as the caller sent them."""

    login: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Signature:
    """A request that somebody signed. ``proves`` says whether it was done with this secret access key."""

    access_key_id: str
    session_token: str | None = field(repr=False)
    proves: Callable[[str], bool] = field(repr=False)


Credentials = BearerToken | Password | Signature | None


@dataclass(frozen=True)
class LoginPolicy:
    """How callers may sign in, and what the settings give them: passwords at all, whether wrong ones block a login,
    and the least role that may query what nobody restricted."""

    passwords_allowed: bool
    block_after_wrong_passwords: bool
    default_query_role: Role = Role.VIEWER  # of orgs that do not say


class Authenticator:
    """Finds out who asks. ``clock`` gives epoch seconds."""

    def __init__(
        self,
        store: AuthenticationStore,
        passwords: Passwords,
        policy: LoginPolicy,
        clock: Callable[[], float],
        access_keys: AccessKeyLookup,
        sealing: AccessKeySealing,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._policy = policy
        self._clock = clock
        self._access_keys = access_keys
        self._sealing = sealing

    def authenticate(self, credentials: Credentials, *, door: str, org_id: int | None) -> Identity:
        """The caller, in ``org_id`` or in the org their account, token or access key belongs to.

        Raises NotAuthenticated, InvalidToken, ExpiredToken, RevokedToken, TokenOfAnotherOrg, WrongPassword,
        EmptyPassword, LoginBlocked, UnknownAccessKey, WrongSignature, ExpiredAccessKey, AccessKeyUnreadable or
        AccountDisabled.
        """
        match credentials:
            case BearerToken(text):
                return self._by_token(text, door, org_id)
            case Password(login, password) if self._policy.passwords_allowed:
                return self._by_password(login, password, door, org_id)
            case Signature():
                return self._by_signature(credentials, door, org_id)
            case _:
                raise NotAuthenticated

    def _by_token(self, text: str, door: str, org_id: int | None) -> Identity:
        token = read_token(text)
        if token is None:
            raise InvalidToken
        token_hash = hash_secret(token.secret)
        record = self._store.token_by_hash(token_hash)
        if record is None or not hmac.compare_digest(record.token_hash, token_hash):
            raise InvalidToken
        is_legacy = record.service_account_id is None
        if is_legacy != isinstance(token, LegacyToken):
            raise InvalidToken
        if isinstance(token, LegacyToken) and (token.name, token.org_id) != (record.name, record.org_id):
            raise InvalidToken
        now = int(self._clock())
        if record.is_revoked:
            raise RevokedToken
        if record.expires_at is not None and record.expires_at <= now:
            raise ExpiredToken
        if org_id is not None and org_id != record.org_id:
            raise TokenOfAnotherOrg
        if record.service_account_disabled:
            raise AccountDisabled
        if record.last_used_at is None or record.last_used_at + _LAST_USED_SECONDS <= now:
            self._store.mark_token_used(record.id, now)
        return self._token_identity(record, door)

    def _by_password(self, login: str, password: str, door: str, org_id: int | None) -> Identity:
        if not password:
            raise EmptyPassword
        now = int(self._clock())
        # No login has NUL, and PostgreSQL's driver refuses even to ask.
        user = self._store.user_by_login(login) if "\0" not in login else None
        # Counted by account, so that login and e-mail together do not give twice the tries.
        counted = (user.login if user else login.replace("\0", "")).lower()[:_LOGIN_LENGTH]
        since = now - _WRONG_PASSWORD_SECONDS
        counting = self._policy.block_after_wrong_passwords
        if counting and self._store.wrong_passwords_since(counted, since) >= _WRONG_PASSWORDS:
            raise LoginBlocked
        try:
            right = self._passwords.verify(password, user.password_hash if user else None)
        except TooManyAtOnce as exc:
            raise LoginBlocked from exc
        if not right or user is None:
            if counting:
                self._store.add_wrong_password(counted, now, forget_before=since)
            raise WrongPassword
        if user.is_disabled:
            raise AccountDisabled
        return self._user_identity(user, door, org_id or user.org_id)

    def _by_signature(self, signature: Signature, door: str, org_id: int | None) -> Identity:
        record = self._access_keys.access_key(signature.access_key_id)
        if record is None or not _session_token_fits(signature.session_token, record.session_token_hash):
            raise UnknownAccessKey
        if not signature.proves(self._sealing.opened(record.org_id, record.access_key_id, record.secret)):
            raise WrongSignature
        # Only now: whoever cannot sign learns nothing of a key.
        now = int(self._clock())
        if record.expires_at is not None and record.expires_at <= now:
            raise ExpiredAccessKey
        if org_id is not None and org_id != record.org_id:
            raise TokenOfAnotherOrg
        if record.is_disabled:
            raise AccountDisabled
        if record.last_used_at is None or record.last_used_at + _LAST_USED_SECONDS <= now:
            self._access_keys.mark_access_key_used(record, now)
        return self._signer_identity(record, door)

    def _user_identity(self, user: UserRecord, door: str, org_id: int) -> Identity:
        standing = self._store.standing(user.id, org_id)
        role = standing.role if standing else None
        query_role = (standing and standing.default_query_role) or self._policy.default_query_role
        return Identity(
            kind="user",
            id=user.id,
            login=user.login,
            org_id=org_id,
            role=role,
            is_server_admin=user.is_server_admin,
            door=door,
            grants=grants_of(role, server_admin=user.is_server_admin, query_role=query_role),
            default_query_role=query_role,
            org_has_permissions=standing is not None and standing.org_has_permissions,
        )

    def _token_identity(self, record: TokenRecord, door: str) -> Identity:
        is_key = record.service_account_id is None
        query_role = record.default_query_role or self._policy.default_query_role
        return Identity(
            kind="api_key" if is_key else "service_account",
            id=record.id if record.service_account_id is None else record.service_account_id,
            login=record.name if record.service_account_login is None else record.service_account_login,
            org_id=record.org_id,
            role=record.role,
            is_server_admin=False,
            door=door,
            grants=grants_of(record.role, server_admin=False, query_role=query_role),
            default_query_role=query_role,
            org_has_permissions=record.org_has_permissions,
            limits=record.limits,
        )

    def _signer_identity(self, record: AccessKeyRecord, door: str) -> Identity:
        query_role = record.default_query_role or self._policy.default_query_role
        return Identity(
            kind="service_account" if record.is_service_account else "user",
            id=record.account_id,
            login=record.login,
            org_id=record.org_id,
            role=record.role,
            # A key opens its org; what a server admin may do to others takes a password.
            is_server_admin=False,
            door=door,
            grants=grants_of(record.role, server_admin=False, query_role=query_role),
            default_query_role=query_role,
            org_has_permissions=record.org_has_permissions,
        )


def _session_token_fits(given: str | None, stored_hash: str | None) -> bool:
    if given is None or stored_hash is None:
        return given is None and stored_hash is None
    # None that was issued has other letters, and those of a broken header may be none of any encoding.
    return given.isascii() and hmac.compare_digest(hash_secret(given), stored_hash)
