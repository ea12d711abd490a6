"""Liveness, which asks nothing of any part behind it."""

from flask import Blueprint, Response

blueprint = Blueprint("operations", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return Response("Ok", mimetype="text/plain")
