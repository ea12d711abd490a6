"""Orgs in which a viewer may query one data source by a permission of its own, among few or many others."""

from dataclasses import dataclass
from typing import Any

from benchmarks.population import new_data_source
from benchmarks.registry_client import RegistryClient, administrator

# (data sources, permissions) of the org that a permitted caller is compared with, and of the one that is compared.
SMALL = (10, 10)
LARGE = (10_000, 1_000)
_PERMISSIONS_A_DATA_SOURCE = 10


@dataclass(frozen=True)
class Permitted:
    """A caller whose only right is a permission, and the data source that it is on."""

    uid: str
    client: RegistryClient


def permitted(port: int, *, size: tuple[int, int], url: str) -> Permitted:
    """Make an org of this size whose viewers may query only what was given to them, and one such viewer."""
    sources, permissions = size
    by_password = administrator(port)
    org_id = by_password.call("POST", "/api/orgs", {"name": f"{sources} data sources"})["orgId"]
    admin = RegistryClient(port, {**by_password.headers, "X-Grafana-Org-Id": str(org_id)})
    admin = _with_token(admin, _account(admin, "admin", "Admin"))
    admin.call("PUT", "/api/sluice/org/settings", {"defaultQueryRole": "Admin"})
    uids = [admin.create(new_data_source(f"listed-{n:05}", url=url)) for n in range(sources)]
    accounts = [_account(admin, f"viewer-{n}", "Viewer") for n in range(_PERMISSIONS_A_DATA_SOURCE)]
    given = {"permissions": [{"userId": account, "permission": "Query"} for account in accounts]}
    for uid in uids[: permissions // _PERMISSIONS_A_DATA_SOURCE]:
        admin.call("POST", f"/api/access-control/datasources/{uid}", given)
    return Permitted(uids[0], _with_token(admin, accounts[0]))


def _account(admin: RegistryClient, name: str, role: str) -> Any:
    return admin.call("POST", "/api/serviceaccounts", {"name": name, "role": role})["id"]


def _with_token(admin: RegistryClient, account: int) -> RegistryClient:
    token = admin.call("POST", f"/api/serviceaccounts/{account}/tokens", {"name": f"bench-{account}"})
    return RegistryClient(admin.port, {"Authorization": f"Bearer {token['key']}"})
