"""What is given and taken away is in the audit log with who, to whom and what, or it is not done."""

from typing import NoReturn

import pytest

from app.audit import AuditEvent
from app.identity.errors import PermissionDenied
from app.identity.roles import Role
from app.registry.access import ForAccount, ForRole, ForTeam, Grantee, Level
from app.registry.datasource import ById, DataSource
from app.registry.errors import GranteeNotFound
from app.registry.permissions import Permissions
from app.registry.registry import Registry
from app.services import Services
from identity.callers import admin, viewer
from identity.people import add_user
from registry.given import new
from registry.permitted import give_to, member

VIEWERS, EDITORS = ForRole(Role.VIEWER), ForRole(Role.EDITOR)


class DiskFullError(Exception):
    pass


class LogFullAfter:
    """An AuditLog that stores as many events as it has room for."""

    def __init__(self, services: Services, room: int) -> None:
        self._log = services.storage.audit
        self._room = room

    def record(self, event: AuditEvent) -> None:
        """See the protocol."""
        if not self._room:
            self._refuse()
        self._room -= 1
        self._log.record(event)

    def _refuse(self) -> NoReturn:
        raise DiskFullError


@pytest.fixture
def one(registry: Registry, org: int) -> DataSource:
    return registry.create(admin(org), new("one", uid="one"))


def events(services: Services, org: int) -> list[AuditEvent]:
    return [event for event in services.storage.audit.of_org(org) if event.action.startswith("datasources.perm")]


def given(services: Services, row: DataSource) -> list[tuple[Grantee, Level]]:
    found = services.permissions.all(admin(row.org_id), ById(row.id))
    return [(permission.grantee, permission.level) for permission in found if permission.id]


def test_each_permission_is_audited_with_who_whom_and_what(services: Services, one: DataSource) -> None:
    user = add_user(services, one.org_id)
    team = services.teams.create(admin(one.org_id), name="crew", email="").id
    changes: dict[Grantee, Level] = {VIEWERS: Level.NONE, ForAccount(user): Level.EDIT, ForTeam(team): Level.ADMIN}
    services.permissions.set(admin(one.org_id), ById(one.id), changes)
    told = events(services, one.org_id)
    assert {(event.actor, event.door, event.action, event.target) for event in told} == {
        ("user:7", "test", "datasources.permissions:write", "datasources:uid:one")
    }
    assert [dict(event.detail) for event in told] == [
        {"grantee": "role:Viewer", "permission": ""},
        {"grantee": f"users:id:{user}", "permission": "Edit"},
        {"grantee": f"teams:id:{team}", "permission": "Admin"},
    ]


def test_who_has_the_level_of_admin_is_named_as_any_other(services: Services, one: DataSource) -> None:
    who = member(one.org_id, Role.VIEWER, id=add_user(services, one.org_id))
    give_to(services, one, ForAccount(who.id), Level.ADMIN)
    services.permissions.set(who, ById(one.id), {EDITORS: Level.EDIT})
    assert [event.actor for event in events(services, one.org_id)] == ["user:7", f"user:{who.id}"]


def test_what_is_refused_is_not_audited(services: Services, one: DataSource) -> None:
    with pytest.raises(PermissionDenied):
        services.permissions.set(viewer(one.org_id), ById(one.id), {VIEWERS: Level.ADMIN})
    with pytest.raises(GranteeNotFound):
        services.permissions.set(
            admin(one.org_id), ById(one.id), {VIEWERS: Level.ADMIN, ForAccount(10**8): Level.QUERY}
        )
    assert events(services, one.org_id) == []


def test_looking_at_them_is_not_audited(services: Services, one: DataSource) -> None:
    services.permissions.all(admin(one.org_id), ById(one.id))
    assert events(services, one.org_id) == []


@pytest.mark.parametrize("room", [0, 1])
def test_what_cannot_be_audited_is_not_given(services: Services, one: DataSource, room: int) -> None:
    give_to(services, one, VIEWERS, Level.EDIT)
    permissions = Permissions(services.storage.permissions, services.registry, LogFullAfter(services, room))
    with pytest.raises(DiskFullError):
        permissions.set(admin(one.org_id), ById(one.id), {EDITORS: Level.ADMIN, VIEWERS: Level.NONE})
    assert given(services, one) == [(VIEWERS, Level.EDIT)]
    assert [event.detail["grantee"] for event in events(services, one.org_id)] == ["role:Viewer"]
