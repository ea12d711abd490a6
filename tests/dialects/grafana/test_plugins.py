"""Types of data sources as Grafana's clients know plugins."""

import pytest

from app.dialects.grafana.plugins import UnknownPlugin, plugin_item, plugin_meta, plugin_settings
from app.registry.catalog import BACKEND_TYPES, BackendType, backend_type

PROMETHEUS = backend_type("prometheus")
LOGO = "public/app/plugins/datasource/prometheus/img/prometheus_logo.svg"
TYPES = pytest.mark.parametrize("row", BACKEND_TYPES, ids=lambda row: row.id)

INFO = {
    "author": {"name": "", "url": ""},
    "description": "",
    "links": None,
    "logos": {"small": LOGO, "large": LOGO},
    "build": {},
    "screenshots": None,
    "version": "12.3.0",
    "updated": "",
    "keywords": None,
}


def test_an_item_of_the_list_has_exactly_these_members() -> None:
    assert plugin_item(PROMETHEUS, "12.3.0") == {
        "name": "Prometheus",
        "type": "datasource",
        "id": "prometheus",
        "enabled": True,
        "pinned": False,
        "info": INFO,
        "dependencies": {"grafanaDependency": "", "grafanaVersion": "*", "plugins": []},
        "latestVersion": "",
        "hasUpdate": False,
        "defaultNavUrl": "/plugins/prometheus/",
        "category": "",
        "state": "",
        "signature": "internal",
        "signatureType": "",
        "signatureOrg": "",
    }


def test_a_single_plugin_has_exactly_these_members() -> None:
    assert plugin_settings("prometheus", "12.3.0") == {
        "name": "Prometheus",
        "type": "datasource",
        "id": "prometheus",
        "enabled": True,
        "pinned": False,
        "autoEnabled": False,
        "module": "core:plugin/prometheus",
        "baseUrl": "public/plugins/prometheus",
        "info": INFO,
        "includes": None,
        "dependencies": {"grafanaDependency": "", "grafanaVersion": "*", "plugins": []},
        "jsonData": None,
        "secureJsonFields": {},
        "defaultNavUrl": "/plugins/prometheus/",
        "latestVersion": "",
        "hasUpdate": False,
        "state": "",
        "signature": "internal",
        "signatureType": "",
        "signatureOrg": "",
    }


def test_what_the_frontend_is_told_of_a_type_has_exactly_these_members() -> None:
    assert plugin_meta(PROMETHEUS, "12.3.0") == {
        "id": "prometheus",
        "type": "datasource",
        "name": "Prometheus",
        "info": INFO,
        "module": "core:plugin/prometheus",
    }


@TYPES
def test_every_type_is_a_plugin_of_its_id_and_title(row: BackendType) -> None:
    for found in (plugin_item(row, "1"), plugin_settings(row.id, "1"), plugin_meta(row, "1")):
        assert (found["id"], found["name"], found["type"]) == (row.id, row.title, "datasource")
        assert found["info"]["logos"] == {"small": row.logo, "large": row.logo}


def test_a_type_without_a_logo_has_that_of_all() -> None:
    found = plugin_settings("grafana-clickhouse-datasource", "1")
    assert found["info"]["logos"]["large"] == "public/img/icn-datasource.svg"


def test_an_old_name_of_a_type_finds_the_plugin_of_today() -> None:
    assert plugin_settings("postgres", "1")["id"] == "grafana-postgresql-datasource"


@pytest.mark.parametrize("id", ["", "nothing", "Prometheus", "prometheus ", "postgre", "prometheus\0"], ids=repr)
def test_what_is_no_type_is_no_plugin(id: str) -> None:
    with pytest.raises(UnknownPlugin):
        plugin_settings(id, "1")
