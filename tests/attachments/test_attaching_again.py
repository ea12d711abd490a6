"""Attaching again what is attached, pending or failed."""

import pytest

from app.attachments.errors import SourceNotFound
from app.attachments.values import AttachmentStatus
from app.identity.errors import PermissionDenied
from app.registry.datasource import DataSource, NewDataSource, OpenSearchSide, Status
from attachments.world import DAY, World

PENDING, ATTACHED, FAILED = AttachmentStatus.PENDING, AttachmentStatus.ATTACHED, AttachmentStatus.FAILED


def test_what_is_attached_is_answered_again_and_stored_once(world: World) -> None:
    world.source()
    assert world.attach() == world.attach()
    assert len(world.listed()) == 1


def test_what_is_pending_is_answered_again_and_its_deadline_stays(world: World) -> None:
    world.source(status=Status.DISABLED)
    first = world.attach()
    world.clock.move(DAY - 1)
    assert world.attach() == first
    world.clock.move(1)
    assert world.status() is FAILED


def test_asking_again_completes_what_is_due(world: World) -> None:
    world.source(status=Status.DISABLED)
    first = world.attach()
    world.change(status=Status.ACTIVE)
    again = world.attach()
    assert (again.id, again.status) == (first.id, ATTACHED)
    assert world.status() is ATTACHED


def test_what_failed_is_replaced_by_a_new_attempt(world: World) -> None:
    world.source(status=Status.DISABLED)
    first = world.attach()
    world.clock.move(DAY)
    assert world.status() is FAILED
    second = world.attach()
    assert (second.status, second.id != first.id, world.listed()) == (PENDING, True, [second])


def test_a_new_attempt_has_24_hours_of_its_own(world: World) -> None:
    world.source(status=Status.DISABLED)
    world.attach()
    world.clock.move(DAY)
    world.attach()
    world.clock.move(DAY - 1)
    assert world.status() is PENDING
    world.clock.move(1)
    assert world.status() is FAILED


def test_what_is_due_to_fail_is_replaced_though_nobody_looked(world: World) -> None:
    world.source(status=Status.DISABLED)
    first = world.attach()
    world.clock.move(DAY)
    assert world.attach().id != first.id


def test_a_new_attempt_of_what_failed_goes_to_the_data_source_that_is_there_now(world: World) -> None:
    world.source()
    world.attach()
    world.delete_source()
    with pytest.raises(SourceNotFound):
        world.attach()
    assert world.status() is FAILED
    world.source()
    assert world.attach().status is ATTACHED


def another_logs(world: World, status: Status = Status.ACTIVE) -> DataSource:
    """A data source that takes the name over, after the first was renamed."""
    world.rename("renamed")
    new = NewDataSource(
        name="logs",
        uid="other",
        type="elasticsearch",
        access="proxy",
        url="http://localhost:9201",
        opensearch=OpenSearchSide(status=status),
    )
    return world.registry.create(world.admin, new)


def test_an_arn_that_stands_for_another_data_source_by_now_is_attached_to_that(world: World) -> None:
    world.source()
    first = world.attach()
    another_logs(world)
    assert world.describe() == first
    second = world.attach()
    assert (second.status, second.id != first.id, world.listed()) == (ATTACHED, True, [second])
    assert [one.attachment.id for one in world.attachments.of_data_source(world.admin, "other")] == [second.id]
    assert world.attachments.of_data_source(world.admin, "logs") == []
    assert world.actions()[-3:] == ["attachments:detach", "attachments:attach", "attachments:complete"]


def test_an_arn_that_stands_for_nothing_any_more_stays_attached(world: World) -> None:
    world.source()
    first = world.attach()
    world.rename("renamed")
    assert world.attach() == first


def test_what_an_arn_stands_for_by_now_is_attached_only_by_who_may_see_it(world: World) -> None:
    world.source()
    first = world.attach()
    another_logs(world)
    world.hide("other")
    with pytest.raises(PermissionDenied):
        world.attach(by=world.editor)
    assert world.listed() == [first]
