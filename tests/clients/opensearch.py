"""What the tests of OpenSearch's clients create, and the path for what a client has no method for."""

from typing import Any

COLLECTION = "/_plugins/_query/_datasources"

PROMETHEUS: dict[str, Any] = {
    "name": "metrics",
    "description": "Metrics of the shop",
    "connector": "prometheus",
    "allowedRoles": ["shop"],
    "properties": {
        "prometheus.uri": "http://127.0.0.1:9090",
        "prometheus.auth.type": "basicauth",
        "prometheus.auth.username": "reader",
        "prometheus.auth.password": "secret of reader",
    },
    "resultIndex": "query_execution_result_metrics",
    "status": "ACTIVE",
}
# As it is read: no secret, and the connector as the dashboards compare it.
PROMETHEUS_AS_READ: dict[str, Any] = {
    **PROMETHEUS,
    "connector": "PROMETHEUS",
    "properties": {"prometheus.uri": "http://127.0.0.1:9090", "prometheus.auth.type": "basicauth"},
}
MYSQL: dict[str, Any] = {
    "name": "customers",
    "description": "",
    "connector": "mysql",
    "allowedRoles": [],
    "configuration": {
        "endpoint": "jdbc:mysql://127.0.0.1:3306/shop",
        "credentials": {"username": "clerk", "password": "secret of clerk"},
    },
    "properties": {"encryption": True, "connectionTimeout": 30000},
    "resultIndex": "customer_results",
    "status": "ACTIVE",
}
MYSQL_AS_READ: dict[str, Any] = {
    **MYSQL,
    "configuration": {
        "endpoint": "jdbc:mysql://127.0.0.1:3306/shop",
        "credentials": {"username": "clerk", "password": "******"},
    },
}

# Only Grafana's API gives a data source such a name.
NAMES_BORN_IN_GRAFANA = [
    "My DS 1.0",
    "shop/eu/metrics",
    "//",
    "ends with/",
    "100% of it?",
    "a%2Fb",
    "a+b",
    "a,b;c=d&e#f",
    "*",
    "@shop",
    "mail@example.com",
    "Größe 数据",
    '"quoted" \\ name',
    "_test",
    "shop/_test",
    " spaces around ",
]

# What the API specification of OpenSearch plays against every release of the server (opensearch.md 2.12).
STORY_CREATES: dict[str, Any] = {
    "name": "test_datasource",
    "description": "",
    "connector": "PROMETHEUS",
    "allowedRoles": [],
    "properties": {"prometheus.uri": "http://localhost:9090"},
    "resultIndex": "query_execution_result_test_datasource",
    "status": "ACTIVE",
}
STORY_UPDATES: dict[str, Any] = {
    **STORY_CREATES,
    "description": "Updated description",
    "properties": {"prometheus.uri": "http://localhost:9091"},
}
