from typing import Any

import pytest

from app.proxy.errors import SigningRefused
from app.proxy.sigv4 import SigningRules, signing
from app.registry.datasource import DataSource
from app.upstream.request import Signing
from proxy.proxied import data_source

_RULES = SigningRules(frozenset({"default", "keys", "credentials"}), assume_role=True)
_KEYS = {"sigV4AccessKey": "AKID", "sigV4SecretKey": "secret"}


def amazon(type_id: str = "prometheus", **json_data: Any) -> DataSource:
    return data_source(type=type_id, json_data={"sigV4Auth": True, "sigV4Region": "eu-west-1", **json_data})


def test_a_data_source_signs_with_its_own_keys() -> None:
    found = signing(amazon(sigV4AuthType="keys"), _KEYS, _RULES)
    assert found == Signing(service="aps", region="eu-west-1", access_key="AKID", secret_key="secret")


def test_without_a_kind_the_machine_s_credentials_sign() -> None:
    assert signing(amazon(), _KEYS, _RULES) == Signing(service="aps", region="eu-west-1")


def test_a_profile_counts_only_for_its_kind() -> None:
    of_profile = signing(amazon(sigV4AuthType="credentials", sigV4Profile="metrics"), {}, _RULES)
    of_machine = signing(amazon(sigV4Profile="metrics"), {}, _RULES)
    assert (of_profile and of_profile.profile, of_machine and of_machine.profile) == ("metrics", "")


def test_a_role_is_asked_for_with_its_external_id() -> None:
    found = signing(amazon(sigV4AssumeRoleArn="arn:aws:iam::1:role/r", sigV4ExternalId="e"), {}, _RULES)
    assert found == Signing(service="aps", region="eu-west-1", role_arn="arn:aws:iam::1:role/r", external_id="e")


@pytest.mark.parametrize(
    ("type_id", "json_data", "service"),
    [
        ("prometheus", {}, "aps"),
        ("grafana-amazonprometheus-datasource", {}, "aps"),
        ("alertmanager", {}, "aps"),
        ("elasticsearch", {}, "es"),
        ("grafana-opensearch-datasource", {}, "es"),
        ("grafana-opensearch-datasource", {"serverless": True}, "aoss"),
        ("elasticsearch", {"serverless": "true"}, "es"),
        ("prometheus", {"serverless": True}, "aps"),
    ],
)
def test_the_service_is_the_type_s(type_id: str, json_data: dict[str, Any], service: str) -> None:
    found = signing(amazon(type_id, **json_data), {}, _RULES)
    assert found is not None
    assert found.service == service


@pytest.mark.parametrize("flag", [False, None, "true", 1])
def test_nothing_is_signed_unless_the_flag_is_true(flag: object) -> None:
    assert signing(amazon(sigV4Auth=flag), _KEYS, _RULES) is None


def test_nothing_is_signed_unless_the_settings_say_so() -> None:
    assert signing(amazon(), _KEYS, None) is None


def test_nothing_is_signed_for_a_type_that_amazon_does_not_host() -> None:
    assert signing(amazon("graphite"), _KEYS, _RULES) is None


@pytest.mark.parametrize(
    ("json_data", "secrets", "rules", "reason"),
    [
        pytest.param({"sigV4AuthType": "ec2_iam_role"}, {}, _RULES, "ALLOWED_AUTH_PROVIDERS", id="kind"),
        pytest.param({}, {}, SigningRules(frozenset({"keys"}), assume_role=True), "default", id="the machine's"),
        pytest.param({"sigV4AuthType": "keys"}, {"sigV4AccessKey": "a"}, _RULES, "sigV4SecretKey", id="half a pair"),
        pytest.param({"sigV4Region": ""}, {}, _RULES, "sigV4Region", id="no region"),
        pytest.param(
            {"sigV4AssumeRoleArn": "arn"},
            {},
            SigningRules(frozenset({"default"}), assume_role=False),
            "GF_AWS_ASSUME_ROLE_ENABLED",
            id="role",
        ),
    ],
)
def test_what_cannot_or_must_not_be_signed_is_refused_with_the_reason(
    json_data: dict[str, Any], secrets: dict[str, str], rules: SigningRules, reason: str
) -> None:
    with pytest.raises(SigningRefused, match=reason):
        signing(amazon(**json_data), secrets, rules)
