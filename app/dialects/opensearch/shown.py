"""The JSON of data sources as this API answers them, made once for each version of a row."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from app.dialects.opensearch.mapping import to_document
from app.edge.json import dump
from app.registry.datasource import DataSource

# Each takes about a kilobyte.
_REMEMBERED = 10_000
_NOT_OF_THE_SERVER = frozenset({"id", "configuration"})


class Shown:
    """``as_server``: with the members of the server's answers only."""

    def __init__(self, *, as_server: bool) -> None:
        self._as_server = as_server
        self._kept: OrderedDict[int, tuple[DataSource, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def one(self, row: DataSource) -> bytes:
        """JSON of a data source. ``row`` is without flags of secrets."""
        kept = self._kept.get(row.id)
        if kept is not None and (kept[0] is row or kept[0] == row):
            return kept[1]
        text = dump(shown(row, as_server=self._as_server))
        with self._lock:
            self._kept[row.id] = (row, text)
            self._kept.move_to_end(row.id)
            while len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)
        return text

    def all(self, rows: Sequence[DataSource]) -> bytes:
        """JSON of a list."""
        return b"[%b]" % b",".join(map(self.one, rows))


def shown(row: DataSource, *, as_server: bool) -> dict[str, Any]:
    """What is answered."""
    found = to_document(row)
    if as_server:
        return {member: found[member] for member in found if member not in _NOT_OF_THE_SERVER}
    return found
