"""What happens to attachments: settle, attach, detach. Permissions on applications were looked at before."""

import dataclasses
from collections.abc import Callable, Collection, Sequence

from app.attachments.errors import (
    AttachmentNotFound,
    AttachmentPending,
    ForeignAccount,
    NotAnArn,
    SourceNotFound,
    WorkspaceNameTaken,
    WorkspaceNotFound,
)
from app.attachments.states import next_status
from app.attachments.store import ApplicationStore, AttachmentStore
from app.attachments.values import (
    Application,
    Attachment,
    AttachmentStatus,
    NewWorkspace,
    Place,
    Source,
    Standing,
    Wanted,
)
from app.audit import AuditLog
from app.identity.identity import Identity, system
from app.registry.arns import SourceArn, read_arn
from app.registry.authorization import includes
from app.registry.datasource import ByArn, ByUid, DataSource
from app.registry.errors import DataSourceNotFound
from app.registry.registry import Registry

# How the audit trail names what nobody asked for.
_DOOR = "attachments"


def checked_arn(place: Place, arn: str) -> SourceArn:
    """Raises NotAnArn, ForeignAccount."""
    found = read_arn(arn)
    if found is None:
        raise NotAnArn
    if found.account != place.account:
        raise ForeignAccount(arn, place.account)
    return found


