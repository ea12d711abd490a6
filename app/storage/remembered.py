"""Rows that were read before, for as long as nothing was committed since."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from app.storage.database import Database

_V = TypeVar("_V")


@dataclass
class _Memory(Generic[_V]):
    revision: object
    values: dict[Hashable, _V] = field(default_factory=dict)
    weight: int = 0

    def keep(self, key: Hashable, value: _V, weight: int, limit: int) -> None:
        if self.weight + weight > limit:
            self.values.clear()
            self.weight = 0
        if weight <= limit:
            self.values[key] = value
            self.weight += weight


class Remembered(Generic[_V]):
    """A memory of at most ``limit`` bytes, as ``weigh`` counts them, emptied by any commit of any process.

    Only where the database tells its revision cheaply, which is SQLite; on the others every call loads. Inside a
    transaction it always loads, because what was written there is not committed.
    """

    def __init__(self, database: Database, *, limit: int, weigh: Callable[[_V], int]) -> None:
        self._database = database
        self._limit = limit
        self._weigh = weigh
        self._memory: _Memory[_V] = _Memory(None)

    def get(self, key: Hashable, load: Callable[[], _V | None]) -> _V | None:
        """The value of ``key``. What ``load`` does not find is not remembered: strangers could fill the memory."""
        revision = self._database.revision
        if revision is None or self._database.in_transaction():
            return load()
        current = revision.current()
        memory = self._memory
        if memory.revision != current:
            memory = self._memory = _Memory(current)
        value = memory.values.get(key)
        if value is None:
            value = load()
            if value is not None:
                memory.keep(key, value, self._weigh(value), self._limit)
        return value
