"""The values of the room: an application, an attachment, a workspace, and where a caller stands."""

from dataclasses import dataclass
from enum import StrEnum

from app.registry.datasource import Status
from app.registry.json_data import JsonData


@dataclass(frozen=True, slots=True)
class Place:
    """Whose resources a request is about: the org's account with Amazon's API, and the Region it was sent to."""

    account: str  # twelve digits
    region: str


class ApplicationStatus(StrEnum):
    """Amazon's DELETING and FAILED never are: a delete is done at once, and nothing is built that could fail."""

    CREATING = "CREATING"
    UPDATING = "UPDATING"
    ACTIVE = "ACTIVE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An application. ``settling`` is its status until ``ready_at``. Times are epoch seconds."""

    number: int  # of the row
    id: str
    region: str
    name: str
    settling: ApplicationStatus
    ready_at: int
    said: JsonData  # what nothing here acts upon and its owner reads back: identity center, configurations, tags, key
    created_at: int
    updated_at: int

    def status(self, now: float) -> ApplicationStatus:
        """What it is at ``now``."""
        return ApplicationStatus.ACTIVE if now >= self.ready_at else self.settling


class WorkspaceType(StrEnum):
    """What a workspace is for."""

    OBSERVABILITY = "OBSERVABILITY"
    SECURITY_ANALYTICS = "SECURITY_ANALYTICS"
    SEARCH = "SEARCH"


@dataclass(frozen=True, slots=True)
class NewWorkspace:
    """A workspace that is made when an attachment completes."""

    name: str
    type: WorkspaceType


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A workspace of an application."""

    number: int  # of the row
    id: str
    name: str
    type: WorkspaceType


class AttachmentStatus(StrEnum):
    """How far an attachment is."""

    PENDING = "PENDING"
    ATTACHED = "ATTACHED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A data source to attach, and what an application says of it."""

    arn: str
    description: str = ""
    iam_role_arn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A data source's place in an application. ``workspace`` is the number of the one it goes into, or is in;
    ``new_workspace`` the one that is made for it when it completes. ``created_at`` is in epoch seconds."""

    number: int  # of the row
    id: str
    data_source_arn: str
    data_source_id: int | None  # None: the data source is gone
    status: AttachmentStatus
    workspace: int | None = None
    new_workspace: NewWorkspace | None = None
    description: str = ""
    iam_role_arn: str = ""
    created_at: int


@dataclass(frozen=True, slots=True)
class Source:
    """What an attachment depends on of its data source; ``changed_at``: its last change, in epoch seconds."""

    uid: str
    status: Status
    changed_at: int


@dataclass(frozen=True, slots=True)
class Standing:
    """An attachment with all that its status depends on, but for the time."""

    attachment: Attachment
    application: Application
    source: Source | None  # None: the data source is gone


@dataclass(frozen=True, slots=True)
class PlacedWorkspace:
    """A workspace with the application it is in and what is attached through it."""

    workspace: Workspace
    application: Application
    attached: tuple[Standing, ...]
