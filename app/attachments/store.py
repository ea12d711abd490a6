"""What the room needs of storage. Every method names the org."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from app.attachments.values import (
    Application,
    Attachment,
    AttachmentStatus,
    NewWorkspace,
    PlacedWorkspace,
    Standing,
    Workspace,
)


@dataclass(frozen=True, slots=True)
class UsedToken:
    """What a client token was used for. ``parameters`` is a digest, ``answer`` a JSON object."""

    parameters: str
    answer: str


class ApplicationStore(Protocol):
    """Applications and workspaces. What is done inside ``writing`` is one transaction that no other writer of the org
    overlaps."""

    def writing(self, org_id: int) -> AbstractContextManager[None]: ...

    def application(self, org_id: int, region: str, named: str) -> Application | None:
        """By id or name, which are told apart by their first character."""

    def applications(self, org_id: int, region: str) -> Sequence[Application]:
        """In the order in which they were made."""

    def add_application(self, org_id: int, new: Application) -> Application:
        """With the number of its row. Raises ApplicationNameTaken."""

    def change_application(self, org_id: int, changed: Application) -> None:
        """Writes all but id, Region, name and creation."""

    def delete_application(self, org_id: int, number: int) -> None:
        """With its attachments and workspaces."""

    def workspace(self, org_id: int, application: int, workspace_id: str) -> Workspace | None: ...

    def has_workspace_name(self, org_id: int, application: int, name: str) -> bool:
        """Also of one that a pending attachment will make."""

    def add_workspace(self, org_id: int, application: int, workspace_id: str, new: NewWorkspace, at: int) -> int:
        """Its number."""

    def workspaces(self, org_id: int) -> Sequence[PlacedWorkspace]:
        """Those of all applications of the org, in the order in which they were made."""


class AttachmentStore(Protocol):
    """Attachments. Every method but ``orgs_to_settle`` names the org."""

    def writing(self, org_id: int) -> AbstractContextManager[None]: ...

    def standing(self, org_id: int, application: Application, arn: str) -> Standing | None: ...

    def named(self, org_id: int, region: str, application: str, arn: str) -> Standing | None:
        """As ``standing``, of the application with this id or name."""

    def standings(
        self, org_id: int, application: Application, *, after: int = 0, limit: int | None = None
    ) -> Sequence[Standing]:
        """Those of the application in the order of their numbers, from the one behind ``after`` on."""

    def of_data_source(self, org_id: int, data_source_id: int) -> Sequence[Standing]: ...

    def unsettled(self, org_id: int) -> Sequence[Standing]:
        """Those that can change without anybody asking: pending ones, and attached ones whose data source is gone."""

    def orgs_to_settle(self) -> Sequence[int]:
        """The orgs that have some."""

    def add(self, org_id: int, application: Application, new: Attachment) -> None: ...

    def move(self, org_id: int, number: int, *, old: AttachmentStatus, new: AttachmentStatus) -> bool:
        """Writes ``new`` where ``old`` stands, and forgets a wish for a new workspace. Whether it was so."""

    def put_into_workspace(self, org_id: int, number: int, workspace: int) -> None: ...

    def describe(self, org_id: int, number: int, *, description: str, iam_role_arn: str) -> None: ...

    def delete(self, org_id: int, number: int) -> None: ...


class ClientTokenStore(Protocol):
    """The tokens by which callers say that two requests are the same. Every method names the org, but the last."""

    def used(self, org_id: int, region: str, operation: str, token: str, *, since: int) -> UsedToken | None:
        """What it was used for at ``since`` or later."""

    def use(self, org_id: int, region: str, operation: str, token: str, used: UsedToken, at: int) -> None:
        """Writes over what it was used for before."""

    def forget(self, before: int) -> None:
        """Drops the tokens of all orgs that are older."""
