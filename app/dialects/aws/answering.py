"""How every answer of this dialect is written."""

from typing import Any, TypeVar
from uuid import uuid4

from flask import Response
from werkzeug.wrappers import Response as WsgiResponse

from app.edge.entry import Answer
from app.edge.json import dump

# boto3 shows it as ResponseMetadata.RequestId.
_REQUEST_ID = "x-amzn-RequestId"
_MEDIA_TYPE = "application/json"

_R = TypeVar("_R", bound=WsgiResponse)


def respond_json(body: Any) -> Response:
    """JSON, with status 200: the clients of this API expect no other for what went well."""
    return Response(dump(body), mimetype=_MEDIA_TYPE)


def answer_json(body: Any) -> Answer:
    """The same, for a route that is answered before Flask."""
    data = dump(body)
    headers = [("Content-Type", _MEDIA_TYPE), ("Content-Length", str(len(data))), (_REQUEST_ID, str(uuid4()))]
    return Answer(200, headers, [data])


def respond_error(status: int, code: str, message: str) -> WsgiResponse:
    """The code stands in the header, where clients look first, and in the body, where they look next."""
    body = dump({"__type": code, "message": message})
    response = WsgiResponse(body, status=status, mimetype=_MEDIA_TYPE, headers={"x-amzn-ErrorType": code})
    return with_request_id(response)


def with_request_id(response: _R) -> _R:
    """Gives the answer an id of its own."""
    response.headers[_REQUEST_ID] = str(uuid4())
    return response
