"""An audit log on a disk that is full."""

from typing import NoReturn

from app.audit import AuditEvent


class DiskFullError(Exception):
    """What FullLog raises."""


class FullLog:
    """An AuditLog that can store nothing."""

    def record(self, event: AuditEvent) -> NoReturn:
        """See the protocol."""
        raise DiskFullError
