"""What may be done with applications: create, get, list, change, delete."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.attachments.attaching import Attaching, is_visible
from app.attachments.client_tokens import ClientTokens
from app.attachments.errors import ApplicationNotActive, ApplicationNotFound
from app.attachments.store import ApplicationStore, AttachmentStore
from app.attachments.values import (
    Application,
    ApplicationStatus,
    AttachmentStatus,
    Place,
    Standing,
    Wanted,
)
from app.audit import AuditLog
from app.identity.identity import Identity
from app.registry.json_data import JsonData
from app.registry.registry import Registry

_READ = "applications:read"
_WRITE = "applications:write"
_OPERATION = "CreateApplication"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApplication:
    """An application to create. ``said``: what its owner will read back."""

    name: str
    data_sources: tuple[Wanted, ...] = ()
    said: Mapping[str, Any] = field(default_factory=dict)
    client_token: str | None = None


@dataclass(frozen=True, slots=True)
class Described:
    """An application as it is now, with the data sources that are attached to it and the caller may see."""

    application: Application
    status: ApplicationStatus
    data_sources: Sequence[Wanted]


class Applications:
    """The use cases. The caller's Identity is always the first argument, and names the org; their place the second.
    ``clock`` gives epoch seconds, ``activation_seconds`` is how long an application is not active after a change."""

    def __init__(
        self,
        store: ApplicationStore,
        attachments: AttachmentStore,
        attaching: Attaching,
        tokens: ClientTokens,
        registry: Registry,
        audit: AuditLog,
        *,
        clock: Callable[[], float],
        new_id: Callable[[], str],
        activation_seconds: int,
    ) -> None:
        self._store = store
        self._attachments = attachments
        self._attaching = attaching
        self._tokens = tokens
        self._registry = registry
        self._audit = audit
        self._clock = clock
        self._new_id = new_id
        self._activation_seconds = activation_seconds

    def create(self, identity: Identity, place: Place, new: NewApplication) -> Described:
        """Creates an application and attaches its data sources, or does neither.

        Raises PermissionDenied, ApplicationNameTaken, ClientTokenReused and what Attaching.attach raises.
        """
        identity.require(_WRITE)
        parameters = {"name": new.name, "data_sources": [*map(dataclasses.astuple, new.data_sources)], **new.said}
        token = (identity.org_id, place.region, _OPERATION, new.client_token, parameters)
        with self._store.writing(identity.org_id):
            answered = self._tokens.answer(*token)
            # One that was deleted since is made anew.
            made = answered and self._store.application(identity.org_id, place.region, answered["id"])
            if made:
                return self._described(identity, made, self._settled(identity, made))
            now = int(self._clock())
            application = self._store.add_application(
                identity.org_id,
                Application(
                    number=0,
                    id=self._new_id(),
                    region=place.region,
                    name=new.name,
                    settling=ApplicationStatus.CREATING,
                    ready_at=now + self._activation_seconds,
                    said=JsonData.of(new.said),
                    created_at=now,
                    updated_at=now,
                ),
            )
            self._record(identity, "applications:create", application, region=application.region)
            for wanted in {one.arn: one for one in new.data_sources}.values():
                self._attaching.attach(identity, place, application, wanted)
            self._tokens.remember(*token, {"id": application.id})
            return self._described(identity, application, self._settled(identity, application))

    def get(self, identity: Identity, place: Place, named: str) -> Described:
        """Raises PermissionDenied, ApplicationNotFound."""
        identity.require(_READ)
        application = self._find(identity, place, named)
        found = self._attachments.standings(identity.org_id, application)
        return self._described(identity, application, self._attaching.up_to_date(identity.org_id, found))

    def all(self, identity: Identity, place: Place) -> Sequence[tuple[Application, ApplicationStatus]]:
        """With the status of each, in the order in which they were made. Raises PermissionDenied."""
        identity.require(_READ)
        now = self._clock()
        found = self._store.applications(identity.org_id, place.region)
        return [(application, application.status(now)) for application in found]

    def change(
        self,
        identity: Identity,
        place: Place,
        named: str,
        *,
        said: Mapping[str, Any],
        data_sources: Sequence[Wanted] | None,
    ) -> Described:
        """Writes ``said`` over what is said. ``data_sources`` are all that shall be attached; None: they stay.

        Raises PermissionDenied, ApplicationNotFound, ApplicationNotActive and what Attaching.attach raises.
        """
        identity.require(_WRITE)
        with self._store.writing(identity.org_id):
            old, now = self._find(identity, place, named), int(self._clock())
            status = old.status(now)
            if status is not ApplicationStatus.ACTIVE:
                raise ApplicationNotActive(old.name, status)
            # What was due before must not wait for the end of this change.
            self._settled(identity, old)
            application = dataclasses.replace(
                old,
                settling=ApplicationStatus.UPDATING,
                ready_at=now + self._activation_seconds,
                said=JsonData.of({**old.said, **said}),
                updated_at=now,
            )
            self._store.change_application(identity.org_id, application)
            self._record(identity, "applications:write", application)
            if data_sources is not None:
                self._attach_exactly(identity, place, application, data_sources)
            return self._described(identity, application, self._settled(identity, application))

    def delete(self, identity: Identity, place: Place, named: str) -> None:
        """With its attachments and workspaces; what is pending fails. Raises PermissionDenied, ApplicationNotFound."""
        identity.require(_WRITE)
        with self._store.writing(identity.org_id):
            application = self._find(identity, place, named)
            for standing in self._settled(identity, application):
                self._attaching.forget(identity, standing)
            self._store.delete_application(identity.org_id, application.number)
            self._record(identity, "applications:delete", application)

    def _attach_exactly(
        self, identity: Identity, place: Place, application: Application, data_sources: Sequence[Wanted]
    ) -> None:
        wanted = {one.arn: one for one in data_sources}
        # What the caller may not see was not in the list that they changed.
        for standing in self._visible(identity, self._settled(identity, application)):
            if standing.attachment.data_source_arn not in wanted:
                self._attaching.forget(identity, standing)
        for one in wanted.values():
            attached = self._attaching.attach(identity, place, application, one)
            self._attachments.describe(
                identity.org_id,
                attached.attachment.number,
                description=one.description,
                iam_role_arn=one.iam_role_arn,
            )

    def _settled(self, identity: Identity, application: Application) -> Sequence[Standing]:
        found = self._attachments.standings(identity.org_id, application)
        return [self._attaching.settled(identity.org_id, standing) for standing in found]

    def _described(self, identity: Identity, application: Application, found: Sequence[Standing]) -> Described:
        attachments = [standing.attachment for standing in self._visible(identity, found)]
        shown = [
            Wanted(attachment.data_source_arn, attachment.description, attachment.iam_role_arn)
            for attachment in attachments
            if attachment.status is AttachmentStatus.ATTACHED
        ]
        return Described(application, application.status(self._clock()), shown)

    def _visible(self, identity: Identity, found: Sequence[Standing]) -> Sequence[Standing]:
        scopes = frozenset(self._registry.scopes(identity, "datasources:read")) if found else frozenset()
        return [standing for standing in found if is_visible(standing.source, scopes)]

    def _find(self, identity: Identity, place: Place, named: str) -> Application:
        found = self._store.application(identity.org_id, place.region, named)
        if found is None:
            raise ApplicationNotFound(named)
        return found

    def _record(self, identity: Identity, action: str, application: Application, **detail: object) -> None:
        self._audit.record(identity.event(action, f"applications:id:{application.id}", name=application.name, **detail))
