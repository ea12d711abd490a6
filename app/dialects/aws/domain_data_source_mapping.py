"""Between the data sources of a domain, as Amazon's API has them, and rows of the registry. Pure.

What a column holds is read from the column, whoever wrote it last.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from app.dialects.aws.columns import Columns, description_of, side
from app.dialects.aws.glue import S3_GLUE, default_properties, role_of, role_property
from app.dialects.aws.naming import DATA_SOURCE_NAME
from app.registry.arns import own_arn, read_arn
from app.registry.datasource import DataSource, OpenSearchSide, Status
from app.registry.json_data import JsonData

# The member of jsonData that says of which domain a data source is.
_DOMAIN = "awsDomain"


class DataSourceStatus(StrEnum):
    """Amazon has no word for the one whose last test failed: it is not switched off, so it is active."""

    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"


@dataclass(frozen=True, slots=True)
class Domain:
    """The data source that stands for a domain, and the ARN by which it was found."""

    row: DataSource
    arn: str


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a request says of a data source; None: nothing, so that it stays as it was. The model asks for no role,
    but OpenSearch's connector does."""

    role: str | None = None
    description: str | None = None
    status: DataSourceStatus | None = None


def to_columns(said: Said, domain: Domain, old: DataSource | None) -> Columns:
    """What is stored for ``said`` over ``old``."""
    properties: Mapping[str, str] = {} if said.role is None else role_property(said.role)
    written = side(old, description=said.description, defaults=default_properties(S3_GLUE), properties=properties)
    return Columns(
        type=S3_GLUE,
        url=domain.row.url if old is None else old.url,
        json_data=JsonData.of({_DOMAIN: domain.arn}) if old is None else old.json_data,
        side=written if said.status is None else _with_status(written, said.status),
    )


def to_document(row: DataSource) -> dict[str, Any]:
    """The members that are answered."""
    role, description = role_of(row), description_of(row)
    return {
        "Name": row.name,
        "DataSourceType": {"S3GlueDataCatalog": {} if role is None else {"RoleArn": role}},
        **({"Description": description} if description else {}),
        "Status": _shown(row.opensearch.status).value,
    }


def is_of(row: DataSource, domain: Domain) -> bool:
    """Whether ``row`` is a data source of the domain: it says so, or nobody said and it keeps its indices there."""
    if row.type != S3_GLUE or re.fullmatch(DATA_SOURCE_NAME, row.name) is None:
        return False
    said = row.json_data.get(_DOMAIN)
    if said is None:
        return bool(row.url) and row.url.rstrip("/") == domain.row.url.rstrip("/")
    return isinstance(said, str) and _means(said, domain)


def _means(arn: str, domain: Domain) -> bool:
    # A domain without an ARN of its own is there in every Region, by its name.
    said, own = read_arn(arn), own_arn(domain.row.json_data)
    return said is not None and (said.domain == domain.row.name if own is None else said.text == own)


def _with_status(written: OpenSearchSide, given: DataSourceStatus) -> OpenSearchSide:
    # What is said already stays: to repeat that it is active mends no connection.
    return written if _shown(written.status) is given else replace(written, status=Status(given.value))


def _shown(status: Status) -> DataSourceStatus:
    return DataSourceStatus.DISABLED if status is Status.DISABLED else DataSourceStatus.ACTIVE
