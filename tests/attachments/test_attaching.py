"""Attaching a data source: at once, later or not at all."""

import pytest

from app.attachments.errors import (
    ApplicationNotFound,
    AttachmentNotFound,
    ForeignAccount,
    NotAnArn,
    SourceNotFound,
)
from app.attachments.values import AttachmentStatus
from app.registry.datasource import Status
from app.storage.tables import Tables
from attachments.world import DAY, ELSEWHERE, PLACE, MakeWorld, World, domain

PENDING, ATTACHED, FAILED = AttachmentStatus.PENDING, AttachmentStatus.ATTACHED, AttachmentStatus.FAILED
COLLECTION = "arn:aws:aoss:us-east-1:123456789012:collection/abc123"


# What is attached, and when


def test_an_active_data_source_is_attached_at_once(world: World) -> None:
    world.source()
    attached = world.attach()
    assert (attached.status, attached.data_source_arn, attached.application.name) == (ATTACHED, domain(), "app")
    assert world.describe() == attached
    assert world.listed() == [attached]


@pytest.mark.parametrize("status", [Status.DISABLED, Status.ERROR], ids=str)
def test_one_that_is_not_active_waits(world: World, status: Status) -> None:
    world.source(status=status)
    assert world.attach().status is PENDING
    assert world.status() is PENDING


def test_one_that_waits_is_attached_when_the_data_source_is_active(world: World) -> None:
    world.source(status=Status.DISABLED)
    pending = world.attach()
    world.clock.move(60)
    world.change(status=Status.ACTIVE)
    assert (world.describe().status, world.describe().id) == (ATTACHED, pending.id)


def test_one_that_waits_for_the_application_is_attached_when_that_is_active(make_world: MakeWorld) -> None:
    world = make_world(activation_seconds=60)
    world.source()
    world.application()
    assert world.attach().status is PENDING
    world.clock.move(59)
    assert world.status() is PENDING
    world.clock.move(1)
    assert world.status() is ATTACHED


def test_one_that_waits_fails_after_24_hours(world: World) -> None:
    world.source(status=Status.DISABLED)
    world.attach()
    world.clock.move(DAY - 1)
    assert world.status() is PENDING
    world.clock.move(1)
    assert world.status() is FAILED


def test_one_that_failed_stays_so_when_the_data_source_is_active_later(world: World) -> None:
    world.source(status=Status.DISABLED)
    world.attach()
    world.clock.move(DAY)
    assert world.status() is FAILED
    world.change(status=Status.ACTIVE)
    assert world.status() is FAILED


def test_one_that_was_active_too_late_failed_also_when_nobody_looked_in_time(world: World) -> None:
    world.source(status=Status.DISABLED)
    world.attach()
    world.clock.move(DAY)
    world.change(status=Status.ACTIVE)
    world.clock.move(1)
    assert world.status() is FAILED


def test_one_that_was_active_in_time_is_attached_also_when_nobody_looked_in_time(world: World) -> None:
    world.source(status=Status.DISABLED)
    world.attach()
    world.clock.move(DAY - 1)
    world.change(status=Status.ACTIVE)
    world.clock.move(10 * DAY)
    assert world.status() is ATTACHED


def test_what_is_attached_stays_so_when_the_data_source_is_disabled(world: World) -> None:
    world.source()
    world.attach()
    world.change(status=Status.DISABLED)
    world.clock.move(2 * DAY)
    assert world.status() is ATTACHED


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.DISABLED], ids=["attached", "pending"])
def test_an_attachment_fails_when_its_data_source_is_deleted(world: World, status: Status) -> None:
    world.source(status=status)
    attached = world.attach()
    world.delete_source()
    assert (world.describe().status, world.describe().id) == (FAILED, attached.id)


def test_a_new_data_source_of_the_same_name_does_not_mend_what_failed(world: World) -> None:
    world.source()
    world.attach()
    world.delete_source()
    world.source()
    assert world.status() is FAILED


def test_time_does_its_part_in_every_org_without_anybody_looking(make_world: MakeWorld) -> None:
    first = make_world()
    second = make_world(clock=first.clock)
    for world in (first, second):
        world.application()
        world.source(status=Status.DISABLED)
        world.attach()
    first.change(status=Status.ACTIVE)
    first.attachments.settle_all()
    assert first.actions()[-1] == "attachments:complete"
    assert second.actions()[-1] == "attachments:attach"
    first.clock.move(DAY)
    first.attachments.settle_all()
    first.attachments.settle_all()
    assert first.actions()[-1] == "attachments:complete"
    assert [action for action in second.actions() if action == "attachments:fail"] == ["attachments:fail"]


def test_what_cannot_be_settled_in_one_org_keeps_no_other_waiting(make_world: MakeWorld) -> None:
    damaged = make_world()
    whole = make_world(clock=damaged.clock)
    for world in (damaged, whole):
        world.application()
        world.source(status=Status.DISABLED)
        world.attach()
        world.change(status=Status.ACTIVE)
    database = damaged.services.storage.database
    rows = Tables(database).attachments
    with database.writing():
        rows.change_in_org(damaged.org, workspace_name="w", workspace_type="no such type").execute()
    with pytest.raises(ValueError, match="no such type"):
        whole.attachments.settle_all()
    # Other tests settle all orgs too.
    with database.writing():
        rows.delete_in_org(damaged.org).execute()
    assert whole.actions()[-1] == "attachments:complete"


