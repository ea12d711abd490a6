"""The same data sources by OpenSearch's and Grafana's APIs, and how Amazon's refuses."""

import json
from collections.abc import Mapping
from typing import Any

from dialects.aws.account import Account

_CONNECTORS = "/_plugins/_query/_datasources"


def in_opensearch(account: Account, name: str) -> dict[str, Any]:
    """What OpenSearch's GET answers."""
    return _ok(account, "GET", f"{_CONNECTORS}/{name}")


def put_back(account: Account, connector: Mapping[str, Any]) -> None:
    """OpenSearch's PUT of what its GET answered."""
    _ok(account, "PUT", _CONNECTORS, connector)


def patch_in_opensearch(account: Account, name: str, **members: Any) -> None:
    """OpenSearch's PATCH."""
    _ok(account, "PATCH", _CONNECTORS, {"name": name, **members})


def born_in_opensearch(account: Account, name: str, connector: str, properties: Mapping[str, str]) -> None:
    """OpenSearch's POST."""
    _ok(account, "POST", _CONNECTORS, {"name": name, "connector": connector, "properties": properties})


def born_in_grafana(account: Account, name: str, type_id: str, **members: Any) -> None:
    """Grafana's POST."""
    _ok(account, "POST", "/api/datasources", {"name": name, "type": type_id, "access": "proxy", **members})


def edited_in_grafana(account: Account, name: str, **members: Any) -> None:
    """Grafana's PUT of what its GET answered, with other ``members``; those of ``jsonData`` are merged."""
    path = f"/api/datasources/uid/{account.source(name).uid}"
    stored = _ok(account, "GET", path)
    _ok(account, "PUT", path, {**stored, **members, "jsonData": {**stored["jsonData"], **members.get("jsonData", {})}})


def _ok(account: Account, method: str, path: str, body: Any = None) -> dict[str, Any]:
    answer = account.ask(method, path, body)
    assert answer.status in {200, 201}, answer
    found: dict[str, Any] = json.loads(answer.body)
    return found
