"""A data source as OpenSearch's API has it: what a body says, checked, and what is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.registry.datasource import Status


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """Where the server is, and who signs in there. ``password`` may be ``******``: as it was."""

    endpoint: str = field(repr=False)
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Document:
    """All members of a body that was checked. ``allowed_roles`` None: nothing was ever said of them.

    ``properties`` hold secrets in plain text, or ``******`` for those that stay.
    """

    name: str
    description: str = ""
    connector: str  # as it is shown
    type: str  # Grafana's word for it
    properties: Mapping[str, Any] = field(repr=False)
    configuration: Configuration | None = None
    result_index: str
    status: Status
    allowed_roles: tuple[str, ...] | None
