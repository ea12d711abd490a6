"""The use case over a real database, with data sources that point to a real server."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.identity.identity import Identity, system
from app.identity.roles import Role, grants_of
from app.proxy.forward import ProxiedAnswer
from app.registry.access import ForRole, Level
from app.registry.datasource import ById, DataSource, NewDataSource
from installations import Installation
from proxy.proxied import inbound
from servers.upstream import Upstream


class Gateway:
    """The use case, with an org and data sources that point to the upstream."""

    def __init__(self, installation: Installation, upstream: Upstream) -> None:
        self.services = installation.services
        self.admin = self._new_admin()
        self.other_admin = self._new_admin()
        self._upstream = upstream

    def _new_admin(self) -> Identity:
        return system(self.services.orgs.create(system(0, "test"), secrets.token_hex(6)).id, "test")

    def viewer(self) -> Identity:
        """A viewer of the org."""
        grants = grants_of(Role.VIEWER, server_admin=False)
        return replace(self.admin, kind="user", id=9, role=Role.VIEWER, is_server_admin=False, grants=grants)

    def data_source(self, *, sealed: Mapping[str, str] | None = None, **members: Any) -> DataSource:
        given = {"type": "graphite", "access": "proxy", "url": f"http://{self._upstream.address}", **members}
        return self.services.registry.create(self.admin, NewDataSource(secure_json_data=sealed or {}, **given))

    def permit(self, row: DataSource, level: Level) -> None:
        """What viewers may do with it."""
        self.services.permissions.set(self.admin, ById(row.id), {ForRole(Role.VIEWER): level})

    def forward(self, row: DataSource, identity: Identity | None = None, **asked: Any) -> ProxiedAnswer:
        return self.services.proxy.forward(identity or self.admin, ById(row.id), inbound("x", **asked))
