"""/api/teams: teams and their members."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from flask.views import MethodView
from marshmallow import EXCLUDE, Schema, fields, validate

from app.dialects.grafana.answers import ON_TEAM_CHANGE, ON_TEAMS
from app.dialects.grafana.door import grafana_blueprint
from app.dialects.grafana.errors import answers
from app.dialects.grafana.ids import read_id
from app.dialects.grafana.messages import Message
from app.dialects.grafana.pages import NamedPageQuery
from app.edge.authentication import allowed, identity, services
from app.edge.schemas import Text, View, Whole
from app.identity.people_store import Team

blueprint = grafana_blueprint("teams", "/teams", "Teams and their members.")


class TeamView(View):
    """A team."""

    id = fields.Integer()
    uid = fields.String()
    org_id = fields.Integer(data_key="orgId")
    name = fields.String()
    email = fields.String()
    external_uid = fields.Constant("", data_key="externalUID")
    is_provisioned = fields.Constant(False, data_key="isProvisioned")
    avatar_url = fields.Constant("", data_key="avatarUrl")
    members = fields.Integer(data_key="memberCount")
    permission = fields.Constant(0)
    access_control = fields.Constant(None, data_key="accessControl")


class TeamPage(View):
    """One page of a search."""

    total_count = fields.Integer(data_key="totalCount")
    teams = fields.Nested(TeamView(many=True))
    page = fields.Integer()
    per_page = fields.Integer(data_key="perPage")


class TeamCreated(View):
    """The answer to a create."""

    message = fields.Constant("Team created")
    id = fields.Integer(data_key="teamId")
    uid = fields.String()


class TeamMemberView(View):
    """A user in a team."""

    org_id = fields.Integer(data_key="orgId")
    team_id = fields.Integer(data_key="teamId")
    team_uid = fields.String(data_key="teamUID")
    user_id = fields.Integer(data_key="userId", attribute="user.id")
    user_uid = fields.String(data_key="userUID", attribute="user.uid")
    auth_module = fields.Constant("", data_key="auth_module")
    email = fields.String(attribute="user.email")
    name = fields.String(attribute="user.name")
    login = fields.String(attribute="user.login")
    avatar_url = fields.Constant("", data_key="avatarUrl")
    labels: fields.Field[Any] = fields.Constant([])
    permission = fields.Constant(0)


class TeamBody(Schema):
    """What POST and PUT take."""

    class Meta:
        unknown = EXCLUDE

    name = Text(required=True, validate=validate.Length(min=1), longest=190)
    email = Text(load_default="", longest=190)


class TeamMemberBody(Schema):
    """What POST of a member takes."""

    class Meta:
        unknown = EXCLUDE

    user_id = Whole(data_key="userId", required=True)


@blueprint.route("/search")
class TeamSearch(MethodView):
    """Search the org's teams."""

    @answers(ON_TEAMS)
    @allowed("teams:read")
    @blueprint.arguments(NamedPageQuery(), location="query")
    @blueprint.response(200, TeamPage)
    def get(self, query: dict[str, Any]) -> SimpleNamespace:
        """Search teams: ``name`` is the whole name, ``query`` a part of it."""
        page = query["page"]
        total, found = services().teams.search(identity(), name=query["name"], page=page)
        return SimpleNamespace(total_count=total, teams=found, page=page.number, per_page=page.size)


@blueprint.route("/")
class Teams(MethodView):
    """The org's teams."""

    @answers(ON_TEAMS)
    @allowed("teams:create")
    @blueprint.arguments(TeamBody())
    @blueprint.response(200, TeamCreated)
    def post(self, body: dict[str, Any]) -> Team:
        """Create a team."""
        return services().teams.create(identity(), name=body["name"], email=body["email"])


@blueprint.route("/<team>")
class TeamById(MethodView):
    """One team, by id or uid."""

    @answers(ON_TEAMS)
    @allowed("teams:read")
    @blueprint.response(200, TeamView)
    def get(self, team: str) -> Team:
        """Get a team."""
        return services().teams.get(identity(), _team_id(team))

    @answers(ON_TEAM_CHANGE)
    @allowed("teams:write")
    @blueprint.arguments(TeamBody())
    @blueprint.response(200, Message("Team updated"))
    def put(self, body: dict[str, Any], team: str) -> None:
        """Change a team's name and e-mail."""
        services().teams.change(identity(), _team_id(team), name=body["name"], email=body["email"])

    @answers(ON_TEAMS)
    @allowed("teams:delete")
    @blueprint.response(200, Message("Team deleted"))
    def delete(self, team: str) -> None:
        """Delete a team with its permissions."""
        services().teams.delete(identity(), _team_id(team))


@blueprint.route("/<team>/members")
class TeamMembers(MethodView):
    """Who is in a team."""

    @answers(ON_TEAMS)
    @allowed("teams.permissions:read")
    @blueprint.response(200, TeamMemberView(many=True))
    def get(self, team: str) -> Sequence[SimpleNamespace]:
        """List a team's members."""
        found = services().teams.get(identity(), _team_id(team))
        members = services().teams.members(identity(), found.id)
        return [
            SimpleNamespace(org_id=found.org_id, team_id=found.id, team_uid=found.uid, user=user) for user in members
        ]

    @answers(ON_TEAMS)
    @allowed("teams.permissions:write")
    @blueprint.arguments(TeamMemberBody())
    @blueprint.response(200, Message("Member added to Team"))
    def post(self, body: dict[str, Any], team: str) -> None:
        """Add a user of the organization to a team."""
        services().teams.add_member(identity(), _team_id(team), body["user_id"])


@blueprint.route("/<team>/members/<user_id>")
class TeamMember(MethodView):
    """One user in a team."""

    @answers(ON_TEAMS)
    @allowed("teams.permissions:write")
    @blueprint.response(200, Message("Team Member removed"))
    def delete(self, team: str, user_id: str) -> None:
        """Remove a user from a team."""
        services().teams.remove_member(identity(), _team_id(team), read_id(user_id))


def _team_id(text: str) -> int:
    # As in Grafana, where the id may stand its uid may stand too; a uid is never all digits here.
    return read_id(text) if text.isdigit() else services().teams.id_of(identity(), text)
