"""The secrets of a data source: encrypted for the place where they stand, opened, and flagged as set."""

import dataclasses
import logging
from collections.abc import Mapping

from app.encryption.encryptor import Encryptor
from app.encryption.errors import Undecryptable
from app.registry.datasource import DataSource
from app.registry.errors import SecretsUnreadable

log = logging.getLogger(__name__)


class Sealing:
    """Binds each ciphertext to its org, data source and field."""

    def __init__(self, encryptor: Encryptor) -> None:
        self._encryptor = encryptor

    def sealed(self, row: DataSource, given: Mapping[str, str]) -> DataSource:
        """``row`` with the secrets of ``given`` over those that it has."""
        sealed = {name: self._encryptor.encrypt(plain, _context(row, name)) for name, plain in given.items()}
        return dataclasses.replace(row, ciphertexts={**row.ciphertexts, **sealed})

    def opened(self, row: DataSource) -> Mapping[str, str]:
        """All secrets in plain text. Raises SecretsUnreadable."""
        try:
            return {name: self._decrypt(row, name) for name in row.ciphertexts}
        except Undecryptable as exc:
            raise SecretsUnreadable from exc

    def with_flags(self, row: DataSource) -> DataSource:
        """``row`` with a flag for each secret that is set and can be opened."""
        if not row.ciphertexts:
            return row
        flags = {name: True for name in row.ciphertexts if self._is_set(row, name)}
        return dataclasses.replace(row, secure_json_fields=flags)

    def _is_set(self, row: DataSource, name: str) -> bool:
        try:
            return self._decrypt(row, name) != ""
        except Undecryptable:
            return False

    def _decrypt(self, row: DataSource, name: str) -> str:
        try:
            return self._encryptor.decrypt(row.ciphertexts[name], _context(row, name))
        except Undecryptable:
            log.error(
                "a secret cannot be decrypted: restore the secret key it was written with, or set it again",
                extra={"event": "secret_unreadable", "org_id": row.org_id, "data_source": row.uid, "field": name},
            )
            raise


def _context(row: DataSource, name: str) -> str:
    # The id is never given again, not even after a delete, and a rename keeps it.
    return f"org {row.org_id} data source {row.id} field {name}"
