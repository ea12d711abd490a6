"""/api/sluice/datasources/test: a look at a data source's server before anything is stored."""

from flask import Response, request
from flask.views import MethodView

from app.dialects.native.door import native_blueprint
from app.edge.authentication import allowed, identity, services
from app.edge.data_source_body import NewDataSourceBody
from app.edge.inbound import connection
from app.edge.json import dump
from app.registry.datasource import NewDataSource

blueprint = native_blueprint("datasource_tests", "/datasources", "Data sources before they are stored.")


@blueprint.route("/test")
class DataSourceTest(MethodView):
    """A body as for create, and the health of what it describes."""

    @allowed("datasources:create")
    @blueprint.arguments(NewDataSourceBody())
    @blueprint.response(200, description="`status` is OK, ERROR or UNKNOWN; the message says what to check")
    def post(self, new: NewDataSource) -> Response:
        """Check a data source without storing it."""
        found = services().health_checks.check_unsaved(identity(), new, connection(request.environ))
        body = {"message": found.message, "status": found.status, "details": found.details}
        return Response(dump(body), mimetype="application/json")
