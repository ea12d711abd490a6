"""Applications: created, read, listed, changed and deleted, with what is attached to them."""

from typing import NoReturn

import pytest

from app.attachments.applications import Described, NewApplication
from app.attachments.errors import (
    ApplicationNameTaken,
    ApplicationNotActive,
    ApplicationNotFound,
    ForeignAccount,
    NotAnArn,
    SourceNotFound,
)
from app.attachments.values import ApplicationStatus, AttachmentStatus, Wanted
from app.audit import AuditEvent
from app.identity.errors import PermissionDenied
from app.registry.datasource import Status
from attachments.world import ACCOUNT, DAY, ELSEWHERE, HOUR, PLACE, MakeWorld, World, domain, workspace

CREATING, UPDATING, ACTIVE = ApplicationStatus
PENDING, ATTACHED, FAILED = AttachmentStatus.PENDING, AttachmentStatus.ATTACHED, AttachmentStatus.FAILED
ROLE = f"arn:aws:iam::{ACCOUNT}:role/reader"


def names(world: World) -> list[str]:
    return [application.name for application, _ in world.applications.all(world.admin, PLACE)]


def change(world: World, *arns: str) -> Described:
    """To exactly these data sources."""
    wanted = [Wanted(arn) for arn in arns]
    return world.applications.change(world.admin, PLACE, "app", said={}, data_sources=wanted)


# Permissions


def test_only_admins_write(world: World) -> None:
    for who in (world.viewer, world.editor):
        with pytest.raises(PermissionDenied):
            world.applications.create(who, PLACE, NewApplication(name="second"))
        with pytest.raises(PermissionDenied):
            world.applications.change(who, PLACE, "app", said={}, data_sources=None)
        with pytest.raises(PermissionDenied):
            world.applications.delete(who, PLACE, "app")
    assert names(world) == ["app"]


def test_every_role_reads(world: World) -> None:
    for who in (world.viewer, world.editor, world.admin):
        assert world.applications.get(who, PLACE, "app").application.name == "app"
        assert [application.name for application, _ in world.applications.all(who, PLACE)] == ["app"]


# Create and read


def test_what_is_created_is_read_by_id_and_by_name(world: World) -> None:
    made = world.applications.create(world.admin, PLACE, NewApplication(name="my-app", said={"tagList": ["x"]}))
    assert world.applications.get(world.viewer, PLACE, "my-app") == made
    assert world.applications.get(world.viewer, PLACE, made.application.id) == made
    application = made.application
    assert (application.name, application.region, dict(application.said)) == ("my-app", "us-east-1", {"tagList": ["x"]})
    assert application.created_at == application.updated_at == world.clock.now


def test_a_new_application_is_active_at_once(world: World) -> None:
    assert world.application("second").status is ACTIVE


def test_a_new_application_is_creating_as_long_as_the_settings_say(make_world: MakeWorld) -> None:
    world = make_world(activation_seconds=60)
    assert world.application().status is CREATING
    world.clock.move(59)
    assert world.applications.get(world.viewer, PLACE, "app").status is CREATING
    assert [status for _, status in world.applications.all(world.viewer, PLACE)] == [CREATING]
    world.clock.move(1)
    assert world.applications.get(world.viewer, PLACE, "app").status is ACTIVE
    assert [status for _, status in world.applications.all(world.viewer, PLACE)] == [ACTIVE]


def test_a_name_is_taken_once(world: World) -> None:
    with pytest.raises(ApplicationNameTaken):
        world.application("app")
    assert names(world) == ["app"]


def test_applications_are_listed_in_the_order_in_which_they_were_made(world: World) -> None:
    for name in ("zoo", "bar"):
        world.application(name)
    assert names(world) == ["app", "zoo", "bar"]


def test_an_application_that_is_not_there_is_refused(world: World) -> None:
    for named in ("nosuch", "0nosuch", "", "APP", "\0"):
        with pytest.raises(ApplicationNotFound):
            world.applications.get(world.viewer, PLACE, named)


def test_each_org_has_its_own_applications(world: World, make_world: MakeWorld) -> None:
    other = make_world(clock=world.clock)
    theirs = other.application("app").application
    assert theirs.id != world.applications.get(world.admin, PLACE, "app").application.id
    with pytest.raises(ApplicationNotFound):
        world.applications.get(world.admin, PLACE, theirs.id)
    with pytest.raises(ApplicationNotFound):
        world.applications.delete(world.admin, PLACE, theirs.id)
    other.applications.delete(other.admin, PLACE, "app")
    assert (names(world), names(other)) == (["app"], [])


