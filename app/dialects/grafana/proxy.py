"""/api/datasources/proxy: any request to a data source's own server."""

from flask import Response, request

from app.dialects.grafana.answers import ON_PROXY
from app.dialects.grafana.door import NAME, PREFIX, grafana_blueprint
from app.dialects.grafana.errors import answers, render
from app.dialects.grafana.paths import ProxiedPath, read_proxied_path
from app.edge.authentication import identify, identity, services
from app.edge.entry import Answer, BusyRoute
from app.edge.inbound import Environ, connection, inbound_body, inbound_headers, raw_target
from app.edge.streaming import Stream
from app.identity.identity import Identity
from app.proxy.outbound import InboundRequest
from app.services import Services

_PATH = "/datasources/proxy"
_FULL_PATH = f"{PREFIX}{_PATH}/"
DOCUMENTED_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

blueprint = grafana_blueprint("proxy", _PATH, "Requests to the data sources' own servers.")


@blueprint.route(
    "/<rest:target>",
    methods=DOCUMENTED_METHODS,
    provide_automatic_options=False,
    parameters=[
        {
            "name": "target",
            "in": "path",
            "required": True,
            "schema": {"type": "string"},
            "description": "`<id>/<path>` or `uid/<uid>/<path>`; the path and the query reach the server as they are.",
        }
    ],
)
@answers(ON_PROXY)
@blueprint.response(200, content_type="*/*", description="The answer of the data source's server")
def proxied(target: str) -> Response:
    """Send a request to the data source's own server, with the data source's credentials."""
    answer = _forward(services(), identity(), request.environ)
    return Response(answer.body, status=answer.status, headers=answer.headers, direct_passthrough=True)


def busy_route(services: Services) -> BusyRoute:
    """The same before Flask, and for methods that Flask has no list of (PROPFIND, REPORT, ...)."""
    return BusyRoute(
        prefix=_FULL_PATH,
        takes=lambda environ: len(environ["PATH_INFO"]) > len(_FULL_PATH),
        answer=lambda environ: _forward(services, identify(services.authenticator, environ, door=NAME), environ),
        render=lambda exc: render(exc, ON_PROXY),
    )


def _forward(services: Services, identity: Identity, environ: Environ) -> Answer:
    identity.require("datasources:query")
    path, query = raw_target(environ)
    return forwarded(services, identity, environ, read_proxied_path(path.removeprefix(_FULL_PATH)), query)


def forwarded(
    services: Services, identity: Identity, environ: Environ, proxied_path: ProxiedPath, query: str
) -> Answer:
    """The answer of the data source's server, streaming."""
    inbound = InboundRequest(
        method=environ["REQUEST_METHOD"],
        path=proxied_path.rest,
        query=query,
        headers=inbound_headers(environ),
        client_address=environ.get("REMOTE_ADDR", ""),
        body=inbound_body(environ),
        connection=connection(environ),
    )
    answer = services.proxy.forward(identity, proxied_path.ref, inbound)
    close = answer.upstream.close if answer.upstream is not None else None
    return Answer(answer.status, list(answer.headers), Stream(answer.body, environ, close, answer.broke_off))
