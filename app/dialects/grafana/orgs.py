"""/api/org and /api/orgs: the caller's org, and those of the installation."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from flask.views import MethodView
from marshmallow import EXCLUDE, Schema, fields, validate

from app.dialects.grafana.answers import ON_ORG_CHANGE, ON_ORG_DELETE, ON_ORGS
from app.dialects.grafana.door import grafana_blueprint
from app.dialects.grafana.errors import answers
from app.dialects.grafana.ids import read_id
from app.dialects.grafana.pages import NamedPageQuery
from app.edge.authentication import admitted, allowed, identity, services
from app.edge.schemas import Text, View
from app.identity.people_store import Org
from app.identity.roles import EVERY_ORG

blueprint = grafana_blueprint("orgs", "", "Organizations.")

# Clients read the member; there is nothing to store in it.
_NO_ADDRESS = dict.fromkeys(("address1", "address2", "city", "zipCode", "state", "country"), "")


class OrgItem(View):
    """An org in a list."""

    id = fields.Integer()
    name = fields.String()


class OrgView(View):
    """One org."""

    id = fields.Integer()
    name = fields.String()
    address = fields.Constant(_NO_ADDRESS)


class OrgCreated(View):
    """The answer to a create."""

    message = fields.Constant("Organization created")
    org_id = fields.Integer(data_key="orgId")


class OrgUpdated(View):
    """The answer to a change of name."""

    message = fields.Constant("Organization updated")


class OrgDeleted(View):
    """The answer to a delete."""

    message = fields.Constant("Organization deleted")


class OrgBody(Schema):
    """What POST and PUT take."""

    class Meta:
        unknown = EXCLUDE

    name = Text(required=True, validate=validate.Length(min=1), longest=190)


@blueprint.route("/org")
class CurrentOrg(MethodView):
    """The org of the request."""

    @answers(ON_ORGS)
    @blueprint.response(200, OrgView)
    def get(self) -> Org:
        """Get the current organization."""
        return services().orgs.get(identity(), identity().org_id)

    @answers(ON_ORG_CHANGE)
    @allowed("orgs:write")
    @blueprint.arguments(OrgBody())
    @blueprint.response(200, OrgUpdated)
    def put(self, body: dict[str, Any]) -> None:
        """Rename the current organization."""
        services().orgs.rename(identity(), identity().org_id, body["name"])


@blueprint.route("/orgs")
class Orgs(MethodView):
    """All orgs, for server admins."""

    @answers(ON_ORGS)
    @admitted(lambda: identity().require("orgs:read", EVERY_ORG))
    @blueprint.arguments(NamedPageQuery(), location="query")
    @blueprint.response(200, OrgItem(many=True))
    def get(self, query: dict[str, Any]) -> Sequence[Org]:
        """List organizations."""
        return services().orgs.all(identity(), name=query["name"], page=query["page"])

    @answers(ON_ORGS)
    @allowed("orgs:create")
    @blueprint.arguments(OrgBody())
    @blueprint.response(200, OrgCreated)
    def post(self, body: dict[str, Any]) -> SimpleNamespace:
        """Create an organization; a person who does becomes its admin."""
        return SimpleNamespace(org_id=services().orgs.create(identity(), body["name"]).id)


@blueprint.route("/orgs/name/<rest:name>")
class OrgByName(MethodView):
    """One org by its name, which may hold slashes."""

    @answers(ON_ORGS)
    @blueprint.response(200, OrgView)
    def get(self, name: str) -> Org:
        """Get an organization by name."""
        return services().orgs.by_name(identity(), name)


@blueprint.route("/orgs/<org_id>")
class OrgById(MethodView):
    """One org. Permissions are those that the caller has in it."""

    @answers(ON_ORGS)
    @blueprint.response(200, OrgView)
    def get(self, org_id: str) -> Org:
        """Get an organization by id."""
        return services().orgs.get(identity(), read_id(org_id))

    @answers(ON_ORG_CHANGE)
    @admitted(lambda org_id: services().orgs.require(identity(), read_id(org_id), "orgs:write"))
    @blueprint.arguments(OrgBody())
    @blueprint.response(200, OrgUpdated)
    def put(self, body: dict[str, Any], org_id: str) -> None:
        """Rename an organization."""
        services().orgs.rename(identity(), read_id(org_id), body["name"])

    @answers(ON_ORG_DELETE)
    @blueprint.response(200, OrgDeleted)
    def delete(self, org_id: str) -> None:
        """Delete an organization with all that belongs to it."""
        services().orgs.delete(identity(), read_id(org_id))