def test_each_region_has_its_own_applications(world: World) -> None:
    there = world.application("app", place=ELSEWHERE).application
    assert [found.id for found, _ in world.applications.all(world.admin, ELSEWHERE)] == [there.id]
    with pytest.raises(ApplicationNotFound):
        world.applications.get(world.admin, PLACE, there.id)
    world.applications.delete(world.admin, ELSEWHERE, "app")
    assert names(world) == ["app"]


# Data sources of an application


def test_data_sources_are_attached_as_it_is_created(world: World) -> None:
    world.source()
    made = world.application("second", domain())
    assert [wanted.arn for wanted in made.data_sources] == [domain()]
    assert [one.status for one in world.listed(application="second")] == [ATTACHED]


def test_only_what_is_attached_is_shown(world: World) -> None:
    world.source()
    world.source("waits", Status.DISABLED)
    for arn in (domain(), domain("waits")):
        world.attach(arn)
    assert world.attached_to() == [domain()]
    world.change("waits", status=Status.ACTIVE)
    assert world.attached_to() == [domain(), domain("waits")]
    world.delete_source()
    assert world.attached_to() == [domain("waits")]


def test_a_data_source_that_is_named_twice_is_attached_once(world: World) -> None:
    world.source()
    world.application("second", domain(), domain())
    assert len(world.listed(application="second")) == 1


@pytest.mark.parametrize(
    ("arn", "refused"),
    [
        (domain("missing"), SourceNotFound),
        (domain(account="210987654321"), ForeignAccount),
        ("arn:aws:s3:::my-bucket-name-x", NotAnArn),
    ],
    ids=["not registered", "another account", "no data source"],
)
def test_with_a_data_source_that_cannot_be_attached_nothing_is_created(
    world: World, arn: str, refused: type[Exception]
) -> None:
    world.source()
    with pytest.raises(refused):
        world.application("second", domain(), arn)
    assert names(world) == ["app"]
    assert world.attachments.of_data_source(world.admin, "logs") == []


# Change


def test_a_change_attaches_exactly_what_it_says(world: World) -> None:
    for name in ("one", "two", "three"):
        world.source(name)
    kept = [world.attach(domain(name)) for name in ("one", "two")][1]
    changed = change(world, domain("two"), domain("three"))
    assert [wanted.arn for wanted in changed.data_sources] == [domain("two"), domain("three")]
    assert world.attached_to() == [domain("two"), domain("three")]
    assert world.describe(domain("two")).id == kept.id


def test_a_change_to_none_detaches_all(world: World) -> None:
    world.source()
    world.source("waits", Status.DISABLED)
    for arn in (domain(), domain("waits")):
        world.attach(arn)
    change(world)
    assert world.listed() == []


def test_a_change_that_says_nothing_of_data_sources_leaves_them(world: World) -> None:
    world.source()
    attached = world.attach()
    world.applications.change(world.admin, PLACE, "app", said={}, data_sources=None)
    assert [one.id for one in world.listed()] == [attached.id]


def test_a_change_writes_over_what_is_said_and_leaves_the_rest(world: World) -> None:
    said = {"appConfigs": [1], "tagList": [2]}
    world.applications.create(world.admin, PLACE, NewApplication(name="second", said=said))
    changed = world.applications.change(world.admin, PLACE, "second", said={"appConfigs": []}, data_sources=None)
    assert dict(changed.application.said) == {"appConfigs": [], "tagList": [2]}
    assert world.applications.get(world.admin, PLACE, "second") == changed


def test_a_change_keeps_id_name_and_creation(world: World) -> None:
    before = world.applications.get(world.admin, PLACE, "app").application
    world.clock.move(HOUR)
    change(world)
    after = world.applications.get(world.admin, PLACE, "app").application
    assert (after.id, after.name, after.created_at) == (before.id, before.name, before.created_at)
    assert after.updated_at == before.updated_at + HOUR


