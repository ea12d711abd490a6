"""What operators and their tools ask: liveness, which asks nothing of any part behind it, and counters."""

import hmac

from flask import Blueprint, Response, request

from app.edge.authentication import services

blueprint = Blueprint("operations", __name__)

_TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return Response("Ok", mimetype="text/plain")


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counters in Prometheus's text format; with a login of their own, as in Grafana, or open."""
    settings = services().settings
    if not settings.metrics_enabled:
        return Response("Not found\n", status=404, mimetype="text/plain")
    if settings.metrics_user and not _signed_in(settings.metrics_user, settings.metrics_password):
        challenge = {"WWW-Authenticate": 'Basic realm="metrics"'}
        return Response("Unauthorized\n", status=401, mimetype="text/plain", headers=challenge)
    return Response(services().metrics.text(), content_type=_TEXT_FORMAT)


def _signed_in(user: str, password: str) -> bool:
    given = request.authorization
    if given is None or given.type != "basic":
        return False
    pair = f"{given.username}\0{given.password}".encode()
    return hmac.compare_digest(pair, f"{user}\0{password}".encode())