# Which data source is meant


def test_a_collection_is_attached_by_the_arn_that_a_data_source_was_given(world: World) -> None:
    world.source("search", json=f'{{"awsArn":"{COLLECTION}"}}')
    assert world.attach(COLLECTION).status is ATTACHED


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b"])
def test_an_arn_of_another_partition_is_attached_where_it_was_given(world: World, partition: str) -> None:
    arn = domain().replace("arn:aws:", f"arn:{partition}:")
    world.source("other", json=f'{{"awsArn":"{arn}"}}')
    assert world.attach(arn).status is ATTACHED


def test_what_no_data_source_stands_for_cannot_be_attached(world: World) -> None:
    for arn in (domain(), COLLECTION):
        with pytest.raises(SourceNotFound):
            world.attach(arn)
    assert world.listed() == []


def test_a_data_source_whose_server_is_no_domain_does_not_stand_for_one(world: World) -> None:
    world.source("logs", type="loki")
    with pytest.raises(SourceNotFound):
        world.attach()


def test_a_domain_of_another_region_is_not_found(world: World) -> None:
    arn = domain(region="eu-central-1")
    world.source()
    world.source("other", json=f'{{"awsArn":"{arn}"}}')
    with pytest.raises(SourceNotFound):
        world.attach(arn)


def test_a_data_source_of_another_account_is_refused(world: World) -> None:
    arn = domain(account="210987654321")
    world.source("other", json=f'{{"awsArn":"{arn}"}}')
    with pytest.raises(ForeignAccount):
        world.attach(arn)
    with pytest.raises(ForeignAccount):
        world.describe(arn)
    with pytest.raises(ForeignAccount):
        world.detach(arn)


def test_what_is_no_arn_of_a_domain_or_collection_is_refused(world: World) -> None:
    for call in (world.attach, world.describe, world.detach):
        with pytest.raises(NotAnArn):
            call("arn:aws:s3:::my-bucket-name-x")


def test_a_data_source_stays_attached_when_it_is_renamed(world: World) -> None:
    world.source()
    attached = world.attach()
    world.rename("renamed")
    assert (world.describe(), world.attach()) == (attached, attached)


def test_a_data_source_stays_attached_when_it_gets_another_arn(world: World) -> None:
    world.source()
    attached = world.attach()
    world.change(json=f'{{"awsArn":"{COLLECTION}"}}')
    assert (world.describe(), world.attach()) == (attached, attached)
    world.detach()
    with pytest.raises(SourceNotFound):
        world.attach()


# To which application


def test_an_application_is_meant_by_its_id_or_its_name(world: World) -> None:
    world.source()
    by_name = world.attach()
    by_id = world.attach(application=by_name.application.id)
    assert by_id == by_name
    assert by_name.application.id != "app"


def test_an_application_that_is_not_there_is_refused(world: World) -> None:
    world.source()
    for call in (world.attach, world.describe, world.detach):
        with pytest.raises(ApplicationNotFound):
            call(application="nosuchapp")
    with pytest.raises(ApplicationNotFound):
        world.listed(application="nosuchapp")


def test_another_region_has_its_own_applications(world: World) -> None:
    world.source()
    world.attach()
    with pytest.raises(ApplicationNotFound):
        world.attachments.describe(world.admin, ELSEWHERE, application="app", arn=domain())
    there = world.application(place=ELSEWHERE).application
    assert world.page(place=ELSEWHERE).attachments == []
    with pytest.raises(ApplicationNotFound):
        world.attachments.describe(world.admin, PLACE, application=there.id, arn=domain())


def test_two_orgs_with_the_same_names_and_arns_do_not_see_each_other(world: World, make_world: MakeWorld) -> None:
    other = make_world(clock=world.clock)
    there = other.application()
    for one in (world, other):
        one.source(json=f'{{"awsArn":"{COLLECTION}"}}')
    ours, theirs = world.attach(COLLECTION), other.attach(COLLECTION)
    assert ours.id != theirs.id
    assert (world.listed(), other.listed()) == ([ours], [theirs])
    with pytest.raises(ApplicationNotFound):
        world.describe(COLLECTION, application=there.application.id)
    other.detach(COLLECTION)
    assert world.describe(COLLECTION) == ours


def test_a_data_source_of_another_org_cannot_be_attached(world: World, make_world: MakeWorld) -> None:
    make_world(clock=world.clock).source(json=f'{{"awsArn":"{COLLECTION}"}}')
    with pytest.raises(SourceNotFound):
        world.attach(COLLECTION)
    with pytest.raises(SourceNotFound):
        world.attach()


def test_a_data_source_can_be_attached_to_several_applications(world: World) -> None:
    world.source()
    world.application("second")
    ours, theirs = world.attach(), world.attach(application="second")
    assert ours.id != theirs.id
    world.detach(application="second")
    assert world.describe() == ours
    with pytest.raises(AttachmentNotFound):
        world.describe(application="second")
