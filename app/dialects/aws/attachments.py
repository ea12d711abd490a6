"""Attach, detach, describe and list: a data source's place in an application."""

from collections.abc import Mapping
from typing import Any

from flask import Response
from flask.views import MethodView
from marshmallow import validates_schema
from marshmallow.exceptions import ValidationError

from app.attachments.attachments import READ, WRITE, Attached, AttachRequest
from app.attachments.values import NewWorkspace, Place, WorkspaceType
from app.dialects.aws.answering import respond_json
from app.dialects.aws.arns import application_arn
from app.dialects.aws.callers import Caller
from app.dialects.aws.door import aws_blueprint, operation, place
from app.dialects.aws.members import Members, matching, one_of, sized, within
from app.dialects.aws.naming import require_id
from app.dialects.aws.paging import next_token, page_size, read_token
from app.edge.authentication import identity, services
from app.edge.schemas import Text, Whole
from app.services import Services

blueprint = aws_blueprint("attachments", "/opensearch/application", "Attachments of data sources to applications.")

_WORKSPACE_NAME = r"(?=.*[^ ])[A-Za-z0-9()\[\]\-_ ]{1,40}"
_PAGE = 50


class DataSourceMembers(Members):
    """The data source that is meant."""

    data_source_arn = sized(20, 2048, data_key="dataSourceArn", required=True)


class NewWorkspaceMembers(Members):
    """A workspace to make when the attachment completes."""

    name = matching(
        _WORKSPACE_NAME,
        "must have 1 to 40 characters, each an ASCII letter or digit, a parenthesis, a bracket, - _ or a space, not "
        "only spaces",
        required=True,
    )
    type = one_of(WorkspaceType, data_key="workspaceType", required=True)


class AttachMembers(DataSourceMembers):
    """What AttachDataSource takes; a workspace by its id, or a new one, or none."""

    workspace_id = sized(1, 2048, data_key="workspaceId", load_default=None)
    workspace = within(NewWorkspaceMembers, data_key="workspaceConfiguration", load_default=None)
    client_token = sized(1, 64, data_key="clientToken", load_default=None)

    @validates_schema
    def check_workspace(self, data: dict[str, Any], **_: Any) -> None:
        """Two would be one too many."""
        if data["workspace_id"] is not None and data["workspace"] is not None:
            raise ValidationError("Give workspaceId or workspaceConfiguration, not both")


class PageMembers(Members):
    """Which part of the list: as many, and from where on."""

    next_token = Text(data_key="nextToken", load_default=None)
    max_results = Whole(data_key="maxResults", load_default=None)


@blueprint.route("/<id>/attachDataSource")
class AttachDataSource(MethodView):
    """Attach a data source, at once or when both it and the application are active."""

    @operation("AttachDataSource", WRITE)
    @blueprint.arguments(AttachMembers())
    @blueprint.response(200, description="The attachment: attachmentId, id, arn, dataSourceArn, status")
    def post(self, body: dict[str, Any], id: str) -> Response:
        """Attach a data source to an application."""
        return respond_json(attach(services(), Caller(identity(), place()), id, body))


@blueprint.route("/<id>/describeDataSourceAttachment")
class DescribeDataSourceAttachment(MethodView):
    """The attachment of one data source."""

    @operation("DescribeDataSourceAttachment", READ)
    @blueprint.arguments(DataSourceMembers())
    @blueprint.response(200, description="The attachment: attachmentId, id, arn, dataSourceArn, status")
    def post(self, body: dict[str, Any], id: str) -> Response:
        """Get the attachment of a data source to an application."""
        return respond_json(describe(services(), Caller(identity(), place()), id, body))


@blueprint.route("/<id>/detachDataSource")
class DetachDataSource(MethodView):
    """The end of an attachment."""

    @operation("DetachDataSource", WRITE)
    @blueprint.arguments(DataSourceMembers())
    @blueprint.response(200, description="id and arn of the application, and dataSourceArn")
    def post(self, body: dict[str, Any], id: str) -> Response:
        """Detach a data source from an application; it stays registered."""
        arn = body["data_source_arn"]
        application = services().attachments.detach(identity(), place(), application=require_id(id), arn=arn)
        return respond_json(
            {"id": application.id, "arn": application_arn(place(), application.id), "dataSourceArn": arn}
        )


@blueprint.route("/<id>/listDataSourceAttachments")
class ListDataSourceAttachments(MethodView):
    """The attachments of an application."""

    @operation("ListDataSourceAttachments", READ)
    @blueprint.arguments(PageMembers())
    @blueprint.response(200, description="attachments in the order of their making, and nextToken if there are more")
    def post(self, body: dict[str, Any], id: str) -> Response:
        """List the attachments of an application, in every state."""
        application = services().attachments.application(identity(), place(), require_id(id))
        of = f"attachments {identity().org_id} {application.id}"
        page = services().attachments.all(
            identity(),
            application,
            after=read_token(of, body["next_token"]),
            limit=page_size(body["max_results"], default=_PAGE),
        )
        shown: dict[str, Any] = {
            "attachments": [
                {"attachmentId": one.id, "dataSourceArn": one.data_source_arn, "status": one.status.value}
                for one in page.attachments
            ]
        }
        if page.after is not None:
            shown["nextToken"] = next_token(of, page.after)
        return respond_json(shown)


def attach(built: Services, caller: Caller, id: str, body: Mapping[str, Any]) -> dict[str, str]:
    """What is answered to AttachDataSource; ``body`` as AttachMembers loads it."""
    workspace = body["workspace"]
    request = AttachRequest(
        application=require_id(id),
        arn=body["data_source_arn"],
        workspace_id=body["workspace_id"],
        new_workspace=workspace and NewWorkspace(workspace["name"], WorkspaceType(workspace["type"])),
        client_token=body["client_token"],
    )
    return _attachment(caller.place, built.attachments.attach(caller.identity, caller.place, request))


def describe(built: Services, caller: Caller, id: str, body: Mapping[str, Any]) -> dict[str, str]:
    """What is answered to DescribeDataSourceAttachment; ``body`` as DataSourceMembers loads it."""
    found = built.attachments.describe(
        caller.identity, caller.place, application=require_id(id), arn=body["data_source_arn"]
    )
    return _attachment(caller.place, found)


def _attachment(where: Place, attached: Attached) -> dict[str, str]:
    application = attached.application
    return {
        "attachmentId": attached.id,
        "id": application.id,
        "arn": application_arn(where, application.id),
        "dataSourceArn": attached.data_source_arn,
        "status": attached.status.value,
    }
