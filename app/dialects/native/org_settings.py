"""/api/sluice/org/settings: what an org decides for itself."""

from types import SimpleNamespace
from typing import Any

from flask.views import MethodView
from marshmallow import EXCLUDE, Schema, fields, validate

from app.dialects.native.door import native_blueprint
from app.edge.authentication import allowed, identity, services
from app.edge.schemas import Text, View
from app.identity.roles import Role

blueprint = native_blueprint("org_settings", "/org/settings", "Settings of the organization.")

_ROLES = [role.value for role in Role]


class OrgSettingsView(View):
    """``source`` says who decided: the organization, or the installation by SLUICE_DEFAULT_QUERY_ROLE."""

    default_query_role = fields.String(data_key="defaultQueryRole", validate=validate.OneOf(_ROLES))
    source = fields.String(validate=validate.OneOf(["organization", "installation"]))


class OrgSettingsBody(Schema):
    """What PUT takes; without the member, or with null, the installation decides again."""

    class Meta:
        unknown = EXCLUDE

    default_query_role = Text(data_key="defaultQueryRole", load_default=None, validate=validate.OneOf(_ROLES))


@blueprint.route("/")
class OrgSettings(MethodView):
    """The least role that may see and query a data source whose permissions do not name that role."""

    @blueprint.response(200, OrgSettingsView)
    def get(self) -> SimpleNamespace:
        """Get the settings of the organization."""
        return _settings()

    @allowed("orgs:write")
    @blueprint.arguments(OrgSettingsBody())
    @blueprint.response(200, OrgSettingsView)
    def put(self, body: dict[str, Any]) -> SimpleNamespace:
        """Change the settings of the organization."""
        given = body["default_query_role"]
        services().orgs.set_default_query_role(identity(), None if given is None else Role(given))
        return _settings()


def _settings() -> SimpleNamespace:
    role, own = services().orgs.default_query_role(identity())
    return SimpleNamespace(default_query_role=role.value, source="installation" if own is None else "organization")
