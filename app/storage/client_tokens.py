"""Rows of client tokens."""

from app.attachments.store import UsedToken
from app.storage.database import Database
from app.storage.tables import Tables


class ClientTokens:
    """Implements attachments.store.ClientTokenStore."""

    def __init__(self, database: Database, tables: Tables) -> None:
        self._database = database
        self._rows = tables.client_tokens
        self._forget = f"DELETE FROM client_token WHERE created_at < {database.peewee.param}"

    def used(self, org_id: int, region: str, operation: str, token: str, *, since: int) -> UsedToken | None:
        """See the protocol."""
        rows = self._rows
        query = rows.in_org(org_id, rows.parameters, rows.answer).where(
            rows.region == region, rows.operation == operation, rows.token == token, rows.created_at >= since
        )
        found = self._database.fetch(query)
        return UsedToken(*found[0]) if found else None

    def use(self, org_id: int, region: str, operation: str, token: str, used: UsedToken, at: int) -> None:
        """See the protocol."""
        self._rows.insert(
            org_id=org_id,
            region=region,
            operation=operation,
            token=token,
            parameters=used.parameters,
            answer=used.answer,
            created_at=at,
        ).execute()

    def forget(self, before: int) -> None:
        """See the protocol."""
        self._database.run(self._forget, (before,))
