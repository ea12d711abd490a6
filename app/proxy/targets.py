"""Path and query as the types want them: InfluxDB's own ways, and as they came for all others. Pure."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode

from app.registry.catalog import BackendType
from app.registry.datasource import DataSource

_REENCODED = frozenset({"influxdb", "influxdb_08"})


def target_path(kind: BackendType, database: str, path: str) -> str:
    """What follows the data source's own path. InfluxDB 0.8 has the database in it."""
    if kind.id != "influxdb_08":
        return path
    return f"db/{quote(database, safe='')}/{path.lstrip('/')}"


def query_credentials(kind: BackendType, data_source: DataSource, secrets: Mapping[str, str]) -> Mapping[str, str]:
    """What signs in by the query, for the types that do it so."""
    if kind.credentials != "query":
        return {}
    return {"u": data_source.user, "p": secrets.get("password", "")}


def target_query(kind: BackendType, credentials: Mapping[str, str], query: str) -> str:
    """The query byte for byte, but for InfluxDB: there it is sorted by name and escaped anew, as Grafana does, and
    InfluxDB 0.8 has user and password in it, whatever the caller's are."""
    if kind.id not in _REENCODED:
        return query
    pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    pairs = [pair for pair in pairs if pair[0] not in credentials]
    pairs += [(name, value.encode().decode("latin-1")) for name, value in credentials.items()]
    return urlencode(sorted(pairs, key=lambda pair: pair[0]), encoding="latin-1")
