"""Direct query data sources for tests: documents of each type, and calls of boto3."""

from typing import Any

import pytest

from dialects.aws.account import REGION, Account, outcome

ROLE = "arn:aws:iam::123456789012:role/reader"
OTHER_ROLE = "arn:aws:iam::123456789012:role/service-role/other"
WORKSPACE_ARN = "arn:aws:aps:eu-west-1:123456789012:workspace/ws-1"
APS = "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1"
SEARCH = "https://search.example.com"

PROMETHEUS = {"Prometheus": {"RoleArn": ROLE, "WorkspaceArn": WORKSPACE_ARN}}
LAKE = {"SecurityLake": {"RoleArn": ROLE}}
LOGS = {"CloudWatchLog": {"RoleArn": ROLE}}
ANY_TYPE = pytest.mark.parametrize(
    "of_type", [pytest.param(one, id=next(iter(one))) for one in (PROMETHEUS, LAKE, LOGS)]
)
INVALID, MISSING, DENIED = (
    ("ValidationException", 400),
    ("ResourceNotFoundException", 409),
    ("AccessDeniedException", 403),
)


def arn_of(account: Account, name: str, region: str = REGION) -> str:
    """The ARN that this API gives a data source."""
    return f"arn:aws:opensearch:{region}:{account.number}:datasource/{name}"


def add(client: Any, name: str = "metrics", of_type: Any = PROMETHEUS, **members: Any) -> str:
    """Adds one; its ARN."""
    added: str = client.add_direct_query_data_source(DataSourceName=name, DataSourceType=of_type, **members)[
        "DataSourceArn"
    ]
    return added


def get(client: Any, name: str = "metrics") -> dict[str, Any]:
    """What is got of one."""
    return outcome(client.get_direct_query_data_source(DataSourceName=name))


def names(client: Any) -> list[str]:
    """Those that are listed."""
    return [one["DataSourceName"] for one in client.list_direct_query_data_sources()["DirectQueryDataSources"]]
