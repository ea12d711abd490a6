"""Changing an application: what is attached exactly, what is said of it, and what stays."""

import pytest

from app.attachments.applications import NewApplication
from app.attachments.errors import ApplicationNotActive, SourceNotFound
from app.attachments.values import ApplicationStatus, AttachmentStatus, Wanted
from app.registry.datasource import Status
from attachments.world import ACCOUNT, DAY, HOUR, PLACE, MakeWorld, World, domain

CREATING, UPDATING, ACTIVE = ApplicationStatus
PENDING, ATTACHED, FAILED = AttachmentStatus.PENDING, AttachmentStatus.ATTACHED, AttachmentStatus.FAILED
ROLE = f"arn:aws:iam::{ACCOUNT}:role/reader"


def test_a_change_attaches_exactly_what_it_says(world: World) -> None:
    for name in ("one", "two", "three"):
        world.source(name)
    kept = [world.attach(domain(name)) for name in ("one", "two")][1]
    changed = world.change_application(domain("two"), domain("three"))
    assert [wanted.arn for wanted in changed.data_sources] == [domain("two"), domain("three")]
    assert world.attached_to() == [domain("two"), domain("three")]
    assert world.describe(domain("two")).id == kept.id


def test_a_change_to_none_detaches_all(world: World) -> None:
    world.source()
    world.source("waits", Status.DISABLED)
    for arn in (domain(), domain("waits")):
        world.attach(arn)
    world.change_application()
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
    world.change_application()
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
        world.change_application()
    world.clock.move(60)
    assert world.change_application(domain()).status is UPDATING
    assert world.status() is PENDING
    with pytest.raises(ApplicationNotActive):
        world.change_application()
    world.clock.move(60)
    assert (world.status(), world.applications.get(world.admin, PLACE, "app").status) == (ATTACHED, ACTIVE)


def test_what_is_attached_stays_shown_while_it_is_updating(make_world: MakeWorld) -> None:
    world = make_world(activation_seconds=60)
    world.source()
    world.application()
    world.attach()
    world.clock.move(60)
    assert world.status() is ATTACHED
    assert [wanted.arn for wanted in world.change_application(domain()).data_sources] == [domain()]


def test_a_change_does_not_let_fail_what_was_active_in_time(world: World) -> None:
    world.source(status=Status.DISABLED)
    world.attach()
    world.clock.move(HOUR)
    world.change(status=Status.ACTIVE)
    world.clock.move(DAY)
    world.applications.change(world.admin, PLACE, "app", said={}, data_sources=None)
    assert world.status() is ATTACHED
