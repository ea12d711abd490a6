"""Workspaces: made when an attachment completes, never before, and seen as far as their data sources are."""

import pytest

from app.attachments.errors import SourceNotFound, WorkspaceNameTaken, WorkspaceNotFound
from app.attachments.values import AttachmentStatus, WorkspaceType
from app.registry.datasource import Status
from attachments.world import DAY, MakeWorld, World, domain, workspace

PENDING, ATTACHED, FAILED = AttachmentStatus.PENDING, AttachmentStatus.ATTACHED, AttachmentStatus.FAILED


@pytest.mark.parametrize("type", WorkspaceType, ids=str)
def test_a_workspace_is_made_with_the_attachment(world: World, type: WorkspaceType) -> None:
    world.source()
    world.attach(new_workspace=workspace("w 1", type))
    [placed] = world.attachments.workspaces(world.viewer)
    assert (placed.workspace.name, placed.workspace.type, placed.application.name) == ("w 1", type, "app")
    assert [standing.attachment.data_source_arn for standing in placed.attached] == [domain()]


def test_without_a_wish_there_is_none(world: World) -> None:
    world.source()
    world.attach()
    assert world.workspaces() == {}


def test_a_workspace_is_made_when_the_attachment_completes_and_not_before(world: World) -> None:
    world.source(status=Status.DISABLED)
    world.attach(new_workspace=workspace())
    assert world.workspaces() == {}
    world.change(status=Status.ACTIVE)
    assert world.status() is ATTACHED
    assert world.workspaces() == {"w 1": [domain()]}


def test_a_workspace_is_made_once_whoever_looks(world: World) -> None:
    world.source(status=Status.DISABLED)
    world.attach(new_workspace=workspace())
    world.change(status=Status.ACTIVE)
    for _ in range(2):
        world.status()
        world.listed()
        world.attach(new_workspace=workspace())
        world.attachments.settle_all()
    assert world.workspaces() == {"w 1": [domain()]}


def test_of_what_fails_no_workspace_is_made(world: World) -> None:
    world.source(status=Status.DISABLED)
    world.attach(new_workspace=workspace())
    world.clock.move(DAY)
    assert world.status() is FAILED
    world.change(status=Status.ACTIVE)
    assert world.status() is FAILED
    assert world.workspaces() == {}


def test_what_is_attached_already_gets_no_workspace(world: World) -> None:
    world.source()
    first = world.attach()
    assert world.attach(new_workspace=workspace()) == first
    assert world.attach(workspace_id="nosuch") == first
    assert world.workspaces() == {}


def test_a_second_data_source_goes_into_the_workspace_that_it_names(world: World) -> None:
    world.source()
    world.source("metrics")
    world.attach(new_workspace=workspace())
    world.attach(domain("metrics"), workspace_id=world.workspace_id())
    assert world.workspaces() == {"w 1": [domain(), domain("metrics")]}


def test_one_that_waits_is_not_in_the_workspace_yet(world: World) -> None:
    world.source()
    world.source("metrics", Status.DISABLED)
    world.attach(new_workspace=workspace())
    world.attach(domain("metrics"), workspace_id=world.workspace_id())
    assert world.workspaces() == {"w 1": [domain()]}
    world.change("metrics", status=Status.ACTIVE)
    world.listed()
    assert world.workspaces() == {"w 1": [domain(), domain("metrics")]}


def test_a_workspace_that_is_not_there_is_refused_and_nothing_is_stored(world: World) -> None:
    world.source()
    for unknown in ("nosuch", "", "\0"):
        with pytest.raises(WorkspaceNotFound):
            world.attach(workspace_id=unknown)
    assert world.listed() == []


def test_a_workspace_of_another_application_is_not_there(world: World) -> None:
    world.source()
    world.application("second")
    world.attach(application="second", new_workspace=workspace())
    with pytest.raises(WorkspaceNotFound):
        world.attach(workspace_id=world.workspace_id())


def test_a_workspace_of_another_org_is_not_there(world: World, make_world: MakeWorld) -> None:
    other = make_world(clock=world.clock)
    other.application()
    for one in (world, other):
        one.source()
    other.attach(new_workspace=workspace("theirs"))
    with pytest.raises(WorkspaceNotFound):
        world.attach(workspace_id=other.workspace_id("theirs"))
    assert world.workspaces() == {}


