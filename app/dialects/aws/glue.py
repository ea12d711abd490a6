"""Data sources in AWS Glue, as OpenSearch's connectors S3GLUE and SECURITY_LAKE have them: their properties. Pure."""

import re
from collections.abc import Mapping

from app.dialects.aws.columns import property_of
from app.dialects.aws.shapes import ROLE
from app.registry.datasource import DataSource

S3_GLUE, SECURITY_LAKE = "s3glue", "security_lake"

_ROLE_ARN = "glue.auth.role_arn"
# What the connectors ask for beside the role; the column for the URL is their index store.
_OF_BOTH: Mapping[str, str] = {"glue.auth.type": "iam_role", "glue.indexstore.opensearch.auth": "noauth"}
_DEFAULTS: Mapping[str, Mapping[str, str]] = {
    S3_GLUE: _OF_BOTH,
    SECURITY_LAKE: {
        **_OF_BOTH,
        "glue.iceberg.enabled": "true",
        "glue.lakeformation.enabled": "true",
        # Amazon's API has no member for it, and the connector insists on one.
        "glue.lakeformation.session_tag": "OpenSearch",
    },
}


def default_properties(type_id: str) -> Mapping[str, str]:
    """Of a data source for which nobody said them."""
    return _DEFAULTS[type_id]


def role_property(role: str) -> Mapping[str, str]:
    """The property that names the role."""
    return {_ROLE_ARN: role}


def role_of(row: DataSource) -> str | None:
    """The role by which Glue is read; None: there is none that this API could name."""
    role = property_of(row, _ROLE_ARN)
    return role if re.fullmatch(ROLE, role) else None
