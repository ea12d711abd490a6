"""The data keys of this installation, unwrapped by the secret key; knows no ciphertext of a field."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from app.encryption.aead import KEY_BYTES, SALT_BYTES, Aead, NotAuthentic, derive_key
from app.encryption.errors import WrongSecretKey


@dataclass(frozen=True)
class WrappedKey:
    """A data key as it is stored: ``wrapped`` opens with the key derived from the secret key and ``salt``."""

    id: str
    salt: bytes
    wrapped: bytes
    active: bool


class DataKeyStore(Protocol):
    """Where wrapped data keys are kept."""

    def writing(self) -> AbstractContextManager[None]:
        """A transaction that no other writer of keys overlaps."""

    def all(self) -> list[WrappedKey]:
        """Every key, oldest first."""

    def add_active(self, key: WrappedKey) -> None:
        """Stores ``key`` as the one active key; the others stay readable."""


class KeyRing:
    """Finds the key for a ciphertext, and the active one for a new secret.

    Keys are unwrapped once per process. An id that is not known yet is looked up in the store again,
    because another process may have made a new active key since.
    """

    def __init__(self, store: DataKeyStore, secret_key: str, randomness: Callable[[int], bytes]) -> None:
        self._store = store
        self._secret_key = secret_key
        self._randomness = randomness
        self._opened: dict[str, Aead | None] = {}
        self._active_id = ""
        self._wrapping: dict[bytes, Aead] = {}
        self._lock = threading.Lock()

    def load(self) -> None:
        """Unwraps all keys, making the first one in an empty store; raises WrongSecretKey for the active key."""
        with self._store.writing():
            if not any(key.active for key in self._store.all()):
                self._add_active()
        with self._lock:
            self._read()
        if self._opened[self._active_id] is None:
            raise WrongSecretKey(self._active_id)

    def rotate(self) -> str:
        """Makes a new active data key under the current secret key and returns its id; the old keys stay."""
        with self._store.writing():
            self._add_active()
        with self._lock:
            self._read()
        return self._active_id

    def active(self) -> tuple[str, Aead]:
        """Id and key that new secrets are encrypted with; raises WrongSecretKey."""
        key = self._opened[self._active_id]
        if key is None:
            raise WrongSecretKey(self._active_id)
        return self._active_id, key

    def find(self, key_id: str) -> Aead | None:
        """The data key ``key_id``, or None when it is unknown or wrapped by another secret key."""
        if key_id not in self._opened:
            with self._lock:
                self._read()
                # Remembered as unknown, so that a damaged row does not cost a read of the store on every request.
                self._opened.setdefault(key_id, None)
        return self._opened[key_id]

    def _read(self) -> None:
        for key in self._store.all():
            if self._opened.get(key.id) is None:
                self._opened[key.id] = self._unwrap(key)
            if key.active:
                self._active_id = key.id

    def _unwrap(self, key: WrappedKey) -> Aead | None:
        try:
            return Aead(self._wrapper(key.salt).open(key.wrapped, _context(key.id)))
        except NotAuthentic:
            return None

    def _wrapper(self, salt: bytes) -> Aead:
        if salt not in self._wrapping:
            self._wrapping[salt] = Aead(derive_key(self._secret_key, salt))
        return self._wrapping[salt]

    def _add_active(self) -> None:
        # One salt per installation: every further one would cost another scrypt at each start.
        salt = next((key.salt for key in self._store.all()), None) or self._randomness(SALT_BYTES)
        key_id = self._randomness(8).hex()
        wrapped = self._wrapper(salt).seal(self._randomness(KEY_BYTES), _context(key_id))
        self._store.add_active(WrappedKey(key_id, salt, wrapped, active=True))


def _context(key_id: str) -> bytes:
    return f"data key {key_id}".encode()
