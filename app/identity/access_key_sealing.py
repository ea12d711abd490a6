"""The secret of an access key: encrypted for the key it belongs to, and opened."""

import logging

from app.encryption.encryptor import Encryptor
from app.encryption.errors import Undecryptable
from app.identity.errors import AccessKeyUnreadable

log = logging.getLogger(__name__)


class AccessKeySealing:
    """Binds each ciphertext to its org and access key."""

    def __init__(self, encryptor: Encryptor) -> None:
        self._encryptor = encryptor

    def sealed(self, org_id: int, access_key_id: str, secret: str) -> str:
        """The ciphertext."""
        return self._encryptor.encrypt(secret, _context(org_id, access_key_id))

    def opened(self, org_id: int, access_key_id: str, ciphertext: str) -> str:
        """The secret. Raises AccessKeyUnreadable."""
        try:
            return self._encryptor.decrypt(ciphertext, _context(org_id, access_key_id))
        except Undecryptable as exc:
            log.error(
                "the secret of an access key cannot be decrypted: restore the secret key it was written with, or "
                "issue another access key",
                extra={"event": "access_key_unreadable", "org_id": org_id, "access_key": access_key_id},
            )
            raise AccessKeyUnreadable from exc


def _context(org_id: int, access_key_id: str) -> str:
    return f"org {org_id} access key {access_key_id}"
