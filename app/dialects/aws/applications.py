"""Applications: create, get, list, update, delete."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from flask import Response, request
from flask.views import MethodView

from app.attachments.applications import Described, NewApplication
from app.attachments.values import Application, Wanted
from app.dialects.aws.answering import respond_json
from app.dialects.aws.arns import application_arn
from app.dialects.aws.door import aws_blueprint, operation, place
from app.dialects.aws.members import Members, matching, one_of, several, sized, within
from app.dialects.aws.naming import APPLICATION_NAME, APPLICATION_NAME_RULE, require_id
from app.dialects.aws.paging import next_token, page_size, read_token
from app.dialects.aws.refusals import InvalidRequest
from app.dialects.aws.shapes import MOST_TAGS, TagMembers, description_text, role_arn
from app.edge.authentication import identity, services
from app.edge.schemas import Flag

blueprint = aws_blueprint("applications", "/opensearch", "Applications, which data sources are attached to.")

_READ, _WRITE = "applications:read", "applications:write"
_PAGE = 50
# All of them are attached in one transaction.
_MOST_DATA_SOURCES = 1_000
_KEY = r"arn:aws[a-zA-Z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}"
_STATUSES = ("CREATING", "UPDATING", "DELETING", "ACTIVE", "FAILED")


class ConfigKey(StrEnum):
    """Who is an admin of the application's dashboards."""

    USERS = "opensearchDashboards.dashboardAdmin.users"
    GROUPS = "opensearchDashboards.dashboardAdmin.groups"


class WantedMembers(Members):
    """A data source to attach, and what the application says of it."""

    arn = sized(20, 2048, data_key="dataSourceArn", required=True)
    description = description_text(data_key="dataSourceDescription", load_default="")
    role = role_arn(data_key="iamRoleForDataSourceArn", load_default="")


class IdentityCenterMembers(Members):
    """Kept and read back; nobody signs in by it."""

    enabled = Flag(data_key="enabled")
    instance = sized(20, 2048, data_key="iamIdentityCenterInstanceArn")
    role = role_arn(data_key="iamRoleForIdentityCenterApplicationArn")


class ConfigMembers(Members):
    """A configuration; kept and read back."""

    key = one_of(ConfigKey, required=True)
    value = sized(1, 4096, required=True)


class ApplicationChangeMembers(Members):
    """What UpdateApplication takes; what is absent stays."""

    data_sources = several(within(WantedMembers), most=_MOST_DATA_SOURCES, data_key="dataSources", load_default=None)
    identity_center = within(IdentityCenterMembers, data_key="iamIdentityCenterOptions")
    configs = several(within(ConfigMembers), most=200, data_key="appConfigs")


class NewApplicationMembers(ApplicationChangeMembers):
    """What CreateApplication takes."""

    name = matching(APPLICATION_NAME, APPLICATION_NAME_RULE, required=True)
    tags = several(within(TagMembers), most=MOST_TAGS, data_key="tagList")
    key = matching(_KEY, "must be the ARN of a KMS key", longest=2048, data_key="kmsKeyArn")
    client_token = sized(1, 64, data_key="clientToken", load_default=None)


# Writes what the owner of an application said back into the words of this API.
_SAID = NewApplicationMembers(only=("identity_center", "configs", "tags", "key"))
# What each answer shows of it.
_SHOWN_ON_CREATE = ("iamIdentityCenterOptions", "appConfigs", "tagList", "kmsKeyArn")
_SHOWN_ON_GET = ("iamIdentityCenterOptions", "appConfigs", "kmsKeyArn")
_SHOWN_ON_UPDATE = ("iamIdentityCenterOptions", "appConfigs")
_ALWAYS: dict[str, Any] = {"iamIdentityCenterOptions": {"enabled": False}, "appConfigs": []}


@blueprint.route("/application")
class CreateApplication(MethodView):
    """A new application."""

    @operation("CreateApplication", _WRITE)
    @blueprint.arguments(NewApplicationMembers())
    @blueprint.response(200, description="The application, without its status")
    def post(self, body: dict[str, Any]) -> Response:
        """Create an application."""
        new = NewApplication(
            name=body["name"],
            data_sources=tuple(_wanted(body["data_sources"] or ())),
            said=_SAID.dump(body),
            client_token=body["client_token"],
        )
        created = services().applications.create(identity(), place(), new)
        return respond_json(_application(created, _SHOWN_ON_CREATE) | {"createdAt": created.application.created_at})


