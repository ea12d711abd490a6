"""Who did what to which thing, through which door; knows no storage and holds no secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class AuditEvent:
    """One thing that was done. ``detail`` names what changed; values of secrets never come here."""

    org_id: int
    actor: str  # "user:3", "service_account:7", "api_key:2" or "system:0"
    door: str  # the dialect or "cli"
    action: str  # "datasources:create", ...
    target: str  # "datasources:uid:abc"
    detail: Mapping[str, object] = field(default_factory=dict)


class AuditLog(Protocol):
    """Where events go: into the transaction that is open in the calling thread."""

    def record(self, event: AuditEvent) -> None:
        """Stores ``event``; it stays or goes with the transaction."""
