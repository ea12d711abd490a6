"""/api/datasources/proxy: any request to a data source's own server."""

from flask import Flask, Response, request
from werkzeug.routing import Rule

from app.dialects.grafana.door import PREFIX, grafana_blueprint
from app.dialects.grafana.errors import ON_PROXY, answers
from app.dialects.grafana.paths import read_proxied_path
from app.edge.authentication import allowed, identity, services
from app.edge.inbound import inbound_body, inbound_headers, raw_target
from app.edge.streaming import Stream
from app.proxy.outbound import InboundRequest

_PATH = "/datasources/proxy"
_DOCUMENTED = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

blueprint = grafana_blueprint("proxy", _PATH, "Requests to the data sources' own servers.")


@blueprint.route(
    "/<rest:target>",
    methods=_DOCUMENTED,
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
@allowed("datasources:query")
@blueprint.response(200, content_type="*/*", description="The answer of the data source's server")
def proxied(target: str) -> Response:
    """Send a request to the data source's own server, with the data source's credentials."""
    path, query = raw_target(request.environ)
    proxied_path = read_proxied_path(path.removeprefix(f"{PREFIX}{_PATH}/"))
    inbound = InboundRequest(
        method=request.method,
        path=proxied_path.rest,
        query=query,
        headers=inbound_headers(request.environ),
        client_address=request.environ.get("REMOTE_ADDR", ""),
        body=inbound_body(request),
    )
    answer = services().proxy.forward(identity(), proxied_path.ref, inbound)
    close = answer.upstream.close if answer.upstream is not None else None
    return Response(
        Stream(answer.body, request.environ, close),
        status=answer.status,
        headers=list(answer.headers),
        direct_passthrough=True,
    )


def register_other_methods(app: Flask) -> None:
    """Routes the methods that Flask has no list of (PROPFIND, REPORT, ...) to the same view."""
    path = f"{PREFIX}{_PATH}/<rest:target>"
    app.url_map.add(Rule(path, endpoint=f"{blueprint.name}.{proxied.__name__}", methods=None))
