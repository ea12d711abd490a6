"""/api/datasources/.../resources: for types that speak HTTP the proxy by another name, over the same decisions."""

from flask import Response, request
from werkzeug.exceptions import NotFound

from app.dialects.grafana.answers import ON_RESOURCES
from app.dialects.grafana.door import NAME, PREFIX, grafana_blueprint
from app.dialects.grafana.errors import answers, render
from app.dialects.grafana.paths import read_resource_path
from app.dialects.grafana.proxy import DOCUMENTED_METHODS, forwarded
from app.edge.authentication import identify, identity, services
from app.edge.entry import Answer, BusyRoute
from app.edge.inbound import Environ, raw_target
from app.identity.identity import Identity
from app.services import Services

_PATH = f"{PREFIX}/datasources/"
_NO_CONTENT = 204

blueprint = grafana_blueprint("resources", "/datasources", "Requests to data sources, as their plugins take them.")


@blueprint.route("/uid/<uid>/resources", methods=DOCUMENTED_METHODS, provide_automatic_options=False)
@blueprint.route("/uid/<uid>/resources/<rest:path>", methods=DOCUMENTED_METHODS, provide_automatic_options=False)
@blueprint.route("/<id>/resources", methods=DOCUMENTED_METHODS, provide_automatic_options=False)
@blueprint.route("/<id>/resources/<rest:path>", methods=DOCUMENTED_METHODS, provide_automatic_options=False)
@answers(ON_RESOURCES)
@blueprint.response(200, content_type="*/*", description="The answer of the data source's server")
def resources(**_: str) -> Response:
    """Send a request to the data source's own server, with the data source's credentials."""
    answer = _forward(services(), identity(), request.environ)
    return Response(answer.body, status=answer.status, headers=answer.headers, direct_passthrough=True)


def busy_route(services: Services) -> BusyRoute:
    """The same before Flask."""
    return BusyRoute(
        prefix=_PATH,
        takes=lambda environ: "/resources" in environ["PATH_INFO"] and _looks_like(environ),
        answer=lambda environ: _forward(services, identify(services.authenticator, environ, door=NAME), environ),
        render=lambda exc: render(exc, ON_RESOURCES),
    )


def _looks_like(environ: Environ) -> bool:
    parts: list[str] = environ["PATH_INFO"].removeprefix(_PATH).split("/")
    return parts[0] not in {"proxy", "name", "id"} and parts[2 if parts[0] == "uid" else 1 :][:1] == ["resources"]


def _forward(services: Services, identity: Identity, environ: Environ) -> Answer:
    identity.require("datasources:query")
    target, query = raw_target(environ)
    path = read_resource_path(target.removeprefix(_PATH))
    if path is None:
        # The routes saw the decoded path: a slash or a letter of its fixed parts was escaped.
        raise NotFound
    answer = forwarded(services, identity, environ, path, query)
    if answer.status != _NO_CONTENT and not any(name.lower() == "content-type" for name, _ in answer.headers):
        answer.headers.append(("Content-Type", "application/json"))
    return answer
