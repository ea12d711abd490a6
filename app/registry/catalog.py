"""BACKEND_TYPES: a table of the kinds of data sources; facts only."""

from dataclasses import dataclass
from typing import Literal

from app.identity.roles import Role

FALLBACK_LOGO = "public/img/icn-datasource.svg"


@dataclass(frozen=True)
class Route:
    """A method and the beginning of a path below the data source's URL, and the least role that may send it there."""

    method: str
    path: str
    role: Role = Role.VIEWER


@dataclass(frozen=True)
class Probe:
    """How to see that a server is there and lets us in: a GET below the data source's URL, answered 200 (or 204).

    ``says``: text that the answer must hold, for servers behind which another would answer 200 to anything.
    """

    path: str
    query: str = ""
    says: str = ""


@dataclass(frozen=True)
class BackendType:
    """One kind of back end. ``url_required``: it cannot be changed or proxied without a URL.

    ``speaks_http``: the proxy can reach it; the others speak a wire protocol of their own.
    ``routes``: the first that fits a request decides which role may send it; a request that none fits is free, but
    for ``listed_methods``, which are proxied only where a route takes them.
    ``refused_methods`` are never proxied, and POST only to the path ``post_only`` when there is one.
    ``probe``: None for types whose check takes a driver, or calls of a cloud's own API.
    ``credentials``: where ``user`` and the secret ``password`` go when there is no basic auth; ``header_if_user`` is
    a Basic header when there is a user, ``header`` one always, ``query`` the parameters u and p.
    ``amazon_services``: the name under which Amazon hosts it, for signatures, and its serverless kind's.
    ``connectors``: OpenSearch's names for it, the first as it is shown; none: it is the id.
    """

    id: str
    title: str
    logo: str = FALLBACK_LOGO
    url_required: bool = False
    speaks_http: bool = True
    aliases: frozenset[str] = frozenset()
    routes: tuple[Route, ...] = ()
    listed_methods: frozenset[str] = frozenset()
    refused_methods: frozenset[str] = frozenset()
    post_only: str | None = None
    probe: Probe | None = None
    credentials: Literal["header_if_user", "header", "query"] = "header_if_user"
    amazon_services: tuple[str, ...] = ()
    connectors: tuple[str, ...] = ()


# The query language's own arithmetic, which needs no data.
_PROMETHEUS_PROBE = Probe("api/v1/query", "query=1%2B1", says='"success"')

_CHANGES = frozenset({"POST", "PUT", "DELETE"})

_AMAZON_PROMETHEUS = ("aps",)
_AMAZON_OPENSEARCH = ("es", "aoss")


def _routes(methods: str, paths: str, role: Role = Role.VIEWER) -> tuple[Route, ...]:
    return tuple(Route(method, path, role) for path in paths.split() for method in methods.split())


# Grafana's plugin manifests: what the built-in types let through, and to whom. A path is matched by its beginning.
_PROMETHEUS_ROUTES = (
    Route("GET", "api/v1/status/flags", Role.ADMIN),
    *_routes("POST", "api/v1/query api/v1/series api/v1/labels"),
    *_routes("GET", "rules"),
    *_routes("POST DELETE", "rules", Role.EDITOR),
    *_routes("GET", "config/v1/rules"),
    *_routes("POST DELETE", "config/v1/rules", Role.EDITOR),
)

_LOKI_RULES = "api/v1/rules loki/api/v1/rules rules api/prom/rules"
_LOKI_ROUTES = (
    *_routes("GET POST", "api/v1/query_range api/v1/series api/v1/format_query"),
    *_routes("GET", _LOKI_RULES),
    *_routes("POST DELETE", _LOKI_RULES, Role.EDITOR),
)

_ALERTMANAGER_ROUTES = (
    *_routes("GET", "alertmanager/api/v2/silences alertmanager/api/v2/silence alertmanager/api/v2/alerts"),
    *_routes("GET", "alertmanager/api/v2/status alertmanager/api/v2/receivers"),
    Route("GET", "api/v1/alerts", Role.ADMIN),
    # The silences and alerts that the manifest names, and every other change: an Editor's.
    *(Route(method, "", Role.EDITOR) for method in sorted(_CHANGES)),
)


def _logo(folder: str, file: str) -> str:
    return f"public/app/plugins/datasource/{folder}/img/{file}"


