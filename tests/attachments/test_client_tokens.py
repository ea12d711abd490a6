"""Client tokens: the same request again does nothing more, and another one with the same token is refused."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from app.attachments.applications import NewApplication
from app.attachments.client_tokens import ClientTokens
from app.attachments.errors import (
    ApplicationNameTaken,
    AttachmentNotFound,
    ClientTokenReused,
    SourceNotFound,
)
from app.attachments.store import UsedToken
from app.attachments.values import AttachmentStatus, Wanted, WorkspaceType
from app.identity.errors import PermissionDenied
from app.registry.datasource import Status
from attachments.world import DAY, ELSEWHERE, PLACE, Clock, MakeWorld, World, domain, workspace

PENDING, ATTACHED = AttachmentStatus.PENDING, AttachmentStatus.ATTACHED

# AttachDataSource


def test_the_same_call_again_answers_the_same_and_does_nothing(world: World) -> None:
    world.source()
    first = world.attach(token="t1")
    before = world.actions()
    assert world.attach(token="t1") == first
    assert (world.listed(), world.actions()) == ([first], before)


def test_the_same_call_again_tells_the_status_of_now(world: World) -> None:
    world.source(status=Status.DISABLED)
    first = world.attach(token="t1")
    world.change(status=Status.ACTIVE)
    again = world.attach(token="t1")
    assert (first.status, again.status, again.id) == (PENDING, ATTACHED, first.id)
    assert world.describe() == again


def test_the_same_call_again_after_a_detach_attaches_nothing(world: World) -> None:
    world.source()
    first = world.attach(token="t1")
    world.detach()
    assert world.attach(token="t1") == first
    with pytest.raises(AttachmentNotFound):
        world.describe()


def test_the_same_call_again_after_another_attachment_answers_of_the_first(world: World) -> None:
    world.source(status=Status.DISABLED)
    first = world.attach(token="t1")
    world.change(status=Status.ACTIVE)
    world.status()
    world.detach()
    second = world.attach()
    again = world.attach(token="t1")
    assert (again.id, again.status) == (first.id, first.status)
    assert world.listed() == [second]


def test_an_application_may_be_named_otherwise_in_the_same_call(world: World) -> None:
    world.source()
    first = world.attach(token="t1")
    assert world.attach(application=first.application.id, token="t1") == first


@pytest.mark.parametrize(
    "other",
    [
        lambda world: world.attach(domain("metrics"), token="t1"),
        lambda world: world.attach(application="second", token="t1"),
        lambda world: world.attach(new_workspace=workspace(), token="t1"),
        lambda world: world.attach(workspace_id="abc", token="t1"),
    ],
    ids=["data source", "application", "new workspace", "workspace"],
)
def test_the_token_with_other_parameters_is_refused_and_nothing_is_stored(
    world: World, other: Callable[[World], object]
) -> None:
    world.source()
    world.source("metrics")
    world.application("second")
    first = world.attach(token="t1")
    with pytest.raises(ClientTokenReused, match="already been used with different parameters"):
        other(world)
    assert (world.listed(), world.listed(application="second"), world.workspaces()) == ([first], [], {})


@pytest.mark.parametrize("other", [workspace("w 2"), workspace(type=WorkspaceType.OBSERVABILITY)], ids=["name", "type"])
def test_another_new_workspace_is_another_parameter(world: World, other: Any) -> None:
    world.source()
    world.attach(new_workspace=workspace(), token="t1")
    with pytest.raises(ClientTokenReused):
        world.attach(new_workspace=other, token="t1")


@pytest.mark.parametrize("token", ["T1", "t1 ", "t", "\uff541"], ids=ascii)
def test_tokens_that_look_alike_are_others(world: World, token: str) -> None:
    world.source()
    world.source("metrics")
    world.attach(token="t1")
    assert world.attach(domain("metrics"), token=token).status is ATTACHED


def test_a_token_of_an_attachment_that_was_there_already_counts(world: World) -> None:
    world.source()
    world.source("metrics")
    first = world.attach()
    assert world.attach(token="t1") == first
    with pytest.raises(ClientTokenReused):
        world.attach(domain("metrics"), token="t1")


def test_a_call_that_failed_does_not_use_up_its_token(world: World) -> None:
    with pytest.raises(SourceNotFound):
        world.attach(token="t1")
    with pytest.raises(PermissionDenied):
        world.attach(by=world.viewer, token="t1")
    world.source("metrics")
    assert world.attach(domain("metrics"), token="t1").status is ATTACHED


def test_a_token_is_forgotten_after_a_day(world: World) -> None:
    world.source()
    world.source("metrics")
    world.attach(token="t1")
    world.clock.move(DAY + 1)
    # What forgets is the next use of any token.
    world.attach(token="t2")
    assert world.attach(domain("metrics"), token="t1").status is ATTACHED


def test_a_token_is_known_for_a_day(world: World) -> None:
    world.source()
    world.source("metrics")
    world.attach(token="t1")
    world.clock.move(DAY - 1)
    world.attach(token="t2")
    with pytest.raises(ClientTokenReused):
        world.attach(domain("metrics"), token="t1")


def test_each_org_has_its_own_tokens(world: World, make_world: MakeWorld) -> None:
    other = make_world(clock=world.clock)
    other.application()
    world.source()
    other.source("metrics")
    world.attach(token="t1")
    assert other.attach(domain("metrics"), token="t1").status is ATTACHED


def test_each_region_has_its_own_tokens(world: World) -> None:
    world.source()
    there = domain("metrics", region=ELSEWHERE.region)
    world.source("metrics", json=f'{{"awsArn":"{there}"}}')
    world.application(place=ELSEWHERE)
    world.attach(token="t1")
    assert world.attach(there, place=ELSEWHERE, token="t1").status is ATTACHED


def test_each_operation_has_its_own_tokens(world: World) -> None:
    world.source()
    world.application("second", token="t1")
    assert world.attach(token="t1").status is ATTACHED


def test_who_may_not_attach_learns_nothing_by_a_token(world: World) -> None:
    world.source()
    world.attach(token="t1")
    with pytest.raises(PermissionDenied):
        world.attach(by=world.viewer, token="t1")


def test_who_may_not_read_the_data_source_learns_nothing_by_a_token(world: World) -> None:
    world.source()
    world.attach(token="t1")
    world.hide()
    with pytest.raises(PermissionDenied):
        world.attach(by=world.editor, token="t1")


def test_who_may_not_read_the_data_source_learns_nothing_of_what_was_detached(world: World) -> None:
    world.source()
    world.attach(token="t1")
    world.detach()
    world.hide()
    with pytest.raises(PermissionDenied):
        world.attach(by=world.editor, token="t1")


# CreateApplication


def test_the_same_application_is_created_once(world: World) -> None:
    world.source()
    first = world.application("second", domain(), token="t1")
    before = world.actions()
    assert world.application("second", domain(), token="t1") == first
    assert world.actions() == before


def test_without_the_token_the_name_is_taken(world: World) -> None:
    world.application("second", token="t1")
    for token in (None, "t2"):
        with pytest.raises(ApplicationNameTaken):
            world.application("second", token=token)


@pytest.mark.parametrize(
    "other",
    [
        NewApplication(name="third", client_token="t1"),
        NewApplication(name="second", client_token="t1", data_sources=(Wanted(domain()),)),
        NewApplication(name="second", client_token="t1", said={"tagList": []}),
    ],
    ids=["name", "data sources", "what is said"],
)
def test_another_application_with_the_token_is_refused(world: World, other: NewApplication) -> None:
    world.source()
    world.application("second", token="t1")
    with pytest.raises(ClientTokenReused):
        world.applications.create(world.admin, PLACE, other)
    assert [application.name for application, _ in world.applications.all(world.admin, PLACE)] == ["app", "second"]


def test_an_application_that_was_not_created_does_not_use_up_its_token(world: World) -> None:
    with pytest.raises(SourceNotFound):
        world.application("second", domain(), token="t1")
    assert world.application("second", token="t1").application.name == "second"


# Alone


class OneToken:
    """A ClientTokenStore that counts what it is asked."""

    def __init__(self) -> None:
        self.kept: dict[tuple[int, str, str, str], UsedToken] = {}
        self.forgotten: list[int] = []

    def used(self, org_id: int, region: str, operation: str, token: str, *, since: int) -> UsedToken | None:
        return self.kept.get((org_id, region, operation, token))

    def use(self, org_id: int, region: str, operation: str, token: str, used: UsedToken, at: int) -> None:
        self.kept[org_id, region, operation, token] = used

    def forget(self, before: int) -> None:
        self.forgotten.append(before)


SPOKEN: Mapping[str, Any] = {"arn": "a", "workspace": None}


def test_what_has_no_token_is_neither_looked_up_nor_kept() -> None:
    store = OneToken()
    tokens = ClientTokens(store, Clock())
    tokens.remember(1, "r", "o", None, SPOKEN, {"id": "x"})
    assert tokens.answer(1, "r", "o", None, SPOKEN) is None
    assert (store.kept, store.forgotten) == ({}, [])


def test_parameters_are_the_same_whatever_their_order() -> None:
    tokens = ClientTokens(OneToken(), Clock())
    tokens.remember(1, "r", "o", "t", SPOKEN, {"id": "x"})
    assert tokens.answer(1, "r", "o", "t", dict(reversed([*SPOKEN.items()]))) == {"id": "x"}


def test_parameters_are_kept_as_a_digest_only() -> None:
    store = OneToken()
    ClientTokens(store, Clock()).remember(1, "r", "o", "t", {"arn": "told to nobody"}, {"id": "x"})
    assert "told to nobody" not in repr(store.kept)


def test_what_is_older_than_a_day_is_forgotten() -> None:
    store, clock = OneToken(), Clock(1_000_000)
    ClientTokens(store, clock).remember(1, "r", "o", "t", SPOKEN, {"id": "x"})
    assert store.forgotten == [1_000_000 - 86_400]
