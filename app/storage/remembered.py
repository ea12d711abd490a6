"""Rows that were read before, for as long as nothing was committed since."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from app.storage.database import Database

_V = TypeVar("_V")


@dataclass(frozen=True)
class _Memory(Generic[_V]):
    revision: object
    values: dict[Hashable, _V] = field(default_factory=dict)


class Remembered(Generic[_V]):
    """A memory of at most ``limit`` values, emptied by any commit of any process.

    Only where the database tells its revision cheaply, which is SQLite; on the others every call loads. Inside a
    transaction it always loads, because what was written there is not committed.
    """

    def __init__(self, database: Database, *, limit: int) -> None:
        self._database = database
        self._limit = limit
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
                if len(memory.values) >= self._limit:
                    memory.values.clear()
                memory.values[key] = value
        return value
