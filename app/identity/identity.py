"""The Identity: one caller, in one org, with what is granted there."""

from dataclasses import dataclass
from typing import Literal

from app.audit import AuditEvent
from app.identity.errors import PermissionDenied, RoleTooHigh
from app.identity.limits import TokenLimits
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
    default_query_role: Role = Role.VIEWER  # least role that may query what nobody restricted, in this org
    org_has_permissions: bool = False  # whether a permission was ever set on a data source of this org
    limits: TokenLimits | None = None  # of a narrow token

    @property
    def actor(self) -> str:
        """How logs and the audit trail name this caller."""
        return f"{self.kind}:{self.id}"

    @property
    def account_id(self) -> int | None:
        """The user or service account, which permissions are given to; None for callers that are neither."""
        return self.id if self.kind in {"user", "service_account"} else None

    def may(self, action: str, scope: str = NO_SCOPE) -> bool:
        """Whether ``action`` is granted on ``scope``; without a scope, whether it is granted on anything."""
        if self.limits is not None and not self.limits.admit(action, scope):
            return False
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

    def event(self, action: str, target: str, /, **detail: object) -> AuditEvent:
        """What the audit trail keeps of something this caller does in their org."""
        return AuditEvent(
            org_id=self.org_id,
            actor=self.actor,
            door=self.door,
            action=action,
            target=target,
            detail=detail,
        )


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
