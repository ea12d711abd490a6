"""A store of data keys in memory, and randomness that a test can foresee."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from app.encryption.keyring import WrappedKey


class KeysInMemory:
    """Implements keyring.DataKeyStore; ``reads`` counts how often it was asked."""

    def __init__(self, *keys: WrappedKey) -> None:
        self.keys = list(keys)
        self.reads = 0

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One test is one writer."""
        yield

    def all(self) -> list[WrappedKey]:
        """See the protocol."""
        self.reads += 1
        return list(self.keys)

    def add_active(self, key: WrappedKey) -> None:
        """See the protocol."""
        self.keys = [WrappedKey(old.id, old.salt, old.wrapped, active=False) for old in self.keys] + [key]


def counting_randomness() -> Callable[[int], bytes]:
    """The first call gives bytes of 1, the second bytes of 2, and so on."""
    numbers = count(1)
    return lambda size: bytes([next(numbers)]) * size
