"""BACKEND_TYPES: a table of the kinds of data sources; facts only."""

from dataclasses import dataclass

FALLBACK_LOGO = "public/img/icn-datasource.svg"


@dataclass(frozen=True)
class BackendType:
    """One kind of back end. ``url_required``: it cannot be changed or proxied without a URL.

    ``speaks_http``: the proxy can reach it; the others speak a wire protocol of their own.
    """

    id: str
    title: str
    logo: str = FALLBACK_LOGO
    url_required: bool = False
    speaks_http: bool = True
    aliases: frozenset[str] = frozenset()


def _logo(folder: str, file: str) -> str:
    return f"public/app/plugins/datasource/{folder}/img/{file}"


BACKEND_TYPES: tuple[BackendType, ...] = (
    BackendType("alertmanager", "Alertmanager", _logo("alertmanager", "logo.svg"), url_required=True),
    BackendType("cloudwatch", "CloudWatch", _logo("cloudwatch", "amazon-web-services.png")),
    BackendType("elasticsearch", "Elasticsearch", _logo("elasticsearch", "elasticsearch.svg"), url_required=True),
    BackendType("grafana-azure-monitor-datasource", "Azure Monitor", _logo("azuremonitor", "logo.jpg")),
    BackendType("grafana-clickhouse-datasource", "ClickHouse"),
    BackendType("grafana-opensearch-datasource", "OpenSearch"),
    BackendType("grafana-pyroscope-datasource", "Grafana Pyroscope"),
    BackendType("graphite", "Graphite", _logo("graphite", "graphite_logo.png"), url_required=True),
    BackendType("influxdb", "InfluxDB", _logo("influxdb", "influxdb_logo.svg"), url_required=True),
    BackendType("influxdb_08", "InfluxDB 0.8.x", _logo("influxdb", "influxdb_logo.svg"), url_required=True),
    BackendType("jaeger", "Jaeger", _logo("jaeger", "jaeger_logo.svg"), url_required=True),
    BackendType("loki", "Loki", _logo("loki", "loki_icon.svg"), url_required=True),
    BackendType("marcusolsson-json-datasource", "JSON API"),
    BackendType(
        "mssql", "Microsoft SQL Server", _logo("mssql", "sql_server_logo.svg"), url_required=True, speaks_http=False
    ),
    BackendType("mysql", "MySQL", _logo("mysql", "mysql_logo.svg"), url_required=True, speaks_http=False),
    BackendType("opentsdb", "OpenTSDB", _logo("opentsdb", "opentsdb_logo.png"), url_required=True),
    BackendType("parca", "Parca", _logo("parca", "logo-small.svg")),
    BackendType(
        "grafana-postgresql-datasource",
        "PostgreSQL",
        _logo("grafana-postgresql-datasource", "postgresql_logo.svg"),
        url_required=True,
        speaks_http=False,
        aliases=frozenset({"postgres"}),
    ),
    BackendType("prometheus", "Prometheus", _logo("prometheus", "prometheus_logo.svg"), url_required=True),
    BackendType("simpod-json-datasource", "JSON"),
    BackendType("stackdriver", "Google Cloud Monitoring", _logo("cloud-monitoring", "cloud_monitoring_logo.svg")),
    BackendType("tempo", "Tempo", _logo("tempo", "tempo_logo.svg"), url_required=True),
    BackendType("victoriametrics-logs-datasource", "VictoriaLogs"),
    BackendType("victoriametrics-metrics-datasource", "VictoriaMetrics"),
    BackendType("yesoreyeram-infinity-datasource", "Infinity"),
    BackendType("zipkin", "Zipkin", _logo("zipkin", "zipkin-logo.svg"), url_required=True),
)

_BY_ID = {name: row for row in BACKEND_TYPES for name in (row.id, *row.aliases)}


def is_known(type_id: str) -> bool:
    """Whether the table has a row for ``type_id`` or for a type it is an alias of."""
    return type_id in _BY_ID


def backend_type(type_id: str) -> BackendType:
    """The row of ``type_id``. A type that the table does not have may be registered all the same: it gets a row
    with its own id as title, the fallback logo and nothing that can be proxied."""
    known = _BY_ID.get(type_id)
    return known if known is not None else BackendType(type_id, type_id, speaks_http=False)
