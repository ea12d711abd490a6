"""/api/access-control: what the caller may do, and who may do what with a data source."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response
from flask.views import MethodView
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from app.dialects.grafana.door import grafana_blueprint
from app.dialects.grafana.ids import read_id
from app.dialects.grafana.levels import read_level
from app.dialects.grafana.messages import Message
from app.dialects.grafana.roles import read_role
from app.edge.authentication import admitted, identity, services
from app.edge.json import dump
from app.edge.schemas import Inner, Text, View, Whole
from app.identity.errors import PermissionDenied
from app.registry.access import (
    DATA_SOURCE_ACTIONS,
    LEVEL_ACTIONS,
    ForAccount,
    ForRole,
    ForTeam,
    Grantee,
    Level,
    Permission,
)
from app.registry.datasource import ByUid

blueprint = grafana_blueprint("access_control", "/access-control", "Permissions.")

_READ = "datasources.permissions:read"
_WRITE = "datasources.permissions:write"
_MOST_AT_ONCE = 1_000


class PermissionView(Schema):
    """What a user, service account, team or role may do with a data source."""

    id = fields.Integer()
    role_name = fields.String(data_key="roleName")
    is_managed = fields.Boolean(data_key="isManaged")
    is_inherited = fields.Boolean(data_key="isInherited")
    is_service_account = fields.Boolean(data_key="isServiceAccount")
    user_id = fields.Integer(data_key="userId")
    user_login = fields.String(data_key="userLogin")
    team_id = fields.Integer(data_key="teamId")
    team = fields.String()
    built_in_role = fields.String(data_key="builtInRole")
    actions = fields.List(fields.String())
    permission = fields.String()

    def dump(self, obj: Sequence[Permission], *, many: bool | None = None) -> list[dict[str, Any]]:
        """The permissions as a list; only the members that name the grantee are there."""
        return [_item(permission) for permission in obj]


class Description(View):
    """To whom permissions can be given, and which."""

    assignments = fields.Constant({"users": True, "serviceAccounts": True, "teams": True, "builtInRoles": True})
    permissions = fields.Constant([level.value for level in Level if level])


class PermissionBody(Schema):
    """What POST takes; an empty permission takes away what the grantee had, and from a role what it has by default."""

    class Meta:
        unknown = EXCLUDE

    permission = Text(load_default="")


class PermissionItemBody(Inner):
    """One of many: exactly one of the three members names the grantee."""

    permission = Text(load_default="")
    user_id = Whole(data_key="userId", load_default=0)
    team_id = Whole(data_key="teamId", load_default=0)
    built_in_role = Text(data_key="builtInRole", load_default="")

    @validates_schema
    def one_grantee(self, data: dict[str, Any], **_: Any) -> None:
        """Two would leave open who was meant."""
        if sum(bool(data[name]) for name in ("user_id", "team_id", "built_in_role")) != 1:
            raise ValidationError("must name one user, team or role")


class PermissionsBody(Schema):
    """Many permissions at once: all of them are set, or none."""

    class Meta:
        unknown = EXCLUDE

    permissions = fields.List(
        fields.Nested(PermissionItemBody()), load_default=list, validate=validate.Length(max=_MOST_AT_ONCE)
    )


def _may_write(uid: str, **_: str) -> None:
    services().registry.require(identity(), ByUid(uid), _WRITE)


def _may_read_some() -> None:
    if not services().registry.scopes(identity(), _READ):
        raise PermissionDenied(_READ)


def _granted() -> dict[str, list[str]]:
    caller = identity()
    granted = {
        action: sorted(scopes)
        for action, scopes in caller.grants.items()
        if action not in DATA_SOURCE_ACTIONS and caller.may(action)
    }
    on_data_sources = services().registry.scopes_of(caller, DATA_SOURCE_ACTIONS)
    return granted | {action: list(scopes) for action, scopes in on_data_sources.items() if scopes}


def _set(uid: str, grantee: Grantee, level: Level) -> Response:
    services().permissions.set(identity(), ByUid(uid), {grantee: level})
    body = {"message": "Permission removed" if level is Level.NONE else "Permission updated"}
    return Response(dump(body), mimetype="application/json")


@blueprint.route("/user/permissions")
class UserPermissions(MethodView):
    """What the caller may do."""

    @blueprint.response(200, description="Action to scopes")
    def get(self) -> Response:
        """Get the caller's actions, each with the scopes it is granted on."""
        return Response(dump(_granted()), mimetype="application/json")


