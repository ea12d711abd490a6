"""Reads a JSON request body the way Go's encoding/json does, which existing clients were written against."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from flask import Request, current_app
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy

from app.edge.errors import BodyTooLarge, MalformedBody
from app.edge.inbound import Environ, inbound_body
from app.upstream.errors import BodyUnavailable

BODY_LIMIT = "SLUICE_MAX_BODY_BYTES"


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def read_json_object(request: Request, limit: int) -> Mapping[str, Any]:
    """The JSON object in the body; nothing and ``null`` count as an empty one, and what follows it is ignored.

    Works for bodies with a Content-Length and for chunked ones; the content type is not looked at.
    Raises BodyTooLarge, MalformedBody.
    """
    data = read_body(request.environ, limit)
    try:
        text = data.decode().strip(" \t\r\n")
        value = _DECODER.raw_decode(text)[0] if text else {}
        if "\\u" in text:
            # An escape can stand for half a character, which could be neither stored nor sent back.
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as exc:
        raise MalformedBody("The body is not JSON.") from exc
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedBody("The body is not a JSON object.")
    return value


def read_body(environ: Environ, limit: int) -> bytes:
    """The whole body, with a Content-Length or chunked. Raises BodyTooLarge, MalformedBody."""
    body = inbound_body(environ)
    if body is None:
        return b""
    if body.length is not None and body.length > limit:
        raise BodyTooLarge(limit)
    data = bytearray()
    try:
        for piece in body.chunks:
            data += piece
            if len(data) > limit:
                raise BodyTooLarge(limit)
    except BodyUnavailable as exc:
        raise MalformedBody("The body ended early or is framed wrongly.") from exc
    return bytes(data)


class GoJsonParser(FlaskParser):
    """Loads bodies for ``Blueprint.arguments``: member names match in any case, unknown ones are ignored, and
    ``null`` leaves a member unset."""

    DEFAULT_VALIDATION_STATUS = 400

    def load_json(self, req: Request, schema: Schema) -> Any:
        """The members that ``schema`` knows, under their exact names; the last of two that match wins."""
        by_lower = _names_by_lower(schema)
        given = read_json_object(req, current_app.config[BODY_LIMIT])
        members = {}
        for name, value in given.items():
            known = by_lower.get(name.lower())
            if known is not None and value is not None:
                members[known] = value
        return members

    def load_query(self, req: Request, schema: Schema) -> Any:
        """The query parameters that ``schema`` knows."""
        known = {_key(name, field) for name, field in schema.load_fields.items()}
        return MultiDictProxy({name: value for name, value in req.args.items() if name in known}, schema)

    def handle_error(
        self,
        error: ValidationError,
        req: Request,
        schema: Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> Any:
        """Validation errors are worded by the dialect."""
        raise MalformedBody(f"The body does not fit {type(schema).__name__}.") from error


@cache
def _names_by_lower(schema: Schema) -> Mapping[str, str]:
    # One entry a schema instance, and those live as long as the routes.
    keys = [_key(name, field) for name, field in schema.load_fields.items()]
    return {key.lower(): key for key in keys}


def _key(name: str, field: Any) -> str:
    return field.data_key if field.data_key is not None else name


class SluiceBlueprint(Blueprint):
    """A flask-smorest blueprint that reads bodies with GoJsonParser."""

    ARGUMENTS_PARSER = GoJsonParser()
