"""What a data source's settings say about TLS."""

from typing import Any

import pytest

from app.proxy.tls import tls_settings
from app.upstream.request import TlsSettings
from proxy.proxied import built, data_source

_SECRETS = {"tlsCACert": "the ca", "tlsClientCert": "the certificate", "tlsClientKey": "the key"}


def _settings(**members: Any) -> TlsSettings | None:
    return tls_settings(data_source(json_data=members), _SECRETS)


def test_without_flags_the_secrets_count_for_nothing() -> None:
    assert _settings() is None


def test_the_flag_of_the_client_certificate_brings_certificate_and_key() -> None:
    assert _settings(tlsAuth=True) == TlsSettings(certificate="the certificate", key="the key")


def test_the_flag_of_the_ca_brings_the_ca() -> None:
    assert _settings(tlsAuthWithCACert=True) == TlsSettings(ca="the ca")


def test_verification_can_be_switched_off() -> None:
    assert _settings(tlsSkipVerify=True) == TlsSettings(verify=False)


def test_the_name_to_verify_can_be_given() -> None:
    assert _settings(serverName="metrics.test") == TlsSettings(server_name="metrics.test")


@pytest.mark.parametrize("flag", ["tlsAuth", "tlsAuthWithCACert", "tlsSkipVerify"])
@pytest.mark.parametrize("value", [False, None, 1, "true", "yes", [True], {}], ids=repr)
def test_a_flag_counts_only_when_it_is_true(flag: str, value: object) -> None:
    assert _settings(**{flag: value}) is None


@pytest.mark.parametrize("value", ["", None, 1, True, ["metrics.test"]], ids=repr)
def test_a_name_that_is_no_text_counts_for_nothing(value: object) -> None:
    assert _settings(serverName=value) is None


def test_flags_without_secrets_say_nothing() -> None:
    row = data_source(json_data={"tlsAuth": True, "tlsAuthWithCACert": True})
    assert tls_settings(row, {"tlsCACert": ""}) is None


def test_a_request_goes_out_with_the_tls_of_its_data_source() -> None:
    sent = built(data_source(json_data={"tlsAuthWithCACert": True}), secrets=_SECRETS)
    assert sent.tls == TlsSettings(ca="the ca")


def test_certificates_and_keys_are_not_printed() -> None:
    settings = _settings(tlsAuth=True, tlsAuthWithCACert=True)
    assert not [secret for secret in _SECRETS.values() if secret in repr(settings)]
