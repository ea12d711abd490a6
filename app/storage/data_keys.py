"""Rows of wrapped data keys."""

from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import AbstractContextManager

from app.encryption.keyring import WrappedKey
from app.storage.database import Database
from app.storage.tables import Tables


class DataKeys:
    """Implements encryption.keyring.DataKeyStore. ``clock`` gives epoch seconds."""

    def __init__(self, database: Database, tables: Tables, clock: Callable[[], float]) -> None:
        self._database = database
        self._rows = tables.data_keys
        self._clock = clock

    def writing(self) -> AbstractContextManager[None]:
        """See the protocol."""
        return self._database.writing()

    def all(self) -> list[WrappedKey]:
        """See the protocol."""
        rows = self._rows
        query = rows.select(rows.key_id, rows.salt, rows.wrapped, rows.is_active).order_by(rows.id)
        return [
            WrappedKey(key_id, b64decode(salt), b64decode(wrapped), bool(active))
            for key_id, salt, wrapped, active in self._database.fetch(query)
        ]

    def add_active(self, key: WrappedKey) -> None:
        """See the protocol."""
        self._rows.update(is_active=False).execute()
        self._rows.insert(
            key_id=key.id,
            salt=b64encode(key.salt).decode(),
            wrapped=b64encode(key.wrapped).decode(),
            is_active=True,
            created_at=int(self._clock()),
        ).execute()
