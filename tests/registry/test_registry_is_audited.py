"""What is done to data sources is in the audit log, without secrets, or it is not done."""

import json
from typing import NoReturn

import pytest

from app.audit import AuditEvent
from app.identity.errors import PermissionDenied
from app.registry.datasource import ById, ByName, ByUid
from app.registry.errors import DataSourceNameTaken, ReadOnlyDataSource, VersionConflict
from app.registry.registry import Registry
from app.services import Services
from identity.callers import admin, viewer
from registry.given import change, new
from registry.other_registries import MakeRegistry

PLAIN = "hunter2-of-the-upstream"


class DiskFullError(Exception):
    pass


class FullLog:
    """An AuditLog that can store nothing."""

    def record(self, event: AuditEvent) -> NoReturn:
        raise DiskFullError


def events(services: Services, org: int) -> list[AuditEvent]:
    return [event for event in services.storage.audit.of_org(org) if event.action.startswith("datasources:")]


def test_each_change_is_audited_with_who_and_what(services: Services, registry: Registry, org: int) -> None:
    made = registry.create(admin(org), new(uid="abc"))
    registry.replace(admin(org), ByUid("abc"), change("renamed", uid="def", version=1))
    registry.delete(admin(org), ById(made.id))
    assert [(event.actor, event.door, event.action, event.target) for event in events(services, org)] == [
        ("user:7", "test", "datasources:create", "datasources:uid:abc"),
        ("user:7", "test", "datasources:write", "datasources:uid:def"),
        ("user:7", "test", "datasources:delete", "datasources:uid:def"),
    ]


def test_an_event_tells_id_name_type_and_version(services: Services, registry: Registry, org: int) -> None:
    made = registry.create(admin(org), new("metrics"))
    registry.replace(admin(org), ById(made.id), change("renamed", type="loki", version=5))
    detail = events(services, org)[1].detail
    assert (detail["id"], detail["name"], detail["type"], detail["version"]) == (made.id, "renamed", "loki", 6)


def test_an_event_names_the_secrets_that_were_given(services: Services, registry: Registry, org: int) -> None:
    registry.create(admin(org), new(secrets={"token": PLAIN, "password": PLAIN}))
    registry.replace(admin(org), ByName("metrics"), change(secrets={"password": PLAIN}))
    assert [event.detail["secrets"] for event in events(services, org)] == [["password", "token"], ["password"]]


def test_no_event_holds_a_secret(services: Services, registry: Registry, org: int) -> None:
    made = registry.create(admin(org), new(secrets={"password": PLAIN}))
    changed = registry.replace(admin(org), ById(made.id), change(secrets={"password": PLAIN}))
    registry.delete(admin(org), ById(made.id))
    told = json.dumps([[event.target, dict(event.detail)] for event in events(services, org)])
    for secret in (PLAIN, made.ciphertexts["password"], changed.ciphertexts["password"]):
        assert secret not in told


def test_reading_and_querying_are_not_audited(services: Services, registry: Registry, org: int) -> None:
    made = registry.create(admin(org), new())
    registry.get(viewer(org), ById(made.id))
    registry.all(viewer(org))
    registry.for_request(viewer(org), ById(made.id))
    assert [event.action for event in events(services, org)] == ["datasources:create"]


def test_what_is_refused_is_not_audited(services: Services, registry: Registry, org: int) -> None:
    registry.create(admin(org), new("locked", read_only=True))
    registry.create(admin(org), new("open"))
    with pytest.raises(DataSourceNameTaken):
        registry.create(admin(org), new("open"))
    with pytest.raises(VersionConflict):
        registry.replace(admin(org), ByName("open"), change("open", version=-1))
    with pytest.raises(ReadOnlyDataSource):
        registry.delete(admin(org), ByName("locked"))
    with pytest.raises(PermissionDenied):
        registry.delete(viewer(org), ByName("open"))
    assert [event.action for event in events(services, org)] == ["datasources:create", "datasources:create"]


def test_another_org_does_not_see_the_events(services: Services, registry: Registry, org: int, other_org: int) -> None:
    registry.create(admin(org), new())
    assert events(services, other_org) == []


def test_what_cannot_be_audited_is_not_created(make_registry: MakeRegistry, registry: Registry, org: int) -> None:
    first = registry.create(admin(org), new("one"))
    with pytest.raises(DiskFullError):
        make_registry(audit=FullLog()).create(admin(org), new("two", is_default=True, secrets={"password": PLAIN}))
    assert registry.all(admin(org)) == [first]


def test_what_cannot_be_audited_is_not_changed(make_registry: MakeRegistry, registry: Registry, org: int) -> None:
    made = registry.create(admin(org), new(secrets={"password": PLAIN}))
    with pytest.raises(DiskFullError):
        make_registry(audit=FullLog()).replace(
            admin(org), ById(made.id), change("renamed", secrets={"password": "another"})
        )
    assert registry.get(admin(org), ById(made.id)) == made
    assert registry.secrets_of(registry.for_request(admin(org), ById(made.id))) == {"password": PLAIN}


def test_what_cannot_be_audited_is_not_deleted(make_registry: MakeRegistry, registry: Registry, org: int) -> None:
    made = registry.create(admin(org), new())
    with pytest.raises(DiskFullError):
        make_registry(audit=FullLog()).delete(admin(org), ById(made.id))
    assert registry.get(admin(org), ById(made.id)) == made
