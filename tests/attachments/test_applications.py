"""Applications: created, read, listed, changed and deleted, with what is attached to them."""

import pytest

from app.attachments.applications import NewApplication
from app.attachments.errors import (
    ApplicationNameTaken,
    ApplicationNotFound,
    ForeignAccount,
    NotAnArn,
    SourceNotFound,
)
from app.attachments.values import ApplicationStatus, AttachmentStatus, Wanted
from app.identity.errors import PermissionDenied
from app.registry.datasource import Status
from attachments.world import ACCOUNT, ELSEWHERE, PLACE, MakeWorld, World, domain, workspace

CREATING, UPDATING, ACTIVE = ApplicationStatus
PENDING, ATTACHED, FAILED = AttachmentStatus.PENDING, AttachmentStatus.ATTACHED, AttachmentStatus.FAILED
ROLE = f"arn:aws:iam::{ACCOUNT}:role/reader"


def names(world: World) -> list[str]:
    return [application.name for application, _ in world.applications.all(world.admin, PLACE)]


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


def test_an_application_says_of_its_data_sources_what_it_was_told(world: World) -> None:
    world.source()
    told = Wanted(domain(), "all logs", "arn:aws:iam::123456789012:role/reader")
    made = world.applications.create(world.admin, PLACE, NewApplication(name="second", data_sources=(told,)))
    assert list(made.data_sources) == [told]
    assert list(world.applications.get(world.admin, PLACE, "second").data_sources) == [told]


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
