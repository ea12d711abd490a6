"""How every answer of this dialect is written."""

from typing import Any

from flask import Response

from app.edge.json import dump

CONTENT_TYPE = "application/json; charset=UTF-8"


def respond_json(body: Any, *, status: int = 200) -> Response:
    """JSON, as OpenSearch labels it."""
    return Response(dump(body), status=status, content_type=CONTENT_TYPE)
