"""Encrypts single secrets and opens them again, bound to the place they belong to."""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error

from app.encryption.aead import NotAuthentic
from app.encryption.errors import Undecryptable
from app.encryption.keyring import KeyRing

# First part of each blob, so that a later scheme can be told from this one.
_SCHEME = "g1"


class Encryptor:
    """Text to blob and back. A blob is ``g1.<data key id>.<base64 of nonce, ciphertext and tag>``."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def encrypt(self, plain: str, context: str) -> str:
        """A blob that opens only for the same ``context``, so that it cannot be moved to another place."""
        key_id, key = self._keys.active()
        sealed = key.seal(plain.encode(), context.encode())
        return f"{_SCHEME}.{key_id}.{b64encode(sealed).decode()}"

    def decrypt(self, blob: str, context: str) -> str:
        """The secret; raises Undecryptable when its key is gone or the blob was changed or moved."""
        try:
            scheme, key_id, sealed = blob.split(".")
            key = self._keys.find(key_id)
            if scheme != _SCHEME or key is None:
                raise Undecryptable(context)
            return key.open(b64decode(sealed, validate=True), context.encode()).decode()
        except (ValueError, Base64Error, NotAuthentic) as exc:
            raise Undecryptable(context) from exc
