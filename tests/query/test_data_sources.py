"""``show datasources``."""

from app.query.data_sources import shown
from app.query.ppl.plan import Equal, ShowDataSources
from app.query.table import Column

_ALL = [("b", "prometheus"), ("a", "s3glue"), ("c", "Prometheus")]


def test_data_sources_are_shown_with_their_connectors_in_upper_case() -> None:
    table = shown(ShowDataSources(), _ALL)
    assert table.columns == (Column("DATASOURCE_NAME", "string"), Column("CONNECTOR_TYPE", "string"))
    assert table.rows == [("b", "PROMETHEUS"), ("a", "S3GLUE"), ("c", "PROMETHEUS")]


def test_only_those_that_were_asked_for_are_shown() -> None:
    where = (Equal("CONNECTOR_TYPE", "PROMETHEUS"), Equal("DATASOURCE_NAME", "c"))
    assert shown(ShowDataSources(where), _ALL).rows == [("c", "PROMETHEUS")]
    assert shown(ShowDataSources((Equal("CONNECTOR_TYPE", "prometheus"),)), _ALL).rows == []


def test_without_data_sources_there_are_columns_alone() -> None:
    table = shown(ShowDataSources(), [])
    assert (len(table.columns), table.rows) == (2, [])
