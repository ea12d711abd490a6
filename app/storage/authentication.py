"""What authentication reads: tokens by hash, users by login, wrong passwords."""

import logging

import orjson
import peewee
from playhouse.pool import MaxConnectionsExceeded

from app.identity.limits import limits_from
from app.identity.roles import Role
from app.identity.store import Standing, TokenRecord, UserRecord
from app.storage.database import Database
from app.storage.remembered import Remembered
from app.storage.tables import Tables, select_text

log = logging.getLogger(__name__)

_REMEMBERED_BYTES = 8 * 1024 * 1024
_RECORD_BYTES = 1_000


class Authentications:
    """Implements identity.store.AuthenticationStore."""

    def __init__(self, database: Database, tables: Tables) -> None:
        self._database = database
        self._tokens: Remembered[TokenRecord] = Remembered(database, limit=_REMEMBERED_BYTES, weigh=_weight)
        self._wrong_passwords = tables.wrong_passwords
        accounts = tables.accounts
        # The one select of tenant rows that names no org: the hash of a secret names one token of all.
        self._token_by_hash = (
            "SELECT t.id, t.org_id, t.name, t.token_hash, t.expires_at, t.is_revoked, t.last_used_at, t.role, "
            "t.service_account_id, a.login, a.is_disabled, m.role, o.default_query_role, o.has_permissions, t.limits "
            "FROM token t "
            "JOIN org o ON o.id = t.org_id "
            "LEFT JOIN account a ON a.id = t.service_account_id "
            "LEFT JOIN org_member m ON m.account_id = t.service_account_id AND m.org_id = t.org_id "
            f"WHERE t.token_hash = {database.peewee.param}"
        )
        self._mark_used = f"UPDATE token SET last_used_at = {database.peewee.param} WHERE id = {database.peewee.param}"
        people = accounts.select(
            accounts.id,
            accounts.login,
            accounts.password_hash,
            accounts.is_server_admin,
            accounts.is_disabled,
            accounts.org_id,
        ).where(~accounts.is_service_account)
        self._user_by_login = select_text(people.where(accounts.login == "l"), parameters=["l"])
        self._user_by_email = select_text(people.where(accounts.email == "e"), parameters=["e"])
        param = database.peewee.param
        self._standing = (
            "SELECT m.role, o.default_query_role, o.has_permissions FROM org_member m JOIN org o ON o.id = m.org_id "
            f"WHERE m.org_id = {param} AND m.account_id = {param}"
        )

    def token_by_hash(self, token_hash: str) -> TokenRecord | None:
        """See the protocol."""
        return self._tokens.get(token_hash, lambda: self._read_token(token_hash))

    def _read_token(self, token_hash: str) -> TokenRecord | None:
        found = self._database.rows(self._token_by_hash, (token_hash,))
        if not found:
            return None
        row = found[0]
        role = row[7] if row[8] is None else row[11]
        return TokenRecord(
            id=row[0],
            org_id=row[1],
            name=row[2],
            token_hash=row[3],
            expires_at=row[4],
            is_revoked=bool(row[5]),
            last_used_at=row[6],
            role=None if role is None else Role(role),
            service_account_id=row[8],
            service_account_login=row[9],
            service_account_disabled=bool(row[10]),
            default_query_role=None if row[12] is None else Role(row[12]),
            org_has_permissions=bool(row[13]),
            limits=None if row[14] is None else limits_from(orjson.loads(row[14])),
        )

    def mark_token_used(self, token_id: int, at: int) -> None:
        """See the protocol."""
        try:
            # Not worth a request's waiting: when somebody writes just now, the token's next use is marked.
            self._database.run_if_free(self._mark_used, (at, token_id))
        except (peewee.PeeweeException, MaxConnectionsExceeded):
            log.warning("a token's last use could not be written", extra={"event": "token_use", "token": token_id})

    def user_by_login(self, login: str) -> UserRecord | None:
        """See the protocol."""
        found = self._database.rows(self._user_by_login, (login,)) or self._database.rows(
            self._user_by_email, (login.lower(),)
        )
        if not found:
            return None
        row = found[0]
        return UserRecord(row[0], row[1], row[2], bool(row[3]), bool(row[4]), row[5])

    def standing(self, user_id: int, org_id: int) -> Standing | None:
        """See the protocol."""
        found = self._database.rows(self._standing, (org_id, user_id))
        if not found:
            return None
        role, default_query_role, has_permissions = found[0]
        return Standing(
            Role(role), None if default_query_role is None else Role(default_query_role), bool(has_permissions)
        )

    def wrong_passwords_since(self, login: str, since: int) -> int:
        """See the protocol."""
        rows = self._wrong_passwords
        return int(
            self._database.fetch(rows.select(peewee.fn.COUNT(rows.id)).where(rows.login == login, rows.at > since))[0][
                0
            ]
        )

    def add_wrong_password(self, login: str, at: int, forget_before: int) -> None:
        """See the protocol."""
        rows = self._wrong_passwords
        with self._database.writing():
            rows.delete().where(rows.at <= forget_before).execute()
            rows.insert(login=login, at=at).execute()


def _weight(record: TokenRecord) -> int:
    if record.limits is None:
        return _RECORD_BYTES
    texts = [*(record.limits.data_sources or ()), *(record.limits.proxy or ())]
    return _RECORD_BYTES + sum(100 + len(text) for text in texts)
