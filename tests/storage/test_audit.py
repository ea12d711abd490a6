"""Audit events live and die with the transaction of what they tell of."""

import pytest

from app.audit import AuditEvent
from app.services import Storage


def event(org_id: int, target: str) -> AuditEvent:
    return AuditEvent(
        org_id=org_id,
        actor="user:3",
        door="grafana",
        action="datasources:create",
        target=target,
        detail={"name": "Prómetheus 🔥", "version": 2, "secrets": ["password"]},
    )


def targets(storage: Storage, org_id: int) -> list[str]:
    return [found.target for found in storage.audit.of_org(org_id)]


def test_an_event_comes_back_as_it_was_recorded(storage: Storage, org: int) -> None:
    with storage.database.writing():
        storage.audit.record(event(org, "datasources:uid:a"))
    # The first event tells that the org was made.
    assert storage.audit.of_org(org)[1:] == [event(org, "datasources:uid:a")]


def test_events_are_told_in_the_order_in_which_they_happened(storage: Storage, org: int) -> None:
    for target in ("second", "first", "third"):
        with storage.database.writing():
            storage.audit.record(event(org, target))
    assert targets(storage, org)[1:] == ["second", "first", "third"]


def test_an_event_goes_with_its_transaction(storage: Storage, org: int) -> None:
    before = targets(storage, org)

    def fail() -> None:
        with storage.database.writing():
            storage.audit.record(event(org, "datasources:uid:a"))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert targets(storage, org) == before


def test_an_event_outside_a_transaction_is_refused(storage: Storage, org: int) -> None:
    before = targets(storage, org)
    with pytest.raises(RuntimeError, match="inside the transaction"):
        storage.audit.record(event(org, "datasources:uid:a"))
    assert targets(storage, org) == before


def test_an_org_sees_its_own_events_only(storage: Storage, org: int, other_org: int) -> None:
    with storage.database.writing():
        storage.audit.record(event(org, "datasources:uid:a"))
    assert "datasources:uid:a" not in targets(storage, other_org)


def test_an_event_may_tell_more_than_64_kibibytes(storage: Storage, org: int) -> None:
    long = AuditEvent(
        org_id=org, actor="user:3", door="cli", action="a", target="long", detail={"names": ["x" * 1000] * 100}
    )
    with storage.database.writing():
        storage.audit.record(long)
    assert storage.audit.of_org(org)[-1] == long
