"""BACKEND_TYPES as Grafana shows its plugins. Pure."""

from collections.abc import Mapping
from typing import Any

from app.registry.catalog import BackendType, backend_type, is_known


class UnknownPlugin(Exception):
    """BACKEND_TYPES has no row of this id."""


def plugin_item(row: BackendType, version: str) -> dict[str, Any]:
    """An element of the list of plugins."""
    return {
        "name": row.title,
        "type": "datasource",
        "id": row.id,
        "enabled": True,
        "pinned": False,
        "info": _info(row, version),
        "dependencies": {"grafanaDependency": "", "grafanaVersion": "*", "plugins": []},
        "latestVersion": "",
        "hasUpdate": False,
        "defaultNavUrl": f"/plugins/{row.id}/",
        "category": "",
        "state": "",
        "signature": "internal",
        "signatureType": "",
        "signatureOrg": "",
    }


def plugin_settings(type_id: str, version: str) -> dict[str, Any]:
    """One plugin. Raises UnknownPlugin."""
    if not is_known(type_id):
        raise UnknownPlugin
    row = backend_type(type_id)
    return {
        "name": row.title,
        "type": "datasource",
        "id": row.id,
        "enabled": True,
        "pinned": False,
        "autoEnabled": False,
        "module": _module(row),
        "baseUrl": f"public/plugins/{row.id}",
        "info": _info(row, version),
        "includes": None,
        "dependencies": {"grafanaDependency": "", "grafanaVersion": "*", "plugins": []},
        "jsonData": None,
        "secureJsonFields": {},
        "defaultNavUrl": f"/plugins/{row.id}/",
        "latestVersion": "",
        "hasUpdate": False,
        "state": "",
        "signature": "internal",
        "signatureType": "",
        "signatureOrg": "",
    }


def plugin_meta(row: BackendType, version: str) -> Mapping[str, Any]:
    """What the frontend settings say of a data source's type."""
    return {"id": row.id, "type": "datasource", "name": row.title, "info": _info(row, version), "module": _module(row)}


def _module(row: BackendType) -> str:
    return f"core:plugin/{row.id}"


def _info(row: BackendType, version: str) -> dict[str, Any]:
    return {
        "author": {"name": "", "url": ""},
        "description": "",
        "links": None,
        "logos": {"small": row.logo, "large": row.logo},
        "build": {},
        "screenshots": None,
        "version": version,
        "updated": "",
        "keywords": None,
    }
