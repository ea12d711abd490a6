"""opensearch-py and grafana-client over the same data sources."""

from typing import Any

import pytest

from clients.conftest import Org
from clients.environments import Script
from clients.library import Library, call
from clients.opensearch import MYSQL, PROMETHEUS


@pytest.fixture
def opensearch(reused_org: Org, opensearch_py: Script) -> Library:
    return Library(opensearch_py, reused_org.url, reused_org.admin_token)


@pytest.fixture
def grafana(reused_org: Org, grafana_client: Script) -> Library:
    return Library(grafana_client, reused_org.url, reused_org.admin_token)


def in_grafana(grafana: Library, name: str) -> Any:
    return grafana.gives(call("datasource.get_datasource_by_name", name))


def in_opensearch(opensearch: Library, name: str) -> Any:
    return opensearch.gives(call("query.datasource_retrieve", datasource_name=name))


@pytest.mark.parametrize(
    ("body", "columns", "secret"),
    [
        (
            PROMETHEUS,
            {
                "type": "prometheus",
                "url": "http://127.0.0.1:9090",
                "basicAuth": True,
                "basicAuthUser": "reader",
                "access": "proxy",
            },
            "basicAuthPassword",
        ),
        (
            MYSQL,
            {"type": "mysql", "url": "127.0.0.1:3306", "user": "clerk", "database": "shop", "basicAuth": False},
            "password",
        ),
    ],
    ids=["prometheus", "mysql"],
)
def test_grafana_sees_the_columns_of_a_source_born_in_opensearch(
    opensearch: Library, grafana: Library, body: dict[str, Any], columns: dict[str, Any], secret: str
) -> None:
    made = opensearch.gives(call("query.datasources_create", body=body))
    found = in_grafana(grafana, body["name"])
    assert found["uid"] == made["dataSourceId"]
    assert {key: found[key] for key in columns} == columns
    assert found["secureJsonFields"] == {secret: True}
    assert "secret of" not in str(found)


def test_opensearch_sees_a_prometheus_born_in_grafana(opensearch: Library, grafana: Library) -> None:
    born = {
        "name": "My DS 1.0",
        "uid": "prom",
        "type": "prometheus",
        "access": "proxy",
        "url": "http://127.0.0.1:9090",
        "basicAuth": True,
        "basicAuthUser": "reader",
        "secureJsonData": {"basicAuthPassword": "secret of reader"},
    }
    grafana.gives(call("datasource.create_datasource", born))
    assert in_opensearch(opensearch, "My DS 1.0") == {
        "id": "prom",
        "name": "My DS 1.0",
        "description": "",
        "connector": "PROMETHEUS",
        "resultIndex": "query_execution_result_myds10",
        "status": "ACTIVE",
        "allowedRoles": [],
        "properties": {"prometheus.uri": "http://127.0.0.1:9090", "prometheus.auth.type": "basicauth"},
    }


def test_opensearch_sees_a_database_born_in_grafana(opensearch: Library, grafana: Library) -> None:
    born = {
        "name": "Shop",
        "uid": "shop",
        "type": "postgres",
        "access": "proxy",
        "url": "127.0.0.1:5432",
        "user": "clerk",
        "database": "shop",
        "jsonData": {"sslmode": "disable"},
        "secureJsonData": {"password": "secret of clerk"},
    }
    grafana.gives(call("datasource.create_datasource", born))
    found = in_opensearch(opensearch, "Shop")
    assert (found["connector"], found["properties"]["sslmode"]) == ("postgresql", "disable")
    assert found["configuration"]["credentials"] == {"username": "clerk", "password": "******"}
    assert "127.0.0.1:5432" in found["configuration"]["endpoint"]


@pytest.mark.parametrize(
    "columns",
    [
        {"type": "loki", "url": "http://127.0.0.1:3100"},
        {"type": "elasticsearch", "url": "http://127.0.0.1:9200", "database": "logs"},
        {"type": "mysql", "url": "127.0.0.1:3306", "user": "clerk", "database": "shop"},
        {"type": "prometheus", "url": "http://127.0.0.1:9090", "jsonData": {"httpMethod": "POST"}},
    ],
    ids=["loki", "elasticsearch", "mysql", "prometheus"],
)
def test_a_source_born_in_grafana_that_opensearch_reads_and_sends_back_is_unchanged(
    opensearch: Library, grafana: Library, columns: dict[str, Any]
) -> None:
    grafana.gives(call("datasource.create_datasource", {"name": "Shop", "access": "proxy", **columns}))
    before = in_grafana(grafana, "Shop")
    opensearch.gives(call("query.datasources_update", body=in_opensearch(opensearch, "Shop")))
    assert {**in_grafana(grafana, "Shop"), "version": 0} == {**before, "version": 0}


def test_opensearch_sees_the_url_that_grafana_gave_a_source(opensearch: Library, grafana: Library) -> None:
    opensearch.gives(call("query.datasources_create", body=PROMETHEUS))
    found = in_grafana(grafana, "metrics")
    grafana.gives(call("datasource.update_datasource_by_uid", found["uid"], {**found, "url": "http://127.0.0.1:9099"}))
    shown = in_opensearch(opensearch, "metrics")
    assert shown["properties"]["prometheus.uri"] == "http://127.0.0.1:9099"
    assert (shown["description"], shown["allowedRoles"]) == ("Metrics of the shop", ["shop"])


def test_an_update_in_opensearch_counts_the_version_and_keeps_uid_id_and_default(
    opensearch: Library, grafana: Library
) -> None:
    born = {"name": "metrics", "type": "prometheus", "access": "proxy", "url": "http://127.0.0.1:1", "isDefault": True}
    grafana.gives(call("datasource.create_datasource", born))
    before = in_grafana(grafana, "metrics")
    opensearch.gives(call("query.datasources_update", body=PROMETHEUS))
    after = in_grafana(grafana, "metrics")
    assert (after["uid"], after["id"], after["isDefault"]) == (before["uid"], before["id"], True)
    assert after["version"] > before["version"]
    assert after["url"] == "http://127.0.0.1:9090"


def test_what_one_deletes_is_gone_for_the_other(opensearch: Library, grafana: Library) -> None:
    opensearch.give(call("query.datasources_create", body=PROMETHEUS), call("query.datasources_create", body=MYSQL))
    grafana.gives(call("datasource.delete_datasource_by_name", "metrics"))
    assert [one["name"] for one in opensearch.gives(call("query.datasources_list"))] == ["customers"]
    opensearch.gives(call("query.datasource_delete", datasource_name="customers"))
    assert grafana.gives(call("datasource.list_datasources")) == []


def test_a_name_changed_in_grafana_is_the_name_in_opensearch(opensearch: Library, grafana: Library) -> None:
    opensearch.gives(call("query.datasources_create", body=PROMETHEUS))
    found = in_grafana(grafana, "metrics")
    grafana.gives(call("datasource.update_datasource_by_uid", found["uid"], {**found, "name": "New name"}))
    old = opensearch.refused(call("query.datasource_retrieve", datasource_name="metrics"))
    assert (old.raised, in_opensearch(opensearch, "New name")["id"]) == ("NotFoundError", found["uid"])
