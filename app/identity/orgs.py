"""Orgs: the use cases behind /api/org, /api/orgs and ``sluice org``."""

from collections.abc import Sequence
from dataclasses import replace

from app.audit import AuditLog
from app.identity.elsewhere import in_org
from app.identity.errors import LastOrg, OrgNotFound, OwnOrgDeleted
from app.identity.identity import Identity
from app.identity.names import check_name
from app.identity.people_store import Org, Page, PeopleStore
from app.identity.roles import EVERY_ORG, Role


class Orgs:
    """Each method's first argument is the caller. ``default_query_role`` is that of the settings."""

    def __init__(self, store: PeopleStore, audit: AuditLog, default_query_role: Role) -> None:
        self._store = store
        self._audit = audit
        self._default_query_role = default_query_role

    def all(self, identity: Identity, *, name: str, page: Page) -> Sequence[Org]:
        """All orgs of the installation, by name."""
        identity.require("orgs:read", EVERY_ORG)
        return self._store.orgs(name, page)

    def count(self, identity: Identity) -> int:
        """How many there are in the installation."""
        identity.require("server.stats:read")
        return self._store.count_orgs()

    def require(self, identity: Identity, org_id: int, action: str) -> None:
        """Whether the caller may do ``action`` in the org, which says nothing of whether there is one. Raises
        PermissionDenied."""
        in_org(identity, org_id, self._store.role_in_org).require(action)

    def get(self, identity: Identity, org_id: int) -> Org:
        """Raises OrgNotFound."""
        self.require(identity, org_id, "orgs:read")
        return self._find(org_id)

    def by_name(self, identity: Identity, name: str) -> Org:
        """Raises OrgNotFound."""
        identity.require("orgs:read", EVERY_ORG)
        org = self._store.org_by_name(name)
        if org is None:
            raise OrgNotFound(name)
        return org

    def create(self, identity: Identity, name: str) -> Org:
        """A person who creates an org becomes its admin. Raises InvalidAccount, OrgNameTaken."""
        identity.require("orgs:create")
        check_name("An org's name", name)
        with self._store.writing_everywhere():
            org = self._store.add_org(name)
            if identity.kind == "user":
                self._store.add_member(identity.id, org.id, Role.ADMIN)
            self._record(identity, org.id, "orgs:create", name=name)
        return org

    def rename(self, identity: Identity, org_id: int, name: str) -> None:
        """Raises OrgNotFound, InvalidAccount, OrgNameTaken."""
        self.require(identity, org_id, "orgs:write")
        check_name("An org's name", name)
        with self._store.writing_everywhere():
            self._find(org_id)
            self._store.rename_org(org_id, name)
            self._record(identity, org_id, "orgs:write", name=name)

    def delete(self, identity: Identity, org_id: int) -> None:
        """With its data sources, service accounts, tokens and teams. Raises OrgNotFound, OwnOrgDeleted,
        LastOrg."""
        self.require(identity, org_id, "orgs:delete")
        with self._store.writing_everywhere():
            org = self._find(org_id)
            if org_id == identity.org_id:
                raise OwnOrgDeleted
            if self._store.count_orgs() == 1:
                raise LastOrg
            self._store.delete_org(org_id)
            self._record(identity, org_id, "orgs:delete", name=org.name)

    def default_query_role(self, identity: Identity) -> tuple[Role, Role | None]:
        """The least role that may query what nobody restricted: what counts, and what the org itself says."""
        identity.require("orgs:read")
        own = self._find(identity.org_id).default_query_role
        return own or self._default_query_role, own

    def set_default_query_role(self, identity: Identity, role: Role | None) -> None:
        """For the caller's org; None goes back to the setting."""
        identity.require("orgs:write")
        with self._store.writing(identity.org_id):
            self._store.set_default_query_role(identity.org_id, role)
            self._record(identity, identity.org_id, "orgs:write", default_query_role=role and role.value)

    def _find(self, org_id: int) -> Org:
        org = self._store.org(org_id)
        if org is None:
            raise OrgNotFound(org_id)
        return org

    def _record(self, identity: Identity, org_id: int, action: str, **detail: object) -> None:
        self._audit.record(replace(identity, org_id=org_id).event(action, f"orgs:id:{org_id}", **detail))
