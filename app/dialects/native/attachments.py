"""/api/sluice/workspaces and /api/sluice/datasources/:uid/attachments: what Amazon's API makes and nowhere shows."""

from typing import Any

from flask import Response
from flask.views import MethodView

from app.attachments.values import Application, PlacedWorkspace, Standing
from app.dialects.native.door import native_blueprint
from app.dialects.native.times import moment
from app.edge.authentication import allowed, identity, services
from app.edge.json import dump

blueprint = native_blueprint("attachments", "", "Attachments of data sources to Amazon's applications.")


@blueprint.route("/workspaces")
class Workspaces(MethodView):
    """The workspaces of all applications of the organization."""

    @allowed("applications:read")
    @blueprint.response(200, description="Each with its application and the ARNs of the data sources in it")
    def get(self) -> Response:
        """List workspaces."""
        return _respond([_workspace(found) for found in services().attachments.workspaces(identity())])


@blueprint.route("/datasources/<uid>/attachments")
class DataSourceAttachments(MethodView):
    """Where a data source is attached."""

    @allowed("applications:read")
    @blueprint.response(200, description="Each with its application, ARN and status")
    def get(self, uid: str) -> Response:
        """List the attachments of a data source."""
        return _respond([_attachment(found) for found in services().attachments.of_data_source(identity(), uid)])


def _workspace(found: PlacedWorkspace) -> dict[str, Any]:
    return {
        "id": found.workspace.id,
        "name": found.workspace.name,
        "type": found.workspace.type.value,
        "application": _application(found.application),
        "dataSourceArns": [standing.attachment.data_source_arn for standing in found.attached],
    }


def _attachment(standing: Standing) -> dict[str, Any]:
    attachment = standing.attachment
    return {
        "attachmentId": attachment.id,
        "application": _application(standing.application),
        "dataSourceArn": attachment.data_source_arn,
        "status": attachment.status.value,
        "created": moment(attachment.created_at),
    }


def _application(application: Application) -> dict[str, str]:
    return {"id": application.id, "name": application.name, "region": application.region}


def _respond(body: Any) -> Response:
    return Response(dump(body), mimetype="application/json")
