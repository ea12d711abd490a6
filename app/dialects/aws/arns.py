"""The ARNs that this dialect makes. Pure."""

from app.attachments.values import Place
from app.registry.arns import partition_of


def application_arn(place: Place, application_id: str) -> str:
    """Of an application."""
    return _arn("opensearch", place, f"application/{application_id}")


def domain_arn(place: Place, name: str) -> str:
    """Of a domain."""
    return _arn("es", place, f"domain/{name}")


def direct_query_arn(place: Place, name: str) -> str:
    """Of a direct query data source."""
    return _arn("opensearch", place, f"datasource/{name}")


def user_arn(place: Place, login: str) -> str:
    """Of a caller. IAM has no Regions."""
    return f"arn:{partition_of(place.region)}:iam::{place.account}:user/{login}"


def _arn(service: str, place: Place, resource: str) -> str:
    return f"arn:{partition_of(place.region)}:{service}:{place.region}:{place.account}:{resource}"
