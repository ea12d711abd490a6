"""What a data source of this dialect is stored as, and what the registry is told to create or to replace. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.registry.datasource import UNSAID, DataSource, NewDataSource, OpenSearchSide, WholeChange
from app.registry.json_data import JsonData

# As OpenSearch's API keeps them beside the columns, so that both say the same of a data source.
_DESCRIPTION, _PROPERTIES = "description", "properties"
# Grafana's word: requests go from the server.
_ACCESS = "proxy"


@dataclass(frozen=True, kw_only=True)
class Columns:
    """What this dialect has words for; all else of a data source stays as it is stored."""

    type: str
    url: str
    json_data: JsonData
    side: OpenSearchSide


def new(name: str, columns: Columns) -> NewDataSource:
    """A data source to create."""
    return NewDataSource(
        name=name,
        type=columns.type,
        access=_ACCESS,
        url=columns.url,
        json_data=columns.json_data,
        opensearch=columns.side,
    )


def change(old: DataSource, columns: Columns) -> WholeChange:
    """A change of ``old``, secrets and all that ``columns`` do not say kept."""
    return WholeChange(
        name=old.name,
        type=columns.type,
        access=old.access,
        url=columns.url,
        user=old.user,
        database=old.database,
        basic_auth=old.basic_auth,
        basic_auth_user=old.basic_auth_user,
        is_default=old.is_default,
        json_data=columns.json_data,
        version=old.version,
        opensearch=columns.side,
        kept_secrets=frozenset(old.ciphertexts),
        based_on=old,
    )


def description_of(row: DataSource) -> str:
    """What people say of it; empty: nothing."""
    return _text(_document(row).get(_DESCRIPTION))


def property_of(row: DataSource, key: str) -> str:
    """A property that OpenSearch's API keeps beside the columns; empty: none of the name."""
    return _text(_properties(row).get(key))


def side(
    old: DataSource | None,
    *,
    description: str | None,
    defaults: Mapping[str, str],
    properties: Mapping[str, str],
) -> OpenSearchSide:
    """What OpenSearch's API says of a data source. ``description`` None: what was said. ``defaults``: properties of a
    data source that has none under those names."""
    stored = UNSAID if old is None else old.opensearch
    written = {**defaults, **({} if old is None else _properties(old)), **properties}
    document = dict({} if old is None else _document(old))
    if description is not None:
        document[_DESCRIPTION] = description
    if written:
        document[_PROPERTIES] = written
    return replace(stored, document=JsonData.of(document)) if document else stored


def _document(row: DataSource) -> Mapping[str, Any]:
    return {} if row.opensearch.document is None else row.opensearch.document


def _properties(row: DataSource) -> Mapping[str, Any]:
    found = _document(row).get(_PROPERTIES)
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