# Names


def test_a_name_is_taken_once_in_an_application(world: World) -> None:
    world.source()
    world.source("metrics")
    world.attach(new_workspace=workspace())
    with pytest.raises(WorkspaceNameTaken):
        world.attach(domain("metrics"), new_workspace=workspace())
    assert [one.data_source_arn for one in world.listed()] == [domain()]


def test_a_name_is_free_in_another_application(world: World) -> None:
    world.source()
    world.application("second")
    for application in ("app", "second"):
        world.attach(application=application, new_workspace=workspace())
    assert len(world.attachments.workspaces(world.admin)) == 2


@pytest.mark.parametrize("other", ["W 1", "w 1 ", "w  1"], ids=repr)
def test_names_that_look_alike_are_others(world: World, other: str) -> None:
    world.source()
    world.source("metrics")
    world.attach(new_workspace=workspace("w 1"))
    world.attach(domain("metrics"), new_workspace=workspace(other))
    assert list(world.workspaces()) == ["w 1", other]


def test_a_name_is_reserved_while_its_attachment_is_pending(world: World) -> None:
    world.source(status=Status.DISABLED)
    world.source("metrics")
    world.attach(new_workspace=workspace())
    with pytest.raises(WorkspaceNameTaken):
        world.attach(domain("metrics"), new_workspace=workspace())


def test_a_name_is_free_again_when_its_attachment_failed(world: World) -> None:
    world.source(status=Status.DISABLED)
    world.source("metrics")
    world.attach(new_workspace=workspace())
    world.clock.move(DAY)
    assert world.status() is FAILED
    world.attach(domain("metrics"), new_workspace=workspace())
    assert world.workspaces() == {"w 1": [domain("metrics")]}


def test_a_name_is_free_for_a_new_attempt_of_the_same_data_source(world: World) -> None:
    world.source(status=Status.DISABLED)
    world.attach(new_workspace=workspace())
    world.clock.move(DAY)
    assert world.attach(new_workspace=workspace()).status is PENDING


def test_a_workspace_stays_without_what_is_detached_and_keeps_its_name(world: World) -> None:
    world.source()
    world.attach(new_workspace=workspace())
    world.detach()
    assert world.workspaces() == {"w 1": []}
    with pytest.raises(WorkspaceNameTaken):
        world.attach(new_workspace=workspace())
    world.attach(workspace_id=world.workspace_id())
    assert world.workspaces() == {"w 1": [domain()]}


# Who sees what


def test_a_hidden_data_source_is_not_seen_in_its_workspace(world: World) -> None:
    world.source()
    world.source("open")
    world.hide()
    world.attach(new_workspace=workspace())
    world.attach(domain("open"), workspace_id=world.workspace_id())
    for who in (world.viewer, world.editor):
        assert world.workspaces(by=who) == {"w 1": [domain("open")]}
    assert world.workspaces() == {"w 1": [domain(), domain("open")]}


def test_a_data_source_that_was_deleted_is_not_in_the_workspace(world: World) -> None:
    world.source()
    world.attach(new_workspace=workspace())
    world.delete_source()
    assert world.workspaces() == {"w 1": []}


def test_a_workspace_that_is_due_is_seen_though_nobody_looked_at_its_attachment(world: World) -> None:
    world.source(status=Status.DISABLED)
    world.attach(new_workspace=workspace())
    world.change(status=Status.ACTIVE)
    assert world.workspaces() == {"w 1": [domain()]}


def test_what_is_refused_makes_no_workspace(world: World) -> None:
    with pytest.raises(SourceNotFound):
        world.attach(new_workspace=workspace())
    world.source()
    world.attach(new_workspace=workspace())
    assert world.workspaces() == {"w 1": [domain()]}


def test_a_workspace_of_hidden_data_sources_only_is_hidden_too(world: World) -> None:
    world.source()
    world.attach(new_workspace=workspace())
    world.hide()
    assert world.workspaces(by=world.viewer) == {}
    assert world.workspaces() == {"w 1": [domain()]}
