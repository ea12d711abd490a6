"""Data sources as callers give them, with as little said as a test needs."""

from collections.abc import Mapping

from app.registry.datasource import DataSourceChange, NewDataSource
from app.registry.json_data import JsonData


def new(
    name: str = "metrics",
    *,
    type: str = "prometheus",
    url: str = "http://localhost:9090",
    uid: str = "",
    is_default: bool = False,
    json: str = "{}",
    secrets: Mapping[str, str] | None = None,
    read_only: bool = False,
) -> NewDataSource:
    """One to create."""
    return NewDataSource(
        name=name,
        type=type,
        access="proxy",
        url=url,
        uid=uid,
        is_default=is_default,
        json_data=JsonData(json),
        secure_json_data=secrets or {},
        read_only=read_only,
    )


def change(
    name: str = "metrics",
    *,
    type: str = "prometheus",
    url: str = "http://localhost:9090",
    uid: str = "",
    is_default: bool = False,
    json: str = "{}",
    secrets: Mapping[str, str] | None = None,
    version: int = 0,
) -> DataSourceChange:
    """What replaces a stored one."""
    return DataSourceChange(
        name=name,
        type=type,
        access="proxy",
        url=url,
        uid=uid,
        is_default=is_default,
        json_data=JsonData(json),
        secure_json_data=secrets or {},
        version=version,
    )
