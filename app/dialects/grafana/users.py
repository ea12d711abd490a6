"""/api/users and /api/admin/users: the people of the installation, for server admins."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from flask.views import MethodView
from marshmallow import EXCLUDE, Schema, fields, validate

from app.dialects.grafana.answers import ON_USERS
from app.dialects.grafana.door import grafana_blueprint
from app.dialects.grafana.errors import answers
from app.dialects.grafana.ids import read_id
from app.dialects.grafana.messages import Message
from app.dialects.grafana.pages import PageQuery
from app.dialects.grafana.teams import TeamView
from app.dialects.grafana.user import MembershipView, ProfileBody, ProfileView, UserView
from app.edge.authentication import allowed, identity, services
from app.edge.schemas import Flag, Text, View, Whole
from app.identity.people_store import Membership, Page, Team, User
from app.identity.roles import Role

blueprint = grafana_blueprint("users", "", "Users of the installation.")


class UserPage(View):
    """One page of a search."""

    total_count = fields.Integer(data_key="totalCount")
    users = fields.Nested(UserView(many=True))
    page = fields.Integer()
    per_page = fields.Integer(data_key="perPage")


class UserCreated(View):
    """The answer to a create."""

    id = fields.Integer()
    message = fields.Constant("User created")


class NewUserBody(Schema):
    """What POST takes; without a login the e-mail address is the login."""

    class Meta:
        unknown = EXCLUDE

    name = Text(load_default="", longest=190)
    email = Text(load_default="", longest=190)
    login = Text(load_default="", longest=190)
    password = Text(load_default="", load_only=True)
    org_id = Whole(data_key="OrgId", load_default=0)


class PasswordBody(Schema):
    """What PUT of a password takes."""

    class Meta:
        unknown = EXCLUDE

    password = Text(required=True, validate=validate.Length(min=1), load_only=True)


class ServerAdminBody(Schema):
    """What PUT of permissions takes."""

    class Meta:
        unknown = EXCLUDE

    is_server_admin = Flag(data_key="isGrafanaAdmin", load_default=False)


class Statistics(View):
    """How much there is of everything; of most there is nothing here."""

    orgs = fields.Integer()
    users = fields.Integer()
    datasources = fields.Integer()
    dashboards = fields.Constant(0)
    folders = fields.Constant(0)
    alerts = fields.Constant(0)
    snapshots = fields.Constant(0)
    playlists = fields.Constant(0)
    tags = fields.Constant(0)
    stars = fields.Constant(0)


class LookupQuery(Schema):
    """``loginOrEmail`` matches the whole login or address."""

    login_or_email = Text(data_key="loginOrEmail", load_default="", longest=190)


@blueprint.route("/users")
class Users(MethodView):
    """All users."""

    @answers(ON_USERS)
    @allowed("users:read")
    @blueprint.arguments(PageQuery(), location="query")
    @blueprint.response(200, UserView(many=True))
    def get(self, query: dict[str, Any]) -> Sequence[User]:
        """List users."""
        return services().users.search(identity(), query["page"])[1]


@blueprint.route("/users/search")
class UserSearch(MethodView):
    """All users, counted."""

    @answers(ON_USERS)
    @allowed("users:read")
    @blueprint.arguments(PageQuery(), location="query")
    @blueprint.response(200, UserPage)
    def get(self, query: dict[str, Any]) -> SimpleNamespace:
        """Search users by login, e-mail or name."""
        page = query["page"]
        total, found = services().users.search(identity(), page)
        return SimpleNamespace(total_count=total, users=found, page=page.number, per_page=page.size)


@blueprint.route("/users/lookup")
class UserLookup(MethodView):
    """One user by login or e-mail."""

    @answers(ON_USERS)
    @allowed("users:read")
    @blueprint.arguments(LookupQuery(), location="query")
    @blueprint.response(200, ProfileView)
    def get(self, query: dict[str, Any]) -> User:
        """Get a user by login or e-mail."""
        return services().users.by_login(identity(), query["login_or_email"])


@blueprint.route("/users/<id>")
class UserById(MethodView):
    """One user."""

    @answers(ON_USERS)
    @allowed("users:read")
    @blueprint.response(200, ProfileView)
    def get(self, id: str) -> User:
        """Get a user by id."""
        return services().users.get(identity(), read_id(id))

    @answers(ON_USERS)
    @allowed("users:write")
    @blueprint.arguments(ProfileBody())
    @blueprint.response(200, Message("User updated"))
    def put(self, body: dict[str, Any], id: str) -> None:
        """Change a user's login, e-mail or name; an absent one keeps what is stored."""
        services().users.change(identity(), read_id(id), **body)


