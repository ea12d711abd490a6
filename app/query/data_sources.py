"""``show datasources``: the only query that asks no server."""

from collections.abc import Iterable

from app.query.ppl.plan import ShowDataSources, satisfied
from app.query.ppl.planning import DATA_SOURCE_COLUMNS
from app.query.table import Table, strings


def shown(plan: ShowDataSources, data_sources: Iterable[tuple[str, str]]) -> Table:
    """Of the names and connectors that the caller may see, in their order. OpenSearch: connectors in upper case."""
    rows = [(name, connector.upper()) for name, connector in data_sources]
    kept = [row for row in rows if satisfied(plan.where, row, DATA_SOURCE_COLUMNS)]
    return Table(strings(*DATA_SOURCE_COLUMNS), kept)