@blueprint.route("/user/actions")
class UserActions(MethodView):
    """The same without scopes."""

    @blueprint.response(200, description="Action to true")
    def get(self) -> Response:
        """Get the caller's actions."""
        return Response(dump(dict.fromkeys(_granted(), True)), mimetype="application/json")


@blueprint.route("/datasources/description")
class PermissionsDescription(MethodView):
    """What there is to give."""

    @admitted(_may_read_some)
    @blueprint.response(200, Description)
    def get(self) -> Mapping[str, Any]:
        """Get to whom permissions on data sources can be given, and which."""
        return {}


@blueprint.route("/datasources/<uid>")
class DataSourcePermissions(MethodView):
    """The permissions on one data source."""

    @blueprint.response(200, PermissionView)
    def get(self, uid: str) -> Sequence[Permission]:
        """List who may do what with a data source; organization admins may all and are not listed."""
        return services().permissions.all(identity(), ByUid(uid))

    @admitted(_may_write)
    @blueprint.arguments(PermissionsBody())
    @blueprint.response(200, Message("Permissions updated"))
    def post(self, body: dict[str, Any], uid: str) -> None:
        """Set many permissions at once."""
        changes = {_grantee(item): read_level(item["permission"]) for item in body["permissions"]}
        services().permissions.set(identity(), ByUid(uid), changes)


@blueprint.route("/datasources/<uid>/users/<user_id>")
class DataSourceUserPermission(MethodView):
    """What one user or service account may do."""

    @admitted(_may_write)
    @blueprint.arguments(PermissionBody())
    @blueprint.response(200, Message("Permission updated"))
    def post(self, body: dict[str, Any], uid: str, user_id: str) -> Response:
        """Set the permission of a user or service account."""
        return _set(uid, ForAccount(read_id(user_id)), read_level(body["permission"]))


@blueprint.route("/datasources/<uid>/teams/<team_id>")
class DataSourceTeamPermission(MethodView):
    """What the members of one team may do."""

    @admitted(_may_write)
    @blueprint.arguments(PermissionBody())
    @blueprint.response(200, Message("Permission updated"))
    def post(self, body: dict[str, Any], uid: str, team_id: str) -> Response:
        """Set the permission of a team."""
        return _set(uid, ForTeam(read_id(team_id)), read_level(body["permission"]))


@blueprint.route("/datasources/<uid>/builtInRoles/<role>")
class DataSourceRolePermission(MethodView):
    """What everyone with one role may do."""

    @admitted(_may_write)
    @blueprint.arguments(PermissionBody())
    @blueprint.response(200, Message("Permission updated"))
    def post(self, body: dict[str, Any], uid: str, role: str) -> Response:
        """Set the permission of a basic role."""
        return _set(uid, ForRole(read_role(role)), read_level(body["permission"]))


def _grantee(item: Mapping[str, Any]) -> Grantee:
    if item["built_in_role"]:
        return ForRole(read_role(item["built_in_role"]))
    return ForTeam(item["team_id"]) if item["team_id"] else ForAccount(item["user_id"])


def _item(permission: Permission) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": permission.id,
        "roleName": "",
        "isManaged": True,
        "isInherited": False,
        "isServiceAccount": permission.is_service_account,
    }
    match permission.grantee:
        case ForRole(role):
            item |= {"roleName": f"managed:builtins:{role.value.lower()}:permissions", "builtInRole": role.value}
        case ForAccount(account_id):
            item |= {"roleName": f"managed:users:{account_id}:permissions"}
            item |= {"userId": account_id, "userLogin": permission.name, "userAvatarUrl": ""}
        case ForTeam(team_id):
            item |= {"roleName": f"managed:teams:{team_id}:permissions"}
            item |= {"teamId": team_id, "team": permission.name, "teamAvatarUrl": ""}
    return {**item, "actions": list(LEVEL_ACTIONS[permission.level]), "permission": permission.level.value}
