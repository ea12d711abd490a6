"""Settings of Amazon's API, and the sentence for each value that one of them cannot take."""

from dataclasses import fields
from typing import Any

import pytest

from app.settings import SettingError, Settings

NAMES = {row.metadata["name"]: row.name for row in fields(Settings)}


def value(settings: Settings, name: str) -> Any:
    return getattr(settings, NAMES[name])


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("SLUICE_AWS_ENABLED", True),
        ("SLUICE_AWS_ACCOUNTS", {}),
        ("SLUICE_AWS_REGION", ""),
        ("SLUICE_AWS_APPLICATION_ACTIVATION_SECONDS", 0),
        ("SLUICE_AWS_DOMAIN_URL", "https://{name}"),
    ],
    ids=str,
)
def test_where_nothing_is_said_it_serves_every_region_and_account_at_once(name: str, default: object) -> None:
    assert value(Settings(), name) == default


@pytest.mark.parametrize(
    ("name", "text", "taken"),
    [
        ("SLUICE_AWS_ENABLED", "false", False),
        ("SLUICE_AWS_ACCOUNTS", "1=123456789012", {1: "123456789012"}),
        ("SLUICE_AWS_ACCOUNTS", "1=123456789012, 7=000000000001", {1: "123456789012", 7: "000000000001"}),
        ("SLUICE_AWS_ACCOUNTS", " ", {}),
        ("SLUICE_AWS_REGION", "eu-central-1", "eu-central-1"),
        ("SLUICE_AWS_REGION", "us-isob-east-1", "us-isob-east-1"),
        ("SLUICE_AWS_APPLICATION_ACTIVATION_SECONDS", "86400", 86_400),
        ("SLUICE_AWS_DOMAIN_URL", "http://{name}.internal:9200", "http://{name}.internal:9200"),
        ("SLUICE_AWS_DOMAIN_URL", "https://search", "https://search"),
    ],
    ids=str,
)
def test_a_value_is_taken(name: str, text: str, taken: object) -> None:
    assert value(Settings.from_environment({name: text}), name) == taken


@pytest.mark.parametrize(
    ("name", "text", "advice"),
    [
        ("SLUICE_AWS_ENABLED", "perhaps", "must be true or false"),
        ("SLUICE_AWS_ACCOUNTS", "123456789012", "must be pairs such as 1=123456789012"),
        ("SLUICE_AWS_ACCOUNTS", "1=12345678901", "must be pairs"),
        ("SLUICE_AWS_ACCOUNTS", "1=1234567890123", "must be pairs"),
        ("SLUICE_AWS_ACCOUNTS", "1=12345678901x", "must be pairs"),
        ("SLUICE_AWS_ACCOUNTS", "1=12345678901\u0661", "must be pairs"),
        ("SLUICE_AWS_ACCOUNTS", "acme=123456789012", "must be pairs"),
        ("SLUICE_AWS_ACCOUNTS", "-1=123456789012", "must be pairs"),
        ("SLUICE_AWS_ACCOUNTS", "=123456789012", "must be pairs"),
        ("SLUICE_AWS_ACCOUNTS", "1=123456789012,1=210987654321", "must name each org and each account once"),
        ("SLUICE_AWS_ACCOUNTS", "1=123456789012,2=123456789012", "must name each org and each account once"),
        ("SLUICE_AWS_REGION", "Frankfurt", "must be a Region such as eu-central-1"),
        ("SLUICE_AWS_REGION", "eu central", "must be a Region"),
        ("SLUICE_AWS_REGION", "e", "must be a Region"),
        ("SLUICE_AWS_REGION", "e" * 33, "must be a Region"),
        ("SLUICE_AWS_APPLICATION_ACTIVATION_SECONDS", "-1", "must be between 0 and 86400"),
        ("SLUICE_AWS_APPLICATION_ACTIVATION_SECONDS", "86401", "must be between 0 and 86400"),
        ("SLUICE_AWS_APPLICATION_ACTIVATION_SECONDS", "1.5", "must be a whole number"),
        ("SLUICE_AWS_DOMAIN_URL", "{name}.internal", "must begin with http:// or https://"),
    ],
    ids=ascii,
)
def test_a_value_is_refused_with_the_name_of_the_setting_and_what_to_do(name: str, text: str, advice: str) -> None:
    with pytest.raises(SettingError) as refused:
        Settings.from_environment({name: text})
    assert str(refused.value).startswith(f"Setting {name} ")
    assert advice in str(refused.value)
