"""/api/datasources/.../health: whether a data source's server is there and lets us in."""

from flask import Response, request

from app.dialects.grafana.answers import ON_HEALTH
from app.dialects.grafana.door import grafana_blueprint
from app.dialects.grafana.errors import answers
from app.dialects.grafana.ids import read_id
from app.dialects.grafana.paths import read_uid
from app.dialects.grafana.proxy import DOCUMENTED_METHODS
from app.edge.authentication import allowed, identity, services
from app.edge.inbound import connection
from app.edge.json import dump
from app.registry.datasource import ById, Ref

blueprint = grafana_blueprint("datasource_health", "/datasources", "Health of data sources.")

_HEALTHY, _UNHEALTHY = 200, 400


@blueprint.route("/uid/<uid>/health", methods=DOCUMENTED_METHODS, provide_automatic_options=False)
@answers(ON_HEALTH)
@allowed("datasources:query")
@blueprint.response(_HEALTHY, description="The server answered as it should")
@blueprint.alt_response(_UNHEALTHY, description="It did not; the message says why, and what to check")
def health_by_uid(uid: str) -> Response:
    """Check the health of a data source by uid."""
    return _health(read_uid(uid))


@blueprint.route("/<id>/health", methods=DOCUMENTED_METHODS, provide_automatic_options=False)
@answers(ON_HEALTH)
@allowed("datasources:query")
@blueprint.response(_HEALTHY, description="The server answered as it should")
@blueprint.alt_response(_UNHEALTHY, description="It did not; the message says why, and what to check")
def health_by_id(id: str) -> Response:
    """Check the health of a data source by id."""
    return _health(ById(read_id(id)))


def _health(ref: Ref) -> Response:
    found = services().health_checks.check(identity(), ref, connection(request.environ))
    body = {"message": found.message, "status": found.status, "details": found.details}
    status = _HEALTHY if found.status == "OK" else _UNHEALTHY
    return Response(dump(body), status=status, mimetype="application/json")
