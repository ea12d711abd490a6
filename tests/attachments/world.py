"""The use cases of applications and attachments over a real database, with a clock that the test moves."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from uuid import uuid4

from app.attachments.applications import Applications, Described, NewApplication
from app.attachments.attaching import Attaching
from app.attachments.attachments import Attached, Attachments, AttachRequest, Page
from app.attachments.client_tokens import ClientTokens
from app.attachments.values import AttachmentStatus, NewWorkspace, Place, Wanted, WorkspaceType
from app.audit import AuditEvent, AuditLog
from app.encryption.encryptor import Encryptor
from app.identity.identity import Identity
from app.identity.roles import Role
from app.registry.access import ForRole, Grantee, Level
from app.registry.datasource import (
    ByUid,
    DataSource,
    DataSourceChange,
    NewDataSource,
    OpenSearchSide,
    Status,
    WholeChange,
)
from app.registry.json_data import JsonData
from app.registry.permissions import Permissions
from app.registry.registry import Registry
from app.services import Services, new_application_id, new_uid
from app.storage.datasources import DataSources
from app.storage.org_lock import OrgLock
from app.storage.tables import Tables
from identity.callers import admin
from identity.callers import editor as an_editor
from identity.callers import viewer as a_viewer
from registry.other_registries import UNLIMITED

HOUR = 3600
DAY = 24 * HOUR
ACCOUNT = "123456789012"
PLACE = Place(ACCOUNT, "us-east-1")
ELSEWHERE = Place(ACCOUNT, "eu-central-1")
DOMAIN = "grafana-opensearch-datasource"


def domain(name: str = "logs", *, region: str = "us-east-1", account: str = ACCOUNT) -> str:
    """The ARN of a domain."""
    return f"arn:aws:es:{region}:{account}:domain/{name}"


def workspace(name: str = "w 1", type: WorkspaceType = WorkspaceType.SEARCH) -> NewWorkspace:
    """One to be made."""
    return NewWorkspace(name, type)


@dataclass
class Clock:
    """Stands still until the test moves it."""

    now: float = 1_700_000_000

    def __call__(self) -> float:
        return self.now

    def move(self, seconds: float) -> None:
        """Forward."""
        self.now += seconds


@dataclass(frozen=True)
class World:
    """What a test acts on, as an admin of ``org`` where it does not say who acts."""

    services: Services
    org: int
    clock: Clock
    registry: Registry
    applications: Applications
    attachments: Attachments
    permissions: Permissions = field(repr=False)

    @property
    def admin(self) -> Identity:
        return admin(self.org)

    @property
    def editor(self) -> Identity:
        return replace(an_editor(self.org), org_has_permissions=self._restricted())

    @property
    def viewer(self) -> Identity:
        return replace(a_viewer(self.org), org_has_permissions=self._restricted())

    def source(
        self, name: str = "logs", status: Status = Status.ACTIVE, *, type: str = DOMAIN, json: str = "{}"
    ) -> DataSource:
        """A new data source."""
        new = NewDataSource(
            name=name,
            type=type,
            access="proxy",
            url="http://localhost:9200",
            uid=name,
            json_data=JsonData(json),
            opensearch=OpenSearchSide(status=status),
        )
        return self.registry.create(self.admin, new)

    def rename(self, name: str, uid: str = "logs") -> None:
        """As Grafana's API does; OpenSearch's renames nothing."""
        row = self.registry.look_up(self.admin, ByUid(uid))
        change = DataSourceChange(name=name, type=row.type, access=row.access, url=row.url, json_data=row.json_data)
        self.registry.replace(self.admin, ByUid(uid), change)

    def change(self, uid: str = "logs", *, status: Status | None = None, json: str | None = None) -> None:
        """Writes the data source anew with another status or ``json``."""
        row = self.registry.look_up(self.admin, ByUid(uid))
        side = row.opensearch if status is None else replace(row.opensearch, status=status)
        self.registry.replace(
            self.admin,
            ByUid(uid),
            WholeChange(
                name=row.name,
                type=row.type,
                access=row.access,
                url=row.url,
                is_default=row.is_default,
                json_data=row.json_data if json is None else JsonData(json),
                opensearch=side,
                based_on=row,
            ),
        )

    def delete_source(self, uid: str = "logs") -> None:
        self.registry.delete(self.admin, ByUid(uid))

    def hide(self, uid: str = "logs") -> None:
        """From viewers and editors."""
        levels: dict[Grantee, Level] = {ForRole(role): Level.NONE for role in (Role.VIEWER, Role.EDITOR)}
        self.permissions.set(self.admin, ByUid(uid), levels)

    def application(self, name: str = "app", *arns: str, token: str | None = None, place: Place = PLACE) -> Described:
        """A new application with these attached."""
        new = NewApplication(name=name, data_sources=tuple(map(Wanted, arns)), client_token=token)
        return self.applications.create(self.admin, place, new)

    def change_application(self, *arns: str) -> Described:
        """``app``, to exactly these data sources."""
        wanted = [*map(Wanted, arns)]
        return self.applications.change(self.admin, PLACE, "app", said={}, data_sources=wanted)

    def attach(
        self,
        arn: str | None = None,
        *,
        application: str = "app",
        by: Identity | None = None,
        place: Place = PLACE,
        workspace_id: str | None = None,
        new_workspace: NewWorkspace | None = None,
        token: str | None = None,
    ) -> Attached:
        """Attaches the domain ``logs``, or another ARN."""
        request = AttachRequest(
            application=application,
            arn=arn or domain(),
            workspace_id=workspace_id,
            new_workspace=new_workspace,
            client_token=token,
        )
        return self.attachments.attach(by or self.admin, place, request)

    def describe(self, arn: str | None = None, *, by: Identity | None = None, application: str = "app") -> Attached:
        return self.attachments.describe(by or self.admin, PLACE, application=application, arn=arn or domain())

    def status(self, arn: str | None = None) -> AttachmentStatus:
        return self.describe(arn).status

    def listed(self, *, by: Identity | None = None, application: str = "app") -> list[Attached]:
        return [*self.page(by=by, application=application).attachments]

    def page(
        self,
        *,
        by: Identity | None = None,
        application: str = "app",
        place: Place = PLACE,
        after: int = 0,
        limit: int = 100,
    ) -> Page:
        found = self.attachments.application(by or self.admin, place, application)
        return self.attachments.all(by or self.admin, found, after=after, limit=limit)

    def detach(self, arn: str | None = None, *, by: Identity | None = None, application: str = "app") -> None:
        self.attachments.detach(by or self.admin, PLACE, application=application, arn=arn or domain())

    def attached_to(self, *, by: Identity | None = None, application: str = "app") -> list[str]:
        """The ARNs that GetApplication shows."""
        found = self.applications.get(by or self.admin, PLACE, application)
        return [wanted.arn for wanted in found.data_sources]

    def workspaces(self, *, by: Identity | None = None) -> dict[str, list[str]]:
        """The names of the workspaces, with the ARNs in each."""
        return {
            placed.workspace.name: [standing.attachment.data_source_arn for standing in placed.attached]
            for placed in self.attachments.workspaces(by or self.admin)
        }

    def workspace_id(self, name: str = "w 1") -> str:
        [found] = [
            placed.workspace.id for placed in self.attachments.workspaces(self.admin) if placed.workspace.name == name
        ]
        return found

    def events(self) -> list[AuditEvent]:
        """What is on record of applications and attachments."""
        found = self.services.storage.audit.of_org(self.org)
        return [event for event in found if event.action.split(":")[0] in {"applications", "attachments"}]

    def actions(self) -> list[str]:
        return [event.action for event in self.events()]

    def _restricted(self) -> bool:
        rows = self.services.storage.data_sources.all(self.org, None)
        return any(row.has_permissions for row in rows)


@dataclass(frozen=True)
class MakeWorld:
    """Call it for a world in an org, by default one of its own."""

    services: Services
    encryptor: Encryptor = field(repr=False)
    new_org: Callable[[], int]

    def __call__(
        self,
        org: int | None = None,
        *,
        clock: Clock | None = None,
        activation_seconds: int = 0,
        audit: AuditLog | None = None,
    ) -> World:
        storage, clock, audit = self.services.storage, clock or Clock(), audit or self.services.storage.audit
        tables = Tables(storage.database)
        data_sources = DataSources(storage.database, tables, OrgLock(storage.database, tables), clock)
        registry = Registry(data_sources, self.encryptor, audit, UNLIMITED, new_uid, storage.permissions)
        numbers = count(1)
        attaching = Attaching(
            storage.attachments,
            storage.applications,
            registry,
            audit,
            clock=clock,
            new_id=lambda: str(uuid4()),
            new_workspace_id=lambda: f"w{next(numbers):05}",
        )
        tokens = ClientTokens(storage.client_tokens, clock)
        return World(
            services=self.services,
            org=self.new_org() if org is None else org,
            clock=clock,
            registry=registry,
            applications=Applications(
                storage.applications,
                storage.attachments,
                attaching,
                tokens,
                registry,
                audit,
                clock=clock,
                new_id=new_application_id,
                activation_seconds=activation_seconds,
            ),
            attachments=Attachments(
                storage.attachments, storage.applications, attaching, tokens, registry, clock=clock
            ),
            permissions=Permissions(storage.permissions, registry, audit),
        )
