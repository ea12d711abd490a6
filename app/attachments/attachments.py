"""What may be done with attachments: attach, describe, list, detach, and let time do its part."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from app.attachments.attaching import Attaching, checked_arn, is_visible
from app.attachments.client_tokens import ClientTokens
from app.attachments.errors import ApplicationNotActive, ApplicationNotFound, AttachmentNotFound, SourceNotFound
from app.attachments.store import ApplicationStore, AttachmentStore
from app.attachments.values import (
    Application,
    ApplicationStatus,
    AttachmentStatus,
    NewWorkspace,
    Place,
    PlacedWorkspace,
    Standing,
    Wanted,
)
from app.identity.errors import OrgNotFound, PermissionDenied
from app.identity.identity import Identity
from app.registry.datasource import ByUid
from app.registry.errors import DataSourceNotFound
from app.registry.registry import Registry

READ = "applications:read"
WRITE = "attachments:write"
_OPERATION = "AttachDataSource"
_SEES = "datasources:read"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachRequest:
    """What AttachDataSource was asked for; a workspace has an id, or is new, or there is none."""

    application: str  # id or name
    arn: str
    workspace_id: str | None = None
    new_workspace: NewWorkspace | None = None
    client_token: str | None = None


@dataclass(frozen=True, slots=True)
class Attached:
    """What is answered of an attachment."""

    id: str
    application: Application
    data_source_arn: str
    status: AttachmentStatus


@dataclass(frozen=True, slots=True)
class Page:
    """Some attachments of an application; ``after``: where the next page begins, None: there is none."""

    attachments: Sequence[Attached]
    after: int | None


class Attachments:
    """The use cases. The caller's Identity is always the first argument, and names the org; their place the second."""

    def __init__(
        self,
        store: AttachmentStore,
        applications: ApplicationStore,
        attaching: Attaching,
        tokens: ClientTokens,
        registry: Registry,
        *,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._applications = applications
        self._attaching = attaching
        self._tokens = tokens
        self._registry = registry
        self._clock = clock

    def attach(self, identity: Identity, place: Place, request: AttachRequest) -> Attached:
        """Attaches a data source, at once or as soon as both are active; what is attached or pending stays as it is.

        Raises PermissionDenied, ApplicationNotFound, ClientTokenReused and what Attaching.attach raises.
        """
        identity.require(WRITE)
        checked_arn(place, request.arn)
        if request.client_token is None:
            found = self._store.named(identity.org_id, place.region, request.application, request.arn)
            if found is not None and self._stays(identity, place, found):
                return _attached(found)
        with self._store.writing(identity.org_id):
            application = self._application(identity, place, request.application)
            parameters = _parameters(application, request)
            token = (identity.org_id, place.region, _OPERATION, request.client_token, parameters)
            answered = self._tokens.answer(*token)
            if answered is not None:
                return self._again(identity, place, application, answered)
            attached = _attached(
                self._attaching.attach(
                    identity,
                    place,
                    application,
                    Wanted(request.arn),
                    workspace_id=request.workspace_id,
                    new_workspace=request.new_workspace,
                )
            )
            self._tokens.remember(*token, _as_answered(attached))
            return attached

    def describe(self, identity: Identity, place: Place, *, application: str, arn: str) -> Attached:
        """Raises PermissionDenied, NotAnArn, ForeignAccount, ApplicationNotFound, AttachmentNotFound."""
        identity.require(READ)
        checked_arn(place, arn)
        found = self._store.named(identity.org_id, place.region, application, arn)
        is_seen = found is not None and self._is_seen(identity, found)
        # It can be gone by now.
        current = self._attaching.up_to_date(identity.org_id, [found]) if found is not None and is_seen else []
        if not current:
            raise AttachmentNotFound(arn, self._application(identity, place, application).name)
        return _attached(current[0])

    def application(self, identity: Identity, place: Place, named: str) -> Application:
        """By id or name. Raises PermissionDenied, ApplicationNotFound."""
        identity.require(READ)
        return self._application(identity, place, named)

    def all(self, identity: Identity, application: Application, *, after: int, limit: int) -> Page:
        """Those behind ``after`` whose data source the caller may see, of at most ``limit`` that there are.

        Raises PermissionDenied.
        """
        identity.require(READ)
        # One more than is shown, to know whether there is another page.
        found = self._store.standings(identity.org_id, application, after=after, limit=limit + 1)
        more = found[limit - 1].attachment.number if len(found) > limit else None
        shown = self._attaching.up_to_date(identity.org_id, self._visible(identity, found[:limit]))
        return Page([_attached(standing) for standing in shown], more)

    def detach(self, identity: Identity, place: Place, *, application: str, arn: str) -> Application:
        """The data source itself stays, and the workspace without it.

        Raises PermissionDenied, NotAnArn, ForeignAccount, ApplicationNotFound, ApplicationNotActive,
        AttachmentNotFound, AttachmentPending.
        """
        identity.require(WRITE)
        checked_arn(place, arn)
        with self._store.writing(identity.org_id):
            known = self._application(identity, place, application)
            status = known.status(self._clock())
            if status is not ApplicationStatus.ACTIVE:
                raise ApplicationNotActive(known.name, status)
            found = self._store.standing(identity.org_id, known, arn)
            if found is None or not self._is_seen(identity, found):
                raise AttachmentNotFound(arn, known.name)
            self._attaching.detach(identity, found)
            return known

    def of_data_source(self, identity: Identity, uid: str) -> Sequence[Standing]:
        """Where a data source is attached. Raises PermissionDenied, DataSourceNotFound."""
        identity.require(READ)
        row = self._registry.look_up(identity, ByUid(uid))
        return self._attaching.up_to_date(identity.org_id, self._store.of_data_source(identity.org_id, row.id))

    def workspaces(self, identity: Identity) -> Sequence[PlacedWorkspace]:
        """All workspaces of the org, with what the caller may see in them. Raises PermissionDenied."""
        identity.require(READ)
        self._settle(identity.org_id)
        scopes = frozenset(self._registry.scopes(identity, _SEES))
        shown = []
        for found in self._applications.workspaces(identity.org_id):
            visible = tuple(one for one in found.attached if is_visible(one.source, scopes))
            # Of data sources that the caller may not see nothing is told, nor what they are in.
            if visible or not found.attached:
                shown.append(replace(found, attached=visible))
        return shown

    def settle_all(self) -> None:
        """Completes, or lets fail, what is due in any org. Raises the first failure when all have had their turn."""
        failures = []
        for org_id in self._store.orgs_to_settle():
            try:
                self._settle(org_id)
            except OrgNotFound:
                # Deleted meanwhile, and its attachments with it.
                continue
            except Exception as exc:  # noqa: BLE001 - what stops one org must not stop those behind it
                failures.append(exc)
        if failures:
            raise failures[0]

    def _settle(self, org_id: int) -> None:
        self._attaching.up_to_date(org_id, self._store.unsettled(org_id))

    def _application(self, identity: Identity, place: Place, named: str) -> Application:
        found = self._applications.application(identity.org_id, place.region, named)
        if found is None:
            raise ApplicationNotFound(named)
        return found

    def _stays(self, identity: Identity, place: Place, found: Standing) -> bool:
        """Whether to attach it again changes nothing."""
        is_there = found.attachment.status is not AttachmentStatus.FAILED and self._attaching.is_settled(found)
        return is_there and not self._attaching.is_of_another(identity, place, found)

    def _is_seen(self, identity: Identity, found: Standing) -> bool:
        """Whether it is of a data source that the caller may see, or of one that is gone."""
        if found.source is None:
            return True
        try:
            self._registry.look_up(identity, ByUid(found.source.uid))
        except PermissionDenied:
            return False
        except DataSourceNotFound:
            # Deleted meanwhile: nothing is left to hide.
            pass
        return True

    def _visible(self, identity: Identity, found: Sequence[Standing]) -> list[Standing]:
        scopes = frozenset(self._registry.scopes(identity, _SEES)) if found else ()
        return [standing for standing in found if is_visible(standing.source, scopes)]

    def _again(
        self, identity: Identity, place: Place, application: Application, answered: Mapping[str, Any]
    ) -> Attached:
        """The same attachment as it is now; as it was, when it is gone."""
        found = self._store.standing(identity.org_id, application, answered["arn"])
        if found is not None and found.attachment.id == answered["id"]:
            if found.source is not None:
                self._registry.look_up(identity, ByUid(found.source.uid))
            return _attached(self._attaching.settled(identity.org_id, found))
        with suppress(SourceNotFound):
            # Who may not see the data source learns nothing of it by somebody's token either.
            self._attaching.source(identity, place, answered["arn"])
        return Attached(answered["id"], application, answered["arn"], AttachmentStatus(answered["status"]))


def _attached(standing: Standing) -> Attached:
    attachment = standing.attachment
    return Attached(attachment.id, standing.application, attachment.data_source_arn, attachment.status)


def _as_answered(attached: Attached) -> dict[str, Any]:
    return {"id": attached.id, "arn": attached.data_source_arn, "status": attached.status.value}


def _parameters(application: Application, request: AttachRequest) -> dict[str, Any]:
    new = request.new_workspace
    return {
        "application": application.id,
        "arn": request.arn,
        "workspace": request.workspace_id,
        "new_workspace": None if new is None else [new.name, new.type.value],
    }
