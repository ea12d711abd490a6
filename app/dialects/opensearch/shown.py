"""The JSON of data sources as this API answers them, made once for each version of a row."""

from collections.abc import Sequence
from typing import Any

from app.dialects.opensearch.mapping import to_document
from app.edge.json import dump
from app.registry.datasource import DataSource
from app.registry.derived import Derived

# Each takes about a kilobyte.
_REMEMBERED = 10_000
_NOT_OF_THE_SERVER = frozenset({"id", "configuration"})


class Shown:
    """``as_server``: with the members of the server's answers only. Rows are without flags of secrets."""

    def __init__(self, *, as_server: bool) -> None:
        self._texts = Derived(lambda row: dump(shown(row, as_server=as_server)), most=_REMEMBERED)

    def one(self, row: DataSource) -> bytes:
        """JSON of a data source."""
        return self._texts.of(row)

    def all(self, rows: Sequence[DataSource]) -> bytes:
        """JSON of a list."""
        return b"[%b]" % b",".join(map(self._texts.of, rows))


def shown(row: DataSource, *, as_server: bool) -> dict[str, Any]:
    """What is answered."""
    found = to_document(row)
    if as_server:
        return {member: found[member] for member in found if member not in _NOT_OF_THE_SERVER}
    return found