class Attaching:
    """``clock`` gives epoch seconds; ``new_id`` and ``new_workspace_id`` make random texts. All but ``up_to_date`` is
    done inside the caller's transaction of the org."""

    def __init__(
        self,
        attachments: AttachmentStore,
        applications: ApplicationStore,
        registry: Registry,
        audit: AuditLog,
        *,
        clock: Callable[[], float],
        new_id: Callable[[], str],
        new_workspace_id: Callable[[], str],
    ) -> None:
        self._attachments = attachments
        self._applications = applications
        self._registry = registry
        self._audit = audit
        self._clock = clock
        self._new_id = new_id
        self._new_workspace_id = new_workspace_id

    def is_settled(self, standing: Standing) -> bool:
        """Whether it has the status that it should have by now."""
        return next_status(standing, self._clock())[1] is None

    def up_to_date(self, org_id: int, standings: Sequence[Standing]) -> Sequence[Standing]:
        """``standings`` as they are by now; in a transaction of its own where that has to be written."""
        if all(self.is_settled(standing) for standing in standings):
            return standings
        with self._attachments.writing(org_id):
            # Somebody else may have been faster.
            found = (
                self._attachments.standing(org_id, standing.application, standing.attachment.data_source_arn)
                for standing in standings
            )
            return [self.settled(org_id, standing) for standing in found if standing is not None]

    def settled(self, org_id: int, standing: Standing) -> Standing:
        """``standing`` as it is by now: what has come is written, once, and recorded as the service's own doing."""
        attachment = standing.attachment
        status, event = next_status(standing, self._clock())
        if event is None or not self._attachments.move(org_id, attachment.number, old=attachment.status, new=status):
            return standing
        if status is AttachmentStatus.ATTACHED:
            self._make_workspace(org_id, standing)
        action = "attachments:complete" if status is AttachmentStatus.ATTACHED else "attachments:fail"
        self._record(system(org_id, _DOOR), action, standing, why=event.value)
        return dataclasses.replace(
            standing, attachment=dataclasses.replace(attachment, status=status, new_workspace=None)
        )

    def attach(
        self,
        identity: Identity,
        place: Place,
        application: Application,
        wanted: Wanted,
        *,
        workspace_id: str | None = None,
        new_workspace: NewWorkspace | None = None,
    ) -> Standing:
        """The attachment that there is, or a new one where there is none or it failed.

        Raises NotAnArn, ForeignAccount, SourceNotFound, PermissionDenied, WorkspaceNotFound, WorkspaceNameTaken.
        """
        checked_arn(place, wanted.arn)
        found = self._attachments.standing(identity.org_id, application, wanted.arn)
        if found is not None:
            found = self.settled(identity.org_id, found)
            if found.attachment.status is not AttachmentStatus.FAILED:
                if not self.is_of_another(identity, place, found):
                    return found
                self._record(identity, "attachments:detach", found)
        row = self.source(identity, place, wanted.arn)
        workspace = None
        if workspace_id is not None:
            known = self._applications.workspace(identity.org_id, application.number, workspace_id)
            if known is None:
                raise WorkspaceNotFound(workspace_id)
            workspace = known.number
        if new_workspace is not None and self._is_taken(identity.org_id, application, new_workspace.name):
            raise WorkspaceNameTaken(new_workspace.name)
        if found is not None:
            self._attachments.delete(identity.org_id, found.attachment.number)
        new = Attachment(
            number=0,
            id=self._new_id(),
            data_source_arn=wanted.arn,
            data_source_id=row.id,
            status=AttachmentStatus.PENDING,
            workspace=workspace,
            new_workspace=new_workspace,
            description=wanted.description,
            iam_role_arn=wanted.iam_role_arn,
            created_at=int(self._clock()),
        )
        self._attachments.add(identity.org_id, application, new)
        added = self._attachments.standing(identity.org_id, application, wanted.arn)
        assert added is not None
        self._record(identity, "attachments:attach", added)
        return self.settled(identity.org_id, added)

    def is_of_another(self, identity: Identity, place: Place, standing: Standing) -> bool:
        """Whether the ARN stands for another data source by now, as it can after a rename; one for which it stands no
        more stays attached. Raises PermissionDenied for who may not see either."""
        try:
            row = self.source(identity, place, standing.attachment.data_source_arn)
            is_another = row.id != standing.attachment.data_source_id
            is_seen = not is_another
        except SourceNotFound:
            is_another = is_seen = False
        if not is_seen and standing.source is not None:
            self._registry.look_up(identity, ByUid(standing.source.uid))
        return is_another

    def source(self, identity: Identity, place: Place, arn: str) -> DataSource:
        """The data source that an ARN stands for. Raises NotAnArn, ForeignAccount, SourceNotFound, PermissionDenied."""
        # A Region has its own resources.
        if checked_arn(place, arn).region != place.region:
            raise SourceNotFound(arn)
        try:
            return self._registry.look_up(identity, ByArn(arn))
        except DataSourceNotFound as exc:
            raise SourceNotFound(arn) from exc

    def detach(self, identity: Identity, standing: Standing) -> None:
        """Raises AttachmentNotFound, AttachmentPending."""
        standing = self.settled(identity.org_id, standing)
        attachment = standing.attachment
        if attachment.status is AttachmentStatus.PENDING:
            raise AttachmentPending(attachment.data_source_arn)
        if attachment.status is AttachmentStatus.FAILED:
            raise AttachmentNotFound(attachment.data_source_arn, standing.application.name)
        self.forget(identity, standing)

    def forget(self, identity: Identity, standing: Standing) -> None:
        """Takes the attachment away in whatever state it is; one that is pending fails by it."""
        if standing.attachment.status is AttachmentStatus.PENDING:
            self._record(identity, "attachments:fail", standing, why="it is not wanted any more")
        self._attachments.delete(identity.org_id, standing.attachment.number)
        self._record(identity, "attachments:detach", standing)

    def _is_taken(self, org_id: int, application: Application, workspace: str) -> bool:
        if not self._applications.has_workspace_name(org_id, application.number, workspace):
            return False
        # A pending attachment may wish for it that has failed meanwhile, though nobody looked.
        for standing in self._attachments.standings(org_id, application):
            self.settled(org_id, standing)
        return self._applications.has_workspace_name(org_id, application.number, workspace)

    def _make_workspace(self, org_id: int, standing: Standing) -> None:
        # After the attachment completed, never before (AttachDataSource, workspaceConfiguration).
        new = standing.attachment.new_workspace
        if new is not None:
            number = self._applications.add_workspace(
                org_id, standing.application.number, self._new_workspace_id(), new, int(self._clock())
            )
            self._attachments.put_into_workspace(org_id, standing.attachment.number, number)

    def _record(self, identity: Identity, action: str, standing: Standing, **detail: object) -> None:
        attachment, source = standing.attachment, standing.source
        self._audit.record(
            identity.event(
                action,
                f"applications:id:{standing.application.id}",
                attachment=attachment.id,
                arn=attachment.data_source_arn,
                data_source=None if source is None else source.uid,
                **detail,
            )
        )


def is_visible(source: Source | None, scopes: Collection[str]) -> bool:
    """Whether a caller who may read the data sources of ``scopes`` may see an attachment of this one: of one that is
    gone nothing is left to hide."""
    return source is None or includes(scopes, source.uid)
