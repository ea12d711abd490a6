"""What each of the server's connectors asks of its properties, in the server's words."""

import re
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

import pytest

from app.dialects.opensearch.connectors import InvalidProperties, checked

PROMETHEUS = {"prometheus.uri": "http://localhost:9090"}
AUTH = "glue.indexstore.opensearch.auth"
GLUE = {
    "glue.auth.type": "iam_role",
    "glue.auth.role_arn": "arn",
    "glue.indexstore.opensearch.uri": "http://localhost:9200",
    AUTH: "noauth",
}
TAG = {"glue.lakeformation.session_tag": "tag"}
FLAGS = {"glue.iceberg.enabled": "true", "glue.lakeformation.enabled": "true"}
DENIED = [ip_network("10.0.0.0/8")]
DISALLOWED = "Disallowed hostname in the uri. Validate with plugins.query.datasources.uri.hosts.denylist config"


def missing(*keys: str) -> str:
    return f"Missing [{', '.join(keys)}] fields in the connector properties."


@pytest.mark.parametrize(
    ("type_id", "given", "stored"),
    [
        ("mysql", {"a": True, "b": {"c": [1.5]}}, {"a": True, "b": {"c": [1.5]}}),
        ("mysql", {}, {}),
        ("grafana-opensearch-datasource", {}, {}),
        ("grafana-opensearch-datasource", {"a": True, "b": 1, "c": 1.5}, {"a": "true", "b": "1", "c": "1.5"}),
        ("prometheus", {**PROMETHEUS, "a": False}, {**PROMETHEUS, "a": "false"}),
        ("prometheus", {"prometheus.uri": "localhost:9090"}, {"prometheus.uri": "localhost:9090"}),
        ("prometheus", {**PROMETHEUS, "prometheus.auth.type": ""}, {**PROMETHEUS, "prometheus.auth.type": ""}),
        ("s3glue", GLUE, GLUE),
        ("s3glue", {**GLUE, AUTH: "anything"}, {**GLUE, AUTH: "anything"}),
        ("s3glue", {**GLUE, **FLAGS, **TAG}, {**GLUE, **FLAGS, **TAG}),
        ("security_lake", {**GLUE, **TAG}, {**GLUE, **TAG, **FLAGS}),
    ],
)
def test_properties_are_stored(type_id: str, given: Mapping[str, Any], stored: Mapping[str, Any]) -> None:
    assert checked(type_id, given, DENIED) == stored


@pytest.mark.parametrize(
    ("type_id", "given", "text"),
    [
        ("prometheus", {}, missing("prometheus.uri")),
        (
            "prometheus",
            {**PROMETHEUS, "prometheus.auth.type": "basicauth"},
            missing("prometheus.auth.username", "prometheus.auth.password"),
        ),
        (
            "prometheus",
            {**PROMETHEUS, "prometheus.auth.type": "AwsSigV4"},
            missing("prometheus.auth.region", "prometheus.auth.access_key", "prometheus.auth.secret_key"),
        ),
        (
            "prometheus",
            {**PROMETHEUS, "prometheus.auth.type": "digest"},
            "AUTH Type : digest is not supported with Prometheus Connector",
        ),
        (
            "prometheus",
            {"prometheus.uri": "h" * 1001},
            "Fields [prometheus.uri] exceeds more than 1000 characters.",
        ),
        (
            "prometheus",
            {"prometheus.uri": "h" * 1001, "prometheus.auth.type": "basicauth", "prometheus.auth.username": "u"},
            missing("prometheus.auth.password") + "Fields [prometheus.uri] exceeds more than 1000 characters.",
        ),
        ("prometheus", {"prometheus.uri": "http://10.1.2.3:9090"}, DISALLOWED),
        ("prometheus", {"prometheus.uri": "10.1.2.3"}, DISALLOWED),
        ("prometheus", {"prometheus.uri": "http://"}, "Invalid URI in prometheus properties: http://"),
        ("prometheus", {**PROMETHEUS, "a": [1]}, "The property a must be a text, a number or a boolean."),
        ("prometheus", {"prometheus.uri": None}, "The property prometheus.uri must be a text, a number or a boolean."),
        ("s3glue", {}, missing(*GLUE)),
        ("s3glue", {**GLUE, AUTH: "basicauth"}, missing(f"{AUTH}.username", f"{AUTH}.password")),
        (
            "s3glue",
            {**GLUE, AUTH: "awssigv4", f"{AUTH}.region": "r"},
            missing("glue.indexstore.opensearch.region"),
        ),
        ("s3glue", {**GLUE, "glue.indexstore.opensearch.uri": "http://10.0.0.1"}, DISALLOWED),
        ("s3glue", {**GLUE, "glue.indexstore.opensearch.uri": "http://"}, "Invalid flint host in properties."),
        (
            "s3glue",
            {**GLUE, **TAG, "glue.lakeformation.enabled": True},
            "Lake Formation can only be enabled when Iceberg is enabled.",
        ),
        ("s3glue", {**GLUE, **FLAGS}, "Lake Formation session tag must be specified when enabling Lake Formation"),
        (
            "security_lake",
            GLUE,
            "glue.lakeformation.session_tag must be specified when using Security Lake data source",
        ),
        (
            "security_lake",
            {**GLUE, **TAG, "glue.iceberg.enabled": False},
            "glue.iceberg.enabled cannot be false when using Security Lake data source.",
        ),
        (
            "security_lake",
            {**GLUE, **TAG, "glue.lakeformation.enabled": "FALSE"},
            "glue.lakeformation.enabled cannot be false when using Security Lake data source.",
        ),
    ],
)
def test_properties_are_refused(type_id: str, given: Mapping[str, Any], text: str) -> None:
    with pytest.raises(InvalidProperties, match=f"^{re.escape(text)}$"):
        checked(type_id, given, DENIED)


def test_a_refusal_shows_no_password() -> None:
    with pytest.raises(InvalidProperties) as found:
        checked("prometheus", {"prometheus.uri": "http://user:hidden@"}, DENIED)
    assert "hidden" not in str(found.value)
