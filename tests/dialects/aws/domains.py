"""Domains by boto3, and how they are refused."""

from collections.abc import Mapping
from typing import Any

# What Grafana calls OpenSearch.
TYPE = "grafana-opensearch-datasource"

DENIED = ("AccessDeniedException", 403)
EXISTS = ("ResourceAlreadyExistsException", 409)
INVALID = ("ValidationException", 400)
MISSING = ("ResourceNotFoundException", 409)


def created(aws: Any, name: str = "logs", **members: Any) -> Mapping[str, Any]:
    """The status of a new domain."""
    status: Mapping[str, Any] = aws.create_domain(DomainName=name, **members)["DomainStatus"]
    return status


def described(aws: Any, name: str = "logs") -> Mapping[str, Any]:
    """The status of a domain."""
    status: Mapping[str, Any] = aws.describe_domain(DomainName=name)["DomainStatus"]
    return status


def deleted(aws: Any, name: str = "logs") -> Mapping[str, Any]:
    """The last status of a domain."""
    status: Mapping[str, Any] = aws.delete_domain(DomainName=name)["DomainStatus"]
    return status


def listed(aws: Any, **asked: Any) -> list[tuple[str, str]]:
    """Name and engine of each domain."""
    return [(one["DomainName"], one["EngineType"]) for one in aws.list_domain_names(**asked)["DomainNames"]]
