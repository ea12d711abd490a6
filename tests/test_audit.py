"""Audit events: what they hold, and that they stay or go with what they tell of."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import NoReturn

import pytest

from app.audit import AuditEvent, AuditLog
from app.identity.identity import system
from app.services import Services
from installations import Installation


class PowerCutError(Exception):
    pass


def event(org_id: int = 1, action: str = "datasources:create") -> AuditEvent:
    return AuditEvent(
        org_id=org_id,
        actor="user:3",
        door="grafana",
        action=action,
        target="datasources:uid:abc",
        detail={"name": "密码", "secrets": ["password"], "version": 1},
    )


@pytest.fixture
def services(sqlite_installation: Installation) -> Services:
    return sqlite_installation.services


@pytest.fixture
def org(services: Services) -> int:
    return services.orgs.create(system(0, "test"), "audited").id


@pytest.fixture
def recorded(services: Services, org: int) -> Callable[[], list[AuditEvent]]:
    """The events of the org after its own creation."""
    return lambda: services.storage.audit.of_org(org)[1:]


def test_an_event_without_detail_has_an_empty_one() -> None:
    assert AuditEvent(org_id=1, actor="system", door="cli", action="orgs:create", target="orgs:id:1").detail == {}


def test_an_event_cannot_be_changed() -> None:
    told = event()
    with pytest.raises(FrozenInstanceError):
        told.actor = "user:4"  # type: ignore[misc]


def test_an_event_is_kept_as_it_was_recorded(
    services: Services, org: int, recorded: Callable[[], list[AuditEvent]]
) -> None:
    log: AuditLog = services.storage.audit
    with services.storage.data_sources.writing(org):
        log.record(event(org))
    assert recorded() == [event(org)]


def test_events_are_kept_in_the_order_of_their_recording(
    services: Services, org: int, recorded: Callable[[], list[AuditEvent]]
) -> None:
    for action in ("datasources:create", "datasources:write", "datasources:delete"):
        with services.storage.data_sources.writing(org):
            services.storage.audit.record(event(org, action))
    assert [told.action for told in recorded()] == ["datasources:create", "datasources:write", "datasources:delete"]


def test_an_event_goes_with_a_transaction_that_fails(
    services: Services, org: int, recorded: Callable[[], list[AuditEvent]]
) -> None:
    def record_and_fail() -> NoReturn:
        with services.storage.data_sources.writing(org):
            services.storage.audit.record(event(org))
            raise PowerCutError

    with pytest.raises(PowerCutError):
        record_and_fail()
    assert recorded() == []


def test_an_event_outside_a_transaction_is_refused(
    services: Services, org: int, recorded: Callable[[], list[AuditEvent]]
) -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        services.storage.audit.record(event(org))
    assert recorded() == []


def test_an_event_is_of_one_org(services: Services, org: int) -> None:
    other = services.orgs.create(system(0, "test"), "other").id
    with services.storage.data_sources.writing(org):
        services.storage.audit.record(event(org))
    assert [told.action for told in services.storage.audit.of_org(other)] == ["orgs:create"]
