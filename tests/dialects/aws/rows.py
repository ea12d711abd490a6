"""Rows of the registry as they would be stored, without a database."""

from dataclasses import replace
from typing import Any

from app.dialects.aws.columns import Columns, change, new
from app.registry.datasource import DataSource, NewDataSource
from app.registry.json_data import JsonData
from app.registry.rows import new_row, replaced


def added(name: str, columns: Columns) -> DataSource:
    """What an operation that adds stores."""
    return _stored(new(name, columns))


def rewritten(old: DataSource, columns: Columns) -> DataSource:
    """What an operation that changes leaves."""
    return replaced(old, change(old, columns))


def from_grafana(type_id: str, name: str = "metrics", *, url: str = "", **json_data: Any) -> DataSource:
    """What Grafana's API stores."""
    return _stored(NewDataSource(name=name, type=type_id, access="proxy", url=url, json_data=JsonData.of(json_data)))


def _stored(given: NewDataSource) -> DataSource:
    return replace(new_row(given, org_id=1, uid="uid", name=given.name), id=1)
