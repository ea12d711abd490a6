"""Who may attach, describe, list and detach; pages; and what is on record of it."""

from dataclasses import replace

import pytest

from app.attachments.errors import (
    ApplicationNotActive,
    AttachmentNotFound,
    AttachmentPending,
)
from app.attachments.values import AttachmentStatus
from app.identity.errors import PermissionDenied
from app.identity.identity import Identity
from app.identity.limits import new_limits
from app.registry.datasource import ByUid, Status
from app.registry.errors import DataSourceNotFound
from attachments.world import DAY, PLACE, MakeWorld, World, domain

PENDING, ATTACHED, FAILED = AttachmentStatus.PENDING, AttachmentStatus.ATTACHED, AttachmentStatus.FAILED


def member(world: World, role: str) -> Identity:
    found: Identity = getattr(world, role)
    return found


# Permissions


@pytest.mark.parametrize("role", ["editor", "admin"])
def test_editors_and_admins_attach_and_detach(world: World, role: str) -> None:
    world.source()
    assert world.attach(by=member(world, role)).status is ATTACHED
    world.detach(by=member(world, role))
    assert world.listed() == []


def test_a_viewer_neither_attaches_nor_detaches(world: World) -> None:
    world.source()
    with pytest.raises(PermissionDenied):
        world.attach(by=world.viewer)
    assert world.listed() == []
    attached = world.attach()
    with pytest.raises(PermissionDenied):
        world.attach(by=world.viewer)
    with pytest.raises(PermissionDenied):
        world.detach(by=world.viewer)
    assert world.listed() == [attached]


@pytest.mark.parametrize("role", ["viewer", "editor", "admin"])
def test_every_role_reads(world: World, role: str) -> None:
    world.source()
    attached, who = world.attach(), member(world, role)
    assert world.describe(by=who) == attached
    assert world.listed(by=who) == [attached]
    assert [standing.attachment.id for standing in world.attachments.of_data_source(who, "logs")] == [attached.id]
    assert world.workspaces(by=who) == {}


@pytest.mark.parametrize(
    ("data_sources", "read_only", "proxy"),
    [(None, True, None), (["logs"], False, None), (None, False, ["GET *"])],
    ids=["read only", "one data source", "some paths"],
)
def test_a_narrow_token_opens_nothing_here(
    world: World,
    data_sources: list[str] | None,
    read_only: bool,
    proxy: list[str] | None,
) -> None:
    world.source()
    world.attach()
    limits = new_limits(data_sources=data_sources, read_only=read_only, proxy=proxy)
    narrow = replace(world.admin, limits=limits)
    for call in (world.attach, world.describe, world.detach, world.listed, world.workspaces, world.attached_to):
        with pytest.raises(PermissionDenied):
            call(by=narrow)
    with pytest.raises(PermissionDenied):
        world.attachments.of_data_source(narrow, "logs")


# Data sources that the caller may not read


def test_who_may_not_read_a_data_source_cannot_attach_it(world: World) -> None:
    world.source()
    world.hide()
    with pytest.raises(PermissionDenied):
        world.attach(by=world.editor)
    assert world.listed() == []


def test_who_may_not_read_a_data_source_learns_nothing_by_attaching_it_again(world: World) -> None:
    world.source()
    world.attach()
    world.hide()
    with pytest.raises(PermissionDenied):
        world.attach(by=world.editor)


def test_who_may_not_read_any_data_source_cannot_tell_one_that_is_hidden_from_none(world: World) -> None:
    world.source()
    world.hide()
    with pytest.raises(PermissionDenied) as hidden:
        world.attach(by=world.editor)
    with pytest.raises(PermissionDenied) as missing:
        world.attach(domain("missing"), by=world.editor)
    assert str(hidden.value) == str(missing.value)


def test_a_hidden_data_source_is_in_no_answer(world: World) -> None:
    world.source()
    world.source("open")
    world.hide()
    world.attach()
    shown = world.attach(domain("open"))
    for who in (world.viewer, world.editor):
        with pytest.raises(AttachmentNotFound):
            world.describe(by=who)
        assert world.listed(by=who) == [shown]
        assert world.attached_to(by=who) == [domain("open")]
        with pytest.raises(PermissionDenied):
            world.attachments.of_data_source(who, "logs")
    assert world.attached_to() == [domain(), domain("open")]


def test_a_hidden_data_source_cannot_be_detached(world: World) -> None:
    world.source()
    world.hide()
    attached = world.attach()
    with pytest.raises(AttachmentNotFound):
        world.detach(by=world.editor)
    assert world.listed() == [attached]


