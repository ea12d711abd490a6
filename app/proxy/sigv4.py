"""AWS Signature Version 4 of a data source, from its jsonData and secrets. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.proxy.errors import SigningRefused
from app.registry.catalog import backend_type
from app.registry.datasource import DataSource
from app.upstream.request import Signing


@dataclass(frozen=True)
class SigningRules:
    """From the settings: which kinds of credentials data sources may name, and whether they may ask for a role."""

    providers: frozenset[str]
    assume_role: bool


def signing(data_source: DataSource, secrets: Mapping[str, str], rules: SigningRules | None) -> Signing | None:
    """How to sign; None for data sources that do not ask for it, types that Amazon has no service for, and without
    ``rules``. Raises SigningRefused."""
    given = data_source.json_data
    services = backend_type(data_source.type).amazon_services
    if rules is None or not services or given.get("sigV4Auth") is not True:
        return None

    def text(name: str) -> str:
        value = given.get(name)
        return value if isinstance(value, str) else ""

    provider = text("sigV4AuthType") or "default"
    if provider not in rules.providers:
        raise SigningRefused(f"credentials of the kind {provider} are not allowed by GF_AWS_ALLOWED_AUTH_PROVIDERS")
    role = text("sigV4AssumeRoleArn")
    if role and not rules.assume_role:
        raise SigningRefused("roles are not allowed by GF_AWS_ASSUME_ROLE_ENABLED")
    region = text("sigV4Region")
    if not region:
        raise SigningRefused("jsonData.sigV4Region is missing")
    with_keys = provider == "keys"
    if with_keys and not (secrets.get("sigV4AccessKey") and secrets.get("sigV4SecretKey")):
        raise SigningRefused("the secrets sigV4AccessKey and sigV4SecretKey are missing")
    return Signing(
        service=services[1] if given.get("serverless") is True and len(services) > 1 else services[0],
        region=region,
        access_key=secrets["sigV4AccessKey"] if with_keys else "",
        secret_key=secrets["sigV4SecretKey"] if with_keys else "",
        session_token=secrets.get("sigV4SessionToken", "") if with_keys else "",
        profile=text("sigV4Profile") if provider == "credentials" else "",
        role_arn=role,
        external_id=text("sigV4ExternalId") if role else "",
    )
