"""Workspaces of Amazon's managed service for Prometheus: ARNs, URLs, and how requests to them are signed. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.registry.arns import partition_of
from app.registry.datasource import DataSource

# The service is in three partitions. The URL says only the Region, so that the Region must be one of the partition.
WORKSPACE_ARN = (
    r"arn:(?:aws:aps:(?!cn-|us-gov-|us-iso)|aws-cn:aps:(?=cn-)|aws-us-gov:aps:(?=us-gov-))"
    r"([a-z0-9-]+):([0-9]{12}):workspace/(ws-[a-z0-9-]*)"
)
_URL = re.compile(r"https://aps-workspaces\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/workspaces/(ws-[a-z0-9-]*)/?")
_ACCOUNT_OF_ROLE = re.compile(r"arn:[^:]*:iam::([0-9]{12}):")
# The member of jsonData for an ARN that cannot be made from the URL and the role.
_ARN_MEMBER = "awsWorkspaceArn"


@dataclass(frozen=True, slots=True)
class Workspace:
    """What the ARN of a workspace says."""

    region: str
    account: str
    id: str

    def arn(self) -> str:
        """The ARN."""
        return f"arn:{partition_of(self.region)}:aps:{self.region}:{self.account}:workspace/{self.id}"

    def url(self) -> str:
        """Where Prometheus's API is."""
        suffix = ".cn" if partition_of(self.region) == "aws-cn" else ""
        return f"https://aps-workspaces.{self.region}.amazonaws.com{suffix}/workspaces/{self.id}"


def read_workspace(arn: str) -> Workspace | None:
    """What ``arn`` says; None: it is no workspace's."""
    found = re.fullmatch(WORKSPACE_ARN, arn)
    return None if found is None else Workspace(found[1], found[2], found[3])


def signed(json_data: Mapping[str, Any], role: str, workspace: Workspace) -> dict[str, Any]:
    """``json_data`` with what the proxy signs requests to the workspace by, in Grafana's words."""
    kept = {key: value for key, value in json_data.items() if key != _ARN_MEMBER}
    return {
        "sigV4AuthType": "default",
        **kept,
        "sigV4Auth": True,
        "sigV4Region": workspace.region,
        "sigV4AssumeRoleArn": role,
        # The account is not in the URL. Mostly it is the role's.
        **({} if workspace.account == _account_of(role) else {_ARN_MEMBER: workspace.arn()}),
    }


def workspace_of(row: DataSource, role: str) -> Workspace | None:
    """The workspace that the URL of ``row`` leads to, whoever wrote it; None: it leads elsewhere."""
    found = _URL.fullmatch(row.url)
    if found is None:
        return None
    kept = row.json_data.get(_ARN_MEMBER)
    said = read_workspace(kept) if isinstance(kept, str) else None
    account = said.account if said is not None and said.url() == row.url.rstrip("/") else _account_of(role)
    return read_workspace(Workspace(found[1], account, found[2]).arn())


def _account_of(role: str) -> str:
    found = _ACCOUNT_OF_ROLE.match(role)
    return "" if found is None else found[1]
