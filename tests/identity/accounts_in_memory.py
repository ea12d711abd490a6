"""What authentication reads, in memory."""

import os
from functools import cache

from app.encryption.encryptor import Encryptor
from app.encryption.keyring import KeyRing
from app.identity.access_key_sealing import AccessKeySealing
from app.identity.limits import TokenLimits
from app.identity.roles import Role
from app.identity.store import AccessKeyRecord, Standing, TokenRecord, UserRecord
from app.identity.tokens import hash_secret
from encryption.key_store import KeysInMemory


def token_record(
    secret: str,
    *,
    org_id: int = 1,
    name: str = "a token",
    expires_at: int | None = None,
    is_revoked: bool = False,
    last_used_at: int | None = None,
    role: Role | None = Role.EDITOR,
    is_disabled: bool = False,
    default_query_role: Role | None = None,
    limits: TokenLimits | None = None,
) -> TokenRecord:
    """A token of service account 40, ``sa-1-scripts``."""
    return TokenRecord(
        id=5,
        org_id=org_id,
        name=name,
        token_hash=hash_secret(secret),
        expires_at=expires_at,
        is_revoked=is_revoked,
        last_used_at=last_used_at,
        role=role,
        service_account_id=40,
        service_account_login="sa-1-scripts",
        service_account_disabled=is_disabled,
        default_query_role=default_query_role,
        org_has_permissions=False,
        limits=limits,
    )


def key_record(secret: str, *, org_id: int = 1, name: str = "a key", role: Role = Role.VIEWER) -> TokenRecord:
    """A legacy API key."""
    return TokenRecord(
        id=6,
        org_id=org_id,
        name=name,
        token_hash=hash_secret(secret),
        expires_at=None,
        is_revoked=False,
        last_used_at=None,
        role=role,
        service_account_id=None,
        service_account_login=None,
        service_account_disabled=False,
        default_query_role=None,
        limits=None,
    )


@cache
def sealing() -> AccessKeySealing:
    """Under a secret key of its own."""
    keys = KeyRing(KeysInMemory(), "the secret key of the installation", os.urandom)
    keys.load()
    return AccessKeySealing(Encryptor(keys))


class AccountsInMemory:
    """Implements identity.store.AuthenticationStore and AccessKeyLookup."""

    def __init__(self) -> None:
        self.tokens: list[TokenRecord] = []
        self.keys: list[AccessKeyRecord] = []
        self.users: dict[str, UserRecord] = {}
        self.roles: dict[tuple[int, int], Role] = {}
        self.query_roles: dict[int, Role] = {}
        self.uses: list[tuple[int, int]] = []
        self.key_uses: list[tuple[str, int]] = []
        self.wrong: list[tuple[str, int]] = []

    def token_by_hash(self, token_hash: str) -> TokenRecord | None:
        """See the protocol."""
        return next((record for record in self.tokens if record.token_hash == token_hash), None)

    def mark_token_used(self, token_id: int, at: int) -> None:
        """See the protocol."""
        self.uses.append((token_id, at))

    def access_key(self, access_key_id: str) -> AccessKeyRecord | None:
        """See the protocol."""
        return next((record for record in self.keys if record.access_key_id == access_key_id), None)

    def mark_access_key_used(self, key: AccessKeyRecord, at: int) -> None:
        """See the protocol."""
        self.key_uses.append((key.access_key_id, at))

    def user_by_login(self, login: str) -> UserRecord | None:
        """See the protocol."""
        return self.users.get(login)

    def standing(self, user_id: int, org_id: int) -> Standing | None:
        """See the protocol."""
        role = self.roles.get((user_id, org_id))
        return None if role is None else Standing(role, self.query_roles.get(org_id), org_has_permissions=False)

    def wrong_passwords_since(self, login: str, since: int) -> int:
        """See the protocol."""
        return sum(1 for name, at in self.wrong if name == login and at > since)

    def add_wrong_password(self, login: str, at: int, forget_before: int) -> None:
        """See the protocol."""
        self.wrong = [row for row in self.wrong if row[1] > forget_before] + [(login, at)]
