"""What is done to access keys is in the audit log, or it is not done."""

import pytest

from app.identity.access_keys import AccessKeys
from app.identity.roles import Role
from app.services import Services
from identity.accounts_in_memory import sealing
from identity.callers import admin
from identity.full_log import DiskFullError, FullLog

NOW = 1_700_000_000


def test_each_change_is_audited_without_secrets(services: Services, org: int) -> None:
    login = services.service_accounts.create(admin(org), name="ci", role=Role.VIEWER, is_disabled=False).login
    keys = AccessKeys(services.storage.access_keys, services.storage.audit, sealing(), lambda: NOW, longest_life=-1)
    key = keys.create(admin(org), login=login, name="pipeline", seconds_to_live=60)
    keys.delete(admin(org), key.access_key_id)
    told = services.storage.audit.of_org(org)[-2:]
    target = f"accesskeys:id:{key.access_key_id}"
    assert [(event.target, event.action, event.detail) for event in told] == [
        (target, "accesskeys:create", {"login": login, "name": "pipeline", "expires_at": NOW + 60}),
        (target, "accesskeys:delete", {"login": login, "name": "pipeline"}),
    ]


def test_an_access_key_that_cannot_be_audited_is_neither_made_nor_deleted(services: Services, org: int) -> None:
    account = services.service_accounts.create(admin(org), name="ci", role=Role.VIEWER, is_disabled=False)
    key = services.access_keys.create(admin(org), login=account.login, name="", seconds_to_live=0)
    unaudited = AccessKeys(services.storage.access_keys, FullLog(), sealing(), lambda: NOW, longest_life=-1)
    with pytest.raises(DiskFullError):
        unaudited.create(admin(org), login=account.login, name="", seconds_to_live=0)
    with pytest.raises(DiskFullError):
        unaudited.delete(admin(org), key.access_key_id)
    assert [found.access_key_id for found in services.access_keys.all(admin(org))] == [key.access_key_id]