@blueprint.route("/application/<id>")
class ApplicationById(MethodView):
    """One application, by its id or name."""

    @operation("GetApplication", _READ)
    @blueprint.response(200, description="The application, with its status and the data sources attached to it")
    def get(self, id: str) -> Response:
        """Get an application."""
        found = services().applications.get(identity(), place(), require_id(id))
        return respond_json(
            _application(found, _SHOWN_ON_GET)
            | {"endpoint": _endpoint(), "status": found.status.value}
            | _times(found.application)
        )

    @operation("UpdateApplication", _WRITE)
    @blueprint.arguments(ApplicationChangeMembers())
    @blueprint.response(200, description="The application, without its status")
    def put(self, body: dict[str, Any], id: str) -> Response:
        """Change an application; `dataSources`, if given, are all that shall be attached."""
        given = body["data_sources"]
        changed = services().applications.change(
            identity(),
            place(),
            require_id(id),
            said=_SAID.dump(body),
            data_sources=None if given is None else _wanted(given),
        )
        return respond_json(_application(changed, _SHOWN_ON_UPDATE) | _times(changed.application))

    @operation("DeleteApplication", _WRITE)
    @blueprint.response(200, description="An empty object")
    def delete(self, id: str) -> Response:
        """Delete an application with its attachments and workspaces; data sources stay registered."""
        services().applications.delete(identity(), place(), require_id(id))
        return respond_json({})


@blueprint.route("/list-applications")
class ListApplications(MethodView):
    """The applications of the caller's account and Region."""

    @operation("ListApplications", _READ)
    @blueprint.response(200, description="ApplicationSummaries, and nextToken if there are more")
    def get(self) -> Response:
        """List applications; `statuses` may be given several times."""
        statuses = frozenset(request.args.getlist("statuses"))
        if not statuses <= frozenset(_STATUSES):
            raise InvalidRequest(f"statuses must be some of {', '.join(_STATUSES)}.")
        limit = page_size(_number(request.args.get("maxResults")), default=_PAGE)
        of = f"applications {identity().org_id} {place().region} {sorted(statuses)}"
        after = read_token(of, request.args.get("nextToken"))
        found = [
            (application, status)
            for application, status in services().applications.all(identity(), place())
            if application.number > after and (not statuses or status in statuses)
        ]
        shown: dict[str, Any] = {
            "ApplicationSummaries": [
                {
                    "id": application.id,
                    "arn": application_arn(place(), application.id),
                    "name": application.name,
                    "endpoint": _endpoint(),
                    "status": status.value,
                    **_times(application),
                }
                for application, status in found[:limit]
            ]
        }
        if len(found) > limit:
            shown["nextToken"] = next_token(of, found[limit - 1][0].number)
        return respond_json(shown)


def _application(described: Described, members: tuple[str, ...]) -> dict[str, Any]:
    application, said = described.application, {**_ALWAYS, **described.application.said}
    return {
        "id": application.id,
        "name": application.name,
        "arn": application_arn(place(), application.id),
        "dataSources": [
            {
                "dataSourceArn": one.arn,
                **({"dataSourceDescription": one.description} if one.description else {}),
                **({"iamRoleForDataSourceArn": one.iam_role_arn} if one.iam_role_arn else {}),
            }
            for one in described.data_sources
        ],
        **{name: said[name] for name in members if name in said},
    }


def _times(application: Application) -> dict[str, int]:
    return {"createdAt": application.created_at, "lastUpdatedAt": application.updated_at}


def _endpoint() -> str:
    return (services().settings.root_url or request.host_url).rstrip("/")


def _wanted(given: Sequence[Mapping[str, str]]) -> list[Wanted]:
    return [Wanted(one["arn"], one["description"], one["role"]) for one in given]


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if re.fullmatch("-?[0-9]{1,10}", text) is None:
        raise InvalidRequest("maxResults must be a number.")
    return int(text)