BACKEND_TYPES: tuple[BackendType, ...] = (
    BackendType(
        "alertmanager",
        "Alertmanager",
        _logo("alertmanager", "logo.svg"),
        url_required=True,
        routes=_ALERTMANAGER_ROUTES,
        probe=Probe("api/v2/status", says="cluster"),
        amazon_services=_AMAZON_PROMETHEUS,
    ),
    BackendType("cloudwatch", "CloudWatch", _logo("cloudwatch", "amazon-web-services.png")),
    BackendType(
        "elasticsearch",
        "Elasticsearch",
        _logo("elasticsearch", "elasticsearch.svg"),
        url_required=True,
        refused_methods=frozenset({"PUT", "DELETE"}),
        post_only="_msearch",
        probe=Probe("", says="version"),
        amazon_services=_AMAZON_OPENSEARCH,
    ),
    *(
        BackendType(
            f"grafana-{cloud.lower()}prometheus-datasource",
            f"{cloud} Managed Service for Prometheus",
            url_required=True,
            routes=_PROMETHEUS_ROUTES,
            listed_methods=_CHANGES,
            probe=_PROMETHEUS_PROBE,
            amazon_services=_AMAZON_PROMETHEUS,
        )
        for cloud in ("Amazon", "Azure")
    ),
    BackendType("grafana-azure-monitor-datasource", "Azure Monitor", _logo("azuremonitor", "logo.jpg")),
    BackendType("grafana-bigquery-datasource", "Google BigQuery", speaks_http=False, connectors=("bigquery",)),
    BackendType("grafana-clickhouse-datasource", "ClickHouse", probe=Probe("ping")),
    BackendType("grafana-mongodb-datasource", "MongoDB", speaks_http=False, connectors=("mongodb",)),
    BackendType(
        "grafana-opensearch-datasource",
        "OpenSearch",
        aliases=frozenset({"opensearch"}),
        probe=Probe("", says="version"),
        connectors=("OPENSEARCH",),
        amazon_services=_AMAZON_OPENSEARCH,
    ),
    BackendType("grafana-snowflake-datasource", "Snowflake", speaks_http=False, connectors=("snowflake",)),
    BackendType("grafana-pyroscope-datasource", "Grafana Pyroscope", probe=Probe("ready")),
    BackendType(
        "graphite",
        "Graphite",
        _logo("graphite", "graphite_logo.png"),
        url_required=True,
        probe=Probe("render", "target=constantLine(1)&from=-1min&format=json", says="datapoints"),
    ),
    BackendType(
        "influxdb",
        "InfluxDB",
        _logo("influxdb", "influxdb_logo.svg"),
        url_required=True,
        credentials="header",
        # Its /ping answers everybody, whatever the password.
        probe=Probe("query", "q=SHOW+DATABASES", says='"results"'),
    ),
    BackendType(
        "influxdb_08",
        "InfluxDB 0.8.x",
        _logo("influxdb", "influxdb_logo.svg"),
        url_required=True,
        credentials="query",
        probe=Probe("series", "q=list+series"),
    ),
    BackendType(
        "jaeger",
        "Jaeger",
        _logo("jaeger", "jaeger_logo.svg"),
        url_required=True,
        probe=Probe("api/services", says="data"),
    ),
    BackendType(
        "loki",
        "Loki",
        _logo("loki", "loki_icon.svg"),
        url_required=True,
        routes=_LOKI_ROUTES,
        listed_methods=_CHANGES,
        probe=Probe("loki/api/v1/labels", says='"success"'),
    ),
    BackendType("marcusolsson-json-datasource", "JSON API"),
    BackendType(
        "mssql",
        "Microsoft SQL Server",
        _logo("mssql", "sql_server_logo.svg"),
        url_required=True,
        speaks_http=False,
        connectors=("sqlserver",),
    ),
    BackendType("mysql", "MySQL", _logo("mysql", "mysql_logo.svg"), url_required=True, speaks_http=False),
    BackendType(
        "opentsdb",
        "OpenTSDB",
        _logo("opentsdb", "opentsdb_logo.png"),
        url_required=True,
        probe=Probe("api/version", says="version"),
    ),
    BackendType("parca", "Parca", _logo("parca", "logo-small.svg")),
    BackendType(
        "grafana-postgresql-datasource",
        "PostgreSQL",
        _logo("grafana-postgresql-datasource", "postgresql_logo.svg"),
        url_required=True,
        speaks_http=False,
        aliases=frozenset({"postgres"}),
        connectors=("postgresql",),
    ),
    BackendType(
        "prometheus",
        "Prometheus",
        _logo("prometheus", "prometheus_logo.svg"),
        url_required=True,
        routes=_PROMETHEUS_ROUTES,
        listed_methods=_CHANGES,
        probe=_PROMETHEUS_PROBE,
        connectors=("PROMETHEUS",),
        amazon_services=_AMAZON_PROMETHEUS,
    ),
    BackendType("s3", "Amazon S3", speaks_http=False),
    BackendType("s3glue", "Amazon S3 with AWS Glue", speaks_http=False, connectors=("S3GLUE",)),
    BackendType("security_lake", "Amazon Security Lake", speaks_http=False, connectors=("SECURITY_LAKE",)),
    BackendType("simpod-json-datasource", "JSON", probe=Probe("")),
    BackendType("stackdriver", "Google Cloud Monitoring", _logo("cloud-monitoring", "cloud_monitoring_logo.svg")),
    BackendType(
        "tempo", "Tempo", _logo("tempo", "tempo_logo.svg"), url_required=True, probe=Probe("api/echo", says="echo")
    ),
    BackendType("victoriametrics-logs-datasource", "VictoriaLogs", probe=Probe("health")),
    BackendType("victoriametrics-metrics-datasource", "VictoriaMetrics", probe=_PROMETHEUS_PROBE),
    BackendType("yesoreyeram-infinity-datasource", "Infinity"),
    BackendType(
        "zipkin", "Zipkin", _logo("zipkin", "zipkin-logo.svg"), url_required=True, probe=Probe("api/v2/services")
    ),
)

_BY_CONNECTOR = {name.lower(): row for row in BACKEND_TYPES for name in (row.id, *row.aliases, *row.connectors)}
_BY_ID = {name: row for row in BACKEND_TYPES for name in (row.id, *row.aliases)}


def is_known(type_id: str) -> bool:
    """Whether the table has a row for ``type_id`` or for a type it is an alias of."""
    return type_id in _BY_ID


def backend_type(type_id: str) -> BackendType:
    """The row of ``type_id``. A type that the table does not have may be registered all the same: it gets a row
    with its own id as title, the fallback logo and nothing that can be proxied."""
    known = _BY_ID.get(type_id)
    return known if known is not None else BackendType(type_id, type_id, speaks_http=False)


def connector_of(type_id: str) -> str:
    """OpenSearch's name for a type, as it is shown."""
    kind = backend_type(type_id)
    return kind.connectors[0] if kind.connectors else type_id


def type_of_connector(connector: str) -> str | None:
    """The type that OpenSearch's connector of this name, in any case, stands for; None: there is no such connector."""
    row = _BY_CONNECTOR.get(connector.lower())
    return None if row is None else row.id
