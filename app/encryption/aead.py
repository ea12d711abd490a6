"""AES-256-GCM and key derivation, through the cryptography library; the only module that imports it."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

KEY_BYTES = 32
SALT_BYTES = 16
# NIST SP 800-38D 8.2.2: random 96-bit nonces keep below 2**32 messages a key, far above what one data key sees.
_NONCE_BYTES = 12


class NotAuthentic(Exception):
    """The bytes were not sealed with this key for this context."""


class Aead:
    """Seals and opens with one 256-bit key. The object is reused: setting up the key costs more than one message."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """Nonce, ciphertext and tag in one; opens only with the same ``context``."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """The plain bytes; raises NotAuthentic for another key, another context or changed bytes."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context)
        except (InvalidTag, ValueError) as exc:
            raise NotAuthentic from exc


def derive_key(secret: str, salt: bytes) -> bytes:
    """256 bits from a secret that a person may have chosen.

    scrypt with N=2**15, r=8: 32 MiB and about a tenth of a second, once per start (RFC 7914 section 2).
    """
    return Scrypt(salt=salt, length=KEY_BYTES, n=2**15, r=8, p=1).derive(secret.encode())
