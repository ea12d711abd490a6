"""The state machine of attachments, on values alone."""

from dataclasses import replace

import pytest

from app.attachments.states import DEADLINE_SECONDS, TRANSITIONS, Event, event, next_status
from app.attachments.values import (
    Application,
    ApplicationStatus,
    Attachment,
    AttachmentStatus,
    Source,
    Standing,
)
from app.registry.datasource import Status
from app.registry.json_data import JsonData

PENDING, ATTACHED, FAILED = AttachmentStatus.PENDING, AttachmentStatus.ATTACHED, AttachmentStatus.FAILED
HOUR = 3600
DAY = 24 * HOUR
ASKED = 1_000_000


def standing(
    status: AttachmentStatus = PENDING,
    *,
    source: Status | None = Status.DISABLED,
    changed_at: int = ASKED,
    ready_at: int = ASKED,
) -> Standing:
    """An attachment that was asked for at ASKED. ``source``: None when it is gone."""
    return Standing(
        attachment=Attachment(
            number=1, id="a", data_source_arn="arn", data_source_id=1, status=status, created_at=ASKED
        ),
        application=Application(
            number=1,
            id="0app",
            region="us-east-1",
            name="app",
            settling=ApplicationStatus.CREATING,
            ready_at=ready_at,
            said=JsonData(),
            created_at=ASKED,
            updated_at=ASKED,
        ),
        source=None if source is None else Source("uid", source, changed_at),
    )


EXPECTED = {
    (PENDING, Event.BOTH_ACTIVE): ATTACHED,
    (PENDING, Event.OVERDUE): FAILED,
    (PENDING, Event.SOURCE_GONE): FAILED,
    (ATTACHED, Event.SOURCE_GONE): FAILED,
    (ATTACHED, Event.BOTH_ACTIVE): ATTACHED,
    (ATTACHED, Event.OVERDUE): ATTACHED,
    (FAILED, Event.SOURCE_GONE): FAILED,
    (FAILED, Event.BOTH_ACTIVE): FAILED,
    (FAILED, Event.OVERDUE): FAILED,
}
# A standing in which the event has come by a day after ASKED.
SHOWN = {
    Event.SOURCE_GONE: standing(source=None),
    Event.BOTH_ACTIVE: standing(source=Status.ACTIVE),
    Event.OVERDUE: standing(source=Status.DISABLED),
}


def in_status(shown: Standing, status: AttachmentStatus) -> Standing:
    return replace(shown, attachment=replace(shown.attachment, status=status))


def test_the_deadline_is_24_hours() -> None:
    assert DEADLINE_SECONDS == 86_400


@pytest.mark.parametrize("found", Event, ids=lambda found: found.name)
@pytest.mark.parametrize("status", AttachmentStatus, ids=lambda status: status.name)
def test_each_event_moves_each_status_where_the_rules_say(status: AttachmentStatus, found: Event) -> None:
    assert event(SHOWN[found], ASKED + DAY) is found
    expected = EXPECTED[status, found]
    moved = None if expected is status else found
    assert next_status(in_status(SHOWN[found], status), ASKED + DAY) == (expected, moved)


@pytest.mark.parametrize("status", AttachmentStatus, ids=lambda status: status.name)
def test_without_an_event_every_status_stays(status: AttachmentStatus) -> None:
    assert next_status(in_status(standing(), status), ASKED) == (status, None)


def test_the_table_names_nothing_that_stays() -> None:
    assert {key: status for key, status in EXPECTED.items() if key[0] is not status} == dict(TRANSITIONS)


@pytest.mark.parametrize("source", [Status.DISABLED, Status.ERROR], ids=lambda status: status.name)
def test_a_data_source_that_is_disabled_or_in_error_is_not_active_yet(source: Status) -> None:
    assert event(standing(source=source), ASKED) is None


def test_an_active_data_source_of_an_active_application_is_attached_at_once() -> None:
    assert next_status(standing(source=Status.ACTIVE), ASKED) == (ATTACHED, Event.BOTH_ACTIVE)


def test_an_attachment_waits_for_the_application_to_the_second() -> None:
    waiting = standing(source=Status.ACTIVE, ready_at=ASKED + 60)
    assert next_status(waiting, ASKED + 59.9) == (PENDING, None)
    assert next_status(waiting, ASKED + 60) == (ATTACHED, Event.BOTH_ACTIVE)


def test_an_attachment_fails_24_hours_after_it_was_asked_for_and_not_a_second_earlier() -> None:
    assert next_status(standing(), ASKED + DAY - 1) == (PENDING, None)
    assert next_status(standing(), ASKED + DAY - 0.001) == (PENDING, None)
    assert next_status(standing(), ASKED + DAY) == (FAILED, Event.OVERDUE)


@pytest.mark.parametrize(
    ("changed_at", "ready_at", "expected"),
    [
        (DAY - 1, 0, ATTACHED),
        (DAY, 0, FAILED),
        (DAY + 1, 0, FAILED),
        (0, DAY - 1, ATTACHED),
        (0, DAY, FAILED),
        (DAY - 1, DAY, FAILED),
        (DAY, DAY - 1, FAILED),
        (DAY - 1, DAY - 1, ATTACHED),
        (-DAY, -DAY, ATTACHED),
    ],
    ids=[
        "source in the last second",
        "source at the deadline",
        "source after it",
        "application in the last second",
        "application at the deadline",
        "source in time, application late",
        "application in time, source late",
        "both in the last second",
        "both long before",
    ],
)
@pytest.mark.parametrize("looked_after", [DAY + 1, 100 * DAY], ids=["soon", "much later"])
def test_who_looks_late_finds_what_was_decided_when_both_became_active(
    changed_at: int, ready_at: int, expected: AttachmentStatus, looked_after: int
) -> None:
    late = standing(source=Status.ACTIVE, changed_at=ASKED + changed_at, ready_at=ASKED + ready_at)
    assert next_status(late, ASKED + looked_after)[0] is expected


def test_one_that_is_active_only_after_the_deadline_is_told_to_be_overdue() -> None:
    late = standing(source=Status.ACTIVE, changed_at=ASKED + DAY)
    assert event(late, ASKED + DAY) is Event.OVERDUE


@pytest.mark.parametrize("source", Status, ids=lambda status: status.name)
@pytest.mark.parametrize("after", [0, DAY, 100 * DAY], ids=["at once", "a day later", "much later"])
def test_attached_never_falls_back_while_the_data_source_is_there(source: Status, after: int) -> None:
    changed = standing(ATTACHED, source=source, changed_at=ASKED + after)
    assert next_status(changed, ASKED + after) == (ATTACHED, None)


def test_attached_stays_while_the_application_is_changed() -> None:
    changed = standing(ATTACHED, source=Status.ACTIVE, ready_at=ASKED + 2 * DAY)
    assert next_status(changed, ASKED + DAY + 1) == (ATTACHED, None)


@pytest.mark.parametrize("source", [*Status, None], ids=str)
@pytest.mark.parametrize("after", [0, DAY - 1, DAY, 100 * DAY], ids=str)
def test_failed_stays_whatever_comes(source: Status | None, after: int) -> None:
    assert next_status(standing(FAILED, source=source), ASKED + after) == (FAILED, None)


@pytest.mark.parametrize("status", [PENDING, ATTACHED], ids=lambda status: status.name)
def test_a_data_source_that_is_gone_fails_it_at_any_time(status: AttachmentStatus) -> None:
    assert next_status(standing(status, source=None), ASKED) == (FAILED, Event.SOURCE_GONE)
