"""What is done to correlations is in the audit log, or it is not done."""

from collections.abc import Callable
from typing import NoReturn

import pytest

from app.audit import AuditEvent
from app.identity.errors import PermissionDenied
from app.registry.correlation import CorrelationChange, NewCorrelation
from app.registry.correlations import Correlations
from app.registry.errors import CorrelationNotFound, InvalidCorrelation
from app.registry.registry import Registry
from app.services import Services, new_uid
from identity.callers import admin, viewer
from registry.given import new

EXTERNAL = NewCorrelation(type="external", label="Wiki")


class DiskFullError(Exception):
    pass


class FullLog:
    """An AuditLog that can store nothing."""

    def record(self, event: AuditEvent) -> NoReturn:
        raise DiskFullError


@pytest.fixture
def correlations(services: Services) -> Correlations:
    """As the service itself builds them."""
    return services.correlations


@pytest.fixture
def unaudited(services: Services, registry: Registry) -> Correlations:
    """Over the same rows, with an audit log that is full."""
    return Correlations(services.storage.correlations, registry, FullLog(), new_uid)


def events(services: Services, org: int) -> list[AuditEvent]:
    return [event for event in services.storage.audit.of_org(org) if event.action.startswith("correlations:")]


def test_each_change_is_audited_with_who_and_what(
    services: Services, registry: Registry, correlations: Correlations, org: int
) -> None:
    logs, traces = (registry.create(admin(org), new(name)).uid for name in ("logs", "traces"))
    made = correlations.create(admin(org), logs, NewCorrelation(type="query", target_uid=traces))
    correlations.change(admin(org), logs, made.uid, CorrelationChange(type="external"))
    correlations.delete(admin(org), logs, made.uid)
    target = f"correlations:uid:{made.uid}"
    ends = {"source_uid": logs, "target_uid": traces}
    assert [(event.actor, event.door, event.action, event.target, event.detail) for event in events(services, org)] == [
        ("user:7", "test", "correlations:create", target, {**ends, "type": "query"}),
        ("user:7", "test", "correlations:write", target, {**ends, "type": "external"}),
        ("user:7", "test", "correlations:delete", target, {**ends, "type": "external"}),
    ]


def test_reads_and_refusals_are_not_audited(
    services: Services, registry: Registry, correlations: Correlations, org: int
) -> None:
    logs = registry.create(admin(org), new("logs")).uid
    made = correlations.create(admin(org), logs, EXTERNAL)
    correlations.get(viewer(org), logs, made.uid)
    correlations.all(viewer(org), source_uids=[], limit=0, page=0)
    with pytest.raises(InvalidCorrelation):
        correlations.create(admin(org), logs, NewCorrelation(type="link"))
    with pytest.raises(CorrelationNotFound):
        correlations.delete(admin(org), logs, "nothing")
    with pytest.raises(PermissionDenied):
        correlations.delete(viewer(org), logs, made.uid)
    assert [event.action for event in events(services, org)] == ["correlations:create"]


@pytest.mark.parametrize(
    "act",
    [
        lambda correlations, who, source, uid: correlations.create(who, source, EXTERNAL),
        lambda correlations, who, source, uid: correlations.change(who, source, uid, CorrelationChange(label="")),
        lambda correlations, who, source, uid: correlations.delete(who, source, uid),
    ],
    ids=["created", "changed", "deleted"],
)
def test_what_cannot_be_audited_is_not_done(
    registry: Registry,
    correlations: Correlations,
    unaudited: Correlations,
    org: int,
    act: Callable[..., object],
) -> None:
    logs = registry.create(admin(org), new("logs")).uid
    made = correlations.create(admin(org), logs, EXTERNAL)
    with pytest.raises(DiskFullError):
        act(unaudited, admin(org), logs, made.uid)
    assert correlations.of_source(admin(org), logs) == [made]
