"""Workspaces of the managed service for Prometheus: ARNs, URLs, and back."""

import pytest

from app.dialects.aws.workspaces import Workspace, read_workspace, signed, workspace_of
from app.registry.json_data import JsonData
from storage.rows import data_source_row

ROLE = "arn:aws:iam::123456789012:role/reader"


@pytest.mark.parametrize(
    ("arn", "url"),
    [
        (
            "arn:aws:aps:eu-west-1:123456789012:workspace/ws-1a",
            "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1a",
        ),
        (
            "arn:aws-cn:aps:cn-north-1:123456789012:workspace/ws-1a",
            "https://aps-workspaces.cn-north-1.amazonaws.com.cn/workspaces/ws-1a",
        ),
        (
            "arn:aws-us-gov:aps:us-gov-west-1:123456789012:workspace/ws-1a",
            "https://aps-workspaces.us-gov-west-1.amazonaws.com/workspaces/ws-1a",
        ),
    ],
    ids=["aws", "aws-cn", "aws-us-gov"],
)
def test_an_arn_leads_to_the_url_of_its_partition_and_comes_back(arn: str, url: str) -> None:
    found = read_workspace(arn)
    assert found is not None
    assert (found.arn(), found.url()) == (arn, url)


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:aps:cn-north-1:123456789012:workspace/ws-1",
        "arn:aws-cn:aps:eu-west-1:123456789012:workspace/ws-1",
        "arn:aws:aps:eu-west-1:12345678901:workspace/ws-1",
        "arn:aws:aps:eu-west-1:123456789012:workspace/1",
        "arn:aws:es:eu-west-1:123456789012:domain/logs",
    ],
)
def test_what_is_no_workspaces_arn_is_none(arn: str) -> None:
    assert read_workspace(arn) is None


def test_a_url_that_leads_elsewhere_is_no_workspace() -> None:
    assert workspace_of(data_source_row(1, url="http://prometheus:9090"), ROLE) is None


@pytest.mark.parametrize("account", ["123456789012", "999999999999"], ids=["the role's", "another"])
def test_the_account_is_the_roles_or_is_kept(account: str) -> None:
    workspace = Workspace("eu-west-1", account, "ws-1")
    row = data_source_row(1, url=workspace.url(), json_data=JsonData.of(signed({}, ROLE, workspace)))
    assert workspace_of(row, ROLE) == workspace
