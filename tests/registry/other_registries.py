"""Registries over the database of an installation that differ from its own in limits, uids or the audit log."""

from collections.abc import Callable
from dataclasses import dataclass, field

from app.audit import AuditLog
from app.encryption.encryptor import Encryptor
from app.registry.registry import Registry, RegistryLimits
from app.services import Services, new_uid

UNLIMITED = RegistryLimits(listed=None, quota_of_org=None, quota_of_all=None, reserved_header=None)


@dataclass(frozen=True)
class MakeRegistry:
    """Call it for a registry over the installation's database and keys."""

    services: Services
    encryptor: Encryptor = field(repr=False)

    def __call__(
        self,
        limits: RegistryLimits = UNLIMITED,
        new_uid: Callable[[], str] = new_uid,
        audit: AuditLog | None = None,
        encryptor: Encryptor | None = None,
    ) -> Registry:
        """What is not given is the installation's own."""
        storage = self.services.storage
        return Registry(
            storage.data_sources,
            encryptor or self.encryptor,
            audit or storage.audit,
            limits,
            new_uid,
            storage.permissions,
        )
