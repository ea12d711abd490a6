"""JSON in and out of Flask: orjson writes it; what was kept as text is written as it is."""

import json
from typing import Any

import orjson
from flask.json.provider import JSONProvider
from flask.wrappers import Response

from app.registry.json_data import JsonData


class OrjsonProvider(JSONProvider):
    """Flask's ``app.json`` by orjson."""

    def dumps(self, obj: Any, **_: Any) -> str:
        """JSON text."""
        return dump(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """The value of a JSON text."""
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """A response with the one argument as JSON."""
        return Response(dump(self._prepare_response_obj(args, kwargs)), mimetype="application/json")


def dump(value: Any) -> bytes:
    """JSON of ``value``; a JsonData keeps its own text."""
    try:
        return orjson.dumps(value, default=_own_text)
    except orjson.JSONEncodeError:
        # It stops at 254 levels, and one document that deep must not fail the list that it is in.
        return json.dumps(value, default=dict, ensure_ascii=False, separators=(",", ":")).encode()


def _own_text(value: Any) -> Any:
    if isinstance(value, JsonData):
        return orjson.Fragment(value.text)
    raise TypeError(f"{type(value).__name__} has no JSON form")
