"""/api/org/users and /api/orgs/:id/users: who is a member, with which role."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from flask.views import MethodView
from marshmallow import EXCLUDE, Schema, fields, validate

from app.dialects.grafana.answers import ON_ORG_USER_CHANGE, ON_ORG_USERS
from app.dialects.grafana.door import grafana_blueprint
from app.dialects.grafana.errors import answers
from app.dialects.grafana.ids import read_id
from app.dialects.grafana.roles import read_role
from app.edge.authentication import admitted, identity, services
from app.edge.schemas import Text, View
from app.identity.people_store import Member

blueprint = grafana_blueprint("org_users", "", "Members of organizations.")

_ANY_TEXT = validate.Length(min=1)


class MembersQuery(Schema):
    """``query`` matches login, e-mail or name."""

    query = Text(load_default="", longest=190)


class MemberView(View):
    """A member."""

    org_id = fields.Integer(data_key="orgId")
    user_id = fields.Integer(data_key="userId", attribute="user.id")
    uid = fields.String(attribute="user.uid")
    email = fields.String(attribute="user.email")
    name = fields.String(attribute="user.name")
    avatar_url = fields.Constant("", data_key="avatarUrl")
    login = fields.String(attribute="user.login")
    role = fields.String()
    is_disabled = fields.Boolean(data_key="isDisabled", attribute="user.is_disabled")
    auth_labels: fields.Field[Any] = fields.Constant([], data_key="authLabels")


class MemberLookup(View):
    """A member, as lists of choices show them."""

    user_id = fields.Integer(data_key="userId", attribute="user.id")
    uid = fields.String(attribute="user.uid")
    login = fields.String(attribute="user.login")
    avatar_url = fields.Constant("", data_key="avatarUrl")


class MemberAdded(View):
    """The answer to POST."""

    message = fields.Constant("User added to organization")
    user_id = fields.Integer(data_key="userId")


class MemberUpdated(View):
    """The answer to PATCH."""

    message = fields.Constant("Organization user updated")


class MemberRemoved(View):
    """The answer to DELETE."""

    message = fields.Constant("User removed from organization")


class NewMemberBody(Schema):
    """What POST takes."""

    class Meta:
        unknown = EXCLUDE

    login_or_email = Text(data_key="loginOrEmail", required=True, validate=_ANY_TEXT, longest=190)
    role = Text(required=True, validate=_ANY_TEXT)


class RoleBody(Schema):
    """What PATCH takes."""

    class Meta:
        unknown = EXCLUDE

    role = Text(required=True, validate=_ANY_TEXT)


def _there(org_id: str | None) -> int:
    return identity().org_id if org_id is None else read_id(org_id)


def _admitted(action: str) -> Any:
    return admitted(lambda org_id=None, **_: services().members.require(identity(), _there(org_id), action))


@blueprint.route("/org/users", defaults={"org_id": None})
@blueprint.route("/orgs/<org_id>/users")
class OrgUsers(MethodView):
    """The members of an org."""

    @answers(ON_ORG_USERS)
    @_admitted("org.users:read")
    @blueprint.arguments(MembersQuery(), location="query")
    @blueprint.response(200, MemberView(many=True))
    def get(self, query: dict[str, Any], org_id: str | None) -> Sequence[Member]:
        """List the members."""
        return services().members.all(identity(), _there(org_id), query=query["query"])

    @answers(ON_ORG_USERS)
    @_admitted("org.users:add")
    @blueprint.arguments(NewMemberBody())
    @blueprint.response(200, MemberAdded)
    def post(self, body: dict[str, Any], org_id: str | None) -> SimpleNamespace:
        """Make a user a member."""
        user_id = services().members.add(
            identity(), _there(org_id), login=body["login_or_email"], role=read_role(body["role"])
        )
        return SimpleNamespace(user_id=user_id)


@blueprint.route("/org/users/lookup")
class OrgUserLookup(MethodView):
    """The members of the current org, to choose from."""

    @answers(ON_ORG_USERS)
    @_admitted("org.users:read")
    @blueprint.arguments(MembersQuery(), location="query")
    @blueprint.response(200, MemberLookup(many=True))
    def get(self, query: dict[str, Any]) -> Sequence[Member]:
        """List the members' ids and logins."""
        return services().members.all(identity(), identity().org_id, query=query["query"])


@blueprint.route("/org/users/<user_id>", defaults={"org_id": None})
@blueprint.route("/orgs/<org_id>/users/<user_id>")
class OrgUser(MethodView):
    """One member."""

    @answers(ON_ORG_USER_CHANGE)
    @_admitted("org.users:write")
    @blueprint.arguments(RoleBody())
    @blueprint.response(200, MemberUpdated)
    def patch(self, body: dict[str, Any], user_id: str, org_id: str | None) -> None:
        """Change a member's role."""
        services().members.change(identity(), _there(org_id), read_id(user_id), read_role(body["role"]))

    @answers(ON_ORG_USERS)
    @_admitted("org.users:remove")
    @blueprint.response(200, MemberRemoved)
    def delete(self, user_id: str, org_id: str | None) -> None:
        """Remove a member: what they could do here stops at once."""
        services().members.remove(identity(), _there(org_id), read_id(user_id))
