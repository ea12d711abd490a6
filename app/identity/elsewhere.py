"""The caller as they stand in another org than the one their request runs in."""

from collections.abc import Callable
from dataclasses import replace

from app.identity.identity import Identity
from app.identity.roles import Role, grants_of

RoleInOrg = Callable[[int, int], Role | None]  # user id, org id


def in_org(identity: Identity, org_id: int, role_in_org: RoleInOrg) -> Identity:
    """``identity`` with its role and grants in ``org_id``. Only people belong to more than one org: a token has
    nothing outside its own. A server admin keeps what holds everywhere."""
    if org_id == identity.org_id:
        return identity
    if identity.kind == "system":
        return replace(identity, org_id=org_id)
    role = role_in_org(identity.id, org_id) if identity.kind == "user" else None
    return replace(identity, org_id=org_id, role=role, grants=grants_of(role, server_admin=identity.is_server_admin))
