"""What the tests of AWS's clients share: access keys of members, ARNs, data sources, and types of data sources."""

import json
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from app.identity.roles import Role
from app.registry.datasource import DataSource, NewDataSource, OpenSearchSide, Status
from app.registry.json_data import JsonData
from clients.conftest import Org
from clients.opensearch import COLLECTION
from plain_http import ask

# An access key's id and its secret; of a temporary key, its session token too.
Key = tuple[str, ...]

TYPE = "grafana-opensearch-datasource"
SEARCHING: Mapping[str, str] = {"name": "w 1", "workspaceType": "SEARCH"}
ROLE = "arn:aws:iam::123456789012:role/reader"
OTHER_ROLE = "arn:aws:iam::123456789012:role/service-role/other"
PROMETHEUS = {
    "Prometheus": {"RoleArn": ROLE, "WorkspaceArn": "arn:aws:aps:eu-west-1:123456789012:workspace/ws-1"},
}
LAKE = {"SecurityLake": {"RoleArn": ROLE}}
GLUE = {"S3GlueDataCatalog": {"RoleArn": ROLE}}
WORKSPACE_TYPES = ["OBSERVABILITY", "SECURITY_ANALYTICS", "SEARCH"]
# Each is long enough to be sent.
NO_ARNS = {
    "bucket": "arn:aws:s3:::my-bucket-name-x",
    "eleven digits": "arn:aws:es:us-east-1:12345678901:domain/abc",
    "capital": "arn:aws:es:us-east-1:123456789012:domain/Abc",
    "short name": "arn:aws:es:us-east-1:123456789012:domain/ab",
    "no region": "arn:aws:es::123456789012:domain/abc",
    "no ARN": "not-an-arn-but-long-enough",
}


def key_of_member(org: Org, login: str, *, seconds_to_live: int = 0) -> Key:
    """A new access key of a user or service account; one that lasts when it lives 0 seconds."""
    made = org.services.access_keys.create(org.identity, login=login, name="", seconds_to_live=seconds_to_live)
    return tuple(text for text in (made.access_key_id, made.secret_access_key, made.session_token) if text)


def key_of_role(org: Org, role: Role) -> Key:
    """A lasting access key of a new service account with this role."""
    name = f"signs {secrets.token_hex(6)}"
    account = org.services.service_accounts.create(org.identity, name=name, role=role, is_disabled=False)
    return key_of_member(org, account.login)


def key_of_admin(org: Org) -> Key:
    """A lasting access key of the user who is an Admin of the org."""
    return key_of_member(org, org.login)


def domain_beside(arn: str, name: str) -> str:
    """The ARN of a domain of the same account and region as ``arn``."""
    partition, region, account = _owner(arn)
    return f"arn:{partition}:es:{region}:{account}:domain/{name}"


def collection_beside(arn: str, identifier: str) -> str:
    """The ARN of a serverless collection of the same account and region as ``arn``."""
    partition, region, account = _owner(arn)
    return f"arn:{partition}:aoss:{region}:{account}:collection/{identifier}"


def register(org: Org, name: str, *, arn: str = "", status: Status = Status.ACTIVE) -> DataSource:
    """A data source of the registry, with ``arn`` in its jsonData when there is one."""
    new = NewDataSource(
        name=name,
        type=TYPE,
        access="proxy",
        url="http://127.0.0.1:9200",
        json_data=JsonData.of({"awsArn": arn} if arn else {}),
        opensearch=OpenSearchSide(status=status),
    )
    return org.services.registry.create(org.identity, new)


def activate(org: Org, name: str) -> None:
    """Set a data source's status to ACTIVE by OpenSearch's API."""
    port = urlsplit(org.url).port
    assert port is not None
    headers = {"Authorization": f"Bearer {org.admin_token}", "Content-Type": "application/json"}
    body = json.dumps({"name": name, "status": "ACTIVE"})
    response, answer = ask(port, "PATCH", COLLECTION, body=body, headers=headers)
    assert response.status == 200, answer


def _owner(arn: str) -> tuple[str, str, str]:
    _, partition, _, region, account, _ = arn.split(":", 5)
    return partition, region, account
