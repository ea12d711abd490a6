"""Between direct query data sources, as Amazon's API has them, and rows of the registry. Pure.

What a column holds is read from the column, whoever wrote it last. A row without what this API must say of a data
source is none for it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.dialects.aws.columns import Columns, description_of, side
from app.dialects.aws.glue import SECURITY_LAKE, default_properties, role_of, role_property
from app.dialects.aws.naming import DATA_SOURCE_NAME
from app.dialects.aws.refusals import TypeFixed
from app.dialects.aws.shapes import ROLE
from app.dialects.aws.workspaces import Workspace, signed, workspace_of
from app.registry.datasource import DataSource
from app.registry.json_data import JsonData

_CLOUDWATCH = "cloudwatch"
# The first is what is made; the other is Grafana's own for the same service.
_PROMETHEUS = ("prometheus", "grafana-amazonprometheus-datasource")

# Members of jsonData for what no other API has words for.
_OPENSEARCH_ARNS, _POLICY, _TAGS = "awsOpenSearchArns", "awsAccessPolicy", "awsTags"


@dataclass(frozen=True, slots=True)
class CloudWatchLog:
    """Log groups of CloudWatch."""

    role: str


@dataclass(frozen=True, slots=True)
class SecurityLake:
    """Security Lake. ``index_store``: the URL of the domain that keeps its indices; None: as it was, if it was."""

    role: str
    index_store: str | None = None


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A workspace of the managed service for Prometheus."""

    role: str
    workspace: Workspace


Kind = CloudWatchLog | SecurityLake | Prometheus


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a request says of a data source; None: nothing, so that it stays as it was."""

    kind: Kind
    region: str  # that the caller is in
    description: str | None = None
    opensearch_arns: tuple[str, ...] | None = None
    policy: str | None = None
    tags: tuple[Mapping[str, str], ...] | None = None


def to_columns(said: Said, old: DataSource | None) -> Columns:
    """What is stored for ``said`` over ``old``. Raises TypeFixed."""
    if old is not None and type(kind_of(old)) is not type(said.kind):
        raise TypeFixed
    json_data: dict[str, Any] = {} if old is None else dict(old.json_data)
    if said.opensearch_arns is not None:
        json_data[_OPENSEARCH_ARNS] = list(said.opensearch_arns)
    if said.policy is not None:
        json_data[_POLICY] = said.policy
    if said.tags is not None:
        json_data[_TAGS] = [dict(tag) for tag in said.tags]
    url = "" if old is None else old.url
    defaults: Mapping[str, str] = {}
    properties: Mapping[str, str] = {}
    match said.kind:
        case CloudWatchLog(role):
            type_id = _CLOUDWATCH
            json_data = {"authType": "default", "defaultRegion": said.region, **json_data, "assumeRoleArn": role}
        case SecurityLake(role, index_store):
            type_id = SECURITY_LAKE
            url = url if index_store is None else index_store
            defaults, properties = default_properties(type_id), role_property(role)
        case Prometheus(role, workspace):
            type_id = _PROMETHEUS[0] if old is None else old.type
            url = workspace.url()
            json_data = signed(json_data, role, workspace)
    return Columns(
        type=type_id,
        url=url,
        json_data=JsonData.of(json_data),
        side=side(old, description=said.description, defaults=defaults, properties=properties),
    )


def kind_of(row: DataSource) -> Kind | None:
    """What ``row`` is to this API; None: no direct query data source."""
    if row.type == _CLOUDWATCH:
        role = _role(row.json_data.get("assumeRoleArn"))
        return None if role is None else CloudWatchLog(role)
    if row.type == SECURITY_LAKE:
        role = role_of(row)
        return None if role is None else SecurityLake(role)
    if row.type not in _PROMETHEUS or row.json_data.get("sigV4Auth") is not True:
        return None
    role = _role(row.json_data.get("sigV4AssumeRoleArn"))
    workspace = None if role is None else workspace_of(row, role)
    return None if role is None or workspace is None else Prometheus(role, workspace)


def is_direct_query(row: DataSource) -> bool:
    """Whether ``row`` is a direct query data source to this API."""
    return re.fullmatch(DATA_SOURCE_NAME, row.name) is not None and kind_of(row) is not None


def to_document(row: DataSource) -> dict[str, Any]:
    """The members that are answered, but for the ARN, of one that ``is_direct_query``."""
    description, policy, tags = description_of(row), row.json_data.get(_POLICY), _tags(row.json_data.get(_TAGS))
    return {
        "DataSourceName": row.name,
        "DataSourceType": _union(kind_of(row)),
        **({"Description": description} if description else {}),
        "OpenSearchArns": _texts(row.json_data.get(_OPENSEARCH_ARNS)),
        **({"DataSourceAccessPolicy": policy} if isinstance(policy, str) else {}),
        **({"TagList": tags} if tags else {}),
    }


def _union(kind: Kind | None) -> dict[str, Any]:
    match kind:
        case CloudWatchLog(role):
            return {"CloudWatchLog": {"RoleArn": role}}
        case SecurityLake(role):
            return {"SecurityLake": {"RoleArn": role}}
        case Prometheus(role, workspace):
            return {"Prometheus": {"RoleArn": role, "WorkspaceArn": workspace.arn()}}
    raise AssertionError


def _role(value: Any) -> str | None:
    return value if isinstance(value, str) and re.fullmatch(ROLE, value) else None


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _tags(value: Any) -> list[dict[str, str]]:
    given = value if isinstance(value, list) else []
    return [
        {"Key": tag["Key"], "Value": tag["Value"]}
        for tag in given
        if isinstance(tag, dict) and isinstance(tag.get("Key"), str) and isinstance(tag.get("Value"), str)
    ]
