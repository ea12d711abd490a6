"""Data sources of domains for tests: documents, and calls of boto3."""

from typing import Any

from dialects.aws.account import outcome

ROLE = "arn:aws:iam::123456789012:role/reader"
OTHER_ROLE = "arn:aws:iam::123456789012:role/teams/sales/other"
TYPE = {"S3GlueDataCatalog": {"RoleArn": ROLE}}
OTHER_TYPE = {"S3GlueDataCatalog": {"RoleArn": OTHER_ROLE}}
INVALID, MISSING, DENIED = (
    ("ValidationException", 400),
    ("ResourceNotFoundException", 409),
    ("AccessDeniedException", 403),
)


def create_domain(client: Any, name: str) -> None:
    """Makes a domain, whose server has an address that no other has."""
    endpoint = {"CustomEndpointEnabled": True, "CustomEndpoint": f"{name}.example.com"}
    client.create_domain(DomainName=name, DomainEndpointOptions=endpoint)


def add(client: Any, name: str = "sales", of_type: Any = TYPE, *, domain: str = "logs", **members: Any) -> str:
    """Adds one; the message."""
    added = client.add_data_source(DomainName=domain, Name=name, DataSourceType=of_type, **members)
    message: str = added["Message"]
    return message


def get(client: Any, name: str = "sales", *, domain: str = "logs") -> dict[str, Any]:
    """What is got of one."""
    return outcome(client.get_data_source(DomainName=domain, Name=name))


def update(client: Any, of_type: Any = TYPE, *, name: str = "sales", domain: str = "logs", **members: Any) -> str:
    """Changes one; the message."""
    updated = client.update_data_source(DomainName=domain, Name=name, DataSourceType=of_type, **members)
    message: str = updated["Message"]
    return message


def delete(client: Any, name: str = "sales", *, domain: str = "logs") -> str:
    """Deletes one; the message."""
    message: str = client.delete_data_source(DomainName=domain, Name=name)["Message"]
    return message


def names(client: Any, domain: str = "logs") -> list[str]:
    """Those that are listed of a domain."""
    return [one["Name"] for one in client.list_data_sources(DomainName=domain)["DataSources"]]


def status(client: Any) -> str:
    """What is got of it."""
    shown: str = get(client)["Status"]
    return shown
