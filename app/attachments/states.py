"""The state machine of attachments: which event moves one where, and which event has come. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from app.attachments.values import AttachmentStatus, Standing
from app.registry.datasource import Status

# AttachDataSource: a pending attachment that does not complete within 24 hours has failed.
DEADLINE_SECONDS = 24 * 3600


class Event(StrEnum):
    """What can happen to an attachment without anybody asking for it; the text is for the audit trail."""

    SOURCE_GONE = "the data source is gone"
    BOTH_ACTIVE = "the application and the data source are active"
    OVERDUE = "24 hours have passed"


# What is not here changes nothing: one that is attached stays so when its data source is disabled, and one that failed
# stays failed until it is attached anew.
TRANSITIONS: Mapping[tuple[AttachmentStatus, Event], AttachmentStatus] = {
    (AttachmentStatus.PENDING, Event.BOTH_ACTIVE): AttachmentStatus.ATTACHED,
    (AttachmentStatus.PENDING, Event.OVERDUE): AttachmentStatus.FAILED,
    (AttachmentStatus.PENDING, Event.SOURCE_GONE): AttachmentStatus.FAILED,
    (AttachmentStatus.ATTACHED, Event.SOURCE_GONE): AttachmentStatus.FAILED,
}


def event(standing: Standing, now: float) -> Event | None:
    """What has come by ``now`` (epoch seconds). The deadline is decided by when both became active, not by when
    somebody looked: a data source was not active later than at its last change, if it is now."""
    source, application = standing.source, standing.application
    if source is None:
        return Event.SOURCE_GONE
    deadline = standing.attachment.created_at + DEADLINE_SECONDS
    if source.status is Status.ACTIVE and application.ready_at <= now:
        since = max(source.changed_at, application.ready_at)
        if since < deadline:
            return Event.BOTH_ACTIVE
    return Event.OVERDUE if now >= deadline else None


def next_status(standing: Standing, now: float) -> tuple[AttachmentStatus, Event | None]:
    """The status at ``now``, and what moved the attachment there; None: nothing did."""
    status, found = standing.attachment.status, event(standing, now)
    if found is None or (status, found) not in TRANSITIONS:
        return status, None
    return TRANSITIONS[status, found], found