def test_a_change_writes_what_is_said_of_a_data_source(world: World) -> None:
    world.source()
    attached = world.attach()
    told = Wanted(domain(), "all logs", ROLE)
    world.applications.change(world.admin, PLACE, "app", said={}, data_sources=[told])
    assert list(world.applications.get(world.admin, PLACE, "app").data_sources) == [told]
    assert world.describe().id == attached.id


def test_a_change_that_cannot_be_done_changes_nothing(world: World) -> None:
    world.source()
    attached = world.attach()
    before = world.applications.get(world.admin, PLACE, "app")
    world.clock.move(HOUR)
    with pytest.raises(SourceNotFound):
        world.applications.change(
            world.admin, PLACE, "app", said={"appConfigs": [1]}, data_sources=[Wanted(domain("missing"))]
        )
    assert world.applications.get(world.admin, PLACE, "app") == before
    assert world.listed() == [attached]


def test_an_application_is_updating_as_long_as_the_settings_say(make_world: MakeWorld) -> None:
    world = make_world(activation_seconds=60)
    world.source()
    world.application()
    with pytest.raises(ApplicationNotActive):
        change(world)
    world.clock.move(60)
    assert change(world, domain()).status is UPDATING
    assert world.status() is PENDING
    with pytest.raises(ApplicationNotActive):
        change(world)
    world.clock.move(60)
    assert (world.status(), world.applications.get(world.admin, PLACE, "app").status) == (ATTACHED, ACTIVE)


def test_what_is_attached_stays_shown_while_it_is_updating(make_world: MakeWorld) -> None:
    world = make_world(activation_seconds=60)
    world.source()
    world.application()
    world.attach()
    world.clock.move(60)
    assert world.status() is ATTACHED
    assert [wanted.arn for wanted in change(world, domain()).data_sources] == [domain()]


def test_a_change_does_not_let_fail_what_was_active_in_time(world: World) -> None:
    world.source(status=Status.DISABLED)
    world.attach()
    world.clock.move(HOUR)
    world.change(status=Status.ACTIVE)
    world.clock.move(DAY)
    world.applications.change(world.admin, PLACE, "app", said={}, data_sources=None)
    assert world.status() is ATTACHED


# Delete


def test_a_deleted_application_is_gone_with_its_attachments_and_workspaces(world: World) -> None:
    world.source()
    world.source("waits", Status.DISABLED)
    world.attach(new_workspace=workspace())
    world.attach(domain("waits"), new_workspace=workspace("w 2"))
    world.applications.delete(world.admin, PLACE, "app")
    for call in (world.describe, world.attach, world.listed):
        with pytest.raises(ApplicationNotFound):
            call()
    assert world.attachments.of_data_source(world.admin, "logs") == []
    assert (world.workspaces(), names(world)) == ({}, [])


def test_it_cannot_be_deleted_twice(world: World) -> None:
    world.applications.delete(world.admin, PLACE, "app")
    with pytest.raises(ApplicationNotFound):
        world.applications.delete(world.admin, PLACE, "app")


def test_its_name_is_free_again_and_nothing_comes_back(world: World) -> None:
    world.source()
    world.attach(new_workspace=workspace())
    world.applications.delete(world.admin, PLACE, "app")
    world.application("app")
    assert (world.listed(), world.workspaces()) == ([], {})


def test_other_applications_stay(world: World) -> None:
    world.source()
    world.application("second", domain())
    world.attach()
    world.applications.delete(world.admin, PLACE, "app")
    assert [one.status for one in world.listed(application="second")] == [ATTACHED]


# The audit trail


def test_each_step_is_on_record_with_who_and_what(world: World) -> None:
    application = world.applications.get(world.admin, PLACE, "app").application
    change(world)
    world.applications.delete(world.admin, PLACE, "app")
    assert [(event.actor, event.door, event.action, event.target) for event in world.events()] == [
        ("user:7", "test", action, f"applications:id:{application.id}")
        for action in ("applications:create", "applications:write", "applications:delete")
    ]
    assert {event.detail["name"] for event in world.events()} == {"app"}


def test_what_is_attached_and_detached_by_a_change_is_on_record(world: World) -> None:
    for name in ("one", "two"):
        world.source(name)
    change(world, domain("one"))
    change(world, domain("two"))
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
        change(full)
    with pytest.raises(DiskFullError):
        full.detach()
    with pytest.raises(DiskFullError):
        full.applications.delete(full.admin, PLACE, "app")
    assert (names(world), world.listed()) == (["app"], [attached])


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