def test_of_a_data_source_that_is_gone_nothing_is_hidden(world: World) -> None:
    world.source()
    world.hide()
    world.attach()
    viewer = world.viewer
    world.delete_source()
    assert world.describe(by=viewer).status is FAILED


# Pages


def test_a_page_goes_on_behind_the_one_before(world: World) -> None:
    for name in ("one", "two", "three"):
        world.source(name)
        world.attach(domain(name))
    first = world.page(by=world.viewer, after=0, limit=2)
    assert first.after is not None
    second = world.page(by=world.viewer, after=first.after, limit=2)
    shown = [one.data_source_arn for page in (first, second) for one in page.attachments]
    assert shown == [domain("one"), domain("two"), domain("three")]
    assert second.after is None


def test_a_full_last_page_has_none_behind_it(world: World) -> None:
    for name in ("one", "two"):
        world.source(name)
        world.attach(domain(name))
    assert world.page(by=world.viewer, after=0, limit=2).after is None


def test_a_page_goes_on_behind_what_it_does_not_show(world: World) -> None:
    for name in ("one", "two", "three"):
        world.source(name)
        world.attach(domain(name))
    world.hide("two")
    first = world.page(by=world.viewer, after=0, limit=2)
    assert [one.data_source_arn for one in first.attachments] == [domain("one")]
    assert first.after is not None
    second = world.page(by=world.viewer, after=first.after, limit=2)
    assert [one.data_source_arn for one in second.attachments] == [domain("three")]


def test_all_states_are_listed_as_they_are_by_now(world: World) -> None:
    for name, status in (("one", Status.ACTIVE), ("two", Status.DISABLED), ("three", Status.DISABLED)):
        world.source(name, status)
        world.clock.move(DAY / 2)
        world.attach(domain(name))
    world.clock.move(DAY / 2)
    assert [one.status for one in world.listed()] == [ATTACHED, FAILED, PENDING]


# Detaching


def test_what_is_detached_is_gone_and_the_data_source_stays(world: World) -> None:
    source = world.source()
    world.attach()
    world.detach()
    with pytest.raises(AttachmentNotFound):
        world.describe()
    assert world.registry.look_up(world.admin, ByUid("logs")).id == source.id


def test_it_can_be_attached_again_as_another_attachment(world: World) -> None:
    world.source()
    first = world.attach()
    world.detach()
    second = world.attach()
    assert (second.status, second.id != first.id) == (ATTACHED, True)


def test_what_is_pending_cannot_be_detached(world: World) -> None:
    world.source(status=Status.DISABLED)
    world.attach()
    with pytest.raises(AttachmentPending):
        world.detach()
    assert world.status() is PENDING


def test_what_is_due_is_detached_though_nobody_looked(world: World) -> None:
    world.source(status=Status.DISABLED)
    world.attach()
    world.change(status=Status.ACTIVE)
    world.detach()
    assert world.listed() == []


def test_what_never_was_attached_or_failed_cannot_be_detached(world: World) -> None:
    world.source(status=Status.DISABLED)
    with pytest.raises(AttachmentNotFound):
        world.detach()
    world.attach()
    world.clock.move(DAY)
    with pytest.raises(AttachmentNotFound):
        world.detach()
    assert world.status() is FAILED


def test_nothing_is_detached_twice(world: World) -> None:
    world.source()
    world.attach()
    world.detach()
    with pytest.raises(AttachmentNotFound):
        world.detach()


def test_nothing_is_detached_while_the_application_is_changed(make_world: MakeWorld) -> None:
    world = make_world(activation_seconds=60)
    world.source()
    world.application()
    world.attach()
    world.clock.move(60)
    assert world.status() is ATTACHED
    world.applications.change(world.admin, PLACE, "app", said={}, data_sources=None)
    with pytest.raises(ApplicationNotActive):
        world.detach()
    world.clock.move(60)
    world.detach()
    assert world.listed() == []


def test_what_is_described_or_detached_need_not_be_registered(world: World) -> None:
    for call in (world.describe, world.detach):
        with pytest.raises(AttachmentNotFound):
            call()


# Where a data source is attached


def test_a_data_source_tells_where_it_is_attached(world: World) -> None:
    world.application("second")
    world.application("third")
    world.source()
    for application in ("app", "third"):
        world.attach(application=application)
    found = world.attachments.of_data_source(world.viewer, "logs")
    assert [standing.application.name for standing in found] == ["app", "third"]


def test_of_a_data_source_that_is_not_there_nothing_is_told(world: World) -> None:
    with pytest.raises(DataSourceNotFound):
        world.attachments.of_data_source(world.admin, "missing")
