"""The Identity: one caller, in one org, with what is granted there."""

from dataclasses import dataclass
from typing import Literal

from app.identity.errors import PermissionDenied, RoleTooHigh
from app.identity.roles import NO_SCOPE, Grants, Role, covers, grants_of

Kind = Literal["user", "service_account", "api_key", "system"]


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who asks, in which org, through which door. Always the first argument of a use case."""

    kind: Kind
    id: int
    login: str
    org_id: int
    role: Role | None
    is_server_admin: bool
    door: str
    grants: Grants

    @property
    def actor(self) -> str:
        """How audit rows name this caller."""
        return f"{self.kind}:{self.id}"

    def may(self, action: str, scope: str = NO_SCOPE) -> bool:
        """Whether ``action`` is granted on ``scope``; without a scope, whether it is granted on anything."""
        granted = self.grants.get(action)
        if granted is None:
            return False
        return scope == NO_SCOPE or covers(granted, scope)

    def require(self, action: str, scope: str = NO_SCOPE) -> None:
        """The one permission check; raises PermissionDenied."""
        if not self.may(action, scope):
            raise PermissionDenied(action)

    def require_role(self, role: Role) -> None:
        """Nobody hands out more than they hold; raises RoleTooHigh."""
        if self.is_server_admin or (self.role and self.role.includes(role)):
            return
        raise RoleTooHigh(role)


def system(org_id: int, door: str) -> Identity:
    """The operator at the machine itself: may do everything in ``org_id``."""
    return Identity(
        kind="system",
        id=0,
        login="system",
        org_id=org_id,
        role=Role.ADMIN,
        is_server_admin=True,
        door=door,
        grants=grants_of(Role.ADMIN, server_admin=True),
    )
