"""Data sources as a use case would hand them to the store."""

import dataclasses
from typing import Any

from app.registry.datasource import DataSource
from app.registry.json_data import JsonData


def data_source_row(org_id: int, **given: Any) -> DataSource:
    """A data source of the org; what is not ``given`` is plain."""
    plain = DataSource(
        id=0,
        uid="plain",
        org_id=org_id,
        name="Plain",
        type="prometheus",
        access="proxy",
        url="http://127.0.0.1:9090",
        user="",
        database="",
        basic_auth=False,
        basic_auth_user="",
        with_credentials=False,
        is_default=False,
        json_data=JsonData(),
        read_only=False,
        api_version="",
        version=1,
    )
    return dataclasses.replace(plain, **given)
