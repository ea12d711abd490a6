"""What is done to applications and attachments is in the audit log, or it is not done."""

from typing import NoReturn

import pytest

from app.attachments.errors import AttachmentNotFound, SourceNotFound
from app.attachments.values import AttachmentStatus
from app.audit import AuditEvent
from app.identity.errors import PermissionDenied
from app.registry.datasource import Status
from attachments.world import DAY, PLACE, MakeWorld, World, domain, workspace

PENDING, ATTACHED, FAILED = AttachmentStatus.PENDING, AttachmentStatus.ATTACHED, AttachmentStatus.FAILED


def test_each_step_is_on_record_with_who_and_what(world: World) -> None:
    world.source(status=Status.DISABLED)
    attached = world.attach(by=world.editor)
    world.change(status=Status.ACTIVE)
    world.status()
    world.detach(by=world.editor)
    told = world.events()[1:]
    assert [(event.actor, event.door, event.action) for event in told] == [
        ("user:7", "test", "attachments:attach"),
        ("system:0", "attachments", "attachments:complete"),
        ("user:7", "test", "attachments:detach"),
    ]
    for event in told:
        assert event.target == f"applications:id:{attached.application.id}"
        assert (event.detail["attachment"], event.detail["arn"]) == (attached.id, domain())
        assert event.detail["data_source"] == "logs"


@pytest.mark.parametrize("gone", [False, True], ids=["after 24 hours", "without its data source"])
def test_a_failure_is_on_record_once_with_its_reason(world: World, gone: bool) -> None:
    world.source(status=Status.DISABLED)
    world.attach()
    if gone:
        world.delete_source()
    else:
        world.clock.move(DAY)
    for _ in range(2):
        assert world.status() is FAILED
    [event] = [event for event in world.events() if event.action == "attachments:fail"]
    assert event.detail["why"] == ("the data source is gone" if gone else "24 hours have passed")


def test_what_completes_as_it_is_detached_did_not_fail(world: World) -> None:
    world.source(status=Status.DISABLED)
    world.attach()
    world.change(status=Status.ACTIVE)
    world.detach()
    assert world.actions()[1:] == ["attachments:attach", "attachments:complete", "attachments:detach"]


def test_what_is_refused_or_only_read_is_not_on_record(world: World) -> None:
    world.source()
    with pytest.raises(SourceNotFound):
        world.attach(domain("missing"))
    with pytest.raises(PermissionDenied):
        world.attach(by=world.viewer)
    with pytest.raises(AttachmentNotFound):
        world.detach()
    world.attach()
    world.attach()
    world.status()
    world.listed()
    assert world.actions() == ["applications:create", "attachments:attach", "attachments:complete"]


def test_each_step_of_an_application_is_on_record_with_who_and_what(world: World) -> None:
    application = world.applications.get(world.admin, PLACE, "app").application
    world.change_application()
    world.applications.delete(world.admin, PLACE, "app")
    assert [(event.actor, event.door, event.action, event.target) for event in world.events()] == [
        ("user:7", "test", action, f"applications:id:{application.id}")
        for action in ("applications:create", "applications:write", "applications:delete")
    ]
    assert {event.detail["name"] for event in world.events()} == {"app"}


def test_what_is_attached_and_detached_by_a_change_is_on_record(world: World) -> None:
    for name in ("one", "two"):
        world.source(name)
    world.change_application(domain("one"))
    world.change_application(domain("two"))
    told = [(event.action, event.detail["arn"]) for event in world.events() if "arn" in event.detail]
    assert told == [
        ("attachments:attach", domain("one")),
        ("attachments:complete", domain("one")),
        ("attachments:detach", domain("one")),
        ("attachments:attach", domain("two")),
        ("attachments:complete", domain("two")),
    ]


def test_what_is_pending_fails_on_record_when_its_application_is_deleted(world: World) -> None:
    world.source(status=Status.DISABLED)
    world.attach()
    world.applications.delete(world.admin, PLACE, "app")
    [event] = [event for event in world.events() if event.action == "attachments:fail"]
    assert (event.actor, event.detail["why"]) == ("user:7", "it is not wanted any more")


class DiskFullError(Exception):
    pass


class FullLog:
    """An AuditLog that can store nothing."""

    def record(self, event: AuditEvent) -> NoReturn:
        raise DiskFullError


def test_what_cannot_be_recorded_is_not_done(world: World, make_world: MakeWorld) -> None:
    world.source()
    attached = world.attach()
    full = make_world(world.org, clock=world.clock, audit=FullLog())
    with pytest.raises(DiskFullError):
        full.application("second")
    with pytest.raises(DiskFullError):
        full.change_application()
    with pytest.raises(DiskFullError):
        full.detach()
    with pytest.raises(DiskFullError):
        full.applications.delete(full.admin, PLACE, "app")
    assert ([found.name for found, _ in world.applications.all(world.admin, PLACE)], world.listed()) == (
        ["app"],
        [attached],
    )


def test_an_attachment_that_cannot_be_recorded_is_not_completed(world: World, make_world: MakeWorld) -> None:
    world.source(status=Status.DISABLED)
    world.attach(new_workspace=workspace())
    world.change(status=Status.ACTIVE)
    full = make_world(world.org, clock=world.clock, audit=FullLog())
    with pytest.raises(DiskFullError):
        full.status()
    assert "attachments:complete" not in world.actions()
    assert world.status() is ATTACHED
    assert world.workspaces() == {"w 1": [domain()]}
