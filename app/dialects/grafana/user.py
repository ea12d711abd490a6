"""/api/user: who the caller is, where they belong, and their password."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from flask.views import MethodView
from marshmallow import EXCLUDE, Schema, fields, validate

from app.dialects.grafana.answers import ON_MY_PASSWORD, ON_USER
from app.dialects.grafana.door import grafana_blueprint
from app.dialects.grafana.errors import answers
from app.dialects.grafana.ids import read_id
from app.dialects.grafana.messages import Message
from app.dialects.grafana.teams import TeamView
from app.dialects.grafana.times import moment
from app.edge.authentication import identity, services
from app.edge.schemas import Text, View
from app.identity.people_store import Membership, Team

blueprint = grafana_blueprint("user", "/user", "The caller.")


class UserView(View):
    """A user in a list."""

    id = fields.Integer()
    uid = fields.String()
    name = fields.String()
    login = fields.String()
    email = fields.String()
    avatar_url = fields.Constant("", data_key="avatarUrl")
    is_admin = fields.Boolean(data_key="isAdmin", attribute="is_server_admin")
    is_disabled = fields.Boolean(data_key="isDisabled")
    auth_labels: fields.Field[Any] = fields.Constant([], data_key="authLabels")


class ProfileView(View):
    """One user. A service account has id 0."""

    id = fields.Integer()
    uid = fields.String()
    email = fields.String()
    name = fields.String()
    login = fields.String()
    theme = fields.Constant("")
    org_id = fields.Integer(data_key="orgId")
    is_server_admin = fields.Boolean(data_key="isGrafanaAdmin")
    is_disabled = fields.Boolean(data_key="isDisabled")
    is_external = fields.Constant(False, data_key="isExternal")
    auth_labels: fields.Field[Any] = fields.Constant([], data_key="authLabels")
    created_at = fields.Function(lambda user: moment(user.created_at), data_key="createdAt")
    avatar_url = fields.Constant("", data_key="avatarUrl")


class MembershipView(View):
    """An org that a user is in."""

    org_id = fields.Integer(data_key="orgId", attribute="org.id")
    name = fields.String(attribute="org.name")
    role = fields.String()


class ProfileBody(Schema):
    """What PUT takes; an absent member keeps what is stored."""

    class Meta:
        unknown = EXCLUDE

    login = Text(load_default="", longest=190)
    email = Text(load_default="", longest=190)
    name = Text(load_default="", longest=190)


class OwnPasswordBody(Schema):
    """What PUT of one's own password takes."""

    class Meta:
        unknown = EXCLUDE

    old = Text(data_key="oldPassword", required=True, load_only=True)
    new = Text(data_key="newPassword", required=True, validate=validate.Length(min=1), load_only=True)


@blueprint.route("/")
class CurrentUser(MethodView):
    """The caller."""

    @answers(ON_USER)
    @blueprint.response(200, ProfileView)
    def get(self) -> Any:
        """Get the signed-in user, or the service account of the token."""
        return services().users.me(identity()) if identity().kind == "user" else _of_token()


@blueprint.route("/orgs")
class CurrentUserOrgs(MethodView):
    """The caller's orgs."""

    @answers(ON_USER)
    @blueprint.response(200, MembershipView(many=True))
    def get(self) -> Sequence[Membership]:
        """List the organizations of the signed-in user."""
        return services().users.my_orgs(identity())


@blueprint.route("/teams")
class CurrentUserTeams(MethodView):
    """The caller's teams."""

    @answers(ON_USER)
    @blueprint.response(200, TeamView(many=True))
    def get(self) -> Sequence[Team]:
        """List the teams of the signed-in user in the current organization."""
        return services().teams.of_user(identity(), services().users.me(identity()).id)


@blueprint.route("/using/<org_id>")
class CurrentUserUsing(MethodView):
    """Which org the caller works in."""

    @answers(ON_USER)
    @blueprint.response(200, Message("Active organization changed"))
    def post(self, org_id: str) -> None:
        """Work in another organization: requests that name none run there from now on."""
        services().users.use_org(identity(), read_id(org_id))


@blueprint.route("/password")
class CurrentUserPassword(MethodView):
    """The caller's password."""

    @answers(ON_MY_PASSWORD)
    @blueprint.arguments(OwnPasswordBody())
    @blueprint.response(200, Message("User password changed"))
    def put(self, body: dict[str, Any]) -> None:
        """Change one's own password."""
        services().users.change_my_password(identity(), old=body["old"], new=body["new"])


def _of_token() -> SimpleNamespace:
    # Grafana's clients tell a service account by its id 0.
    caller = identity()
    return SimpleNamespace(
        id=0,
        uid=f"{caller.kind.replace('_', '-')}:{caller.id}",
        email="",
        name=caller.login,
        login=caller.login,
        org_id=caller.org_id,
        is_server_admin=False,
        is_disabled=False,
        created_at=0,
    )
