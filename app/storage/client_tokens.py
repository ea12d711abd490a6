"""Rows of client tokens."""

from app.attachments.store import UsedToken
from app.storage.database import Database
from app.storage.tables import Tables, insert_text, select_text


class ClientTokens:
    """Implements attachments.store.ClientTokenStore."""

    def __init__(self, database: Database, tables: Tables) -> None:
        self._database = database
        rows = tables.client_tokens
        self._used = select_text(
            rows.in_org(0, rows.parameters, rows.answer).where(
                rows.region == "r", rows.operation == "o", rows.token == "t", rows.created_at >= 1
            ),
            parameters=[0, "r", "o", "t", 1],
        )
        self._insert, self._columns = insert_text(rows)
        same = rows.delete_in_org(0).where(rows.region == "r", rows.operation == "o", rows.token == "t")
        self._delete = select_text(same, parameters=[0, "r", "o", "t"])
        self._forget = f"DELETE FROM client_token WHERE created_at < {database.peewee.param}"

    def used(self, org_id: int, region: str, operation: str, token: str, *, since: int) -> UsedToken | None:
        """See the protocol."""
        if "\0" in token:
            # No row has it, and PostgreSQL's driver refuses even to ask.
            return None
        found = self._database.rows(self._used, (org_id, region, operation, token, since))
        return UsedToken(*found[0]) if found else None

    def use(self, org_id: int, region: str, operation: str, token: str, used: UsedToken, at: int) -> None:
        """See the protocol."""
        values = {
            "org_id": org_id,
            "region": region,
            "operation": operation,
            "token": token,
            "parameters": used.parameters,
            "answer": used.answer,
            "created_at": at,
        }
        self._database.run(self._delete, (org_id, region, operation, token))
        self._database.rows(self._insert, [values[name] for name in self._columns])

    def forget(self, before: int) -> None:
        """See the protocol."""
        self._database.run(self._forget, (before,))
