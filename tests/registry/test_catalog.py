"""The table of backend types."""

import pytest

from app.registry.catalog import (
    BACKEND_TYPES,
    FALLBACK_LOGO,
    BackendType,
    backend_type,
    connector_of,
    is_known,
    type_of_connector,
)

URL_REQUIRED = {
    "grafana-amazonprometheus-datasource",
    "grafana-azureprometheus-datasource",
    "graphite",
    "influxdb",
    "influxdb_08",
    "elasticsearch",
    "prometheus",
    "alertmanager",
    "jaeger",
    "loki",
    "opentsdb",
    "tempo",
    "zipkin",
    "mysql",
    "grafana-postgresql-datasource",
    "mssql",
}


def test_exactly_these_types_need_a_url() -> None:
    assert {row.id for row in BACKEND_TYPES if row.url_required} == URL_REQUIRED


def test_databases_and_lakes_are_not_reached_by_http() -> None:
    assert {row.id for row in BACKEND_TYPES if not row.speaks_http} == {
        "grafana-bigquery-datasource",
        "grafana-mongodb-datasource",
        "grafana-postgresql-datasource",
        "grafana-snowflake-datasource",
        "mssql",
        "mysql",
        "s3",
        "s3glue",
        "security_lake",
    }


@pytest.mark.parametrize(
    ("type_id", "connector"),
    [
        ("prometheus", "PROMETHEUS"),
        ("s3glue", "S3GLUE"),
        ("security_lake", "SECURITY_LAKE"),
        ("grafana-opensearch-datasource", "OPENSEARCH"),
        ("mysql", "mysql"),
        ("grafana-postgresql-datasource", "postgresql"),
        ("postgres", "postgresql"),
        ("mssql", "sqlserver"),
        ("s3", "s3"),
        ("influxdb", "influxdb"),
        ("grafana-mongodb-datasource", "mongodb"),
        ("grafana-bigquery-datasource", "bigquery"),
        ("grafana-snowflake-datasource", "snowflake"),
        ("elasticsearch", "elasticsearch"),
        ("grafana-clickhouse-datasource", "grafana-clickhouse-datasource"),
        ("somebodys-own", "somebodys-own"),
    ],
)
def test_each_type_has_a_connector(type_id: str, connector: str) -> None:
    assert connector_of(type_id) == connector


@pytest.mark.parametrize(
    ("connector", "type_id"),
    [
        ("prometheus", "prometheus"),
        ("PROMETHEUS", "prometheus"),
        ("S3Glue", "s3glue"),
        ("security_lake", "security_lake"),
        ("OpenSearch", "grafana-opensearch-datasource"),
        ("MySQL", "mysql"),
        ("postgresql", "grafana-postgresql-datasource"),
        ("postgres", "grafana-postgresql-datasource"),
        ("sqlserver", "mssql"),
        ("mssql", "mssql"),
        ("mongodb", "grafana-mongodb-datasource"),
        ("grafana-mongodb-datasource", "grafana-mongodb-datasource"),
        ("nosuch", None),
        ("", None),
    ],
)
def test_each_connector_stands_for_a_type_whatever_its_case(connector: str, type_id: str | None) -> None:
    assert type_of_connector(connector) == type_id


@pytest.mark.parametrize("row", BACKEND_TYPES, ids=lambda row: row.id)
def test_a_type_is_what_its_own_connector_stands_for(row: BackendType) -> None:
    assert type_of_connector(connector_of(row.id)) == row.id


def test_no_name_is_there_twice() -> None:
    names = [name for row in BACKEND_TYPES for name in (row.id, *row.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("row", BACKEND_TYPES, ids=lambda row: row.id)
def test_each_type_is_found_by_its_id_and_its_aliases(row: object) -> None:
    known = next(one for one in BACKEND_TYPES if one == row)
    for name in (known.id, *known.aliases):
        assert is_known(name)
        assert backend_type(name) is known


def test_postgres_is_the_old_name_of_the_postgresql_type() -> None:
    assert backend_type("postgres").id == "grafana-postgresql-datasource"


def test_every_type_has_a_title_and_a_logo() -> None:
    assert all(row.title and row.logo.startswith("public/") for row in BACKEND_TYPES)


def test_prometheus_shows_its_own_logo() -> None:
    row = backend_type("prometheus")
    assert (row.title, row.logo) == ("Prometheus", "public/app/plugins/datasource/prometheus/img/prometheus_logo.svg")


@pytest.mark.parametrize("type_id", ["somebody-elses-type", "Prometheus", ""], ids=repr)
def test_an_unknown_type_has_its_own_id_for_a_title_and_cannot_be_proxied(type_id: str) -> None:
    row = backend_type(type_id)
    assert not is_known(type_id)
    assert (row.id, row.title, row.logo) == (type_id, type_id, FALLBACK_LOGO)
    assert not row.speaks_http
    assert not row.url_required
