"""What was worked out from a data source's row, kept for as long as the row is the same."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from app.registry.datasource import DataSource

_V = TypeVar("_V")


class Derived(Generic[_V]):
    """``make`` works it out from a row without flags of secrets; of at most ``most`` data sources, the newest."""

    def __init__(self, make: Callable[[DataSource], _V], *, most: int) -> None:
        self._make = make
        self._most = most
        self._kept: OrderedDict[int, tuple[DataSource, _V]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, row: DataSource) -> _V:
        """Raises what ``make`` raises, which is not kept."""
        kept = self._kept.get(row.id)
        # SQLite's rows are remembered, so that most are the same object; the others are read anew and compared.
        if kept is not None and (kept[0] is row or kept[0] == row):
            return kept[1]
        made = self._make(row)
        with self._lock:
            self._kept[row.id] = (row, made)
            self._kept.move_to_end(row.id)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made