@blueprint.route("/users/<id>/orgs")
class UserOrgs(MethodView):
    """The orgs of one user."""

    @answers(ON_USERS)
    @allowed("users:read")
    @blueprint.response(200, MembershipView(many=True))
    def get(self, id: str) -> Sequence[Membership]:
        """List a user's organizations."""
        return services().users.orgs_of(identity(), read_id(id))


@blueprint.route("/users/<id>/teams")
class UserTeams(MethodView):
    """The teams of one user in the current org."""

    @answers(ON_USERS)
    @allowed("users:read")
    @blueprint.response(200, TeamView(many=True))
    def get(self, id: str) -> Sequence[Team]:
        """List a user's teams."""
        return services().teams.of_user(identity(), read_id(id))


@blueprint.route("/admin/stats")
class AdminStats(MethodView):
    """The installation in numbers."""

    @answers(ON_USERS)
    @allowed("server.stats:read")
    @blueprint.response(200, Statistics)
    def get(self) -> SimpleNamespace:
        """Count what the installation holds."""
        caller = identity()
        return SimpleNamespace(
            orgs=services().orgs.count(caller),
            users=services().users.search(caller, Page(size=1))[0],
            datasources=services().registry.count_everywhere(caller),
        )


@blueprint.route("/admin/users")
class AdminUsers(MethodView):
    """Where users are made."""

    @answers(ON_USERS)
    @allowed("users:create")
    @blueprint.arguments(NewUserBody())
    @blueprint.response(200, UserCreated)
    def post(self, body: dict[str, Any]) -> SimpleNamespace:
        """Create a user, a Viewer of the named or the current organization."""
        user_id = services().users.create(
            identity(),
            login=body["login"] or body["email"],
            password=body["password"],
            email=body["email"],
            name=body["name"],
            role=Role.VIEWER,
            is_server_admin=False,
            org_id=body["org_id"] or None,
        )
        return SimpleNamespace(id=user_id)


@blueprint.route("/admin/users/<id>")
class AdminUser(MethodView):
    """One user."""

    @answers(ON_USERS)
    @allowed("users:delete")
    @blueprint.response(200, Message("User deleted"))
    def delete(self, id: str) -> None:
        """Delete a user."""
        services().users.delete(identity(), read_id(id))


@blueprint.route("/admin/users/<id>/password")
class AdminUserPassword(MethodView):
    """A user's password."""

    @answers(ON_USERS)
    @allowed("users.password:write")
    @blueprint.arguments(PasswordBody())
    @blueprint.response(200, Message("User password updated"))
    def put(self, body: dict[str, Any], id: str) -> None:
        """Set a user's password; the old one stops at once."""
        services().users.set_password(identity(), read_id(id), body["password"])


@blueprint.route("/admin/users/<id>/permissions")
class AdminUserPermissions(MethodView):
    """Whether a user is a server admin."""

    @answers(ON_USERS)
    @allowed("users.permissions:write")
    @blueprint.arguments(ServerAdminBody())
    @blueprint.response(200, Message("User permissions updated"))
    def put(self, body: dict[str, Any], id: str) -> None:
        """Make a user a server admin, or no longer one."""
        services().users.set_server_admin(identity(), read_id(id), is_server_admin=body["is_server_admin"])


@blueprint.route("/admin/users/<id>/disable")
class AdminUserDisable(MethodView):
    """Keeps a user out."""

    @answers(ON_USERS)
    @allowed("users:disable")
    @blueprint.response(200, Message("User disabled"))
    def post(self, id: str) -> None:
        """Disable a user: their password stops at once."""
        services().users.set_disabled(identity(), read_id(id), is_disabled=True)


@blueprint.route("/admin/users/<id>/enable")
class AdminUserEnable(MethodView):
    """Lets a user in again."""

    @answers(ON_USERS)
    @allowed("users:enable")
    @blueprint.response(200, Message("User enabled"))
    def post(self, id: str) -> None:
        """Enable a user."""
        services().users.set_disabled(identity(), read_id(id), is_disabled=False)
